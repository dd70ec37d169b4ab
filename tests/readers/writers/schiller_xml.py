"""Schiller XML: rhythms and averages in wavedata elements, one list of numbers a channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS
from tests.readers.writers._texts import EIGHT, counts, encoded, joined, tag

STEP = 0.001
ROOT = "com.xiriuz.sema.xml.schillerEDI.SchillerEDI"


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = EIGHT,
    unit: str | None = "UV",
    gain: str | None = "1",
    rate: str | None = None,
    exponent: int = 1,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str | None = None,
    birth_date: str | None = None,
    patient_id: str | None = None,
    stated: str = "",
) -> bytes:
    """signal (12, T) in mV, in steps of 1 µV. rate: its value, "" for none. There is no place for an age;
    stated: elements before the waveforms."""
    rows = counts(signal, STEP)[[LEADS.index(lead) for lead in leads]]
    rate = f"{fs:g}" if rate is None else rate
    resolution = (
        f"<resolution><samplerate><value>{rate}</value><exponent>{exponent}</exponent></samplerate>"
        f"<yres>{tag('unitperbit', gain)}{tag('units', unit)}</yres></resolution>"
    )
    person = (
        tag("id", patient_id)
        + tag("lastname", name)
        + tag("birthdate", birth_date)
        + tag("gender", sex and sex.upper())
        + (f"<height><value>{height}</value><unit>cm</unit></height>" if height else "")
        + (f"<weight><value>{weight}</value><unit>kg</unit></weight>" if weight else "")
    )
    waves = _wave("ECG_AVERAGES", rows[:, : round(fs)], leads, resolution) + _wave(
        "ECG_RHYTHMS", rows, leads, resolution
    )
    return encoded(
        f"<{ROOT}><patdata>{person}</patdata><examdescript><startdatetime><date>2024-03-25</date></startdatetime>"
        f"</examdescript><eventdata><event>{stated}{waves}</event></eventdata></{ROOT}>"
    )


def _wave(kind: str, rows: np.ndarray, leads: Sequence[str], resolution: str) -> str:
    channels = "".join(
        f"<channel><name>{lead}</name><data>{joined(row, ',')}</data><datastype>COMMASEPARATE</datastype>"
        f"<samplecount>{len(row)}</samplecount></channel>"
        for lead, row in zip(leads, rows, strict=True)
    )
    return f"<wavedata><type>{kind}</type>{resolution}{channels}</wavedata>"
