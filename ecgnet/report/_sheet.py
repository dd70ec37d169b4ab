"""The ECG on millimetre paper, drawn at true size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ecgnet.language import say, say_n
from ecgnet.paper import LARGE, Paper, Strip
from ecgnet.report._page import INK, MUTED, Colour, Page

WIDTH = 265.0  # mm: 250 for the trace, and room for the calibration pulse
SMALL = 1.0  # mm
PULSE = 0.2  # s, of 1 mV
LABEL, LABEL_WIDTH, HIGHEST = (
    2.6,
    7.0,
    21.0,
)  # mm that a lead's name takes, and how far above the zero line it may be
TALLEST = 40.0  # mm; a row asks for no more, whatever an artefact reaches
CLOSEST = 8.0  # mm between two zero lines
ADRIFT = 1.0  # mV; a baseline further off is taken out, as a recorder's AC coupling does
SMALL_COLOUR: Colour = (247, 213, 207)
LARGE_COLOUR: Colour = (233, 162, 151)
TRACE_WIDTH = 0.25  # mm

Rows = Sequence[Sequence[Strip]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the paper lies on the page: x, y its upper left corner and its height in mm; start: the time in s at which
    the trace begins; single: whether each row is one lead."""

    x: float
    y: float
    height: float
    paper: Paper
    start: float
    single: bool = False

    @property
    def pulse_room(self) -> float:
        """mm that the calibration pulse takes with its feet and the space around it."""
        return PULSE * self.paper.speed + 3

    @property
    def names_beside(self) -> bool:
        """Whether the names stand before the traces, not above them: twelve rows leave no room above."""
        return self.single and self.pulse_room + LABEL_WIDTH <= WIDTH - 250

    @property
    def before(self) -> float:
        """mm of paper in front of the trace, in whole large squares."""
        return LARGE * float(np.ceil((self.pulse_room + LABEL_WIDTH * self.names_beside) / LARGE))

    def across(self, seconds: np.ndarray | float) -> np.ndarray | float:
        """Time in the record → mm from the page's left edge."""
        return self.x + self.before + (seconds - self.start) * self.paper.speed


def draw_sheet(page: Page, sheet: Sheet, rows: Rows) -> list[str]:
    """Draw paper, calibration pulses, traces and names. → sentences on what is not drawn as it was recorded."""
    rows, remarks = _centre(rows)
    gain = sheet.paper.gain
    zeros = [sheet.y + z for z in zero_lines(rows, gain, sheet.height)]
    _grid(page, sheet)
    beyond = []
    # Round joins: a mitre would lengthen each R wave's tip by its own width and more.
    pen = {"draw_color": INK, "line_width": TRACE_WIDTH, "stroke_join_style": "round"}
    with page.rect_clip(sheet.x, sheet.y, WIDTH, sheet.height), page.local_context(**pen):
        for zero in _with_pulse(zeros, gain):
            page.polyline(_pulse(sheet, zero))
        for row, zero in zip(rows, zeros, strict=True):
            beyond += [strip.label for strip in row if _trace(page, sheet, strip, zero)]
    for row, zero, above in zip(rows, zeros, [sheet.y, *zeros], strict=False):
        for k, strip in enumerate(row):
            x = float(sheet.across(strip.start))
            if k:
                page.rule(x, zero - 4, x, zero + 4, 0.3, MUTED)
            _name(page, sheet, strip, x, zero, zero - above)
    if beyond := list(dict.fromkeys(beyond)):
        remarks.append(
            say_n(
                "{beyond} reaches beyond the paper at {gain:g} mm/mV.",
                "{beyond} reach beyond the paper at {gain:g} mm/mV.",
                n=len(beyond),
                beyond=", ".join(beyond),
                gain=gain,
            )
        )
    return remarks


def zero_lines(rows: Rows, gain: float, height: float) -> list[float]:
    """How far below the paper's upper edge each row has its zero line, in whole mm.

    Rows share the height evenly, but a tall one gets what it needs. When all together need more than there is, they
    move closer and their traces cross, as on a recorder's paper.
    """
    first, last = rows[0], rows[-1]
    needs = [
        max(gain, *(strip.high * gain for strip in first)) + LABEL,
        *(_apart(above, below) * gain + LABEL for above, below in pairwise(rows)),
        max(-strip.low * gain for strip in last) + 1.5,
    ]
    need = np.clip(needs, 2.0, TALLEST)
    roomy = (need + LARGE / 2).sum() <= height
    need = need + LARGE / 2 * roomy
    need = _spread(need, height) if need.sum() <= height else _squeeze(need, height)
    step = LARGE if roomy else SMALL  # on the heavy lines where that costs nothing
    return [float(np.round(z / step) * step) for z in np.cumsum(need)[:-1]]


def _spread(need: np.ndarray, height: float) -> np.ndarray:
    """Even distances that add up to `height`, none below its need; the edges ask for about half of one."""
    share = np.array([0.6, *np.ones(len(need) - 2), 0.4])
    low, high = 0.0, height
    for _ in range(50):
        pitch = (low + high) / 2
        low, high = (pitch, high) if np.maximum(need, pitch * share).sum() <= height else (low, pitch)
    return np.maximum(need, low * share)


def _squeeze(need: np.ndarray, height: float) -> np.ndarray:
    """Distances that add up to `height`: the edges as they need, between rows at least `CLOSEST` and what is left."""
    edges = need[[0, -1]] * min(1.0, 0.4 * height / need[[0, -1]].sum())
    inner, left = need[1:-1], height - edges.sum()
    least = min(CLOSEST, left / max(len(inner), 1))
    more = np.maximum(inner - least, 0)
    inner = least + more * (left - least * len(inner)) / max(more.sum(), 1e-9)
    return np.array([edges[0], *inner, edges[1]])


def _apart(above: Sequence[Strip], below: Sequence[Strip]) -> float:
    """mV between two rows' zero lines so that no trace touches the one below it."""
    return max(
        (b.high - a.low for a in above for b in below if a.start < b.end and b.start < a.end), default=0.0
    )


def _centre(rows: Rows) -> tuple[list[list[Strip]], list[str]]:
    """The rows with far-off baselines taken out, and a sentence on each."""
    pieces: dict[str, list[np.ndarray]] = {}
    for strip in (strip for row in rows for strip in row if strip.recorded):
        pieces.setdefault(strip.label, []).append(strip.values[np.isfinite(strip.values)])
    middle = {label: float(np.median(np.concatenate(values))) for label, values in pieces.items()}
    off = {label: mv for label, mv in middle.items() if abs(mv) > ADRIFT}
    centred = [
        [replace(strip, values=strip.values - np.float32(off.get(strip.label, 0))) for strip in row]
        for row in rows
    ]
    return centred, [
        say("{label}: a baseline of {mv:+.1f} mV is taken out.", label=label, mv=mv)
        for label, mv in off.items()
    ]


def _with_pulse(zeros: list[float], gain: float) -> list[float]:
    """The zero lines that get a calibration pulse: each one whose pulse keeps clear of the one above it."""
    chosen = zeros[:1]
    for zero in zeros[1:]:
        if zero - chosen[-1] > gain:
            chosen.append(zero)
    return chosen


def _pulse(sheet: Sheet, zero: float) -> list[tuple[float, float]]:
    """1 mV for 0.2 s on whole millimetres in front of a row, as points in mm."""
    width = PULSE * sheet.paper.speed
    left = sheet.x + float(np.floor((sheet.before - LABEL_WIDTH * sheet.names_beside - width) / 2))
    right, top = left + width, zero - sheet.paper.gain
    return [(left - 1, zero), (left, zero), (left, top), (right, top), (right, zero), (right + 1, zero)]


def _grid(page: Page, sheet: Sheet) -> None:
    for step, width, colour in ((SMALL, 0.08, SMALL_COLOUR), (LARGE, 0.2, LARGE_COLOUR)):
        for k in range(round(WIDTH / step) + 1):
            x = sheet.x + k * step
            page.rule(x, sheet.y, x, sheet.y + sheet.height, width, colour)
        for k in range(round(sheet.height / step) + 1):
            y = sheet.y + k * step
            page.rule(sheet.x, y, sheet.x + WIDTH, y, width, colour)


def _trace(page: Page, sheet: Sheet, strip: Strip, zero: float) -> bool:
    """Draw one strip, interrupted where nothing was recorded. → whether it leaves the paper."""
    xs, ys = sheet.across(strip.times), zero - strip.values * sheet.paper.gain
    low, high = sheet.y, sheet.y + sheet.height
    known = np.isfinite(ys)
    leaves = bool((known & ((ys < low) | (ys > high))).any())
    ys = np.clip(ys, low - 1, high + 1)  # just outside the clipped paper
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2):
        if last - first > 1:
            page.polyline(list(zip(xs[first:last].tolist(), ys[first:last].tolist(), strict=True)))
    return leaves


def _name(page: Page, sheet: Sheet, strip: Strip, x: float, zero: float, room: float) -> None:
    """Write a strip's name clear of its first beat, at most `room` mm above the zero line."""
    wide = page.measure(strip.label, 8, bold=True)
    if sheet.names_beside:
        x, y = x - wide - 1.5, zero + 1
    else:
        head = strip.values[: max(1, round((wide + 3) / sheet.paper.speed / strip.step))]
        peak = float(np.nanmax(head)) * sheet.paper.gain if np.isfinite(head).any() else 0.0
        y = zero - max(2, min(peak + 1, HIGHEST, room - LABEL - 1))
    page.say(x + 1, y, strip.label, 8, bold=True)
    if not strip.recorded:
        page.say(x + wide + 2.5, y, say("not recorded"), 7, colour=MUTED)
