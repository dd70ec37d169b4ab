"""Pages of vector drawing: lines and words placed in millimetres from the upper left corner."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.errors import FPDFException
from fpdf.prefs import ViewerPreferences

from ecgnet.language import say
from ecgnet.report._letters import HELVETICA, Face, face_for, runs, system_face, visual
from ecgnet.report.colours import INK, MUTED, RULE, Colour

PAGES: dict[str, tuple[float, float]] = {"A4": (297.0, 210.0), "Letter": (279.4, 215.9)}
"""Width and height in mm, landscape (ISO 216; ANSI/ASME Y14.1)."""

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # it tells every table it drops


class Page(FPDF):
    """Landscape pages, the first of them begun. `texts` is all that will be written, so that a font can be found that has
    its letters."""

    def __init__(self, size: str, texts: Iterable[str] = ()) -> None:
        if size not in PAGES:
            raise ValueError(
                say(
                    "page must be one of {pages}, not {size!r}",
                    pages=", ".join(PAGES),
                    size=size,
                )
            )
        width, height = PAGES[size]
        super().__init__(orientation="landscape", unit="mm", format=(height, width))
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        # Printers shrink pages to their margins unless the file asks them not to; 25 mm/s would be wrong.
        self.viewer_preferences = ViewerPreferences(print_scaling="None")
        self.set_lang("en")
        letters = frozenset(ord(letter) for text in texts for letter in visual(text))
        self.face = face_for(letters)
        self._widths: dict[tuple[str, float, bool], float] = {}
        self._add("main", self.face)
        self.extra = self._find_extra(letters - self.face.known)
        self.add_page()

    def _add(self, family: str, face: Face) -> None:
        if face.regular is not None:
            self.add_font(family, "", face.regular, collection_font_number=face.number)
            if face.bold != face.regular:
                self.add_font(family, "B", face.bold, collection_font_number=face.number)

    def _find_extra(self, lacking: frozenset[int]) -> Face | None:
        face = system_face(lacking) if lacking else None
        if face is not None:
            try:
                self._add("extra", face)
            except (FPDFException, OSError, KeyError, ValueError, NotImplementedError):
                return None  # a kind of font that fpdf2 cannot embed: the letters are spelled
        return face

    def _use(self, face: Face, size: float, bold: bool) -> None:
        family = "helvetica" if face is HELVETICA else "main" if face is self.face else "extra"
        # A font of one cut is read and embedded once, not again as its own bold: it may hold 40,000 letters.
        bold = bold and (face is HELVETICA or face.bold != face.regular)
        self.set_font(family, "B" if bold else "", size)

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """Width in mm of one line at `size` points."""
        key = text, size, bold  # the same lines are measured while they are wrapped, shortened and placed
        if key not in self._widths:
            self._widths[key] = 0.0
            for face, piece in runs(visual(text), self.face, self.extra):
                self._use(face, size, bold)
                self._widths[key] += self.get_string_width(piece)
        return self._widths[key]

    def shorten(self, text: str, size: float, width: float, bold: bool = False) -> str:
        """The text, or as much of its beginning as fits into `width` mm, and "…"."""
        if self.measure(text, size, bold) <= width:
            return text
        return text[: self._fitting(text, size, width, bold, "…")].rstrip(" ,;.") + "…"

    def wrap(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        """Running text as lines of at most `width` mm, broken at blanks, and within a word that is wider than a line (a
        long identifier, or a script without blanks). Nothing is left out."""
        rows = [""]
        for word in text.split():
            longer = f"{rows[-1]} {word}".strip()
            if self.measure(longer, size, bold) <= width:
                rows[-1] = longer
                continue
            if rows[-1]:
                rows.append("")
            while self.measure(word, size, bold) > width and len(word) > 1:
                fits = max(1, self._fitting(word, size, width, bold))
                rows[-1:] = [word[:fits], ""]
                word = word[fits:]
            rows[-1] = word
        return rows

    def _fitting(self, text: str, size: float, width: float, bold: bool, end: str = "") -> int:
        """How many of its letters fit, with `end` behind them."""
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.measure(text[:middle].rstrip() + end, size, bold) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return low

    def say(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 7,
        *,
        bold: bool = False,
        colour: Colour = INK,
        width: float | None = None,
        align: Literal["left", "right", "centre"] = "left",
    ) -> float:
        """One line with its base line at y, shortened to `width` mm; → the width that it took."""
        if width is not None:
            text = self.shorten(text, size, width, bold)
        taken = self.measure(text, size, bold)
        x -= {"left": 0.0, "right": taken, "centre": taken / 2}[align]
        self.set_text_color(*colour)
        for face, piece in runs(visual(text), self.face, self.extra):
            self._use(face, size, bold)
            self.text(x, y, piece)
            x += self.get_string_width(piece)
        return taken

    def tell(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        width: float,
        *,
        pitch: float,
        lines: int,
        bold: bool = False,
        colour: Colour = INK,
    ) -> tuple[float, bool]:
        """Running text in at most `lines` lines of `width` mm; what does not fit ends in "…". → y below it, and whether all
        of it was said, so that the caller can say the rest elsewhere."""
        rows = self.wrap(text, size, width, bold)
        whole = len(rows) <= lines
        if not whole:
            rows = [*rows[: lines - 1], self.shorten(" ".join(rows[lines - 1 :]), size, width, bold)]
        for row in rows:
            self.say(x, y, row, size, bold=bold, colour=colour)
            y += pitch
        return y, whole

    def rule(
        self, x1: float, y1: float, x2: float, y2: float, width: float = 0.2, colour: Colour = RULE
    ) -> None:
        """A straight line, `width` mm wide."""
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.line(x1, y1, x2, y2)

    def fill(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle without outline."""
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F")

    def trace(self, points: Sequence[tuple[float, float]], width: float, colour: Colour = INK) -> None:
        """A line through many points."""
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.polyline(points)

    def number_pages(self, x: float, y: float) -> None:
        """Write "Page 1 of 2" on each page, ending at x; when all of them are there."""
        count = self.pages_count
        for number in range(1, count + 1):
            self.page = number
            self.font_family = ""  # of the page drawn last: the font is set anew on this one
            self.say(
                x,
                y,
                say("Page {number} of {count}", number=number, count=count),
                6,
                colour=MUTED,
                align="right",
            )

    def finish(self, title: str, made: datetime) -> bytes:
        """The file. Its properties name the title and the day, nothing of the patient."""
        self.set_title(title)
        self.set_creator("ECGNet")
        self.set_creation_date(made)
        return bytes(self.output())
