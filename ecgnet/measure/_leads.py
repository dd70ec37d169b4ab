"""The table of measures by lead: amplitudes and durations of P, Q, R, S, R', J, ST and T in the dominant beat."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.measure._delineation import Waves, ms
from ecgnet.measure._median import Median
from ecgnet.measure._prepare import RATE
from ecgnet.measure._types import LeadMeasures
from ecgnet.record import LEADS

SMOOTH = 0.004
"""s, standard deviation of the Gaussian that the trace is smoothed with for the peaks of P and T."""
SMALLEST, SHORTEST = 0.02, 6
"""mV and ms; less is no Q, R, S or R' wave (CSE working party 1985, Eur Heart J 6:815)."""


def lead_measures(median: Median, waves: Waves, missing: tuple[str, ...]) -> dict[str, LeadMeasures]:
    """Every lead of `LEADS` → its measures; all None for a missing lead.

    Q, R, S, R', J, J + 60 ms and T are measured from the lead's level just before the global QRS onset, P from the line
    between its ends; J is the global end of the QRS complex (CSE 1985; AHA/ACC/HRS 2009 part VI, Circulation
    119:e262).
    """
    smooth = gaussian_filter1d(median.beat, SMOOTH * RATE, axis=1)
    return {
        name: LeadMeasures() if name in missing else _measures(trace, calm, float(noise), waves)
        for name, trace, calm, noise in zip(LEADS, median.beat, smooth, median.noise, strict=True)
    }


def _measures(trace: np.ndarray, smooth: np.ndarray, noise: float, waves: Waves) -> LeadMeasures:
    """trace, smooth: (N,) mV, the lead's dominant beat as it is and smoothed for P and T."""
    onset, offset = int(waves.qrs_onset), int(waves.qrs_offset)
    level = trace[max(0, onset - ms(16)) : onset + 1].mean()
    above = trace - level
    after = offset + ms(60)
    return LeadMeasures(
        **_qrs_waves(above[onset : offset + 1], max(SMALLEST, 3 * noise)),
        p=_p(smooth, waves),
        j=_level(above, offset),
        j60=_level(above, after) if after + ms(4) < len(above) else None,
        t=_t(smooth - level, waves, offset),
    )


def _level(trace: np.ndarray, place: int) -> float:
    """The mean of the 8 ms around a place."""
    return float(trace[place - ms(4) : place + ms(4) + 1].mean())


def _p(smooth: np.ndarray, waves: Waves) -> float | None:
    """The P wave's largest deflection from the line between its ends."""
    if not np.isfinite([waves.p_onset, waves.p_offset]).all():
        return None
    piece = smooth[int(waves.p_onset) : int(waves.p_offset) + 1]
    return _largest(piece - np.linspace(piece[0], piece[-1], len(piece)))


def _t(smooth: np.ndarray, waves: Waves, offset: int) -> float | None:
    """The T wave's largest deflection; the first 60 ms of the ST segment are not looked at."""
    if not np.isfinite(waves.t_offset):
        return None
    first = (
        max(offset + ms(60), int(waves.t_onset) - ms(40)) if np.isfinite(waves.t_onset) else offset + ms(60)
    )
    piece = smooth[first : int(waves.t_offset) + 1]
    return _largest(piece) if piece.size else None


def _largest(piece: np.ndarray) -> float:
    """The value furthest from 0, with its sign."""
    return float(piece[np.abs(piece).argmax()])


def _qrs_waves(piece: np.ndarray, smallest: float) -> dict[str, float]:
    """q, r, s, r2 in mV and the durations of q, r and s in ms from one lead's QRS complex (N,), 0 where there is none.

    A wave lies between two crossings of the baseline and is at least `smallest` mV high. A complex without any upward
    wave is a QS: its depth is given as q.
    """
    found = _deflections(piece, smallest)
    first_up = next((k for k, (height, _) in enumerate(found) if height > 0), len(found))
    before, rest = found[:first_up], found[first_up:]
    q = min(before, default=(0.0, 0.0))
    r = rest[0] if rest else (0.0, 0.0)
    s = rest[1] if len(rest) > 1 else (0.0, 0.0)
    r2 = rest[2][0] if len(rest) > 2 else 0.0
    return {
        "q": q[0],
        "r": r[0],
        "s": s[0],
        "r2": r2,
        "q_duration": q[1],
        "r_duration": r[1],
        "s_duration": s[1],
    }


def _deflections(piece: np.ndarray, smallest: float) -> list[tuple[float, float]]:
    """(height in mV, duration in ms) of the waves up and down in turn; neighbours of one direction are one wave."""
    sign = np.sign(piece)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(sign)) + 1, [len(piece)]])
    found: list[tuple[float, int, int]] = []
    for a, b in pairwise(edges):
        run = piece[a:b]
        height = _largest(run)
        # what is still there at the end is the ST segment's level, which is no wave
        level = abs(piece[-1]) if b == len(piece) else 0.0
        if abs(height) - level < smallest or b - a < ms(SHORTEST):
            continue
        moved = np.flatnonzero(np.abs(run) > level + smallest / 2)
        a, b = int(a + moved[0]), int(a + moved[-1] + 1)
        if found and np.sign(found[-1][0]) == np.sign(height):
            a, height = found[-1][1], max(found.pop()[0], height, key=abs)
        found.append((height, a, b))
    return [(height, 1000 * (b - a) / RATE) for height, a, b in found]
