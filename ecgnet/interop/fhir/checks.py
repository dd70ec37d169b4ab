"""What a Bundle must keep before it leaves: types alone, as a validator of FHIR checks them, let any code and any state
pass.

Source: the required value sets of HL7 FHIR R4; `codes.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecgnet.interop.codes import OWN, code, groups, systems
from ecgnet.language import say
from ecgnet.reading.wording import NOTICE
from ecgnet.statements import STATEMENTS

STATES = {
    ("Bundle", "type"): {"transaction"},
    ("Device", "status"): {"active"},
    ("DiagnosticReport", "status"): {"preliminary", "final"},
    ("Observation", "status"): {"preliminary", "final"},
    ("DocumentReference", "status"): {"current"},
    ("DocumentReference", "docStatus"): {"preliminary", "final"},
}
"""(resource, element) → those values of the required value sets that ECGNet uses."""
CLASSES = ("NORM", "MI", "STTC", "CD", "HYP")


class FaultyBundle(ValueError):
    """A Bundle that must not leave; the message names every fault."""


def check(bundle: dict[str, Any]) -> None:
    """Raises FaultyBundle unless every code stands in `codes.json`, every state is one of `STATES` and the same in all
    resources, every reference finds its resource, every time has its zone, a network's answers are marked as such, and the
    notice stands in the report."""
    if faults := list(dict.fromkeys(_faults(bundle))):
        raise FaultyBundle(
            say("The FHIR bundle is faulty and stays here: {faults}.", faults="; ".join(faults))
        )


def _faults(bundle: dict[str, Any]) -> Iterator[str]:
    entries = bundle.get("entry", [])
    here = {entry["fullUrl"] for entry in entries}
    found = [entry["resource"] for entry in entries]
    for resource in (bundle, *found):
        kind = resource["resourceType"]
        for (of, element), allowed in STATES.items():
            if of == kind and resource.get(element) not in allowed:
                yield f"{kind}.{element} is {resource.get(element)!r}"
    element = {"DiagnosticReport": "status", "Observation": "status", "DocumentReference": "docStatus"}
    if len({r[element[r["resourceType"]]] for r in found if r["resourceType"] in element}) > 1:
        yield "parts of it are final and parts preliminary"
    known = _known()
    for path, value in _walk(found):
        if "system" in value and "code" in value and (value["system"], value["code"]) not in known:
            yield f"{path} has the code {value['code']!r} of {value['system']}, which codes.json lacks"
        if isinstance(value.get("reference"), str) and value["reference"] not in here:
            yield f"{path} refers to {value['reference']}, which is not in the bundle"
        for element in ("issued", "recorded", "date", "creation"):
            if element in value and not _zoned(value[element]):
                yield f"{path}.{element} has no time zone"
    yield from _marks(found)


def _marks(found: list[dict[str, Any]]) -> Iterator[str]:
    own = systems()[OWN]
    for resource in found:
        asserted = "performer" not in resource and any(  # what a person says is theirs
            value.get("system") == own for _, value in _walk(resource)
        )
        marks = [mark["code"] for mark in resource.get("meta", {}).get("security", [])]
        if asserted and code("marks", "ai").value not in marks:
            yield f"{resource['resourceType']} has a network's answers without the mark for them"
        if resource["resourceType"] == "DiagnosticReport" and NOTICE not in resource.get("conclusion", ""):
            yield "the report lacks the notice"


def _known() -> set[tuple[str, str]]:
    shipped = {
        (found.uri, found.value)
        for group in groups().values()
        for found in group.values()
        if systems()[found.system] is not None
    }
    return shipped | {(systems()[OWN], name) for name in (*CLASSES, *STATEMENTS)}


def _walk(value: Any, path: str = "bundle") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within, with the way to it."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, path)


def _zoned(when: str) -> bool:
    return when.endswith("Z") or (len(when) > 19 and when[-6] in "+-")
