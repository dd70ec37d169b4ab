"""Mortara ELI XML: one CHANNEL a lead, 16 bits in base64, and a typical cycle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS
from tests.readers.writers._texts import counts, encoded, int16

STEP = 0.001


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    gain: str = 'UNITS_PER_MV="1000"',
    rate: str | None = None,
    duration: str | None = None,
    offset: int = 0,
    bits: int = 16,
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str | None = None,
    birth_date: str | None = None,
    patient_id: str | None = None,
    stated: str = "",
    measured: str = "",
    attributes: str = "",
) -> bytes:
    """signal (12, T) in mV, in steps of 1 µV. gain, rate: the attributes that state them, "" for none; stated: elements
    before the channels; measured, attributes: attributes of the typical cycle and of the root."""
    rows = counts(signal, STEP)[[LEADS.index(lead) for lead in leads]]
    rate = f'SAMPLE_FREQ="{fs:g}"' if rate is None else rate
    duration = str(rows.shape[1]) if duration is None else duration
    facts = f'{rate} {gain} BITS="{bits}" FORMAT="SIGNED" ENCODING="BASE64"'
    channels = "".join(
        f'<CHANNEL NAME="{lead.upper()}" OFFSET="{offset}" DURATION="{duration}" {facts} DATA="{int16(row)}"/>'
        for lead, row in zip(leads, rows, strict=True)
    )
    root = _attributes(
        ACQUISITION_TIME="20240325101112",
        AGE=None if age is None else f"{age:g}",
        AGE_UNITS="YEARS",
        HEIGHT=height,
        HEIGHT_UNITS="CM",
        WEIGHT=weight,
        WEIGHT_UNITS="KG",
    )
    person = _attributes(
        LAST_NAME=name,
        ID=patient_id,
        GENDER=sex and sex.upper(),
        DOB=birth_date and birth_date.replace("-", ""),
    )
    beat = f'<TYPICAL_CYCLE_CHANNEL NAME="I" DATA="{int16(rows[0, :100])}"/>'
    cycle = f"<TYPICAL_CYCLE {facts} {measured}>{beat}</TYPICAL_CYCLE>"
    return encoded(f"<ECG {root} {attributes}><SUBJECT {person}/>{stated}{cycle}{channels}</ECG>")


def _attributes(**values: object) -> str:
    return " ".join(f'{key}="{value}"' for key, value in values.items() if value is not None)
