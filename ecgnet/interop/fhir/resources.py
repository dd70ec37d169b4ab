"""The resources of a Bundle, each as plain values. Codes come from `codes.json`; LOINC's are sent without a display, which
only a terminology server can word, and with ECGNet's own words as text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

from ecgnet.interop.codes import Code, code, groups, own
from ecgnet.interop.outgoing import MODEL, Measured, Outgoing, device_name
from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.reading.wording import NOTICE
from ecgnet.signature import Signature
from ecgnet.statements import STATEMENTS

_URIS = "urn:ietf:rfc:3986"


@dataclass(frozen=True, slots=True)
class Context:
    """What the resources of one Bundle have in common: the facts, what the ECG is called and which part of it was read, the
    signature, the patient's
    number (None where it is not told), when the ECG was recorded (a FHIR dateTime), when the result was made, what its
    identifiers are named under, and whether whoever signed says what ECGNet said."""

    facts: Outgoing
    ecg: str
    signature: Signature | None
    patient: str | None
    effective: str | None
    made: datetime
    names: UUID
    agreed: bool = True

    def url(self, name: str) -> str:
        """The address of a resource within the Bundle."""
        return uuid5(self.names, name).urn

    @property
    def status(self) -> str:
        """Of reports and observations."""
        return "final" if self.signature else "preliminary"

    @property
    def common(self) -> dict[str, Any]:
        """The subject and the time of the recording, as far as they are told."""
        told: dict[str, Any] = {}
        if self.patient:
            told["subject"] = {"type": "Patient", "identifier": {"value": self.patient}}
        if self.effective:
            told["effectiveDateTime"] = self.effective
        return told

    def identifier(self, name: str) -> dict[str, str]:
        """By which a server knows the resource again."""
        return {"system": _URIS, "value": self.url(name)}


def device(context: Context) -> dict[str, Any]:
    """The program and the weights that answered. One resource a pair of them, so named apart from the ECG."""
    facts = context.facts
    return {
        "resourceType": "Device",
        "id": "device",
        "identifier": [{"system": _URIS, "value": device_name(facts).urn}],
        "status": "active",
        "manufacturer": "The ECGNet authors",
        "deviceName": [{"name": MODEL, "type": "model-name"}],
        "modelNumber": facts.model,
        "version": [{"value": facts.version}],
        "note": [{"text": say(NOTICE)}],
    }


def observations(context: Context) -> Iterator[dict[str, Any]]:
    """What was measured, and what the networks assert, apart from one another; neither where there is none of it."""
    facts = context.facts
    if facts.measurements:
        found = _observation(
            context, "measurements", _coded(code("documents", "ecg_study"), "ECG measurements")
        )
        yield found | {"component": [_measured(row) for row in facts.measurements]}
    if context.signature:
        yield _read_by(context, context.signature)
    if facts.classes:
        title = _coded(code("documents", "impression"), "ECG classes and statements by a neural network")
        found = _observation(context, "networks", title)
        found["meta"] = {"security": [_coding(code("marks", "ai"))]}
        classes = [
            _probability([row.code], f"{row.title}: {row.state}", row.probability) for row in facts.classes
        ]
        said = [_probability(row.codes, row.text, row.probability) for row in facts.statements]
        yield found | {"component": [*classes, *said]}


def document(context: Context, pdf: bytes) -> dict[str, Any]:
    """The printed report."""
    made = {
        "resourceType": "DocumentReference",
        "id": "document",
        "identifier": [context.identifier("document")],
        "status": "current",
        "docStatus": context.status,
        "type": _coded(code("documents", "ecg_study"), "ECG report"),
        "date": _instant(context.made),
        "description": f"ECG report {context.ecg}. {NOTICE}",
        "content": [{"attachment": _attachment(context, pdf)}],
    }
    return made | {key: value for key, value in context.common.items() if key == "subject"}


def report(context: Context, pdf: bytes, *, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The report on the ECG: its conclusion, the observations, the PDF."""
    facts = context.facts
    signed = context.signature
    said = [
        *(signed.lines if signed else ("Preliminary: read by a machine, signed by nobody.",)),
        *(f"CRITICAL: {text}" for text in facts.critical),
        f"{MODEL}: {facts.conclusion}" if signed else facts.conclusion,
        f"Rhythm: {facts.rhythm}" if facts.rhythm else "",
        *facts.warnings,
        say(NOTICE),
    ]
    lines = [line for line in said if line]
    made: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "id": "report",
        "text": {
            "status": "generated",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml">'
            + "".join(f"<p>{escape(line)}</p>" for line in lines)
            + "</div>",
        },
        "identifier": [context.identifier("report")],
        "status": context.status,
        "category": [{"coding": [_coding(code("marks", "electrocardiac"))]}],
        "code": _coded(code("documents", "ecg_study"), "12-lead ECG"),
        "issued": _instant(context.made),
        "result": [{"reference": context.url(result["id"])} for result in results],
        "conclusion": "\n".join(lines),
        "presentedForm": [_attachment(context, pdf)],
    }
    if not results:
        del made["result"]
    if facts.classes:
        made["meta"] = {"security": [_coding(code("marks", "ai"))]}
    if facts.grade is not None and context.agreed:  # a reader who corrects it has said another
        made["conclusionCode"] = [{"coding": [_coding(facts.grade)]}]
    if context.signature:
        made["resultsInterpreter"] = [{"display": context.signature.reader}]
    return made | context.common


def provenance(context: Context, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Who made it: the program, and the reader who signed."""
    agents = [
        {
            "type": {"coding": [_coding(code("marks", "assembler"))]},
            "who": {"reference": context.url("device")},
        }
    ]
    if context.signature:
        verifier = {"coding": [_coding(code("marks", "verifier"))]}
        agents.append({"type": verifier, "who": {"display": context.signature.reader}})
    when = context.signature.signed_at if context.signature else context.made
    return {
        "resourceType": "Provenance",
        "id": "provenance",
        "target": [
            {"reference": context.url(name)}
            for name in ("report", "document", *(result["id"] for result in results))
        ],
        "recorded": _instant(when),
        "agent": agents,
        "entity": [{"role": "source", "what": {"display": f"ECG {context.ecg}"}}],
    }


def _observation(context: Context, name: str, title: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "identifier": [context.identifier(name)],
        "status": context.status,
        "category": [{"coding": [_coding(code("marks", "procedure"))]}],
        "code": title,
        **context.common,
        "issued": _instant(context.made),
        "device": {"reference": context.url("device")},
        "note": [
            {
                "text": f"Of the recording, {context.facts.part} were read. {NOTICE}"
                if context.facts.part
                else say(NOTICE)
            }
        ],
    }


def _read_by(context: Context, signature: Signature) -> dict[str, Any]:
    """What the one who signed says."""
    made = _observation(context, "reader", _coded(code("documents", "impression"), "What the reader says"))
    del made["device"]
    coded = groups()["statements"]
    found = [
        ([own(label, wording.CLASSES[label])], wording.CLASSES[label]) for label in signature.opinion.classes
    ]
    for key in signature.opinion.statements:
        words = STATEMENTS[key].description
        found.append(([own(key, words), *filter(None, [coded.get(key)])], words))
    if found:
        made["component"] = [
            {"code": {"coding": [_coding(one) for one in codes], "text": words}, "valueBoolean": True}
            for codes, words in found
        ]
    return made | {
        "performer": [{"display": signature.reader}],
        "valueString": "\n".join(signature.lines),
    }


def _measured(row: Measured) -> dict[str, Any]:
    unit = code("units", row.unit)
    component: dict[str, Any] = {
        "code": _coded(code("measurements", row.name), row.title),
        "valueQuantity": _quantity(row.value, unit),
    }
    limits = {"low": row.low, "high": row.high}
    if told := {end: _quantity(limit, unit) for end, limit in limits.items() if limit is not None}:
        component["referenceRange"] = [told]
    return component


def _probability(codes: Sequence[Code], text: str, chance: float) -> dict[str, Any]:
    return {
        "code": {"coding": [_coding(found) for found in codes], "text": text},
        "valueQuantity": _quantity(chance, code("units", "1")),
    }


def _quantity(value: float, unit: Code) -> dict[str, Any]:
    return {"value": value, "unit": unit.meaning, "system": unit.uri, "code": unit.value}


def _coded(found: Code, text: str) -> dict[str, Any]:
    return {"coding": [_coding(found)], "text": text}


def _coding(found: Code) -> dict[str, str]:
    coding = {"system": found.uri, "code": found.value}
    return coding if found.system == "LN" else coding | {"display": found.meaning}


def _attachment(context: Context, pdf: bytes) -> dict[str, Any]:
    return {
        "contentType": "application/pdf",
        "data": base64.b64encode(pdf).decode(),
        "size": len(pdf),
        "hash": base64.b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode(),
        "title": f"ECG report {context.ecg}",
        "creation": _instant(context.made),
    }


def _instant(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
