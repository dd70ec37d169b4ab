"""Beats, roughly: enough to tell whether a rate or a lead makes sense, in numpy alone and in milliseconds.

The detector is the slope summed over all leads against a threshold, after Pan and Tompkins (IEEE TBME 1985, 32:230).
"""

from __future__ import annotations

import numpy as np

MAX_SAMPLES = 60_000  # of each lead; more would not make the answer better
_REFRACTORY = 0.15  # s; 400 beats a minute, so that an impossible rate is seen as one
_BOX = 0.1  # s, about the width of a QRS complex


def beats(signal: np.ndarray, fs: float) -> np.ndarray:
    """Samples (n,) at which QRS complexes lie; signal: (leads, T) in any unit, NaN where nothing was recorded."""
    known = np.nan_to_num(signal[:, :MAX_SAMPLES].astype(np.float32, copy=False))
    slope = np.abs(np.diff(known, axis=1))
    scale = np.percentile(slope, 99, axis=1)
    there = scale > 0
    box = max(1, round(_BOX * fs))
    if not there.any() or slope.shape[1] < 2 * box:
        return np.zeros(0, dtype=np.intp)
    total = np.clip(slope[there] / scale[there, None], 0, 2).sum(0, dtype=np.float64)
    steps = np.concatenate([[0.0], np.cumsum(total)])
    energy = np.zeros_like(total)
    energy[box // 2 : box // 2 + total.size - box + 1] = steps[box:] - steps[:-box]

    span = round(2 * fs)  # holds a beat even at 30 /min
    whole = energy[: energy.size // span * span].reshape(-1, span) if energy.size >= span else energy[None]
    threshold = 0.45 * float(np.median(whole.max(1)))
    above = np.flatnonzero(energy > max(threshold, 1e-12))
    if above.size == 0:
        return above
    found: list[int] = []
    for run in np.split(above, np.flatnonzero(np.diff(above) > 1) + 1):
        peak = int(run[np.argmax(energy[run])])
        if found and peak - found[-1] < _REFRACTORY * fs:
            if energy[peak] > energy[found[-1]]:
                found[-1] = peak
        else:
            found.append(peak)
    return np.array(found, dtype=np.intp)


def heart_rate(signal: np.ndarray, fs: float) -> float | None:
    """Beats a minute by the median interval, None with fewer than three beats."""
    intervals = np.diff(beats(signal, fs))
    return 60.0 * fs / float(np.median(intervals)) if intervals.size >= 2 else None
