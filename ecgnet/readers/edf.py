"""European Data Format: EDF, EDF+ (continuous and discontinuous) and the 24-bit BDF of BioSemi.

The blocks are decoded here: the libraries refuse discontinuous files or join their pieces as if nothing lay between.
Source: B. Kemp, Electroencephalogr Clin Neurophysiol 1992;82:391; Kemp and Olivan, Clin Neurophysiol 2003;114:1755
(EDF+), https://www.edfplus.info/specs/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _edf_header
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._edf_header import Header, Signal
from ecgnet.readers._leads import standard_lead
from ecgnet.readers._names import left_out, names
from ecgnet.readers._stated import Channel, assemble, check_samples
from ecgnet.record import LeftOut, Record

NAME = "EDF"


def sniff(data: bytes, name: str) -> bool:
    """Whether the version and the number of signals stand where they must."""
    return _edf_header.looks_like_edf(data)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The ECG leads of an EDF or BDF file, signal (12, T) in mV; pauses of a discontinuous file are NaN.

    Annotations and signals of other rates are left out. fs, unit and leads of the options serve where the file leaves
    them out. Raises ReadError.
    """
    notes: list[str] = []
    header = _edf_header.parse(data, name, notes)
    blocks = _blocks(data, header, name, notes)
    chosen, fs = _one_rate(header, name, notes)
    labels = names([signal.label for signal in chosen], options)
    # 0 is no rate: the records cannot be placed, and it is asked for below
    starts = _starts(blocks, header, fs or options.fs or 0.0, chosen[0].per_block, name, notes)
    length = starts[-1] + chosen[0].per_block
    check_samples(length * len(chosen), name)
    channels = []
    for label, signal in zip(labels, chosen, strict=True):
        if left_out(label):
            channels.append(Channel(label, np.broadcast_to(np.nan, length), 1.0, say("not read")))
            continue
        row = np.full(length, np.nan)
        for start, block in zip(starts, _samples(blocks, signal, header.bytes_per_sample), strict=True):
            row[start : start + signal.per_block] = block
        channels.append(_calibrated(label, row, signal, name))
    if length > len(blocks) * chosen[0].per_block:
        notes.append(say("The recording was paused; the pauses hold no samples."))
    return assemble(channels, fs, name, options, NAME, header.metadata, header.identity, notes)


def _blocks(data: bytes, header: Header, name: str, notes: list[str]) -> np.ndarray:
    """The data records as they are stored, (records, bytes) uint8."""
    size = sum(signal.per_block for signal in header.signals) * header.bytes_per_sample
    held, rest = divmod(len(data) - header.size, size)
    count = held if header.blocks == -1 else header.blocks
    if count < 1 or held < count or (header.blocks == -1 and rest):
        raise ReadError(
            say(
                "{name} announces {blocks} data records and holds {held}: it is cut short, copy it again.",
                name=name,
                blocks=header.blocks,
                held=max(held, 0),
            )
        )
    if header.blocks == -1:
        notes.append(
            say(
                "The recorder did not finish the file; the {held} data records that it holds are read.",
                held=held,
            )
        )
    elif held > count or rest:
        notes.append(
            say(
                "The file is longer than its header announces; the first {count} data records are read.",
                count=count,
            )
        )
    return np.frombuffer(data, np.uint8, count * size, header.size).reshape(count, size)


def _one_rate(header: Header, name: str, notes: list[str]) -> tuple[list[Signal], float | None]:
    """The signals of the rate that most of the leads have, and that rate in Hz, None if not stated."""
    signals = [signal for signal in header.signals if not signal.is_annotation]
    leads = [signal for signal in signals if standard_lead(signal.label)] or signals
    if not leads:
        raise ReadError(
            say(
                "{name} holds only annotations: give the file of the ECG itself.",
                name=name,
            )
        )
    per_block = Counter(signal.per_block for signal in leads).most_common(1)[0][0]
    others = [signal.label for signal in signals if signal.per_block != per_block]
    if others:
        notes.append(LeftOut(say("Left out, as sampled at other rates: {others}.", others=", ".join(others))))
    chosen = [signal for signal in signals if signal.per_block == per_block]
    return chosen, per_block / header.duration if header.duration else None


def _starts(
    blocks: np.ndarray, header: Header, fs: float, per_block: int, name: str, notes: list[str]
) -> list[int]:
    """The sample at which each data record starts."""
    if not header.discontinuous or fs == 0:
        return [k * per_block for k in range(len(blocks))]
    timing = next((signal for signal in header.signals if signal.is_annotation), None)
    if timing is None:
        raise ReadError(
            say(
                "{name} has pauses and does not say where: export it as one continuous recording.",
                name=name,
            )
        )
    stored = _edf_header.columns(timing, header.bytes_per_sample)
    onsets = [_edf_header.onset(block[stored].tobytes(), name) for block in blocks]
    exact = [(onset - onsets[0]) * fs for onset in onsets]
    starts = [round(start) for start in exact]
    if any(after - before < per_block for before, after in pairwise(starts)):
        raise ReadError(
            say(
                "{name}: its data records overlap in time, so it is damaged. Export it again.",
                name=name,
            )
        )
    if any(abs(start - place) > 0.01 for start, place in zip(starts, exact, strict=True)):
        notes.append(say("Parts of the recording that start between two samples are moved to the nearest."))
    return starts


def _calibrated(label: str, row: np.ndarray, signal: Signal, name: str) -> Channel:
    """A lead with its gain. Raises ReadError for one without a range of values."""
    (low, high), (bottom, top) = signal.physical, signal.digital
    if top <= bottom or low == high:
        raise ReadError(
            say(
                "{name}: lead {label} has no range of values: export it with calibrated signals.",
                name=name,
                label=label or signal.label,
            )
        )
    gain = (high - low) / (top - bottom)
    return Channel(label, row, gain, signal.unit, low - gain * bottom)


def _samples(blocks: np.ndarray, signal: Signal, width: int) -> np.ndarray:
    """The samples of one signal as stored, (records, samples of each) integers."""
    stored = np.ascontiguousarray(blocks[:, _edf_header.columns(signal, width)])
    if width == 2:
        return stored.view("<i2")
    wide = np.zeros((len(stored), signal.per_block, 4), np.uint8)
    wide[..., 1:] = stored.reshape(len(stored), signal.per_block, 3)
    return wide.reshape(len(stored), -1).view("<i4") >> 8
