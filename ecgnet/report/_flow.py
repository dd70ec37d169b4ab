"""Running text in columns over as many pages as it takes: nothing is cut, nothing is printed over."""

from __future__ import annotations

from collections.abc import Callable

from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.report._page import INK, MUTED, Colour, Page

SIZE, PITCH = 7.4, 3.5  # points; mm between lines
GUTTER = 8.0  # mm
COLUMNS = 2
MARGIN, TOP = 7.0, 20.0  # mm: around a page of `titled_flow`, and down to its first line


class Flow:
    """A pen that writes downwards, goes on in the next column, and turns to a new page behind the last one. left, width:
    of all columns together, in mm; turn: begins a page and gives where its columns begin and end, in mm from its top."""

    def __init__(
        self, page: Page, left: float, width: float, turn: Callable[[], tuple[float, float]]
    ) -> None:
        self.page, self.left, self.turn = page, left, turn
        self.width = (width - (COLUMNS - 1) * GUTTER) / COLUMNS
        self.column = 0
        self.top, self.bottom = turn()
        self.y = self.top

    @property
    def x(self) -> float:
        """The left edge of the column that is written."""
        return self.left + self.column * (self.width + GUTTER)

    def keep(self, height: float) -> None:
        """Go on in the next column unless so many mm are left in this one."""
        if self.y + height <= self.bottom or self.y == self.top:
            return
        self.column += 1
        if self.column == COLUMNS:
            self.column = 0
            self.top, self.bottom = self.turn()
        self.y = self.top

    def heading(self, text: str) -> None:
        """A section's title, with the lines that follow it."""
        self.keep(2 + 4 * PITCH)
        self.y += 2.0 * (self.y > self.top)
        self.page.say(self.x, self.y, text, 8.6, bold=True)
        self.y += PITCH + 1.0

    def text(
        self,
        text: str,
        *,
        size: float = SIZE,
        bold: bool = False,
        colour: Colour = INK,
        indent: float = 0.0,
    ) -> None:
        """Running text."""
        pitch = PITCH * size / SIZE
        for row in self.page.wrap(text, size, self.width - indent, bold):
            self.keep(pitch)
            self.page.say(self.x + indent, self.y, row, size, bold=bold, colour=colour)
            self.y += pitch

    def reasoned(self, text: str, reason: str, *, colour: Colour = INK, indent: float = 0.0) -> None:
        """A line with its reason in grey behind it, or below it where it is long."""
        room = self.width - indent
        taken = self.page.measure(text, SIZE)
        if not reason:
            self.text(text, colour=colour, indent=indent)
        elif taken + 2 + self.page.measure(reason, SIZE - 0.8) > room:
            self.keep(3 * PITCH)  # no reason begins a column
            self.text(text, colour=colour, indent=indent)
            self.text(reason, size=SIZE - 0.8, colour=MUTED, indent=indent + 3)
            self.y += 0.5
        else:
            self.keep(PITCH)
            self.page.say(self.x + indent, self.y, text, SIZE, colour=colour)
            self.page.say(self.x + indent + taken + 2, self.y, reason, SIZE - 0.8, colour=MUTED)
            self.y += PITCH

    def cells(self, cells: list[tuple[float, str, bool]], size: float = 6.2, colour: Colour = INK) -> None:
        """One row of a table: (mm from the column's left edge, text, bold), each as wide as up to the next."""
        self.keep(PITCH)
        ends = [*(x for x, _, _ in cells[1:]), self.width]
        rows = [
            self.page.wrap(text, size, end - x - 1, bold)
            for (x, text, bold), end in zip(cells, ends, strict=True)
        ]
        self.keep(PITCH * max(map(len, rows)))
        for k in range(max(map(len, rows))):
            for (x, _, bold), row in zip(cells, rows, strict=True):
                if k < len(row):
                    self.page.say(self.x + x, self.y, row[k], size, bold=bold, colour=colour)
            self.y += PITCH - 0.3


def titled_flow(page: Page, title: str, *, size: tuple[float, float]) -> Flow:
    """A flow over pages that each carry the title and that they are no diagnosis; the first is the one that `page` has
    begun. size: of the pages, width and height in mm."""
    width, height = size
    begun = False

    def turn() -> tuple[float, float]:
        nonlocal begun
        if begun:
            page.add_page()
        begun = True
        page.say(MARGIN, MARGIN + 4, title, 11, bold=True, width=width - 2 * MARGIN - 80)
        page.say(width - MARGIN, MARGIN + 4, say(wording.NOTICE).rstrip("."), 9, bold=True, align="right")
        page.rule(MARGIN, MARGIN + 6, width - MARGIN, MARGIN + 6)
        return TOP, height - MARGIN - 6

    return Flow(page, MARGIN, width - 2 * MARGIN, turn)
