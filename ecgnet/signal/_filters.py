"""Filters for the eye: what the sheet shows, never what a model reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.signal import butter, detrend, iirnotch, sosfiltfilt, tf2sos

from ecgnet.language import mark, say

Band = Literal["raw", "0.05-150", "0.5-40"]
BANDS: dict[str, tuple[float, float] | None] = {
    mark("raw"): None,
    "0.05-150": (0.05, 150.0),
    "0.5-40": (0.5, 40.0),
}
"""Lower and upper limit in Hz. 0.05 to 150 Hz is the standard's band for diagnosis, 0.5 to 40 Hz a monitor's."""

ORDER = 2  # of each pass; the filter runs forwards and backwards
NOTCH_WIDTH = 2.0  # Hz between the -3 dB points of one pass
MARGIN = 20.0  # s beside a piece; what lies further off moves the slowest filter by about 1 %
TREND = 5.0  # s from which a stretch has a slope of its own
LOW_PASS_WARNING = mark(
    "A 40 Hz low-pass may lower R waves, hide notches of the QRS and shift the ST segment: not for measuring or "
    "diagnosis (AHA/ACC/HRS 2007 asks for 150 Hz)."
)


@dataclass(frozen=True)
class DisplayFilter:
    """A band and a notch for display, both zero-phase: no wave moves in time.

    Butterworth of second order, forwards and backwards, -3 dB at the limits after both; a notch 2 Hz wide at the mains'
    frequency. Limits that a sampling rate cannot hold are dropped, and `notes` says so. Recommendations: Kligfield et
    al., AHA/ACC/HRS 2007, Circulation 115:1306.

    Raises ValueError for a band that is not in `BANDS` and a notch other than 50 or 60 Hz.
    """

    band: Band = "raw"
    notch: float | None = None

    def __post_init__(self) -> None:
        if self.band not in BANDS:
            raise ValueError(
                say(
                    "the band must be one of {bands}, not {band!r}",
                    bands=", ".join(BANDS),
                    band=self.band,
                )
            )
        if self.notch not in (None, 50, 60):
            raise ValueError(
                say(
                    "the notch must be at 50 or 60 Hz or None, not {notch!r}",
                    notch=self.notch,
                )
            )

    def limits(self, fs: float) -> tuple[float | None, float | None]:
        """The lower and upper limit in Hz that are in force at a sampling rate; None: that side is open."""
        low, high = BANDS[self.band] or (None, None)
        return low if _holds(low, fs) else None, high if _holds(high, fs) else None

    def caption(self, fs: float) -> str:
        """What the paper says: "0.05-150 Hz", and at 100 Hz, which holds nothing above 50 Hz, "0.05-50 Hz"."""
        low, high = self.limits(fs)
        band = say("{low:g}-{high:g} Hz", low=low or 0, high=high or fs / 2)
        words = band if low or high else say("unfiltered (to {fs:g} Hz)", fs=fs / 2)
        return words + (say(", notch {notch:g} Hz", notch=self.notch) if _holds(self.notch, fs) else "")

    def notes(self, fs: float) -> tuple[str, ...]:
        """Sentences on what the sampling rate leaves of the filter, and the standard's warning at 40 Hz."""
        said = []
        asked, kept = BANDS[self.band] or (None, None), self.limits(fs)
        for limit, left, side in zip(asked, kept, ("lower", "upper"), strict=True):
            if limit is not None and left is None:
                said.append(
                    say(
                        "At {fs:g} Hz sampling nothing above {fs_2:g} Hz is recorded: no {side} limit at {limit:g} "
                        "Hz.",
                        fs=fs,
                        fs_2=fs / 2,
                        side=side,
                        limit=limit,
                    )
                )
        if self.notch is not None and not _holds(self.notch, fs):
            said.append(
                say(
                    "No notch: {notch:g} Hz is not in a record sampled at {fs:g} Hz.",
                    notch=self.notch,
                    fs=fs,
                )
            )
        if kept[1] == 40:
            said.append(say(LOW_PASS_WARNING))
        return tuple(said)

    def apply(self, signal: np.ndarray, fs: float) -> np.ndarray:
        """(..., T) mV at fs Hz → the same shape, float32. Each stretch between gaps (NaN) is filtered on its own, its
        ends mirrored; a gap stays a gap of the same length."""
        stages, settle = self._stages(fs), self.limits(fs)[0] is not None
        signal = np.asarray(signal, dtype=np.float32)
        if not stages:
            return signal
        if not np.isnan(signal).any():
            return _run(stages, signal, fs, settle).astype(np.float32)
        flat = signal.reshape(-1, signal.shape[-1])
        out = np.full_like(flat, np.nan)
        for row, filtered in zip(flat, out, strict=True):
            for a, b in stretches(np.isfinite(row)):
                filtered[a:b] = _run(stages, row[a:b], fs, settle)
        return out.reshape(signal.shape)

    def piece(self, signal: np.ndarray, fs: float, *, first: int, last: int) -> np.ndarray:
        """Samples `first` to `last` (not included) of the filtered (..., T) signal, (..., last - first) float32. Only
        their surroundings are filtered, so that a day's record costs what ten seconds do."""
        margin = int(np.ceil(MARGIN * fs)) if self._stages(fs) else 0
        begin = max(0, first - margin)
        return self.apply(signal[..., begin : last + margin], fs)[..., first - begin : last - begin]

    def _stages(self, fs: float) -> list[np.ndarray]:
        low, high = self.limits(fs)
        stages = []
        if low is not None:
            stages.append(butter(ORDER, _once(low, fs, up=False), "highpass", fs=fs, output="sos"))
        if high is not None:
            stages.append(butter(ORDER, _once(high, fs, up=True), "lowpass", fs=fs, output="sos"))
        if _holds(self.notch, fs):
            stages.append(tf2sos(*iirnotch(self.notch, self.notch / NOTCH_WIDTH, fs)))
        return stages


def stretches(known: np.ndarray) -> Iterator[tuple[int, int]]:
    """First and one-past-last index of each run of True in (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(known, np.int8), [0]])))
    return ((int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _holds(frequency: float | None, fs: float) -> bool:
    return frequency is not None and frequency < fs / 2


def _once(frequency: float, fs: float, up: bool) -> float:
    """Where one pass must have its -3 dB for two passes to have theirs at `frequency`, by the bilinear transform."""
    factor = (np.sqrt(2) - 1) ** (1 / (2 * ORDER))
    warped = np.tan(np.pi * frequency / fs) * (1 / factor if up else factor)
    return float(np.arctan(warped) * fs / np.pi)


def _run(stages: list[np.ndarray], signal: np.ndarray, fs: float, settle: bool) -> np.ndarray:
    """Mirrored ends: one noisy last sample must not tilt seconds of baseline, as turning about it would. `settle`: a
    high-pass is among the stages, so the straight line that its mirror image would bend goes first."""
    if signal.shape[-1] < 2:
        return signal
    out = signal.astype(np.float64)
    if settle and out.shape[-1] >= TREND * fs:
        out = detrend(out, axis=-1)
    padding = min(out.shape[-1] - 1, round(MARGIN * fs))
    for sos in stages:
        out = sosfiltfilt(sos, out, axis=-1, padtype="even", padlen=padding)
    return out
