"""Pacing spikes and switching artefacts: found over all leads at once, and blanked to the end of their decay."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d

SLOWEST = 250
"""Hz; a slower recorder smears a spike until it looks like a narrow wave."""
JUMP = 0.25
"""mV, length of the jump within 2 ms over all leads from which an edge may be a spike's."""
SUDDEN = 4
"""Times that the jump exceeds all that moved in the 10 ms before; a QRS complex gathers way over more than 6 ms."""
RETURN = 0.6
"""Share of its height that a spike keeps at most 8 ms after its peak; a QRS complex keeps rising."""
LEADS_BY = 0.35
"""s from a spike in the atrium to the QRS complex that follows, at most."""
LONGEST_DECAY = 0.024
"""s after the edge up to which the electrode's discharge is looked for."""


def find_spikes(signal: np.ndarray, fs: float) -> list[tuple[int, int]]:
    """(L, T) mV without NaN to [first, last) samples of every spike with its decay; none below `SLOWEST`.

    A spike is a jump out of calm that turns back at once. It ends where the trace is calmest in the 24 ms after its
    edge: there the discharge has died down and the QRS complex has not yet begun to move.
    """
    lag = max(1, round(0.002 * fs))
    n = signal.shape[1]
    if fs < SLOWEST or n < round(0.1 * fs):
        return []
    step = np.zeros(n)
    step[lag:] = np.sqrt(((signal[:, lag:] - signal[:, :-lag]) ** 2).sum(0))
    window = max(2, round(0.01 * fs))
    before = np.zeros(n)
    # the largest step that ended at least one lag ago, within 10 ms
    recent = maximum_filter1d(step, window, origin=(window - 1) // 2)
    before[lag:] = recent[:-lag]
    found: list[tuple[int, int]] = []
    for k in np.flatnonzero((step > JUMP) & (step > SUDDEN * before)):
        first = int(k) - lag
        if found and first < found[-1][1]:
            continue
        far = np.sqrt(((signal[:, first : first + round(0.02 * fs)].T - signal[:, first]) ** 2).sum(1))
        peak = int(far[: round(0.006 * fs) + 1].argmax())
        later = far[peak + round(0.004 * fs) : peak + round(0.008 * fs) + 1]
        if not later.size or later.min() > RETURN * far[peak]:
            continue
        begin, stop = first + peak + lag + 1, first + round(LONGEST_DECAY * fs) + 1
        tail = step[begin:stop]
        last = begin + int(tail.argmin()) if tail.size else min(begin, n)
        found.append((max(first, 0), min(last + 1, n)))
    return found


def without_spikes(signal: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """(L, T) mV with a straight line in place of every spike, changed where it stands, and (n,) s, where they began."""
    n = signal.shape[1]
    spikes = find_spikes(signal, fs)
    for first, last in spikes:
        a, b = max(first, 0), min(last, n - 1)
        signal[:, a : b + 1] = np.linspace(signal[:, a], signal[:, b], b - a + 1, axis=1)
    return signal, np.array([first / fs for first, _ in spikes])


def led_by_spikes(spikes: np.ndarray, beats: np.ndarray) -> int:
    """How many beats, (n,) s, have a spike, (m,) s, at most `LEADS_BY` before them: those that a pacemaker may have made,
    in the atrium or in the ventricle."""
    return int(((spikes < beats[:, None]) & (spikes > beats[:, None] - LEADS_BY)).any(1).sum())
