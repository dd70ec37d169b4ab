"""Delimited text into a table of numbers; what does not fit is told with its line and column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgnet.readers._core import ReadError

COMMENT = ("#", "%")
MAX_NAME = 80  # characters; keeps the patterns that names are matched with quick


@dataclass(frozen=True, slots=True)
class Table:
    """header: names of the columns, None if there are none; values: (rows, columns) float64, finite."""

    header: tuple[str, ...] | None
    values: np.ndarray
    comments: tuple[str, ...]
    notes: tuple[str, ...]


def read_table(text: str, name: str) -> Table:
    """The table in a text. Raises ReadError for rows of different lengths, empty cells and cells of text."""
    whole = text.endswith(("\n", "\r"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    comments = tuple(line for line in lines if line.startswith(COMMENT))
    rows = [
        (n, line) for n, line in enumerate(lines, start=1) if line.strip() and not line.startswith(COMMENT)
    ]
    if not rows:
        raise ReadError(f"{name} holds only comments: export the samples too.")
    first = rows[0][1]
    separator = separator_of(first)
    if first.endswith(separator) and all(line.endswith(separator) for _, line in rows):
        rows = [(n, line[:-1]) for n, line in rows]  # some programs end each line with a separator
    header = _header(rows[0][1], separator)
    if header is not None:
        rows = rows[1:]
        if max(map(len, header)) > MAX_NAME:
            raise ReadError(
                f"{name}: the names of its columns are too long for a table of leads. Shorten them."
            )
    if len(rows) < 2:
        raise ReadError(f"{name} holds {len(rows)} rows of samples: export the whole recording.")

    cells = [line for _, line in rows]
    if separator != "," and any("," in line for line in cells):
        if any("." in line for line in cells):
            raise ReadError(
                f"{name} uses both '.' and ',' within numbers: export it with one decimal sign only."
            )
        cells = [line.replace(",", ".") for line in cells]
    width = len(header) if header is not None else len(cells[0].split(separator))
    try:
        values = np.loadtxt(cells, delimiter=separator, comments=None, ndmin=2, quotechar='"')
        sound = values.shape == (len(rows), width) and bool(np.isfinite(values).all())
    except ValueError:
        sound = False
    if not sound:
        numbered = [(n, line) for (n, _), line in zip(rows, cells, strict=True)]
        raise ReadError(f"{name}: {_fault(numbered, separator, header, width)}")
    note = "The last line does not end with a line break: check that the file is whole."
    return Table(header, values, comments, () if whole else (note,))


def _header(line: str, separator: str) -> tuple[str, ...] | None:
    """The names in the first row, None if it is a row of numbers."""
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    return None if all_numbers(cells, separator) else tuple(cells)


def separator_of(line: str) -> str:
    """What separates the cells of a line: a tab, else a semicolon, else a comma."""
    return next((separator for separator in "\t;" if separator in line), ",")


def all_numbers(cells: Sequence[str], separator: str) -> bool:
    """Whether the cells that are not empty are numbers, with a decimal comma where nothing else uses it."""
    if separator != ",":
        cells = [cell.replace(",", ".") for cell in cells]
    return any(cells) and all(_number(cell) is not None for cell in cells if cell)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _fault(rows: list[tuple[int, str]], separator: str, header: tuple[str, ...] | None, width: int) -> str:
    """The first thing wrong with the rows (line number, text), as a sentence."""
    for number, line in rows:
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        if len(cells) != width:
            return (
                f"line {number} has {len(cells)} cells where {width} are expected. It may be cut short: "
                "copy or export the file again."
            )
        for k, cell in enumerate(cells):
            title = header[k] if header and header[k] else str(k + 1)
            value = _number(cell)
            if not cell:
                return f"line {number}, column {title}: the cell is empty. Fill or cut the gap."
            if value is None:
                return (
                    f"line {number}, column {title}: {cell[:40]!r} is not a number. Remove it or the column."
                )
            if not np.isfinite(value):
                return f"line {number}, column {title}: {cell[:40]!r} is no sample. Fill or cut the gap."
    return "the numbers are not understood. Export it as plain CSV."
