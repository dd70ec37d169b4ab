"""One waveform group of a DICOM object: its samples, which lead each channel is, and its gain.

Source: DICOM PS3.3 C.10.9 (waveform module), PS3.16 CID 3001 (lead codes).
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from ecgnet.language import say
from ecgnet.readers._core import MAX_SAMPLES, ReadError, ReadOptions
from ecgnet.readers._leads import is_inverse, standard_lead
from ecgnet.readers._names import LEADS_BY_CODE, left_out, own_names
from ecgnet.readers._stated import Channel, gain_of

# MDC writes them "2:61" (partition and code of IEEE 11073-10101), SCPECG "5.6.3-9-61".
_LEAD_CODE = re.compile(r"(?:2:|5\.6\.3-9-)(\d{1,5})")
_POTENTIAL = 256  # monitors name the voltage of a lead, 256 codes after the lead itself
_SHORTEST_PADDING = 0.1  # s
_USUAL_RATE = 500.0  # Hz, where a group states none and padding is looked for
_FIRST_ELEMENTS = (0x0, 0x1, 0x2, 0x5, 0x8, 0x12, 0x16, 0x18)
_VOLTAGES = {"4256": "V", "266400": "V", "4274": "mV", "266418": "mV", "4275": "uV", "266419": "uV"}
"""MDC_DIM_VOLT and its parts, IEEE 11073-10101, without and with the partition."""
_SAMPLE_TYPES = {
    (8, "SB"): "i1",
    (8, "UB"): "u1",
    (16, "SS"): "i2",
    (16, "US"): "u2",
    (32, "SL"): "i4",
    (32, "UL"): "u4",
}


def check(group: Any, name: str) -> None:
    """Refuses a group whose data are shorter than it announces, or in an encoding that is not plain."""
    kind = (int(group.WaveformBitsAllocated), str(group.WaveformSampleInterpretation))
    if kind not in _SAMPLE_TYPES:
        raise ReadError(
            say(
                "{name} stores samples as {kind}, which is not read here: export them as 16-bit integers.",
                name=name,
                kind=kind[1],
            )
        )
    samples = int(group.NumberOfWaveformChannels) * int(group.NumberOfWaveformSamples)
    if samples > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} announces {samples} samples, too many to read: cut out a part.",
                name=name,
                samples=samples,
            )
        )
    if len(group.get("WaveformData") or b"") < samples * kind[0] // 8 or samples <= 0:
        raise ReadError(
            say(
                "{name} holds fewer samples than it announces: it is cut short, copy it again.",
                name=name,
            )
        )


def rate(group: Any) -> float | None:
    """Its sampling rate in Hz, None where it is not stated."""
    stated = float(group.get("SamplingFrequency") or 0)
    return stated if math.isfinite(stated) and stated > 0 else None


def channels(group: Any, name: str) -> list[Any]:
    """The descriptions of the channels, one for each."""
    found = list(group.ChannelDefinitionSequence)
    if len(found) != int(group.NumberOfWaveformChannels):
        raise ReadError(
            say(
                "{name} describes {n_found} of {numberofwaveformchannels} channels: copy it again.",
                name=name,
                n_found=len(found),
                numberofwaveformchannels=group.NumberOfWaveformChannels,
            )
        )
    return found


def leads(group: Any, name: str) -> set[str]:
    """Those of the 12 leads that a group holds."""
    return {label(channel) for channel in channels(group, name)} & set(LEADS_BY_CODE.values())


def signals(group: Any, order: str, name: str, options: ReadOptions, notes: list[str]) -> list[Channel]:
    """The channels, NaN for padding, "" for names that have to be asked for. Raises ReadError.

    order: "<" or ">", how the bytes are ordered.
    """
    stored, described = _samples(group, order), channels(group, name)
    skewed = [label(c) for c in described if c.get("ChannelTimeSkew") or c.get("ChannelSampleSkew")]
    if skewed:
        notes.append(
            say(
                "Lead {skewed} was sampled a little later or earlier; this is not corrected.",
                skewed=", ".join(skewed),
            )
        )
    labels = own_names([label(c) for c in described], options)
    return [
        _calibrated(c, called, stored[:, k], name)
        for k, (c, called) in enumerate(zip(described, labels, strict=True))
    ]


def label(channel: Any) -> str:
    """The lead of a channel: by its code, else as the code's meaning or the channel's label calls it."""
    source = (channel.get("ChannelSourceSequence") or [{}])[0]
    match = _LEAD_CODE.fullmatch(str(source.get("CodeValue", "")).strip())
    code = int(match[1]) if match else None
    if code is not None and code - _POTENTIAL in LEADS_BY_CODE:
        code -= _POTENTIAL
    if code in LEADS_BY_CODE:
        return LEADS_BY_CODE[code]
    spellings = [str(source.get("CodeMeaning") or ""), str(source.get("CodeValue") or "")]
    if not match:  # a code of the same scheme that is another lead is not overruled by a label
        spellings.append(str(channel.get("ChannelLabel") or ""))
    known = [standard_lead(s) or s for s in spellings if standard_lead(s) or is_inverse(s)]
    return next(iter(known), next(filter(None, spellings), ""))


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
        samples[_padded(stored, int(padding), rate(group) or _USUAL_RATE)] = np.nan
    return samples


def _padded(stored: np.ndarray, padding: int, fs: float) -> np.ndarray:
    """Where (T, channels) is padding. The lowest and highest value of its type are no samples, wherever they stand; any
    other value, such as 0, is a sample too: only a run of it in all channels at once, or to the end of a channel, that
    does not continue what was before it is padding."""
    same = stored == padding
    limits = np.iinfo(stored.dtype)
    if (padding in (limits.min, limits.max) and padding != 0) or not same.any():
        return same
    found = np.zeros_like(same)
    shortest = max(2, round(_SHORTEST_PADDING * fs))
    for columns in (slice(None), *(slice(k, k + 1) for k in range(same.shape[1]))):
        whole = columns == slice(None)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same[:, columns].all(1), [False]])))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if last - first < shortest or not (whole or last == len(same)):
                continue
            before = stored[max(0, first - 1), columns].astype(np.int64)
            if first == 0 or np.abs(before - padding).max() > 2 or last - first > 10 * shortest:
                found[first:last, columns] = True
    return found


def _unit(units: Any, key: str) -> str:
    return str(units[0].get(key) or "").strip() if units else ""


def begins_bare(data: bytes) -> bool:
    """Whether bytes begin with an element that comes first in DICOM files, of group 0002 or 0008, without preamble."""
    group, element = data[:2], int.from_bytes(data[2:4], "little")
    if group not in (b"\x02\0", b"\x08\0") or element not in _FIRST_ELEMENTS or len(data) < 256:
        return False
    explicit = data[4:6] in (b"UL", b"OB", b"UI", b"CS", b"DA", b"TM", b"SH", b"LO")
    return explicit or (group == b"\x08\0" and 0 < int.from_bytes(data[4:8], "little") <= 64)


def _calibrated(channel: Any, lead: str, samples: np.ndarray, name: str) -> Channel:
    """A channel with its gain: sample x sensitivity x correction + baseline, PS3.3 C.10.9.1.4."""
    if left_out(lead):
        return Channel(lead, samples, 1.0, say("not read"))
    units = channel.get("ChannelSensitivityUnitsSequence") or []
    sensitivity = channel.get("ChannelSensitivity")
    if sensitivity is None:
        return Channel(lead, samples, 1.0, "")
    correction = channel.get("ChannelSensitivityCorrectionFactor")
    gain = gain_of(
        float(sensitivity) * (1.0 if correction is None else float(correction)),
        name,
        f"lead {lead or '(no name)'}",
    )
    code, meaning = _unit(units, "CodeValue"), _unit(units, "CodeMeaning")
    unit = _VOLTAGES.get(code, meaning if code.isdecimal() else code or meaning)
    return Channel(lead, samples, gain, unit, float(channel.get("ChannelBaseline") or 0.0))
