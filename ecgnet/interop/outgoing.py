"""What is said of an ECG beyond the house, taken from its reading once for DICOM and FHIR alike.

Of an ECG that cannot be read nothing leaves but that, and why; what was set aside does not leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from ecgnet import __version__
from ecgnet.interop.codes import Code, groups, own
from ecgnet.judge import Reading
from ecgnet.language import mark, say
from ecgnet.measure import LeadMeasures
from ecgnet.reading import wording
from ecgnet.record import Part
from ecgnet.signature import Signature, bound, reading_hash
from ecgnet.states import State

MODEL = "ECGNet"
NO_MODEL = mark("measurements alone")
_RESULTS = UUID("0f0b4d5e-6a0e-5b1c-8f5e-0a9b5b7d3c21")
_DEVICES = UUID("6b0c1d92-0d7a-5d6e-9d1c-3b1a2f4e5a60")


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement in whole units, as it is read: name as in `Reading.ranges`, unit, and its limits, None where there is
    none."""

    name: str
    title: str
    value: int
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OfLead:
    """A wave of one lead: its code (MDC) and its value, "mV" or "ms"."""

    lead: str
    code: Code
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Class:
    """A network's answer on one class: probability 0 to 1 and state."""

    label: str
    title: str
    probability: float
    state: State

    @property
    def code(self) -> Code:
        """Its private code."""
        return own(self.label, say("{title}, probability", title=self.title))


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that stands: codes, ECGNet's own and where there is one that of SNOMED CT; probability 0 to 1."""

    text: str
    probability: float
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything that leaves. model: name and weights, `NO_MODEL` where none answered; version: ECGNet's; rhythm: in words;
    grade: the code of the conclusion, None where there is none for it; recorded_at: on the recorder's clock; warnings: what
    a reader must know; rr: the mean RR interval in ms; part: which part of a longer recording was read."""

    conclusion: str
    grade: Code | None
    rhythm: str
    critical: tuple[str, ...]
    measurements: tuple[Measured, ...]
    of_leads: tuple[OfLead, ...]
    classes: tuple[Class, ...]
    statements: tuple[Said, ...]
    warnings: tuple[str, ...]
    model: str
    version: str
    recorded_at: datetime | date | None
    rr: int | None
    part: Part | None


def outgoing(reading: Reading) -> Outgoing:
    """What leaves of a reading."""
    first, readable = reading.prediction, reading.relied_on
    chances = dict(zip(first.labels, first.probabilities.tolist(), strict=True)) if first is not None else {}
    rate = reading.ranges["heart_rate"].value
    recorder = reading.record.recorder
    return Outgoing(
        conclusion=reading.conclusion.text,
        grade=groups()["grades"].get(reading.conclusion.grade),
        rhythm=reading.rhythm.text if readable else "",
        critical=tuple(critical.text for critical in reading.critical) if readable else (),
        measurements=tuple(_measurements(reading)) if readable else (),
        of_leads=tuple(_of_leads(reading.measurements.leads)) if readable else (),
        classes=tuple(
            Class(label, wording.CLASSES[label], round(chances[label], 4), state)
            for label, state in reading.states.items()
        )
        if readable
        else (),
        statements=tuple(_statements(reading)) if readable else (),
        warnings=reading.warnings,
        model=first.weights_id if first is not None and readable else say(NO_MODEL),
        version=__version__,
        recorded_at=recorder.recorded_at if recorder is not None else None,
        rr=round(60_000 / rate) if rate and readable else None,
        part=reading.record.part,
    )


def result_name(reading: Reading, signature: Signature | None, *, told: str = "") -> UUID:
    """Under which all identifiers of a result are named, so that what is sent twice is known again and no two results are
    taken for one: the same for the same reading (`reading_hash`) of the same ECG of the same patient in the same study,
    under the same signature. told: what else this form of it tells, as the patient's number.

    Raises UnsignedError for a signature of another reading."""
    bound(reading, signature)
    who = reading.record.identity
    parts = (
        reading_hash(reading),
        reading.record.id,
        who.patient_id,
        [who.study.study, who.study.instance, who.study.accession] if who.study else None,
        [
            signature.reader,
            signature.signed_at.isoformat(),
            signature.organization,
            *asdict(signature.opinion).values(),
        ]
        if signature
        else None,
        told,
    )
    return uuid5(_RESULTS, json.dumps(parts, separators=(",", ":")))


def device_name(facts: Outgoing) -> UUID:
    """Names the program and the weights that answered."""
    return uuid5(_DEVICES, f"{facts.version} {facts.model}")


def _measurements(reading: Reading) -> list[Measured]:
    return [
        Measured(name, wording.MEASURES[name], round(found.value), found.unit, found.low, found.high)
        for name, found in reading.ranges.items()
        if found.value is not None
    ]


def _of_leads(leads: Mapping[str, LeadMeasures]) -> list[OfLead]:
    """Voltages and durations of the waves that are there; P and T by their direction, as the standard codes them."""
    voltages, durations = groups()["lead_voltages"], groups()["lead_durations"]
    found = []
    for lead, waves in leads.items():
        for name in ("p", "q", "r", "s", "r2", "j", "j60", "t"):
            value = getattr(waves, name)
            if value is None or (value == 0 and name in ("q", "r", "s", "r2")):
                continue
            turned = f"{name}_{'inverted' if value < 0 else 'upright'}" if name in ("p", "t") else name
            found.append(OfLead(lead, voltages[turned], round(float(value), 3), "mV"))
        for name, code in durations.items():
            if duration := getattr(waves, name):
                found.append(OfLead(lead, code, round(float(duration)), "ms"))
    return found


def _statements(reading: Reading) -> list[Said]:
    coded = groups()["statements"]
    return [
        Said(
            stated.text,
            round(stated.probability, 4),
            (own(stated.code, stated.text), *filter(None, [coded.get(stated.code)])),
        )
        for stated in reading.statements
        if stated.set_aside is None
    ]
