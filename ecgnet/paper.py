"""Millimetre paper: what a square is worth, where each lead stands and the piece of it that is shown. No drawing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ecgnet.language import mark, say
from ecgnet.record import LEADS, Record
from ecgnet.signal import DisplayFilter

Layout = Literal["3x4", "6x2", "12x1"]
Order = Literal["standard", "cabrera"]
LAYOUTS: tuple[str, ...] = ("3x4", "6x2", "12x1")
ORDERS: tuple[str, ...] = (mark("standard"), mark("cabrera"))
SPEEDS: tuple[float, ...] = (12.5, 25.0, 50.0)
GAINS: tuple[float, ...] = (5.0, 10.0, 20.0)

INVERTED = "−aVR"
CABRERA = ("aVL", "I", INVERTED, "II", "aVF", "III", *LEADS[6:])
"""From left to inferior, 30° apart, with aVR turned round (AHA/ACC/HRS 2007, Circulation 115:1306)."""

WIDTH = 250.0  # mm of paper for the trace: 10 s at 25 mm/s
LARGE = 5.0  # mm
RHYTHM = ("II", "V1", "V5", "I", "III", "aVF")
"""The rhythm strip is the first of these that was recorded."""


@dataclass(frozen=True)
class Paper:
    """Paper at `speed` mm/s and `gain` mm/mV: small squares of 1 mm, large ones of 5 mm, whatever the controls say.

    Raises ValueError for a speed or gain that is not above 0.
    """

    speed: float = 25.0
    gain: float = 10.0

    def __post_init__(self) -> None:
        if not (self.speed > 0 and self.gain > 0):
            raise ValueError(
                say(
                    "speed and gain must be above 0, not {speed:g} mm/s and {gain:g} mm/mV",
                    speed=self.speed,
                    gain=self.gain,
                )
            )

    def seconds(self, mm: float) -> float:
        """Millimetres across → s."""
        return mm / self.speed

    def millivolts(self, mm: float) -> float:
        """Millimetres up → mV."""
        return mm / self.gain

    @property
    def window(self) -> float:
        """s that fit on the paper: 20, 10 or 5 at 12.5, 25 or 50 mm/s."""
        return self.seconds(WIDTH)

    @property
    def ratio(self) -> float:
        """The length of 1 mV over that of 1 s: 0.4 at 25 mm/s and 10 mm/mV."""
        return self.gain / self.speed

    @property
    def caption(self) -> str:
        """ "25 mm/s 10 mm/mV"."""
        return say("{speed:g} mm/s {gain:g} mm/mV", speed=self.speed, gain=self.gain)

    def span(self, start: float, duration: float) -> tuple[float, float]:
        """From where to where, in s, the paper shows a record: `start` set back to a whole large square, and so far that
        the paper is filled where the record is long enough."""
        side = self.seconds(LARGE)
        start = min(max(start, 0.0), max(0.0, duration - self.window))
        start = round(float(np.floor(start / side + 1e-6)) * side, 6)
        return start, min(start + self.window, duration)


@dataclass(frozen=True)
class SheetSettings:
    """How an ECG is drawn, on screen and in print; the defaults are what a reader meets first. speed in mm/s, gain in mm/mV;
    display filters the drawing alone."""

    layout: Layout = "3x4"
    order: Order = "standard"
    speed: float = 25.0
    gain: float = 10.0
    display: DisplayFilter = field(default_factory=lambda: DisplayFilter("0.05-150"))

    @property
    def paper(self) -> Paper:
        """The paper of that speed and gain. Raises ValueError where one is not above 0."""
        return Paper(self.speed, self.gain)

    def words(self, fs: float) -> str:
        """The same for people, of a record of fs samples a second."""
        order = say(", Cabrera order") if self.order == "cabrera" else ""
        layout = self.layout.replace("x", " × ")
        return say(
            "{layout}{order}, {speed:g} mm/s, {gain:g} mm/mV, {caption}",
            layout=layout,
            order=order,
            speed=self.speed,
            gain=self.gain,
            caption=self.display.caption(fs),
        )


DEFAULTS = SheetSettings()
AS_RECORDED = SheetSettings(display=DisplayFilter())
"""The same without any filter: what a drawing shows where nobody chose."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One piece of one lead on the sheet.

    label: the lead, or "−aVR" where it is drawn upside down; start and step: its first sample and the distance of
    two, in s; values (n,) in mV as drawn, NaN where nothing was recorded; rhythm: the long strip below the grid.
    """

    label: str
    start: float
    step: float
    values: np.ndarray
    rhythm: bool = False

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
        """The lowest point in mV, 0 where nothing was recorded."""
        return float(np.nanmin(self.values)) if self.recorded else 0.0

    @property
    def high(self) -> float:
        """The highest point in mV, 0 where nothing was recorded."""
        return float(np.nanmax(self.values)) if self.recorded else 0.0


def grid(layout: Layout, order: Order) -> tuple[tuple[str, ...], ...]:
    """Rows of lead names; columns follow one another in time. In Cabrera order aVR is `INVERTED`.

    Raises ValueError for an unknown layout or order.
    """
    if layout not in LAYOUTS:
        raise ValueError(
            say(
                "layout must be one of {layouts}, not {layout!r}",
                layouts=", ".join(LAYOUTS),
                layout=layout,
            )
        )
    if order not in ORDERS:
        raise ValueError(
            say(
                "order must be one of {orders}, not {order!r}",
                orders=", ".join(ORDERS),
                order=order,
            )
        )
    names = LEADS if order == "standard" else CABRERA
    rows = int(layout.split("x")[0])
    return tuple(tuple(names[row::rows]) for row in range(rows))


def cut(
    record: Record,
    rows: Sequence[Sequence[str]],
    *,
    display: DisplayFilter,
    span: tuple[float, float],
    rhythm: bool,
) -> list[list[Strip]]:
    """A strip for each name in `rows`, columns one after another in `span` (s), and the rhythm strip below."""
    fs = record.fs
    begin, finish = (_sample(t, fs) for t in span)
    shown = display.piece(record.signal, fs, first=begin, last=finish)

    def strip(name: str, a: float, b: float, rhythm: bool = False) -> Strip:
        first, last = (_sample(t, fs) for t in (a, b))
        values = shown[LEADS.index(name.removeprefix("−")), first - begin : last - begin]
        return Strip(name, first / fs, 1 / fs, -values if name == INVERTED else values, rhythm)

    edges = np.linspace(*span, len(rows[0]) + 1)
    strips = [[strip(name, *edges[k : k + 2]) for k, name in enumerate(row)] for row in rows]
    if rhythm:
        missing = record.missing
        name = next((lead for lead in (*RHYTHM, *LEADS) if lead not in missing), "II")
        strips.append([strip(name, *span, rhythm=True)])
    return strips


def _sample(time: float, fs: float) -> int:
    return int(np.ceil(time * fs - 1e-6))
