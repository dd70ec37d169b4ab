"""Four weeks at a time by the day of the recording, or lots of as many ECGs where files state no day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ecgnet.language import say

WEEKS = 4
LEAST = 200
"""ECGs of a period below which no alarm is raised, and of a lot where there are no days."""
DATED = 0.8
"""Share of ECGs with a day from which time is told by days; the others are then left out."""


class Span(NamedTuple):
    """begin, end: the first and the last day, or which ECGs; rows: of the ECGs."""

    begin: str
    end: str
    rows: np.ndarray

    @property
    def name(self) -> str:
        """How it is called."""
        return say("{begin} to {end}", begin=self.begin, end=self.end)


def spans(days: np.ndarray) -> tuple[tuple[Span, ...], int]:
    """The periods in their order, those without an ECG left out, for the days (N,) of the recordings; and the ECGs that are
    in none since their file states no day."""
    known = ~np.isnat(days)
    if not len(days) or known.mean() < DATED:
        rows = [np.arange(k, min(k + LEAST, len(days))) for k in range(0, len(days), LEAST)]
        return tuple(Span(say("ECG {n}", n=int(r[0]) + 1), f"{r[-1] + 1}", r) for r in rows), 0
    first, length = days[known].min(), np.timedelta64(7 * WEEKS, "D")
    place = np.full(len(days), -1)
    place[known] = (days[known] - first) // length
    found = []
    for k in np.unique(place[known]):
        begin = first + k * length
        end = begin + length - np.timedelta64(1, "D")
        found.append(Span(str(begin), str(end), np.flatnonzero(place == k)))
    return tuple(found), int((~known).sum())
