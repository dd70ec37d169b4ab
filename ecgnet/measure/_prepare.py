"""A Record made ready to be measured: a window, one rate, gaps bridged, baseline and hum removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, filtfilt, iirnotch, sosfiltfilt

from ecgnet.language import say
from ecgnet.measure._spikes import without_spikes
from ecgnet.record import LEADS, Record
from ecgnet.signal import resample

RATE = 500.0
"""Hz; every window is measured at this rate, so that filters and windows mean the same for all records."""
LONGEST = 60.0
"""s; of a longer record only a window of this length is measured."""
SHORTEST = 1.0
"""s; less holds no beat with all its waves."""
HIGH_PASS = butter(2, 0.5, "high", fs=RATE, output="sos")
INDEPENDENT: tuple[str, ...] = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
"""The leads that are recorded; the other limb leads follow from I and II."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The window to measure.

    signal: (12, T) float64 mV at `RATE`, baseline and hum removed, 0 where nothing was recorded; gap: (12, T) bool,
    where that is; leads: places in `LEADS` of the leads that carry independent information; start: of the window
    in s from the record's start; notes: sentences on what was left out; spikes: (n,) s from the window's start, where
    pacing spikes were blanked.
    """

    signal: np.ndarray
    gap: np.ndarray
    leads: tuple[int, ...]
    start: float
    notes: tuple[str, ...]
    spikes: np.ndarray

    @property
    def independent(self) -> np.ndarray:
        """(L, T) mV, the leads in `leads`."""
        return self.signal[list(self.leads)]

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return self.signal.shape[1] / RATE


def prepare(record: Record) -> Prepared:
    """The window of at most `LONGEST` s, resampled to `RATE`, without pacing spikes, hum and baseline wander.

    Wander: zero-phase Butterworth high-pass of 0.5 Hz, which keeps the ST segment (AHA/ACC/HRS 2007, Circulation
    115:1306, allows 0.67 Hz for zero-phase filters). Hum: a notch at 50 or 60 Hz, only where such a line stands out.
    """
    first, last, notes = _window(record)
    raw = record.signal[:, first:last].astype(np.float64)
    gap = np.isnan(raw)
    raw, spikes = without_spikes(_bridged(raw, gap), record.fs)
    signal = resample(raw, record.fs, fs_to=RATE).astype(np.float64)
    places = np.minimum((np.arange(signal.shape[1]) * (record.fs / RATE)).astype(int), gap.shape[1] - 1)
    gap = gap[:, places]
    if signal.shape[1] >= SHORTEST * RATE:
        signal = sosfiltfilt(HIGH_PASS, signal, padlen=int(0.5 * RATE))
        signal = _without_hum(signal)
    signal[gap] = 0
    present = ~gap.all(1)
    leads = [LEADS.index(name) for name in INDEPENDENT if present[LEADS.index(name)]]
    if not {LEADS.index("I"), LEADS.index("II")} <= set(leads):
        leads += [k for k in range(2, 6) if present[k]]
    return Prepared(signal, gap, tuple(leads), first / record.fs, notes, spikes)


def _window(record: Record) -> tuple[int, int, tuple[str, ...]]:
    """First and last sample: all of a record up to `LONGEST`, else its first window that was mostly recorded."""
    if record.duration <= LONGEST:
        return 0, record.n_samples, ()
    width = int(LONGEST * record.fs)
    best, most = 0, -1.0
    for first in range(0, record.n_samples - width + 1, width):
        known = 1 - np.isnan(record.signal[:, first : first + width]).mean()
        if known > most:
            best, most = first, known
        if known > 0.9 * (1 - len(record.missing) / len(LEADS)):
            break
    start = best / record.fs
    note = say(
        "The record lasts {duration:.0f} s; the {longest:.0f} s from second {start:.0f} were measured.",
        duration=record.duration,
        longest=LONGEST,
        start=start,
    )
    return best, best + width, (note,)


def _bridged(signal: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Gaps filled by straight lines, empty leads by 0."""
    for trace, hole in zip(signal, gap, strict=True):
        if hole.all():
            trace[:] = 0
        elif hole.any():
            places = np.flatnonzero(~hole)
            trace[hole] = np.interp(np.flatnonzero(hole), places, trace[places])
    return signal


def _without_hum(signal: np.ndarray) -> np.ndarray:
    """The same with a notch at 50 or 60 Hz where that line is three times what lies beside it, and above 5 µV."""
    n = signal.shape[1]
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(n), axis=1)).mean(0) * 4 / n
    frequency = np.fft.rfftfreq(n, 1 / RATE)
    for line in (50.0, 60.0):
        off = np.abs(frequency - line)
        beside = np.median(spectrum[(off > 1) & (off < 5)])
        if spectrum[off <= 0.5].max(initial=0) > max(3 * beside, 0.005):
            b, a = iirnotch(line, 25, RATE)
            signal = filtfilt(b, a, signal, axis=1)
    return signal
