"""The pieces of leads as they are placed on a sheet: rows, their zero lines, and where the leads' names stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from ecgnet import paper as pieces
from ecgnet.paper import INVERTED, LARGE, Paper
from ecgnet.record import Record
from ecgnet.signal import DisplayFilter

LABEL_HEIGHT, LABEL_WIDTH = 5.0, 11.0  # mm that a lead's name takes
LABEL_LIMIT = 25.0  # mm above the zero line; a name never stands higher
LEAST_GAP = {"3x4": 25.0, "6x2": 20.0, "12x1": 15.0}  # mm between rows
WIDEST_GAP = 100.0
REACH = 60.0  # mm that a row may take from its neighbours on either side


@dataclass(frozen=True, eq=False)
class DrawnStrip(pieces.Strip):
    """One piece of one lead in its place on the sheet: on which paper, and its row's zero line, offset, in mV."""

    paper: Paper = field(default_factory=Paper)
    offset: float = 0.0

    @property
    def lead(self) -> str:
        """The recorded lead."""
        return "aVR" if self.label == INVERTED else self.label

    @property
    def low(self) -> float:
        """The lowest point in mV; where nothing was recorded, that of the words that say so."""
        return float(np.nanmin(self.values)) if self.recorded else -self.paper.millivolts(3)

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
    *,
    paper: Paper,
    display: DisplayFilter,
    span: tuple[float, float],
    rhythm: bool,
) -> list[list[DrawnStrip]]:
    """A strip for each name in `rows`, columns one after another in `span` (s), and the rhythm strip below."""
    return [
        [DrawnStrip(s.label, s.start, s.step, s.values, s.rhythm, paper) for s in row]
        for row in pieces.cut(record, rows, display=display, span=span, rhythm=rhythm)
    ]


def place(rows: list[list[DrawnStrip]], layout: str) -> list[list[DrawnStrip]]:
    """Gives each row its zero line: as close as its neighbour above allows, in whole large squares."""
    paper = rows[0][0].paper
    reach, widest = paper.millivolts(REACH), paper.millivolts(WIDEST_GAP)
    least = max(
        paper.millivolts(LEAST_GAP[layout]), square(1.0, paper, rounding=np.ceil)
    )  # the pulse's height
    placed, offset = [rows[0]], 0.0
    for above, row in pairwise(rows):
        touching = [
            min(b.top, reach) - max(a.low, -reach)
            for a in above
            for b in row
            if a.start < b.end and b.start < a.end
        ]
        need = square(max(touching, default=0.0) + paper.millivolts(1), paper, rounding=np.ceil)
        offset -= min(max(least, need), widest)
        placed.append([replace(strip, offset=offset) for strip in row])
    return placed


def square(value: float, paper: Paper, *, rounding: np.ufunc) -> float:
    """mV rounded to whole large squares."""
    side = paper.millivolts(LARGE)
    return float(rounding(round(value / side, 6)) * side)
