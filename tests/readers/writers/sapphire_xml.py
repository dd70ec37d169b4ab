"""GE Sapphire XML: values in V attributes; a median template and the rhythm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS
from tests.readers.writers._texts import counts, encoded, joined

STEP = 0.001


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    facts: str = 'S="1" U="uV" INV="-32768"',
    rate: str | None = None,
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str | None = None,
    birth_date: str | None = None,
    patient_id: str | None = None,
    stated: str = "",
    measured: str = "",
) -> bytes:
    """signal (12, T) in mV, in steps of 1 µV, NaN allowed. facts: the attributes for scale, unit, invalid value;
    stated, measured: elements before the waveforms, and in the median template."""
    rows = counts(np.nan_to_num(signal), STEP)
    rows[np.isnan(signal)] = -32768
    rows = rows[[LEADS.index(lead) for lead in leads]]
    rate = f'<sampleRate V="{fs:g}" U="Hz"/>' if rate is None else rate
    known = {"age": (age, "yr"), "height": (height, "cm"), "weight": (weight, "kg")}
    person = "".join(f'<{key} V="{v:g}" U="{unit}"/>' for key, (v, unit) in known.items() if v is not None)
    texts = {"gender": sex and sex.upper(), "birthDateTime": birth_date and f"{birth_date}T00:00:00"}
    person += "".join(f'<{key} V="{value}"/>' for key, value in texts.items() if value)
    person += f'<identifier><id V="{patient_id or ""}"/></identifier><name><family V="{name or ""}"/></name>'
    rhythm, median = (_group(part, leads, facts, rate) for part in (rows, rows[:, : round(fs)]))
    return encoded(
        f'<sapphire xmlns="urn:ge:sapphire:dcar_1"><dcarRecord><patientInfo>{person}<visit><order><testInfo>'
        '<acquisitionDateTime V="2024-03-25T10:11:12"/></testInfo><ecgResting><params><ecg>'
        f"{stated}<var><medianTemplate>{measured}{median}</medianTemplate></var><wav>{rhythm}</wav></ecg></params></ecgResting></order>"
        "</visit></patientInfo></dcarRecord></sapphire>"
    )


def _group(rows: np.ndarray, leads: Sequence[str], facts: str, rate: str) -> str:
    waves = "".join(
        f'<ecgWaveform lead="{lead}" asizeVT="{len(row)}" VT="xs:short" V="{joined(row)}"/>'
        for lead, row in zip(leads, rows, strict=True)
    )
    return f"<ecgWaveformMXG {facts}>{rate}{waves}</ecgWaveformMXG>"
