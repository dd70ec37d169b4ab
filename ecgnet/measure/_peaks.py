"""R peaks from all leads at once."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, find_peaks, sosfiltfilt

from ecgnet.language import say

REFRACTORY = 0.2
"""s; no second QRS complex so soon (Pan and Tompkins 1985)."""
T_WAVE = 0.36
"""s; a peak sooner than this after a far steeper one is its T wave (Pan and Tompkins 1985)."""

NOISE_RISE = 3.5
"""Typical peak slope over the median slope in the best lead: white noise reaches 2.6, records of PTB-XL begin at 8."""


def detect_r_peaks(signal: np.ndarray, fs: float) -> np.ndarray:
    """Places of the QRS complexes: (12, T) or (T,) in mV at fs Hz to (n,) int sample indices, possibly none.

    Band-pass 5 to 25 Hz and absolute slope as in Pan and Tompkins 1985 (IEEE Trans Biomed Eng 32:230); each lead is
    scaled by its own typical beat and weighted by how far its beats rise above what lies between them, then all leads
    are added, so that one noisy lead or one spike decides nothing. The threshold is a share of the local maxima with
    a search back across long pauses. The index is where the leads' joint deflection is largest. NaN counts as 0.

    Raises ValueError for a signal of more than 2 dimensions or a rate that is not above 0.
    """
    signal = np.atleast_2d(np.asarray(signal, np.float64))
    if signal.ndim != 2 or not (np.isfinite(fs) and fs > 0):
        raise ValueError(
            say(
                "needs (leads, T) or (T,) and a rate above 0 Hz, not the shape {shape}, {fs} Hz",
                shape=signal.shape,
                fs=fs,
            )
        )
    none = np.zeros(0, int)
    n = signal.shape[1]
    if n < max(fs / 2, 16) or fs < 25:
        return none
    gap = np.isnan(signal)
    signal = np.where(gap, 0, signal - _median(signal, gap))
    band = sosfiltfilt(_band_pass(fs), signal, padlen=min(n - 1, int(fs)))
    slope = uniform_filter1d(np.abs(np.gradient(band, axis=1)), max(1, round(0.08 * fs)), axis=1)
    feature = _joint(slope, fs)
    if feature is None:
        return none
    peaks = _threshold(feature, fs)
    magnitude = np.sqrt((np.clip(band, -5, 5) ** 2).sum(0))
    reach = round(0.06 * fs)
    moved = [max(0, p - reach) + int(np.argmax(magnitude[max(0, p - reach) : p + reach + 1])) for p in peaks]
    return np.unique(np.array(moved, int))


@cache
def _band_pass(fs: float) -> np.ndarray:
    return butter(2, (5, min(25, 0.4 * fs)), "band", fs=fs, output="sos")


def _median(signal: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """(leads, 1), 0 for an empty lead."""
    if not gap.any():
        return np.median(signal, axis=1, keepdims=True)
    out = np.zeros((len(signal), 1))
    for k, hole in enumerate(gap):
        if not hole.all():
            out[k] = np.median(signal[k, ~hole])
    return out


def _joint(slope: np.ndarray, fs: float) -> np.ndarray | None:
    """(T,): the leads' slopes added, a typical QRS complex about 1; None when no lead shows any beats."""
    blocks = max(1, round(slope.shape[1] / (1.5 * fs)))
    maxima = np.stack([part.max(1) for part in np.array_split(slope, blocks, axis=1)])
    typical = np.median(maxima, axis=0)
    floor = np.median(slope, axis=1)
    alive = typical > 1e-5
    rises = np.where(alive, typical / np.maximum(floor, 1e-9), 0)
    weights = np.clip(rises - 2, 0, 8) ** 2
    if rises.max(initial=0) < NOISE_RISE:
        return None
    scaled = np.minimum(slope[alive] / typical[alive, None], 2.5)
    joint = (weights[alive] / weights[alive].sum()) @ scaled
    return joint if np.percentile(joint, 99.5) > 2.5 * np.median(joint) else None


def _threshold(feature: np.ndarray, fs: float) -> np.ndarray:
    """The peaks of the joint slope that are QRS complexes."""
    local = maximum_filter1d(feature, round(3 * fs))
    level = 0.4 * np.minimum(local, np.median(local) * 1.3)
    level = np.maximum(level, 0.15 * np.median(local))
    everything, _ = find_peaks(feature, distance=max(1, round(REFRACTORY * fs)))
    peaks = [int(p) for p in everything if feature[p] > level[p]]
    peaks = _without_t_waves(peaks, feature, fs)
    if len(peaks) < 3:
        return np.array(peaks, int)
    usual = float(np.median(np.diff(peaks)))
    found = set(peaks)
    for a, b in pairwise(peaks):
        if b - a > 1.66 * usual:
            between = [
                int(p)
                for p in everything
                if a + T_WAVE * fs < p < b - T_WAVE * fs and feature[p] > 0.5 * level[p]
            ]
            if between:
                found.add(max(between, key=lambda p: feature[p]))
    return np.array(sorted(found), int)


def _without_t_waves(peaks: list[int], feature: np.ndarray, fs: float) -> list[int]:
    kept: list[int] = []
    for p in peaks:
        if kept and p - kept[-1] < T_WAVE * fs:
            before = kept[-1]
            if feature[p] < 0.6 * feature[before]:
                continue
            if feature[before] < 0.6 * feature[p] and len(kept) == 1:
                kept.pop()
        kept.append(p)
    return kept
