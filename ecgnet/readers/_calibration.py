"""Calibration pulses that a cart appends to the ECG or puts before it: no heart, and cut off in files of any format.

A pulse raises all leads to the same voltage at once, 1 mV as IEC 60601-2-25 has it (0.5 and 2 mV at other gains), which no
heart does: aVR = -(I + II) / 2 and III = II - I would have to be -1 mV and 0 where I and II are 1 mV.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgnet.language import say
from ecgnet.leads import INDEPENDENT
from ecgnet.record import LEADS, Record

_HEIGHTS = (1.0, 0.5, 2.0)  # mV
_SPREAD, _OFF = 0.03, 0.05  # mV between the leads; of the height
_SHORTEST = 0.05  # s
_AT_THE_EDGE = 1.5  # s from the beginning or the end
_STILL = 0.02  # s
_LEAST = 0.2  # s in which leads move as hearts move them, which one beat needs
_FEWEST = 6  # leads that have to agree


def without_pulses(record: Record) -> Record | None:
    """The record without pulses at its beginning and end, each with a note; one in its midst is noted and left. None where
    there is nothing but pulses and flat line."""
    rows = [LEADS.index(lead) for lead in INDEPENDENT if lead not in record.missing]
    if len(rows) < _FEWEST:
        return record
    fs = record.fs
    height, runs, signal = _from_rest(record.signal[rows], fs)
    if not runs:
        return record
    if np.count_nonzero(~_together(signal)) < _LEAST * fs:
        return None
    start, end = 0, record.n_samples
    within, notes = [], []
    for first, last in runs:
        if last <= _AT_THE_EDGE * fs + start:
            start = _still_until(signal, last)
        elif first >= record.n_samples - _AT_THE_EDGE * fs:
            end = min(end, _still_from(signal, first))
        else:
            within.append(f"{first / fs:.1f} s")
    pulse = say("A calibration pulse of {height:g} mV", height=height)
    if start:
        notes.append(
            say(
                "{pulse} at the beginning, no ECG, is cut off: the first {start:g} s.",
                pulse=pulse,
                start=start / fs,
            )
        )
    if end < record.n_samples:
        notes.append(
            say(
                "{pulse} at the end, no ECG, is cut off at {end:g} s.",
                pulse=pulse,
                end=end / fs,
            )
        )
    if within:
        notes.append(
            say(
                "{pulse}, no ECG, stands within the recording, at {within}: it is left there.",
                pulse=pulse,
                within=", ".join(within),
            )
        )
    if end - start < fs:
        return record
    return replace(record, signal=record.signal[:, start:end], notes=(*record.notes, *notes))


def _from_rest(signal: np.ndarray, fs: float) -> tuple[float, list[tuple[int, int]], np.ndarray]:
    """Height and runs of the pulses, and the leads (leads, T) from the level that they rise from: 0, or a level of each lead
    where it rests at the end or at the beginning."""
    still = max(2, round(_STILL * fs))
    rests = [signal[:, -1:]] if np.ptp(signal[:, -still:], axis=1).max(initial=0) <= _SPREAD else []
    rests += [signal[:, :1]] if np.ptp(signal[:, :still], axis=1).max(initial=0) <= _SPREAD else []
    for rest in (0.0, *rests):
        height, runs = _pulses(signal - rest, fs)
        if runs:
            return height, runs, signal - rest
    return 0.0, [], signal


def _pulses(signal: np.ndarray, fs: float) -> tuple[float, list[tuple[int, int]]]:
    """Height in mV and the runs (first, one past the last sample) in which all rows (leads, T) stand at it."""
    low, high = signal.min(0), signal.max(0)
    together = high - low <= _SPREAD
    for height in _HEIGHTS:
        there = together & (np.abs(low - height) <= _OFF * height) & (np.abs(high - height) <= _OFF * height)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]])))
        runs = [
            (int(first), int(last))
            for first, last in zip(edges[::2], edges[1::2], strict=True)
            if last - first >= _SHORTEST * fs
        ]
        if runs:
            return height, runs
    return 0.0, []


def _together(signal: np.ndarray) -> np.ndarray:
    """Where no lead changes, or all leads are on their way up or down together: (T - 1,) bool, between two samples."""
    steps = np.diff(signal, axis=1)
    return (steps == 0).all(0) | (
        (np.ptp(signal, axis=0)[1:] <= _SPREAD) & (np.abs(signal[:, 1:]).min(0) > 2 * _SPREAD)
    )


def _still_from(signal: np.ndarray, first: int) -> int:
    """Where the edge and the flat line before a pulse begin."""
    moving = np.flatnonzero(~_together(signal[:, : max(1, first - 1)]))
    return int(moving[-1]) + 1 if moving.size else first


def _still_until(signal: np.ndarray, last: int) -> int:
    """Where the edge and the flat line after a pulse have ended."""
    moving = np.flatnonzero(~_together(signal[:, last:]))
    return last + int(moving[0]) + 1 if moving.size else last
