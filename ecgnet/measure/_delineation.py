"""Onsets and offsets of P, QRS and T over all leads of the dominant beat.

Chosen against the candidates in docs/measurements.md. P and QRS: spatial velocity, the length of the derivative over
all leads (Daskalov and Christov 1999, Med Eng Phys 21:37, and the CSE programs); a boundary is where it has sunk to a
small share of its peak above the calm beside the wave.
T end: where the slope has sunk to a small share of its steepest in every lead, joined by a weighted percentile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ecgnet.language import mark, say
from ecgnet.measure._median import Median
from ecgnet.measure._prepare import RATE

QRS_SMOOTH, P_SMOOTH, T_SMOOTH = 0.005, 0.008, 0.012
"""s, standard deviation of the Gaussian that each wave is smoothed with."""
QRS_SHARES, P_SHARE = (0.01, 0.02, 0.03), 0.15
"""Share of the peak velocity at which a wave begins and ends; the mean of several places wanders less with the noise."""
FAST, APART = 0.13, 50
"""Share of the peak velocity above which a part belongs to the QRS complex, and ms between two such parts; a slow
terminal S wave of right bundle branch block needs a low share."""
P_BASE = 0.5
"""Share of the P wave's peak that its size at a boundary must be below."""
SHORTEST_P, LONGEST_P = 0.04, 0.24
"""s, limits of a plausible P wave."""
LONGEST_PR, LARGEST_PR = 0.36, 0.65
"""s, and share of the RR interval, before the QRS complex in which a P wave is looked for."""
ROOM_FOR_P, EXPECTED_QT = 0.6, 0.44
"""s of RR above which a P wave is looked for although the T wave has no end, and the QT at RR 1 s then assumed."""
TAIL = 16
"""ms before the end of the T wave from which on a P wave may stand out of its tail."""
ON_T = mark("The P wave, if there is one, lies on the T wave before it.")
LATEST_T, LATEST_OF_RR = 0.56, 0.66
"""Where the T wave is steepest for the last time: at most so many s after the QRS onset at an RR interval of 1 s (by its
square root at others), and at most this share of RR, or the next P wave would be taken for it."""
LAST_STEEP = 0.6
"""Share of the T wave's greatest velocity that its last steep part reaches; the U wave reaches less."""
T_SHARE = 0.2
"""Share of a lead's steepest slope at which its T wave ends."""
SMALLEST_FALL = 0.012
"""mV that a lead's T wave falls by after its steepest place; from less its end is not read."""
TOGETHER = 45
"""ms from the leads' weighted median within which a lead's T end counts."""
LATE_LEAD = 0.9
"""Share of the leads, by the height of their T waves, that have ended at the joint end: no single lead decides it."""
USUAL_NOISE = 0.006
"""mV of noise in the dominant beat above which a lead counts for less."""


POINTS = ("qrs_onset", "qrs_offset", "p_onset", "p_offset", "t_onset", "t_peak", "t_offset")


@dataclass(frozen=True, slots=True)
class Waves:
    """Places in the dominant beat, in samples at `RATE`, NaN where not found; no_p: a sentence, why there is no P wave."""

    qrs_onset: float = np.nan
    qrs_offset: float = np.nan
    p_onset: float = np.nan
    p_offset: float = np.nan
    t_onset: float = np.nan
    t_peak: float = np.nan
    t_offset: float = np.nan
    no_p: str = ""

    def without_p(self, why: str) -> Waves:
        """The same without a P wave."""
        return replace(self, p_onset=np.nan, p_offset=np.nan, no_p=why)


def delineate(median: Median, rr: float) -> Waves:
    """All boundaries of the dominant beat; rr: the usual RR interval in s, which bounds the search."""
    beat = median.independent
    onset, offset = qrs_bounds(beat, median.zero)
    t_onset, t_peak, t_offset = t_bounds(median, onset, offset, rr)
    t_end = t_offset if np.isfinite(t_offset) else t_peak + ms(100)
    p_onset, p_offset, no_p = p_bounds(beat, onset, t_end - rr * RATE, rr)
    return Waves(onset, offset, p_onset, p_offset, t_onset, t_peak, t_offset, no_p)


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
    onsets, offsets = [], []
    for share in QRS_SHARES:
        still = np.flatnonzero(v[:start] < before + share * (top - before))
        onsets.append(still[-1] if still.size else start)
        still = np.flatnonzero(v[end:] < after + share * (top - after))
        offsets.append(end + still[0] if still.size else end)
    return round(np.mean(onsets)), round(np.mean(offsets))


def p_bounds(beat: np.ndarray, qrs_onset: int, t_end: float, rr: float) -> tuple[float, float, str]:
    """Onset and offset of the largest wave between the T wave before and the QRS complex, or NaN twice and why.

    t_end: where the T wave before ends, in samples of the beat; NaN where it has no end: then a P wave is looked for
    only at rates that leave room between them. Between two humps of a P wave the velocity is low as well; a boundary
    must therefore also be near the baseline. A wave that begins where the T wave ends is not measured.
    """
    if np.isnan(t_end):
        if rr < ROOM_FOR_P:
            return (
                np.nan,
                np.nan,
                say("The T wave before has no clear end, so that a P wave cannot be told from it."),
            )
        t_end = qrs_onset - (rr - EXPECTED_QT * np.sqrt(rr)) * RATE
    longest = min(LONGEST_PR, LARGEST_PR * rr)
    t_end -= ms(TAIL)
    low, high = round(max(t_end, qrs_onset - longest * RATE, 0)), qrs_onset - ms(6)
    on_t = low - t_end < ms(10)
    if high - low < ms(60):
        return np.nan, np.nan, say(ON_T)
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
    if on_t and peak - onset < ms(10):
        return np.nan, np.nan, say(ON_T)
    if not SHORTEST_P * RATE <= onset + offset <= LONGEST_P * RATE:
        return np.nan, np.nan, say("There is no wave like a P wave between the T wave and the QRS complex.")
    return low + peak - onset, low + peak + offset, ""


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


def t_bounds(median: Median, onset: int, offset: int, rr: float) -> tuple[float, float, float]:
    """Onset, peak and offset of the T wave after the QRS complex from onset to offset, or NaN.

    The last steep part that leads back to the baseline is looked for in the spatial velocity, each lead weighted by how
    quiet it is; a U wave is less steep, a P wave comes later. From there every lead is followed to where its slope has
    sunk to `T_SHARE`; the leads' ends that lie together are joined by a percentile, each lead counted by how far its T
    wave falls.
    """
    nothing = (np.nan, np.nan, np.nan)
    beat = median.independent
    quiet = 1 / np.sqrt(1 + (median.noise[list(median.leads)] / USUAL_NOISE) ** 2)
    first = offset + ms(40)
    last = min(onset + round(min(LATEST_T * np.sqrt(rr), LATEST_OF_RR * rr) * RATE), beat.shape[1] - ms(10))
    if last - first < ms(60):
        return nothing
    leads = gaussian_filter1d(beat, T_SMOOTH * RATE, axis=1) * quiet[:, None]
    slope = np.gradient(leads, axis=1)
    v = np.sqrt((slope**2).sum(0))[first:last]
    hills = np.flatnonzero((v[1:-1] >= v[:-2]) & (v[1:-1] > v[2:])) + 1
    level = leads[:, max(0, onset - ms(24)) : max(1, onset - ms(4))].mean(1, keepdims=True)
    size = np.sqrt(((leads - level) ** 2).sum(0))
    place, near = first + hills, ms(20)
    hills = hills[(hills > ms(30)) & (size[np.minimum(place + near, len(size) - 1)] < size[place - near])]
    if not hills.size:
        return nothing
    steep = first + int(hills[v[hills] > LAST_STEEP * v[hills].max()][-1])
    end = _joint_end(leads, slope, steep)
    one = component(leads[:, first : steep + ms(20)] - level)
    peak = _peak(one[: steep - first])
    if peak is None:
        return nothing
    one = one * np.sign(one[peak])
    rising = np.gradient(one)[: peak + 1]
    rise = int(rising.argmax())
    still = np.flatnonzero(rising[: rise + 1] < 0.25 * rising[rise])
    return float(first + (still[-1] if still.size else 0)), float(first + peak), end


def component(segment: np.ndarray) -> np.ndarray:
    """(L, N) to (N,): the first principal component through 0, in mV."""
    u, _, _ = np.linalg.svd(segment @ segment.T)
    return u[:, 0] @ segment


def _peak(one: np.ndarray) -> int | None:
    """Place of the largest deflection that is a hill, not the slope of the ST segment; None when there is no hill."""
    size = np.abs(one)
    hills = np.flatnonzero((size[1:-1] >= size[:-2]) & (size[1:-1] > size[2:])) + 1
    return int(hills[size[hills].argmax()]) if hills.size else None


def _joint_end(leads: np.ndarray, slope: np.ndarray, steep: int) -> float:
    """The T wave's end over the leads (L, N) whose slopes (L, N) are steepest near one place, or NaN."""
    begin, stop = max(0, steep - ms(60)), steep + ms(70)
    found = []
    for lead, its_slope in zip(leads, slope, strict=True):
        place = begin + int(np.abs(its_slope[begin:stop]).argmax())
        if not begin < place < min(stop, len(lead)) - 1:
            continue
        descent = its_slope[place : place + ms(180)] * np.sign(its_slope[place])
        still = np.flatnonzero(descent < T_SHARE * descent[0])
        if still.size and (fall := abs(lead[place + still[0]] - lead[place])) > SMALLEST_FALL:
            found.append((place + still[0], fall))
    if len(found) < min(3, len(leads)):
        return np.nan
    ends, falls = np.array(sorted(found)).T
    near = np.abs(ends - _weighted(ends, falls, 0.5)) < ms(TOGETHER)
    return _weighted(ends[near], falls[near], LATE_LEAD)


def _weighted(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The first of sorted values up to which their weights reach a share of the sum."""
    sums = np.cumsum(weights)
    return float(values[np.searchsorted(sums, share * sums[-1])])
