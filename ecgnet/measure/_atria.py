"""Is the wave before the QRS complexes a P wave? Not in fibrillation, not in flutter."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.language import say
from ecgnet.measure._beats import SMOOTH, flat
from ecgnet.measure._delineation import Waves, ms
from ecgnet.measure._intervals import direction, frontal_vector
from ecgnet.measure._median import Median, cut
from ecgnet.measure._prepare import RATE, Prepared

STEADY, STEADIER, IRREGULAR = 0.5, 0.7, 0.1
"""`p_consistency` from which a P wave counts as steady in a regular rhythm, and in one where RR typically changes by this
share from one beat to the next."""
SINUS = (-30.0, 90.0)
"""°, axes of a P wave that comes from the sinus node; a flutter wave mostly points straight at aVF or away from it."""
FAST, STEEP, FREE = 0.6, (75.0, 100.0), 16
"""s of RR below which flutter may be conducted two to one; ° of an axis that a sinus P wave and a flutter wave share; ms
between the T wave and it that then speak for a P wave."""
RECURS = 0.65
"""Correlation over all leads from which a wave elsewhere in the beat counts as another flutter wave."""

EARLY, FEWEST_RR = 0.85, 4
"""Share of the median RR interval below which a beat is premature, and RR intervals from which that can be said."""


def no_p_wave(
    prepared: Prepared, median: Median, waves: Waves, rr: np.ndarray, missing: tuple[str, ...]
) -> str:
    """Why the wave found before the QRS complexes is no P wave, a sentence; "" where nothing speaks against it.

    rr: (n - 1,) s. In fibrillation what stands before the QRS complexes changes from beat to beat (the more irregular
    the beats, the steadier it must be); in flutter it is steady, but points elsewhere than a sinus P wave, and comes
    again within the beat or runs into the T wave. Levels on PTB-XL: docs/measurements.md.
    """
    if waves.no_p or np.isnan(waves.p_onset):
        return waves.no_p
    if median.dominant.sum() < 3:
        return say("Fewer than 3 beats of one shape were found.")
    known = rr[np.isfinite(rr)]
    usual = float(np.median(known)) if known.size else 1.0
    change = float(np.median(np.abs(np.diff(known)))) / usual if known.size > 2 else 0.0
    if p_consistency(prepared, median, waves) < STEADY + (STEADIER - STEADY) * min(change / IRREGULAR, 1):
        return say("There is no steady P wave before most QRS complexes.")
    vector = frontal_vector(median, int(waves.p_onset), int(waves.p_offset) + 1, missing)
    if vector is None:
        return ""
    axis = direction(vector.sum(1))
    if usual < FAST and not SINUS[0] <= axis <= STEEP[0]:
        free = waves.p_onset - (waves.t_offset - usual * RATE) > ms(FREE)
        if not (free and STEEP[0] < axis <= STEEP[1]):
            return say("At this rate the wave before the QRS complexes cannot be told from a flutter wave.")
    elif not SINUS[0] <= axis <= SINUS[1] and recurrence(median, waves, usual) > RECURS:
        return say("The wave before the QRS complexes comes more than once a beat, as flutter waves do.")
    return ""


def recurrence(median: Median, waves: Waves, rr: float) -> float:
    """The highest correlation over all leads of the P wave with any place from the QRS complex to the next P wave, of
    those where the wave is about as large; 0 where there is no room. rr in s."""
    smooth = gaussian_filter1d(median.independent, SMOOTH * RATE, axis=1)
    a, b = int(waves.p_onset) - ms(20), int(waves.p_offset) + ms(20)
    first = int(waves.qrs_offset) + ms(20)
    last = min(smooth.shape[1], a + round(rr * RATE + 0.3 * (b - a)))  # less than a third of the next P wave
    if a < 0 or last - first < b - a:
        return 0.0
    wave = flat(smooth[:, a:b])
    windows = flat(np.lib.stride_tricks.sliding_window_view(smooth[:, first:last], b - a, axis=1)[:, ::2])
    product = np.einsum("lst,lt->s", windows, wave)
    gain = product / (wave**2).sum()
    alike = product / np.sqrt((windows**2).sum((0, 2)) * (wave**2).sum() + 1e-12)
    return float(np.where((gain > 0.4) & (gain < 2.5), alike, 0).max())


def p_consistency(prepared: Prepared, median: Median, waves: Waves) -> float:
    """How alike the P waves are from beat to beat: the lower quartile of each beat's correlation with the mean of
    the others, all leads joined, without any shift; 0 when there is no candidate or fewer than 3 beats.

    In atrial fibrillation the f waves before the QRS complexes average to something that looks like a P wave; left-out
    beats do not resemble it. Levels on PTB-XL: docs/measurements.md. The P wave of a premature beat has another shape and
    lies on the T wave before it: such beats are left out where they are the fewer.
    """
    if not np.isfinite([waves.p_onset, waves.p_offset]).all():
        return 0.0
    chosen = _in_time(median)
    margin = round(0.02 * RATE)
    a, b = max(0, int(waves.p_onset) - margin), int(waves.p_offset) + margin // 2
    smooth = gaussian_filter1d(prepared.independent, SMOOTH * RATE, axis=1)
    starts = median.fiducials[chosen] - median.zero + a
    starts = starts[(starts >= 0) & (starts + b - a <= smooth.shape[1])]
    if len(starts) < 3 or b - a < 4:
        return 0.0
    pieces = flat(cut(smooth, starts, 0, b - a))
    others = (pieces.sum(0) - pieces) / (len(pieces) - 1)
    size = np.sqrt((pieces**2).sum((1, 2)) * (others**2).sum((1, 2)))
    return float(np.percentile((pieces * others).sum((1, 2)) / np.maximum(size, 1e-9), 25))


def _in_time(median: Median) -> np.ndarray:
    """(n,) bool: the dominant beats that do not come early; all dominant ones where those are
    fewer than half of all beats."""
    rr = np.diff(median.fiducials)
    early = np.zeros(len(median.dominant), bool)
    if len(rr) >= FEWEST_RR:
        early[1:] = rr < EARLY * np.median(rr)
    chosen = median.dominant & ~early
    return chosen if chosen.sum() >= max(3, len(early) / 2) else median.dominant
