"""A transaction Bundle of one reading: the report, what was measured, the networks' answers, the PDF, which program made
it, and where it comes from.

Source: HL7 FHIR R4 (4.0.1); measurements as JP Core's JP_Observation_Electrocardiogram has them, as components of one
Observation; HL7 AI Transparency on FHIR (2026Jan ballot) for the mark AIAST on what a network asserts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ecgnet.interop.fhir import resources
from ecgnet.interop.fhir.resources import Context
from ecgnet.interop.outgoing import outgoing, result_name
from ecgnet.judge import Reading
from ecgnet.signature import Signature


def bundle(
    reading: Reading,
    pdf: bytes,
    *,
    signature: Signature | None = None,
    identity: bool = False,
    made: datetime | None = None,
    timezone: ZoneInfo | None = None,
) -> dict[str, Any]:
    """One reading as a Bundle, in plain values for JSON.

    pdf: the printed report; signature: without it everything is preliminary; identity: name the patient by number, as a
    logical reference that the server resolves; made: now, when None; timezone: of the recorder's clock, without which only
    the date of the recording is told. The same reading with the same signature has the same identifiers, so that a server
    that is sent it twice keeps it once. Raises UnsignedError for a signature of another reading."""
    made = (made or datetime.now()).astimezone()
    facts = outgoing(reading)
    who, effective = reading.record.identity, _effective(facts.recorded_at, timezone)
    context = Context(
        facts,
        f"{reading.record.id}, {facts.part}" if facts.part else reading.record.id,
        signature,
        who.patient_id if identity else None,
        effective,
        made,
        result_name(reading, signature, told=f"{identity} {effective}"),
        signature is None or signature.agrees(reading),
    )
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": made.isoformat(timespec="seconds"),
        "entry": [_entry(resource, context) for resource in _resources(context, pdf)],
    }


def _resources(context: Context, pdf: bytes) -> Iterator[dict[str, Any]]:
    yield resources.device(context)
    results = list(resources.observations(context))
    yield from results
    yield resources.document(context, pdf)
    yield resources.report(context, pdf, results=results)
    yield resources.provenance(context, results)


def _entry(resource: dict[str, Any], context: Context) -> dict[str, Any]:
    """A resource with its address within the bundle; made once, however often it is sent."""
    kept = {key: value for key, value in resource.items() if key != "id"}  # the server gives its own
    url = context.url(resource["id"])
    if "identifier" in resource:
        (known,) = resource["identifier"]
        once = f"identifier={known['system']}|{known['value']}"
        request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": once}
    else:  # a Provenance has no identifier: it is put where it was put before
        kept["id"] = url.rpartition(":")[2]
        request = {"method": "PUT", "url": f"{resource['resourceType']}/{kept['id']}"}
    return {"fullUrl": url, "resource": kept, "request": request}


def _effective(at: Any, timezone: ZoneInfo | None) -> str | None:
    """When it was recorded; FHIR has no time without its zone, and the recorder does not say which it runs in."""
    if at is None:
        return None
    if not isinstance(at, datetime):
        return at.isoformat()
    if at.tzinfo is None and timezone is None:
        return at.date().isoformat()
    return (at if at.tzinfo else at.replace(tzinfo=timezone)).isoformat(timespec="seconds")
