"""GE CardioSoft XML: a median beat and a strip, or a full disclosure with all leads in one list."""

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
    disclosure: bool = False,
    unit: str = ' units="uVperLsb"',
    gain: str = "1",
    rate: str | None = None,
    encoding: str = "ISO8859-1",
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
    """signal (12, T) in mV, in steps of 1 µV. disclosure: a full disclosure instead of the strip; stated, measured: elements
    before the measurements, and among them."""
    rows = counts(signal, STEP)[[LEADS.index(lead) for lead in leads]]
    rate = f'<SampleRate units="Hz">{fs:g}</SampleRate>' if rate is None else rate
    year, month, day = birth_date.split("-") if birth_date else ("", "", "")
    birth = f"<Day>{day}</Day><Month>{month}</Month><Year>{year}</Year>" if birth_date else ""
    person = (
        tag("PID", patient_id)
        + (f"<Name>{tag('FamilyName', name)}</Name>" if name else "")
        + tag("Age", None if age is None else f"{age:g}", ' units="years"')
        + f"<BirthDateTime>{birth}</BirthDateTime>"
        + tag("Gender", sex.upper() if sex else "UNKNOWN")
        + tag("Height", height, ' units="cm"')
        + tag("Weight", weight, ' units="kg"')
    )
    facts = f"{rate}<Resolution{unit}>{gain}</Resolution>"
    data = _disclosure(rows, leads, facts) if disclosure else _leads("StripData", rows, leads, facts)
    median = _leads("MedianSamples", rows[:, : round(1.2 * fs)], leads, facts)
    return encoded(
        f"<CardiologyXML><ObservationType>RestECG</ObservationType><ObservationDateTime><Day>25</Day><Month>3</Month>"
        f"<Year>2024</Year></ObservationDateTime><PatientInfo>{person}</PatientInfo>{stated}"
        f"<RestingECGMeasurements>{measured}{median}</RestingECGMeasurements>{data}</CardiologyXML>",
        encoding,
    )


def _leads(title: str, rows: np.ndarray, leads: Sequence[str], facts: str) -> str:
    lists = "".join(
        f'<WaveformData lead="{lead}">\t\t{joined(row, ",")}\n\t\t</WaveformData>'
        for lead, row in zip(leads, rows, strict=True)
    )
    return (
        f"<{title}><NumberOfLeads>{len(rows)}</NumberOfLeads>"
        f"<ChannelSampleCountTotal>{rows.shape[1]}</ChannelSampleCountTotal>{facts}{lists}</{title}>"
    )


def _disclosure(rows: np.ndarray, leads: Sequence[str], facts: str) -> str:
    return (
        f"<FullDisclosure><NumberOfChannels>{len(rows)}</NumberOfChannels>{facts}<LeadOrder>{','.join(leads)}</LeadOrder>"
        f"<FullDisclosureData>{joined(rows.T.ravel(), ',')},</FullDisclosureData></FullDisclosure>"
    )
