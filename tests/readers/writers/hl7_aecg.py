"""HL7 aECG: one series, its leads in a sequence set, or in sets of three recorded one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS
from tests.readers.writers._texts import counts, encoded, joined, tag

STEP = 0.001


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    origin: float = 0.0,
    unit: str = "uV",
    increment: str | None = None,
    code: str = "RHYTHM",
    prefix: str = "MDC_ECG_LEAD_",
    parts: int = 1,
    beat: bool = True,
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str | None = None,
    birth_date: str | None = None,
    patient_id: str | None = None,
    stated: str = "",
) -> bytes:
    """signal (12, T) in mV, in steps of 1 µV. parts: sets that share the leads and follow one another in time;
    stated: elements at the end of the series."""
    scale = {"uV": 1.0, "mV": 1e-3}.get(unit, 1.0)
    stored = counts(signal, STEP)[[LEADS.index(lead) for lead in leads]] - round(origin)
    increment = f'<increment value="{1 / fs:.12g}" unit="s"/>' if increment is None else increment
    length = stored.shape[1] // parts
    sets = ""
    for part in range(parts):
        mine = slice(part * len(leads) // parts, (part + 1) * len(leads) // parts)
        piece = stored[mine, part * length : (part + 1) * length]
        sequences = "".join(
            _sequence(prefix + lead.upper(), row, origin * scale, scale, unit)
            for lead, row in zip(leads[mine], piece, strict=True)
        )
        sets += _set(part * length / fs, increment, sequences)
    derived = _sequence(prefix + "I", stored[0, : round(0.8 * fs)], 0, scale, unit)
    derived = _series("REPRESENTATIVE_BEAT", _set(0, increment, derived))
    derived = f"<derivation>{derived.replace('series>', 'derivedSeries>')}</derivation>" if beat else ""
    observed = (
        _observed("21612-7", age, "a") + _observed("8302-2", height, "cm") + _observed("3141-9", weight, "kg")
    )
    person = (
        tag("name", name)
        + (f'<administrativeGenderCode code="{sex[0].upper()}"/>' if sex else "")
        + (f'<birthTime value="{birth_date.replace("-", "")}"/>' if birth_date else "")
    )
    return encoded(
        '<!-- an annotated ECG --><AnnotatedECG xmlns="urn:hl7-org:v3">'
        '<effectiveTime><low value="20240325101112"/></effectiveTime><componentOf><timepointEvent><componentOf>'
        f'<subjectAssignment><subject><trialSubject><id extension="{patient_id or ""}"/><subjectDemographicPerson>{person}'
        "</subjectDemographicPerson></trialSubject></subject></subjectAssignment></componentOf></timepointEvent>"
        f"</componentOf>{observed}<component>{_series(code, sets, derived + stated)}</component></AnnotatedECG>"
    )


def _series(code: str, sets: str, derived: str = "") -> str:
    return f'<series><code code="{code}"/>{sets}{derived}</series>'


def _set(start: float, increment: str, sequences: str) -> str:
    return (
        '<component><sequenceSet><component><sequence><code code="TIME_RELATIVE"/><value>'
        f'<head value="{start:g}" unit="s"/>{increment}</value></sequence></component>{sequences}</sequenceSet></component>'
    )


def _sequence(code: str, row: np.ndarray, origin: float, scale: float, unit: str) -> str:
    return (
        f'<component><sequence><code code="{code}"/><value><origin value="{origin:g}" unit="{unit}"/>'
        f'<scale value="{scale:g}" unit="{unit}"/><digits>{joined(row)}</digits></value></sequence></component>'
    )


def _observed(code: str, value: float | None, unit: str) -> str:
    if value is None:
        return ""
    observation = f'<code code="{code}"/><value value="{value:g}" unit="{unit}"/>'
    return f"<controlVariable><relatedObservation>{observation}</relatedObservation></controlVariable>"
