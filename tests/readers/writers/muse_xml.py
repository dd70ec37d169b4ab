"""GE MUSE XML: a median beat and a rhythm, 8 leads of 16 bits in base64."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS
from tests.readers.writers._texts import EIGHT, counts, encoded, int16, tag

STEP = 0.001


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = EIGHT,
    gain: str | None = "1",
    unit: str | None = "MICROVOLTS",
    rate: str | None = None,
    encoding: str = "UTF-8",
    doctype: str = '<!DOCTYPE RestingECG SYSTEM "restecg.dtd">',
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str | None = None,
    birth_date: str | None = None,
    patient_id: str | None = None,
    stated: str = "",
) -> bytes:
    """signal (12, T) in mV, in steps of 1 µV. rate: the elements that state it, "" for none;
    stated: elements before the waveforms."""
    rows = dict(zip(LEADS, counts(signal, STEP), strict=True))
    rate = f"<SampleBase>{fs:g}</SampleBase><SampleExponent>0</SampleExponent>" if rate is None else rate
    year, month, day = birth_date.split("-") if birth_date else ("", "", "")
    person = (
        tag("PatientID", patient_id)
        + tag("PatientAge", None if age is None else f"{age:g}")
        + ("<AgeUnits>YEARS</AgeUnits>" if age is not None else "")
        + tag("DateofBirth", f"{month}-{day}-{year}" if birth_date else None)
        + tag("Gender", sex and sex.upper())
        + tag("HeightCM", height)
        + tag("WeightKG", weight)
        + tag("PatientLastName", name)
    )
    beat = {lead: rows[lead][: round(1.2 * fs)] for lead in leads}
    waveforms = _waveform("Median", beat, rate, gain, unit)
    waveforms += _waveform("Rhythm", {lead: rows[lead] for lead in leads}, rate, gain, unit)
    return encoded(
        f"{doctype}<RestingECG><PatientDemographics>{person}</PatientDemographics>"
        f"<TestDemographics><AcquisitionDate>03-25-2024</AcquisitionDate></TestDemographics>{stated}{waveforms}</RestingECG>",
        encoding,
    )


def _waveform(kind: str, rows: dict[str, np.ndarray], rate: str, gain: str | None, unit: str | None) -> str:
    leads = "".join(_lead(lead, values, gain, unit) for lead, values in rows.items())
    return f"<Waveform><WaveformType>{kind}</WaveformType><NumberofLeads>{len(rows)}</NumberofLeads>{rate}{leads}</Waveform>"


def _lead(lead: str, values: np.ndarray, gain: str | None, unit: str | None) -> str:
    data = int16(values)
    return (
        f"<LeadData><LeadByteCountTotal>{2 * len(values)}</LeadByteCountTotal>"
        f"<LeadTimeOffset>0</LeadTimeOffset><LeadSampleCountTotal>{len(values)}</LeadSampleCountTotal>"
        + tag("LeadAmplitudeUnitsPerBit", gain)
        + tag("LeadAmplitudeUnits", unit)
        + f"<LeadID>{lead}</LeadID><LeadOffsetFirstSample>0</LeadOffsetFirstSample>"
        f"<FirstSampleBaseline>0</FirstSampleBaseline><LeadSampleSize>2</LeadSampleSize><LeadOff>FALSE</LeadOff>"
        f"<LeadDataCRC32>{zlib.crc32(base64.b64decode(data))}</LeadDataCRC32>"
        f"<WaveFormData>\n{data}\n</WaveFormData></LeadData>"
    )
