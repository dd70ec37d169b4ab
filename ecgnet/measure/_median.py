"""Beats sorted by shape, laid over each other and averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.measure._prepare import RATE, Prepared

BEFORE, AFTER = 0.45, 0.75
"""s of a beat around its fiducial point; more than the longest PR and QT that are measured."""
ALIKE = 0.85
"""Correlation of two QRS complexes over all leads from which they count as one shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Median:
    """The dominant beat.

    beat: (12, N) mV at `RATE`, the median over beats of the dominant shape, each shifted to fit; leads: the places of
    those that carry independent information; zero: the fiducial's place in it; fiducials: (n,) int, every beat's place
    after the shift; dominant: (n,) bool; count: beats that went into it; noise: (12,) mV, the standard error that the
    beats' scatter leaves in `beat`.
    """

    beat: np.ndarray
    leads: tuple[int, ...]
    zero: int
    fiducials: np.ndarray
    dominant: np.ndarray
    count: int
    noise: np.ndarray

    @property
    def independent(self) -> np.ndarray:
        """(L, N) mV, the leads in `leads`."""
        return self.beat[list(self.leads)]


def cut(signal: np.ndarray, places: np.ndarray, before: int, after: int) -> np.ndarray:
    """(L, T) around n places: (n, L, before + after), zeros beyond the ends."""
    index = places[:, None] + np.arange(-before, after)
    pieces = signal[:, np.clip(index, 0, signal.shape[1] - 1)].transpose(1, 0, 2)
    inside = (index >= 0) & (index < signal.shape[1])
    return pieces if inside.all() else pieces * inside[:, None, :]


def median_beat(prepared: Prepared, peaks: np.ndarray) -> Median | None:
    """The dominant beat of the window, or None when no beat lies whole inside it.

    Shapes are compared by the correlation of the QRS complexes (all leads joined) at the best shift, as in
    the beat classifiers of resting ECG programs; the median over beats resists outliers where the mean does not.
    """
    before, after = round(BEFORE * RATE), round(AFTER * RATE)
    smooth = gaussian_filter1d(prepared.independent, 0.004 * RATE, axis=1)
    shifted, alike = _aligned(smooth, peaks)
    dominant = _dominant(alike, peaks)
    n = smooth.shape[1]
    inside = (shifted >= round(0.1 * RATE)) & (shifted + round(0.2 * RATE) < n)
    chosen = np.flatnonzero(dominant & inside)
    if not chosen.size:
        return None
    whole = [k for k in chosen if shifted[k] >= before and shifted[k] + after <= n]
    if len(whole) >= max(3, len(chosen) - 3):
        chosen = np.array(whole)
    stack = cut(prepared.signal, shifted[chosen], before, after)
    places = shifted[chosen, None] + np.arange(-before, after)
    known = ~cut(prepared.gap, shifted[chosen], before, after) & ((places >= 0) & (places < n))[:, None, :]
    every = bool(known.all())
    beat = (
        np.median(stack, axis=0) if every else np.ma.median(np.ma.array(stack, mask=~known), axis=0).filled(0)
    )
    # every fourth sample tells as much of the scatter, which is slower than 8 ms
    scatter = 1.48 * np.median(np.abs(stack - beat)[:, :, ::4], axis=(0, 2))
    noise = scatter / np.sqrt(len(chosen))
    return Median(beat, prepared.leads, before, shifted, dominant, len(chosen), noise)


def _aligned(signal: np.ndarray, peaks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places shifted so that the beats fit each other, and (n, n) correlations of their QRS complexes."""
    before, after, reach = round(0.1 * RATE), round(0.12 * RATE), round(0.05 * RATE)
    wide = cut(signal, peaks, before + reach, after + reach)
    n = len(wide)
    windows = np.lib.stride_tricks.sliding_window_view(wide, before + after, axis=2)[:, :, ::2]
    windows = windows - windows.mean(-1, keepdims=True)
    size = np.sqrt(np.einsum("nlst,nlst->ns", windows, windows)) + 1e-9
    reference = _centre(windows[:, :, reach // 2], size[:, reach // 2])
    alike = np.einsum("nlst,lt->ns", windows, reference) / size
    best = alike.argmax(1)
    shifted = peaks + 2 * best - reach
    own = windows[np.arange(n), :, best].reshape(n, -1) / size[np.arange(n), best][:, None]
    # a beat of another shape keeps its own fiducial: its best fit to the reference means nothing
    foreign = alike.max(1) < 0.6
    shifted[foreign] = peaks[foreign]
    return np.clip(shifted, 0, signal.shape[1] - 1), own @ own.T


def _centre(beats: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The beat most like the others, of length 1."""
    flat = (beats / size[:, None, None]).reshape(len(beats), -1)
    k = int((flat @ flat.T > ALIKE).sum(1).argmax())
    return beats[k] / size[k]


def _dominant(alike: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """(n,) bool: the largest group of one shape; of two that are about as large the one that comes less early."""
    group = alike > ALIKE
    sizes = group.sum(1)
    first = int(sizes.argmax())
    rest = ~group[first]
    if rest.any():
        second = int(np.where(rest, (group & rest).sum(1), 0).argmax())
        if (group[second] & rest).sum() >= 0.7 * sizes[first]:
            rr = np.append(np.nan, np.diff(peaks).astype(float))
            early = [np.nanmedian(rr[g][1:]) if g.sum() > 1 else 0 for g in (group[first], group[second])]
            if early[1] > early[0]:
                return group[second]
    return group[first]
