"""DICOM waveform objects: 12-lead ECG, General ECG and Ambulatory ECG storage.

Source: DICOM PS3.3 C.10.9 (waveform module), PS3.16 CID 3001 (lead codes), PS3.5 6.2 (age strings).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ecgnet.readers._core import MAX_SAMPLES, ReadError, ReadOptions
from ecgnet.readers._leads import build_record, is_inverse, millivolts_per, standard_lead
from ecgnet.record import Metadata, Record

NAME = "DICOM"

# MDC writes them "2:61" (partition and code of IEEE 11073-10101), SCPECG "5.6.3-9-61".
_LEAD_CODE = re.compile(r"(?:2:|5\.6\.3-9-)(\d{1,5})")
_LEADS_BY_CODE = {1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"} | {
    k + 2: f"V{k}" for k in range(1, 7)
}
_SAMPLE_TYPES = {
    (8, "SB"): "i1",
    (8, "UB"): "u1",
    (16, "SS"): "i2",
    (16, "US"): "u2",
    (32, "SL"): "i4",
    (32, "UL"): "u4",
}
_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
_DEFLATED = b"1.2.840.10008.1.2.1.99"


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes carry the prefix of a DICOM file, PS3.10 7.1."""
    return data[128:132] == b"DICM"


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a DICOM file, signal (12, T) in mV.

    Of several waveforms the original is taken, never a derived one such as a median beat. A file states rate
    and units itself, so the options are not asked. Raises ReadError.
    """
    import pydicom  # slow to import: only those who read DICOM wait

    if _DEFLATED in data[:1024]:
        raise ReadError(f"{name} is a deflated DICOM file, which is not read here: export it uncompressed.")
    dataset = pydicom.dcmread(io.BytesIO(data))
    groups = list(dataset.get("WaveformSequence") or ())
    if not groups:
        raise ReadError(
            f"{name} holds no waveform: give the DICOM file of the ECG itself, not an image or PDF of it."
        )
    for group in groups:  # the derived ones too: a file that is cut short is not to be trusted
        _check_size(group, name)
    originals = [g for g in groups if g.get("WaveformOriginality") != "DERIVED"]
    if not originals:
        raise ReadError(f"{name} holds only derived waveforms, such as a median beat: export the rhythm.")

    # Some devices store strips of 3 leads each as groups of their own: the one with most of the 12 counts.
    group = max(
        originals, key=lambda g: len({_label(c) for c in _channels(g, name)} & set(_LEADS_BY_CODE.values()))
    )
    notes = ()
    if len(originals) > 1:
        notes = (
            f"The file holds {len(originals)} original waveforms; number {groups.index(group) + 1} is read.",
        )
    little = dataset.original_encoding[1] is not False
    samples = _samples(group, "<" if little else ">")
    channels = [
        (_label(channel), _millivolts(channel, samples[:, k], name))
        for k, channel in enumerate(_channels(group, name))
    ]
    return build_record(channels, float(group.SamplingFrequency), name, _metadata(dataset), notes)


def _check_size(group: Any, name: str) -> None:
    """Refuses a group whose data are shorter than it announces, or in an encoding that is not plain."""
    kind = (int(group.WaveformBitsAllocated), str(group.WaveformSampleInterpretation))
    if kind not in _SAMPLE_TYPES:
        raise ReadError(
            f"{name} stores samples as {kind[1]}, which is not read here: export them as 16-bit integers."
        )
    samples = int(group.NumberOfWaveformChannels) * int(group.NumberOfWaveformSamples)
    if samples > MAX_SAMPLES:
        raise ReadError(f"{name} announces {samples} samples, too many to read: cut out a part.")
    if len(group.get("WaveformData") or b"") < samples * kind[0] // 8 or samples == 0:
        raise ReadError(f"{name} holds fewer samples than it announces: it is cut short, copy it again.")


def _channels(group: Any, name: str) -> list[Any]:
    channels = list(group.ChannelDefinitionSequence)
    if len(channels) != int(group.NumberOfWaveformChannels):
        raise ReadError(
            f"{name} describes {len(channels)} of {group.NumberOfWaveformChannels} channels: copy it again."
        )
    return channels


def _samples(group: Any, order: str) -> np.ndarray:
    """(T, channels) float64 as stored; padding is NaN."""
    kind = np.dtype(
        order + _SAMPLE_TYPES[int(group.WaveformBitsAllocated), str(group.WaveformSampleInterpretation)]
    )
    shape = (int(group.NumberOfWaveformSamples), int(group.NumberOfWaveformChannels))
    stored = np.frombuffer(group.WaveformData, kind, count=shape[0] * shape[1]).reshape(shape)
    samples = stored.astype(np.float64)
    padding = group.get("WaveformPaddingValue")
    if isinstance(padding, bytes) and len(padding) >= kind.itemsize:
        padding = np.frombuffer(padding, kind, count=1)[0]
    if isinstance(padding, (int, np.integer)):
        samples[stored == padding] = np.nan
    return samples


def _label(channel: Any) -> str:
    """The lead of a channel: by its code, else as the code's meaning or the channel's label calls it."""
    source = (channel.get("ChannelSourceSequence") or [{}])[0]
    match = _LEAD_CODE.fullmatch(str(source.get("CodeValue", "")).strip())
    if match and int(match[1]) in _LEADS_BY_CODE:
        return _LEADS_BY_CODE[int(match[1])]
    spellings = [str(source.get("CodeMeaning") or ""), str(source.get("CodeValue") or "")]
    if not match:  # a code of the same scheme that is another lead is not overruled by a label
        spellings.append(str(channel.get("ChannelLabel") or ""))
    known = [standard_lead(s) or s for s in spellings if standard_lead(s) or is_inverse(s)]
    return next(iter(known), next(filter(None, spellings), ""))


def _millivolts(channel: Any, samples: np.ndarray, name: str) -> np.ndarray:
    """One channel, (T,) in mV: sample x sensitivity x correction + baseline, PS3.3 C.10.9.1.4."""
    units = channel.get("ChannelSensitivityUnitsSequence") or []
    sensitivity = channel.get("ChannelSensitivity")
    lead = _label(channel)
    if sensitivity is None or not units:
        if standard_lead(lead) is None:
            return samples  # not one of the 12: left out in any case
        raise ReadError(f"{name} states no sensitivity for lead {lead}: export it with calibrated channels.")
    factor = millivolts_per(str(units[0].get("CodeValue", "")))
    if factor is None:
        if standard_lead(lead) is None:
            return samples
        unit = units[0].get("CodeValue", "")
        raise ReadError(f"{name}: lead {lead} is in {unit!r}, not in mV, uV or V: export it in one of these.")
    correction = channel.get("ChannelSensitivityCorrectionFactor")
    scale = float(sensitivity) * (1.0 if correction is None else float(correction))
    if scale == 0:
        raise ReadError(
            f"{name} states a sensitivity of 0 for lead {lead}: export it with calibrated channels."
        )
    return (samples * scale + float(channel.get("ChannelBaseline") or 0.0)) * factor


def _metadata(dataset: Any) -> Metadata:
    age = re.fullmatch(r"(\d{1,3})([YMWD])", str(dataset.get("PatientAge") or "").strip())
    height, weight = _positive(dataset.get("PatientSize")), _positive(dataset.get("PatientWeight"))
    years = int(age[1]) * _YEARS[age[2]] if age else None
    sex = str(dataset.get("PatientSex") or "").strip().upper()
    return Metadata(
        age=years if years is not None and years <= 120 else None,
        sex="female" if sex == "F" else "male" if sex == "M" else None,
        height=round(height * 100, 1) if height else None,  # DICOM has metres
        weight=weight,
    )


def _positive(value: Any) -> float | None:
    try:
        return float(value) if value is not None and float(value) > 0 else None
    except (TypeError, ValueError):
        return None
