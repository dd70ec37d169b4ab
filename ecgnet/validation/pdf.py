"""A validation as printed pages: the sections of the text, with a calibration curve a class."""

from __future__ import annotations

from ecgnet.language import say
from ecgnet.report import MARGIN, PAGES, Flow, Page, titled_flow
from ecgnet.report.colours import INK, MUTED, RULE
from ecgnet.validation.by_class import ClassFigures
from ecgnet.validation.in_words import Section, sections, title
from ecgnet.validation.result import Validation

PLOT, LABEL = 34.0, 8.0  # mm: side of a curve's square, and room around it
CELL, PITCH = 6.2, 3.5  # points and mm, as `Flow.cells` writes them
WHOLE = 8
"""Rows up to which a table is not parted."""
CURVE = (31, 92, 153)


def as_pdf(validation: Validation, *, page: str = "A4") -> bytes:
    """The report as PDF. Raises ValueError for a page that there is not."""
    parts = sections(validation)
    drawn = Page(page, [line for section in parts for line in (*section.lines, *sum(section.table, ()))])
    width, height = PAGES[page]
    heading = title(validation)
    flow = titled_flow(drawn, heading, size=PAGES[page])
    for section in parts:
        _section(flow, section)
        if section.title == say("By class"):
            _curves(flow, validation.classes)
    drawn.number_pages(width - MARGIN, height - MARGIN)
    return drawn.finish(heading, validation.made)


def _section(flow: Flow, section: Section) -> None:
    rows = section.table
    if len(rows) <= WHOLE:  # head, sentences and table stay together
        flow.keep((len(rows) + len(section.lines) + 4) * PITCH)
    flow.heading(section.title)
    for line in section.lines:
        flow.text(line)
    if rows:
        edges = _edges(flow, rows)
        for k, row in enumerate(rows):
            flow.cells([(x, cell, k == 0) for x, cell in zip(edges, row, strict=True)])
        flow.y += 1


def _edges(flow: Flow, rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """Where the columns begin, in mm: as wide as their longest cell, narrowed in proportion where that is too much."""
    widths = [
        max(flow.page.measure(cell, CELL, bold=True) for cell in column) + 3
        for column in zip(*rows, strict=True)
    ]
    scale = min(1.0, flow.width / sum(widths))
    return [scale * sum(widths[:k]) for k in range(len(widths))]


def _curves(flow: Flow, figures: tuple[ClassFigures, ...]) -> None:
    """Stated probability against the share with the label, three squares a row."""
    flow.text(say("Stated probability (across) against the share with the label (upwards):"), colour=MUTED)
    figures = tuple(one for one in figures if 0 < one.events < one.n)
    a_row = max(1, int(flow.width // (PLOT + LABEL)))
    for start in range(0, len(figures), a_row):
        flow.keep(PLOT + LABEL)
        for k, one in enumerate(figures[start : start + a_row]):
            _curve(flow.page, flow.x + k * (PLOT + LABEL) + 2, flow.y, one)
        flow.y += PLOT + LABEL


def _curve(page: Page, left: float, top: float, figures: ClassFigures) -> None:
    bottom = top + PLOT

    def at(x: float, y: float) -> tuple[float, float]:
        return left + PLOT * x, bottom - PLOT * y

    corners = [at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)]
    page.trace(corners, 0.2, RULE)
    page.trace([at(0, 0), at(1, 1)], 0.15, MUTED)
    for one in figures.bins:
        page.trace([at(one.stated, one.low), at(one.stated, one.high)], 0.2, CURVE)
        x, y = at(one.stated, one.share)
        page.fill(x - 0.6, y - 0.6, 1.2, 1.2, CURVE)
    if len(figures.bins) > 1:
        page.trace([at(one.stated, one.share) for one in figures.bins], 0.35, CURVE)
    page.say(left, bottom + 3, say("{label}, {n} ECGs", label=figures.label, n=figures.n), 6, colour=INK)
