"""The pieces of leads that make up a sheet, and the rows they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ecgnet.figures.paper import INVERTED, Paper
from ecgnet.record import LEADS, Record
from ecgnet.signal import DisplayFilter

LABEL_HEIGHT, LABEL_WIDTH = 5.0, 11.0  # mm that a lead's name takes
LABEL_LIMIT = 25.0  # mm above the zero line; a name never stands higher
LEAST_GAP = {"3x4": 25.0, "6x2": 20.0, "12x1": 15.0}  # mm between rows
WIDEST_GAP = 100.0
REACH = 60.0  # mm that a row may take from its neighbours on either side
RHYTHM = ("II", "V1", "V5", "I", "III", "aVF")
"""The rhythm strip is the first of these that was recorded."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One piece of one lead on the sheet.

    label: the lead, or "−aVR" where it is drawn upside down; start and step: its first sample and the distance of
    two, in s; values (n,) in mV as drawn; offset: the row's zero line in mV; rhythm: the long strip below the grid.
    """

    label: str
    start: float
    step: float
    values: np.ndarray
    paper: Paper
    offset: float = 0.0
    rhythm: bool = False

    @property
    def lead(self) -> str:
        """The recorded lead."""
        return "aVR" if self.label == INVERTED else self.label

    @property
    def recorded(self) -> bool:
        """Whether there is a sample to draw."""
        return bool(np.isfinite(self.values).any())

    @property
    def end(self) -> float:
        """s, one step past the last sample."""
        return self.start + len(self.values) * self.step

    @property
    def times(self) -> np.ndarray:
        """(n,) s."""
        return self.start + np.arange(len(self.values)) * self.step

    @property
    def low(self) -> float:
        """The lowest point in mV; where nothing was recorded, that of the words that say so."""
        return float(np.nanmin(self.values)) if self.recorded else -self.paper.millivolts(3)

    @property
    def high(self) -> float:
        """The highest point in mV, 0 where nothing was recorded."""
        return float(np.nanmax(self.values)) if self.recorded else 0.0

    @property
    def label_height(self) -> float:
        """mV above the zero line where the lead's name stands: clear of the first beats."""
        head = self.values[: max(1, round(self.paper.seconds(LABEL_WIDTH) / self.step))]
        above = float(np.nanmax(head)) if np.isfinite(head).any() else 0.0
        low, high = self.paper.millivolts(5), self.paper.millivolts(LABEL_LIMIT)
        return min(max(low, above + self.paper.millivolts(1)), high)

    @property
    def top(self) -> float:
        """The highest point in mV, name included."""
        return max(self.high, self.label_height + self.paper.millivolts(LABEL_HEIGHT))


def cut(
    record: Record,
    rows: Sequence[Sequence[str]],
    paper: Paper,
    display: DisplayFilter,
    span: tuple[float, float],
    rhythm: bool,
) -> list[list[Strip]]:
    """A strip for each name in `rows`, columns one after another in `span` (s), and the rhythm strip below."""
    fs = record.fs
    begin, finish = (_sample(t, fs) for t in span)
    shown = display.piece(record.signal, fs, begin, finish)

    def strip(name: str, a: float, b: float, rhythm: bool = False) -> Strip:
        first, last = (_sample(t, fs) for t in (a, b))
        lead = "aVR" if name == INVERTED else name
        values = shown[LEADS.index(lead), first - begin : last - begin]
        return Strip(name, first / fs, 1 / fs, -values if name == INVERTED else values, paper, rhythm=rhythm)

    edges = np.linspace(*span, len(rows[0]) + 1)
    strips = [[strip(name, *edges[k : k + 2]) for k, name in enumerate(row)] for row in rows]
    if rhythm:
        missing = record.missing
        name = next((lead for lead in (*RHYTHM, *LEADS) if lead not in missing), "II")
        strips.append([strip(name, *span, rhythm=True)])
    return strips


def place(rows: list[list[Strip]], layout: str) -> list[list[Strip]]:
    """Gives each row its zero line: as close as its neighbour above allows, in whole large squares."""
    paper = rows[0][0].paper
    reach, widest = paper.millivolts(REACH), paper.millivolts(WIDEST_GAP)
    least = max(paper.millivolts(LEAST_GAP[layout]), square(1.0, paper, np.ceil))  # the pulse's height
    placed, offset = [rows[0]], 0.0
    for above, row in pairwise(rows):
        touching = [
            min(b.top, reach) - max(a.low, -reach)
            for a in above
            for b in row
            if a.start < b.end and b.start < a.end
        ]
        need = square(max(touching, default=0.0) + paper.millivolts(1), paper, np.ceil)
        offset -= min(max(least, need), widest)
        placed.append([replace(strip, offset=offset) for strip in row])
    return placed


def square(value: float, paper: Paper, rounding: np.ufunc) -> float:
    """mV rounded to whole large squares."""
    side = paper.millivolts(5)
    return float(rounding(round(value / side, 6)) * side)


def _sample(time: float, fs: float) -> int:
    return int(np.ceil(time * fs - 1e-6))
