"""Onsets and offsets of P, QRS and T over all leads of the dominant beat.

Chosen against the candidates in docs/measurements.md. P and QRS: spatial velocity, the length of the derivative over
all leads (Daskalov and Christov 1999, Med Eng Phys 21:37, and the CSE programs); a boundary is where it has sunk to a
small share of its peak above the calm beside the wave.
T end: the tangent of Lepeschkin and Surawicz 1952 (Circulation 6:378) in every lead, joined by a high percentile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ecgnet.measure._median import Median
from ecgnet.measure._prepare import RATE

QRS_SMOOTH, P_SMOOTH, T_SMOOTH = 0.004, 0.008, 0.012
"""s, standard deviation of the Gaussian that each wave is smoothed with."""
QRS_SHARE, P_SHARE = 0.04, 0.3
"""Share of the peak velocity at which a wave begins and ends."""
FAST, APART = 0.13, 50
"""Share of the peak velocity above which a part belongs to the QRS complex, and ms between two such parts; a slow
terminal S wave of right bundle branch block needs a low share."""
P_BASE = 0.5
"""Share of the P wave's peak that its size at a boundary must be below."""
SHORTEST_P, LONGEST_P = 0.04, 0.24
"""s, limits of a plausible P wave."""
LONGEST_PR = 0.36
"""s before the QRS complex in which a P wave is looked for."""
SMALLEST_T = 0.03
"""mV, height of the T wave over all leads below which its end is not measured."""
LATE_LEAD = 80
"""Percentile over the leads that stands for the latest T end: a single lead, or a U wave in it, decides nothing."""


@dataclass(frozen=True, slots=True)
class Waves:
    """Places in the dominant beat, in samples at `RATE`, NaN where not found."""

    qrs_onset: float = np.nan
    qrs_offset: float = np.nan
    p_onset: float = np.nan
    p_offset: float = np.nan
    t_onset: float = np.nan
    t_peak: float = np.nan
    t_offset: float = np.nan


def delineate(median: Median, rr: float) -> Waves:
    """All boundaries of the dominant beat; rr: the usual RR interval in s, which bounds the search."""
    beat = median.independent
    onset, offset = qrs_bounds(beat, median.zero)
    t_onset, t_peak, t_offset = t_bounds(beat, onset, offset, rr)
    t_end = t_offset if np.isfinite(t_offset) else t_peak + ms(100)
    earliest = round(t_end - rr * RATE) if np.isfinite(t_end) else 0
    p_onset, p_offset = p_bounds(beat, onset, earliest)
    return Waves(onset, offset, p_onset, p_offset, t_onset, t_peak, t_offset)


def ms(milliseconds: float) -> int:
    """Milliseconds to samples."""
    return round(milliseconds * RATE / 1000)


def velocity(beat: np.ndarray, smooth: float) -> np.ndarray:
    """(L, N) mV to (N,) mV/s: the length of the derivative over all leads, smoothed by a Gaussian of so many s."""
    slope = gaussian_filter1d(beat, smooth * RATE, axis=1, order=1) * RATE
    return np.sqrt((slope**2).sum(0))


def qrs_bounds(beat: np.ndarray, zero: int) -> tuple[int, int]:
    """Onset and offset of the QRS complex of one beat (L, N) with its fiducial at zero.

    Its fast parts, at most `APART` ms apart, are joined; from them outwards the first
    place as calm as the surroundings is the boundary. The calm of the ST segment is its own, since it may slope.
    """
    v = velocity(beat, QRS_SMOOTH)
    near = slice(max(0, zero - ms(70)), zero + ms(80))
    middle, top = near.start + int(v[near].argmax()), v[near].max()
    low, high = max(0, zero - ms(160)), min(len(v), zero + ms(190))
    fast = np.flatnonzero(v[low:high] > FAST * top) + low
    start = end = middle
    for place in fast[fast >= middle]:
        if place - end <= ms(APART):
            end = int(place)
    for place in fast[fast <= middle][::-1]:
        if start - place <= ms(APART):
            start = int(place)
    calm = uniform_filter1d(v, ms(20))
    before = calm[max(0, start - ms(90)) : start + 1].min()
    after = calm[end : end + ms(100)].min()
    still = np.flatnonzero(v[:start] < before + QRS_SHARE * (top - before))
    onset = int(still[-1]) if still.size else start
    still = np.flatnonzero(v[end:] < after + QRS_SHARE * (top - after))
    offset = end + int(still[0]) if still.size else end
    return onset, offset


def p_bounds(beat: np.ndarray, qrs_onset: int, earliest: int) -> tuple[float, float]:
    """Onset and offset of the largest wave between earliest (the T wave before) and the QRS complex, or NaN.

    Between two humps of a P wave the velocity is low as well; a boundary must therefore also be near the baseline.
    """
    nothing = (np.nan, np.nan)
    low, high = max(earliest, qrs_onset - round(LONGEST_PR * RATE), 0), qrs_onset - ms(6)
    if high - low < ms(60):
        return nothing
    piece = gaussian_filter1d(beat, P_SMOOTH * RATE, axis=1)[:, low:high]
    first, last = piece[:, : ms(10)].mean(1), piece[:, -ms(10) :].mean(1)
    flat = piece - np.linspace(first, last, piece.shape[1], axis=1)
    size = np.sqrt((flat**2).sum(0))
    v = velocity(beat, P_SMOOTH)[low:high]
    calm = uniform_filter1d(v, ms(16))
    peak = int(size.argmax())
    onset, offset = (
        _p_edge(v[peak::-1], calm[peak::-1], size[peak::-1]),
        _p_edge(v[peak:], calm[peak:], size[peak:]),
    )
    if np.isnan(offset):
        offset = high - low - peak  # the P wave runs into the QRS complex
    if not SHORTEST_P * RATE <= onset + offset <= LONGEST_P * RATE:
        return nothing
    return low + peak - onset, low + peak + offset


def _p_edge(v: np.ndarray, calm: np.ndarray, size: np.ndarray) -> float:
    """Samples from the peak of the P wave to its edge; all three run from the peak (index 0) outwards.

    The steepest place is looked for only up to the calmest near the baseline within 120 ms, or the QRS complex or T
    wave beyond the edge would be taken for it.
    """
    near, far = ms(20), ms(120)
    if len(v) < near + 2:
        return np.nan
    small = size[near:far] < P_BASE * size[0]
    level = np.where(small, calm[near:far], np.inf) if small.any() else calm[near:far]
    quiet = near + int(level.argmin())
    steep = int(v[: quiet + 1].argmax())
    still = v[steep : steep + far] < calm[quiet] + P_SHARE * (v[steep] - calm[quiet])
    return steep + _nearest(still, size[steep : steep + far] < P_BASE * size[0])


def _nearest(still: np.ndarray, near_baseline: np.ndarray) -> float:
    """The first place that is both still and near the baseline, else the first that is still, else NaN."""
    for places in (np.flatnonzero(still & near_baseline), np.flatnonzero(still)):
        if places.size:
            return float(places[0])
    return np.nan


def t_bounds(beat: np.ndarray, onset: int, offset: int, rr: float) -> tuple[float, float, float]:
    """Onset, peak and offset of the T wave after the QRS complex from onset to offset, or NaN.

    The peak is that of the leads' first principal component; from there the steepest way back is followed in each lead.
    """
    nothing = (np.nan, np.nan, np.nan)
    first = offset + ms(40)
    latest_peak = min(onset + round(min(0.6 * np.sqrt(rr), rr - 0.2) * RATE), beat.shape[1] - ms(60))
    last = min(onset + round(min(rr - 0.1, 0.78) * RATE), beat.shape[1] - ms(10))
    if latest_peak - first < ms(60):
        return nothing
    level = beat[:, max(0, onset - ms(24)) : max(1, onset - ms(4))].mean(1, keepdims=True)
    leads = gaussian_filter1d(beat, T_SMOOTH * RATE, axis=1)[:, first:last] - level
    one = component(leads)
    peak = _peak(one[: latest_peak - first])
    if peak is None:
        return nothing
    one = one * np.sign(one[peak])
    steep = peak + int(np.gradient(one)[peak : peak + ms(220)].argmin())
    end = tangent_end(one, steep)
    height = one[peak] - one[steep : steep + ms(160)].min()
    if end is None or height < SMALLEST_T:
        return np.nan, float(first + peak), np.nan
    ends = [e for e in _lead_ends(leads, steep) if abs(e - end) < ms(60)]
    if len(ends) >= 3:
        end = float(np.percentile(ends, LATE_LEAD))
    slope = np.gradient(one)[: peak + 1]
    rise = int(slope.argmax())
    still = np.flatnonzero(slope[: rise + 1] < 0.25 * slope[rise])
    return float(first + (still[-1] if still.size else 0)), float(first + peak), first + end


def component(segment: np.ndarray) -> np.ndarray:
    """(L, N) to (N,): the first principal component through 0, in mV."""
    u, _, _ = np.linalg.svd(segment @ segment.T)
    return u[:, 0] @ segment


def _peak(one: np.ndarray) -> int | None:
    """Place of the largest deflection that is a hill, not the slope of the ST segment; None when there is no hill."""
    size = np.abs(one)
    hills = np.flatnonzero((size[1:-1] >= size[:-2]) & (size[1:-1] > size[2:])) + 1
    return int(hills[size[hills].argmax()]) if hills.size else None


def tangent_end(wave: np.ndarray, steep: int) -> float | None:
    """Where the tangent at its steepest descent meets the level that a wave (N,) sinks to; None without a descent."""
    slope = (wave[min(steep + 1, len(wave) - 1)] - wave[max(steep - 1, 0)]) / 2
    tail = wave[steep + ms(16) : steep + ms(160)]
    if slope >= 0 or len(tail) < ms(30):
        return None
    return float(steep + max(wave[steep] - tail.min(), 0) / -slope)


def _lead_ends(leads: np.ndarray, steep: int) -> list[float]:
    """The tangent ends of each lead (L, N), upright and inverted, that descends near the place of the joint one."""
    begin, stop = max(0, steep - ms(60)), min(leads.shape[1], steep + ms(70))
    ends = []
    for lead in leads:
        slope = np.gradient(lead)[begin:stop]
        for wave, place in ((lead, int(slope.argmin())), (-lead, int(slope.argmax()))):
            inside = 0 < place < stop - begin - 1
            k = begin + place
            if (
                inside
                and wave[k] - wave[k : k + ms(140)].min() > 0.02
                and (end := tangent_end(wave, k)) is not None
            ):
                ends.append(end)
    return ends
