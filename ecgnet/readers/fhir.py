"""HL7 FHIR: an Observation whose components hold the leads as SampledData, alone or in a Bundle with its Patient (JSON).

Source: HL7 FHIR R4 and R5, Observation and SampledData; IEEE 11073-10101 for the codes of the leads (131328 and on).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ecgnet.language import joined, say
from ecgnet.readers import _recorder
from ecgnet.readers._choice import Recording, choose
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._json import is_json, member, number, parse, text
from ecgnet.readers._leads import standard_lead
from ecgnet.readers._names import LEADS_BY_CODE
from ecgnet.readers._patient import date_in, identity, metadata
from ecgnet.readers._stated import Channel, assemble
from ecgnet.record import Identity, Metadata, Record

NAME = "HL7 FHIR"

_RESOURCE = re.compile(rb'"resourceType"\s*:\s*"(?:Observation|Bundle)"')
_POTENTIAL = (
    2 * 65536 + 256
)  # partition 2 of the nomenclature, where potentials begin; then the lead's own code
_NAMED = re.compile(r"^MDC_ECG_(?:ELEC_POTL|LEAD)_?", re.IGNORECASE)
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_NO_SAMPLE = {"E": np.nan, "U": np.nan, "L": np.nan}  # error, above and below what the device detects


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes are an Observation or a Bundle in JSON."""
    return is_json(data) and _RESOURCE.search(data[:20_000]) is not None


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The leads of an Observation, signal (12, T) in mV; what the device could not measure is NaN. Raises ReadError."""
    document = parse(data, name)
    resources = [document] if isinstance(document, dict) else []
    resources += [r for e in member(document, "entry") or () if isinstance(r := member(e, "resource"), dict)]
    notes: list[str] = []
    sampled = [(r, parts) for r in resources if (parts := _sampled(r))]
    if not sampled:
        raise ReadError(
            say(
                "{name} holds no Observation with sampled data, only results: export the ECG with its "
                "waveforms.",
                name=name,
            )
        )
    recordings = []
    for observation, parts in sampled:
        fs, channels = _channels(parts, name, notes)
        recordings.append(Recording(_title(observation), channels, fs))
    best, note = choose(recordings, name, options, what=say("observations with waveforms"))
    observation = sampled[best][0]
    patient = next((r for r in resources if r.get("resourceType") == "Patient"), {})
    recorded = text(observation.get("effectiveDateTime")) or text(
        member(observation, "effectivePeriod", "start")
    )
    known, who, remarks = _who(patient, observation, recorded)
    recorder, more = _recorder.report(
        recorded_at=_recorder.stamp(recorded),
        device=(text(member(observation, "device", "display")),),
        identity=who,
    )
    notes += [*([note] if note else ()), *remarks, *more]
    chosen = recordings[best]
    return assemble(
        chosen.channels, chosen.fs, name, options, NAME, known, who, list(dict.fromkeys(notes)), recorder
    )


def _sampled(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parts of an Observation that hold samples: its components, or itself."""
    if resource.get("resourceType") != "Observation":
        return []
    parts = [resource, *(p for p in resource.get("component") or () if isinstance(p, dict))]
    return [part for part in parts if isinstance(part.get("valueSampledData"), dict)]


def _codings(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [c for c in member(part, "code", "coding") or () if isinstance(c, dict)]


def _title(observation: Mapping[str, Any]) -> str:
    return next((t for c in _codings(observation) if (t := text(c.get("display")))), "")


def _label(part: Mapping[str, Any], name: str) -> str:
    """The lead by its code, else by its name. Raises ReadError where they contradict each other."""
    codings = _codings(part)
    numbers = [number(c.get("code")) for c in codings]
    coded = {
        LEADS_BY_CODE[int(n) - _POTENTIAL] for n in numbers if n and int(n) - _POTENTIAL in LEADS_BY_CODE
    }
    names = [text(c.get(key)) for c in codings for key in ("display", "code")] + [
        text(member(part, "code", "text"))
    ]
    spelled = [bare for n in names if n and (bare := _NAMED.sub("", n))]
    called = {lead for n in spelled if not n.isdigit() and (lead := standard_lead(n))}
    if len(coded | called) > 1:
        raise ReadError(
            say(
                "{name} calls a lead {sorted} by its code and its name: correct the file.",
                name=name,
                sorted=joined(" and ", sorted(coded | called)),
            )
        )
    return next(iter(coded | called), next(iter(spelled), ""))


def _channels(
    parts: list[Mapping[str, Any]], name: str, notes: list[str]
) -> tuple[float | None, list[Channel]]:
    """Rate in Hz, None if not stated, and the leads; parts of one lead follow one another."""
    joined: dict[str, list[Channel]] = {}
    rates = set()
    for k, part in enumerate(parts):
        data = part["valueSampledData"]
        rates.add(_rate(data, name))
        label = _label(part, name)
        joined.setdefault(label or f"\0{k}", []).append(_channel(data, label, name, notes))
    if len(rates) > 1:
        raise ReadError(
            say(
                "{name}: its leads are sampled at different rates: export them at one.",
                name=name,
            )
        )
    channels = []
    for pieces in joined.values():
        if len({piece.unit for piece in pieces}) > 1:
            raise ReadError(
                say(
                    "{name}: the parts of lead {label} are in different units: export it again.",
                    name=name,
                    label=pieces[0].label,
                )
            )
        values = np.concatenate([piece.values for piece in pieces])
        channels.append(Channel(pieces[0].label, values, 1.0, pieces[0].unit))
    return rates.pop(), channels


def _rate(data: Mapping[str, Any], name: str) -> float | None:
    """Hz: R4 states the period in ms, R5 an interval with its unit."""
    period, unit = number(data.get("period")), "ms"
    if period is None:
        period, unit = number(data.get("interval")), text(data.get("intervalUnit"))
    if not period or period < 0:
        return None
    if unit not in _SECONDS:
        raise ReadError(
            say(
                "{name}: its samples step by {period:g} {unit}, not by s, ms or us: correct it.",
                name=name,
                period=period,
                unit=unit or say("(no unit)"),
            )
        )
    fs = 1 / (period * _SECONDS[unit])
    return float(round(fs)) if abs(fs - round(fs)) < 1e-6 * fs else fs


def _channel(data: Mapping[str, Any], label: str, name: str, notes: list[str]) -> Channel:
    """Sample times factor plus origin, as SampledData has it."""
    what = f"lead {label}" if label else say("a lead")
    if (number(data.get("dimensions")) or 1) != 1:
        raise ReadError(
            say(
                "{name}: {what} has several dimensions, which is not read here: export each lead alone.",
                name=name,
                what=what,
            )
        )
    try:
        stored = np.array(
            [_NO_SAMPLE[t] if t in _NO_SAMPLE else float(t) for t in text(data.get("data")).split()]
        )
    except ValueError as error:
        raise ReadError(
            say(
                "{name}: {what} holds words among its samples: export it again.",
                name=name,
                what=what,
            )
        ) from error
    if not stored.size:
        raise ReadError(
            say(
                "{name}: {what} holds no samples: export it with them.",
                name=name,
                what=what,
            )
        )
    origin = data.get("origin")
    zero, factor = number(member(origin, "value")) or 0.0, data.get("factor")
    gain = 1.0 if factor is None else number(factor)
    if not gain:
        raise ReadError(
            say(
                "{name}: the factor of {what} is 0 or no number: correct it.",
                name=name,
                what=what,
            )
        )
    unit = text(member(origin, "code")) or text(member(origin, "unit"))
    if zero and np.count_nonzero(np.abs(stored - zero) < abs(zero) / 4) > len(stored) / 2:
        notes.append(
            say(
                "The samples lie around the stated origin, which is taken for their zero, as in the example of the standard."
            )
        )
        zero *= -gain
    return Channel(label, stored, gain, unit, zero)


def _who(
    patient: Mapping[str, Any], observation: Mapping[str, Any], recorded: str
) -> tuple[Metadata, Identity, tuple[str, ...]]:
    birth = date_in(text(patient.get("birthDate")), "%Y-%m-%d")
    known, remarks = metadata(
        birth=birth, recorded=date_in(recorded, "%Y-%m-%d"), sex=text(patient.get("gender"))
    )
    names = patient.get("name") or [{}]
    first = names[0] if isinstance(names, list) and isinstance(names[0], dict) else {}
    given = " ".join(map(text, first.get("given") or ()))
    family = text(first.get("family")) or text(member(observation, "subject", "display"))
    return known, identity((given, family), birth, text(patient.get("id"))), remarks
