"""Delimited text into a table of numbers; what does not fit is told with its line and column.

Above the numbers may stand lines of keys and values, names of columns, and units; a table may hold a lead a column, a
lead a row, or a sample of one lead a row. Cells that are empty or say that they hold nothing are gaps (NaN).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _keys
from ecgnet.readers._core import ReadError
from ecgnet.readers._leads import lead_of, millivolts_per
from ecgnet.readers._long_table import by_lead

COMMENT = ("#", "%", "//", "!")
MAX_NAME = 80  # characters; keeps the patterns that names are matched with quick
_MAX_LEADS = 64
_MAX_COMMENTS = 200
_GAPS = {
    "",
    "nan",
    "-nan",
    "na",
    "n/a",
    "#n/a",
    "<na>",
    "null",
    "none",
    "missing",
    "-",
    "--",
    "?",
    ".",
    "*",
    "**",
    "***",
}
_GAPS |= {"1.#qnan", "-1.#ind", "1.#ind", "-nan(ind)"}  # as the C library of Windows prints NaN
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # Excel's hint to itself
_CLOCK = re.compile(r"(?:^|[\sT\[])(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+|:\d{3}(?!\d))?)")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:[.,]\d{3})+")
_TIME_UNITS = re.compile(
    r"(?:s|sec|seconds?|ms|msec|milliseconds?|us|usec|microseconds?|min|minutes?|samples?|hh:mm.*|mm:ss.*|yyyy.*|h:m.*)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[-+]?[\d.,]+\s*([^\d\s]\S*)")  # LabChart's "10.000 mV"
_STEP = re.compile(r"([\d.]+)\s*(m|u|)s(?:ec(?:onds?)?)?\s*/\s*sample", re.IGNORECASE)  # AcqKnowledge
_PER_SECOND = re.compile(r"([\d.]+)\s*(?:samples\s*/\s*s(?:ec(?:ond)?)?|hz)", re.IGNORECASE)
_CHANNELS = re.compile(r"(\d{1,2})\s+channels", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """header: names of the columns, None if there are none; units: what stands for each below its name, "" for nothing;
    values: (rows, columns) float64, NaN where there is no number; clock: the columns of wall-clock or elapsed times,
    which `values` has in s; words: the columns of words; facts: keys in lower case to values, from the lines on top."""

    header: tuple[str, ...] | None
    values: np.ndarray
    comments: tuple[str, ...]
    notes: tuple[str, ...]
    units: tuple[str, ...] = ()
    clock: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Layout:
    """separator: "" for blanks; top: lines above the numbers, in cells; rows: (line number, cells)."""

    separator: str
    top: list[list[str]]
    rows: list[tuple[int, list[str]]]


def read_table(text: str, name: str) -> Table:
    """The table in a text. Raises ReadError for rows of different lengths, and cells of text among numbers."""
    whole = text.endswith(("\n", "\r"))
    text = text.replace("\u2212", "-")  # the minus sign of typesetters
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    comments = tuple(line for line in lines if line.startswith(COMMENT))
    rows = [
        (n, line) for n, line in enumerate(lines, start=1) if line.strip() and not line.startswith(COMMENT)
    ]
    if not rows:
        raise ReadError(say("{name} holds only comments: export the samples too.", name=name))
    layout = _laid_out(rows)
    layout.top += _names_in(comments, layout.separator)
    header, units, facts = _top(layout)
    notes = (
        [] if whole else [say("The last line does not end with a line break: check that the file is whole.")]
    )
    if header is not None and max(map(len, header)) > MAX_NAME:
        raise ReadError(
            say(
                "{name}: the names of its columns are too long for a table of leads. Shorten them.",
                name=name,
            )
        )
    if len(layout.rows) < 2:
        raise ReadError(
            say(
                "{name} holds {n_rows} rows of samples: export the whole recording.",
                name=name,
                n_rows=len(layout.rows),
            )
        )
    long = by_lead(header, layout.rows, name)
    if long is not None:
        (header, layout.rows), units = long, ()
        notes.append(say("The file has a row a sample of one lead; each lead is read as a column."))
    elif _one_row_a_lead(layout, header):
        header, units = _transposed(layout, name), ()
        notes.append(say("The file has a row a lead, which is read as a column."))
    width = len(header) if header is not None else len(layout.rows[0][1])
    values, clock, words = _values(layout, header, width, name)
    return Table(header, values, comments, tuple(notes), units, frozenset(clock), frozenset(words), facts)


def _names_in(comments: Sequence[str], separator: str) -> list[list[str]]:
    """The cells of comments that name leads, as `numpy.savetxt` writes its header."""
    parted = [cells_of(line.lstrip("#%/! \t"), separator) for line in comments[:_MAX_COMMENTS]]
    return [
        cells
        for cells in parted
        if sum(lead_of(split_unit(cell[:MAX_NAME])[0]) is not None for cell in cells) > 1
    ]


def _laid_out(rows: list[tuple[int, str]]) -> _Layout:
    """The separator, the lines on top, and the rows of numbers below them."""
    forced = _SEPARATOR_LINE.fullmatch(rows[0][1].strip())
    rows = rows[1:] if forced and len(rows) > 1 else rows
    separator = forced[1] if forced else _separator(rows)
    cells = [(n, cells_of(line, separator)) for n, line in rows]
    if all(len(row) > 1 and not row[-1] for _, row in cells[len(cells) // 2 :]):
        cells = [(n, row[:-1] if len(row) > 1 and not row[-1] else row) for n, row in cells]
    width = len(cells[len(cells) // 2][1])
    first = next(
        (
            k
            for k, (_, row) in enumerate(cells)
            if _is_data(row, separator) and len(row) in (width, width + 1)
        ),
        0 if _is_data(cells[0][1], separator) else min(1, len(cells) - 1),
    )
    top, below = [row for _, row in cells[:first]], cells[first:]
    counts = set(below[0][1]) - {""}
    if len(counts) == 1 and counts == {str(len(below) - 1)}:  # AcqKnowledge: how many samples follow
        below = below[1:]
    below = [
        (n, row[: next((k for k in range(width, len(row)) if row[k][:1] == "#"), len(row))])
        for n, row in below
    ]
    return _Layout(separator, top, below)


def _separator(rows: list[tuple[int, str]]) -> str:
    """What parts the cells of most rows: a tab, a semicolon, a bar, a comma, or blanks ("")."""
    samples = [rows[len(rows) // 2][1], rows[-1][1], rows[len(rows) // 3][1]]
    for separator in ("\t", ";", "|", ",", ""):
        parted = [cells_of(line, separator) for line in samples]
        if all(len(cells) > 1 and _is_data(cells, separator) for cells in parted[:1]):
            return separator
    return separator_of(rows[0][1])


def separator_of(line: str) -> str:
    """What separates the cells of a line: a tab, else a semicolon, else a comma."""
    return next((separator for separator in "\t;" if separator in line), ",")


def cells_of(line: str, separator: str) -> list[str]:
    """The cells of a line, without blanks and quotes around them."""
    if not separator:
        parts = next(csv.reader([" ".join(line.split())], delimiter=" ")) if '"' in line else line.split()
    elif '"' in line:
        parts = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    else:
        parts = line.split(separator)
    return [cell.strip(" \"'") for cell in parts]


def _is_data(cells: list[str], separator: str) -> bool:
    """Whether a row is one of samples: most of its cells are numbers, gaps or times, and at least one is a number."""
    if cells[0].endswith(("=", ":")) and lead_of(cells[0]) is None:
        return False
    numbers = sum(number(cell, separator) is not None for cell in cells)
    if numbers < 3 < len(cells) and _is_word(cells[0], separator):
        return False  # a key and its value before empty cells
    other = sum(cell.casefold() in _GAPS or _CLOCK.search(cell) is not None for cell in cells)
    return numbers > 0 and 2 * (numbers + other) > len(cells)


def _is_word(cell: str, separator: str) -> bool:
    return cell.casefold() not in _GAPS and number(cell, separator) is None and _CLOCK.search(cell) is None


def row_of_a_lead(line: str) -> bool:
    """Whether a line, which may be cut, is the name of a lead and its samples."""
    for separator in ("\t", ";", ",", ""):
        cells = cells_of(line[:2000], separator)[:-1]
        if (
            len(cells) > 20
            and lead_of(split_unit(cells[0])[0]) is not None
            and all_numbers(cells[2:], separator)
        ):
            return True
    return False


def looks_like_a_table(text: str) -> bool:
    """Whether a text holds rows of numbers, at least two cells each, of one width, one below the other."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(COMMENT)][:-1][:200]
    for separator in ("\t", ";", "|", ",", ""):
        rows = [cells_of(line, separator) for line in lines[-3:]]
        if (
            len(rows) > 1
            and all(_is_data(row, separator) for row in rows)
            and len({len(row) for row in rows}) == 1
            and len(rows[0]) > (1 if separator else 2)
        ):
            return True
    return False


def _top(layout: _Layout) -> tuple[tuple[str, ...] | None, tuple[str, ...], dict[str, str]]:
    """Names and units of the columns, and the facts in the other lines."""
    width = len(layout.rows[0][1])
    fitting: list[list[str]] = []
    facts: dict[str, str] = {}
    for row in layout.top:
        fit = None if width > 4 and sum(map(bool, row)) < 4 else _fitted(row, width, layout.separator)
        if fit is not None and (width > 2 or row is layout.top[-1] or any(map(lead_of, row))):
            fitting.append(fit)
        else:
            _note_fact(row, facts)
    listed = _listed_channels(layout.top, width)
    if listed is not None:
        return *listed, facts
    unit_rows = [row for row in fitting if _is_unit_row(row)]
    named = [row for row in fitting if row not in unit_rows]
    best = max(
        named, key=lambda row: sum(lead_of(split_unit(cell)[0]) is not None for cell in row), default=None
    )
    units = [_unit_in(cell) for cell in unit_rows[-1]] if unit_rows else []
    return (tuple(best) if best else None), tuple(units), facts


def _fitted(row: list[str], width: int, separator: str) -> list[str] | None:
    """A row of names or units on the columns; None for one that does not fit them. Some programs begin it with a key
    ("ChannelTitle="), leave out the name of the first column, or end it with a separator."""
    while len(row) > width and not row[-1]:
        row = row[:-1]
    if not separator and len(row) == width + 1 and any(map(lead_of, row)) and not lead_of(row[0]):
        row = [f"{row[0]} {row[1]}", *row[2:]]  # "Elapsed time" between blanks
    if len(row) == width + 1 and row[0].endswith(("=", ":")):
        return row[1:]
    if len(row) == width - 1 and width > 2 and any(map(lead_of, row)):
        return ["", *row]
    if len(row) == width and row[0].endswith("="):
        return ["time" if row[0].lower().startswith("channel") else "", *row[1:]]
    return list(row) if len(row) == width else None


def _is_unit_row(row: list[str]) -> bool:
    filled = [cell for cell in row if cell]
    known = [
        c for c in filled if millivolts_per(_unit_in(c)) is not None or _TIME_UNITS.fullmatch(_unit_in(c))
    ]
    return bool(known) and 2 * len(known) > len(filled) and not any(lead_of(cell) for cell in filled)


def _unit_in(cell: str) -> str:
    match = _RANGE.fullmatch(cell)
    return (match[1] if match else cell).strip("[]() ")


def _note_fact(row: list[str], facts: dict[str, str]) -> None:
    """Key and value of a line on top of the table, "Sample Rate,500 hertz", "Interval=  0.002 s", "2 msec/sample"."""
    line = " ".join(cell for cell in row if cell)
    if match := _STEP.fullmatch(line):
        facts.setdefault("interval", f"{match[1]} {match[2].lower()}s")
    elif match := _PER_SECOND.fullmatch(line):
        facts.setdefault("fs", match[1])
    else:
        key, value = row[0], " ".join(cell for cell in row[1:] if cell)
        if not value:
            sign = next((sign for sign in ":=;\t" if sign in key), ",")
            key, _, value = key.partition(sign)
        unit = re.search(r"[\[(]([^\])]*)[\])]", key)
        key = re.sub(r"[\[(].*", "", key).strip(" :=;!/").lower()
        if key and value.strip() and len(key) <= MAX_NAME:
            value = value.strip() + (
                f" {unit[1]}" if unit and re.fullmatch(r"[\d.,]+", value.strip()) else ""
            )
            facts.setdefault(_keys.plain(key), value[:300])


def _listed_channels(top: list[list[str]], width: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Names and units of AcqKnowledge's text: "12 channels", then a line with the name and one with the unit of each."""
    lines = [" ".join(row) for row in top]
    for k, line in enumerate(lines):
        match = _CHANNELS.fullmatch(line)
        count = int(match[1]) if match else 0
        listed = lines[k + 1 : k + 1 + 2 * count]
        if count and len(listed) == 2 * count and width in (count, count + 1):
            extra = width - count  # a first column of times, called sec, msec or min
            first = (top[-1][0],) if extra and top[-1] else ("time",) * extra
            units = ("",) * extra
            return (*first, *listed[::2]), (*units, *listed[1::2])
    return None


def split_unit(cell: str) -> tuple[str, str | None]:
    """A column's name without its unit, and the unit, as in "V1 (mV)", "V1_uV" and "V1 in mV"."""
    if match := _IN_BRACKETS.fullmatch(cell):
        return (cell, None) if _REMARK.fullmatch(match[2]) else (match[1], match[2])
    if (match := _AS_SUFFIX.fullmatch(cell)) and millivolts_per(match[2]) is not None:
        return match[1], match[2]
    return cell, None


_IN_BRACKETS = re.compile(r"(.+?)[\s_]*[\[(]\s*([^\])]*?)\s*[\])]")
_AS_SUFFIX = re.compile(r"(.+?)(?:[\s_/]+in)?[\s_/]+([^\s_/]+)")
_REMARK = re.compile(
    r"[-+\u2212\u2013]|inv\w*|neg\w*|raw|(?:un)?filt\w*|lead|ecg|ekg", re.IGNORECASE
)  # in brackets, no unit


def _one_row_a_lead(layout: _Layout, header: tuple[str, ...] | None) -> bool:
    """Whether rows are leads: most of them begin with the name of one, or few are very long."""
    rows = [row for _, row in layout.rows]
    if len(rows) > _MAX_LEADS:
        return False
    named = sum(
        lead_of(split_unit(row[0])[0]) is not None and number(row[0], layout.separator) is None
        for row in rows
    )
    bare = header is None and not layout.top and len(rows) in (8, 12, 15) and len(rows[0]) > 4 * len(rows)
    return (named >= 2 and 2 * named >= len(rows)) or bare


def _transposed(layout: _Layout, name: str) -> tuple[str, ...] | None:
    """Turn rows of leads into rows of samples → the names that stood before them, None where none did."""
    lengths = {len(row) for _, row in layout.rows}
    if len(lengths) > 1:
        raise ReadError(
            say(
                "{name} has a row a lead, and its rows have {lengths} to {lengths_2} cells: it may be cut "
                "short. Copy or export the file again.",
                name=name,
                lengths=min(lengths),
                lengths_2=max(lengths),
            )
        )
    rows = [row for _, row in layout.rows]
    named = any(lead_of(split_unit(row[0])[0]) is not None for row in rows)
    if named and all(millivolts_per(row[1]) is not None for row in rows):  # its unit behind each name
        rows = [[f"{row[0]} ({row[1]})", *row[2:]] for row in rows]
    if named and layout.top and len(layout.top[-1]) == len(rows[0]):
        rows = [layout.top[-1], *rows] if _is_data(layout.top[-1][1:], layout.separator) else rows
    header = tuple(row[0] for row in rows) if named else None
    samples = [row[1:] if named else row for row in rows]
    layout.rows = list(enumerate(map(list, zip(*samples, strict=True)), start=1))
    return header


def _values(
    layout: _Layout, header: tuple[str, ...] | None, width: int, name: str
) -> tuple[np.ndarray, list[int], list[int]]:
    """Samples (rows, columns), and which columns are times on a clock and which are words."""
    separator, rows = layout.separator, [row for _, row in layout.rows]
    wrong = next(((n, len(row)) for n, row in layout.rows if len(row) != width), None)
    if wrong is not None:
        raise ReadError(
            say(
                "{name}: line {wrong} has {wrong_2} cells where {width} are expected. It may be cut short: "
                "copy or export the file again.",
                name=name,
                wrong=wrong[0],
                wrong_2=wrong[1],
                width=width,
            )
        )
    decimal = _decimal_sign(rows, separator, name)
    values = np.full((len(rows), width), np.nan)
    clock: list[int] = []
    words: list[int] = []
    for k, column in enumerate(zip(*rows, strict=True)):
        if decimal == ",":
            column = [cell.replace(",", ".") for cell in column]
        try:
            values[:, k] = np.array(column, dtype=np.float64)  # quick, and what most columns are
            if np.isfinite(values[:, k]).all():
                continue
        except ValueError:
            pass
        title = header[k] if header and header[k] else str(k + 1)
        numbers = [_number(cell) for cell in column]
        filled = [cell.casefold() not in _GAPS for cell in column]
        if sum(f and v is None for f, v in zip(filled, numbers, strict=True)) * 2 > sum(filled):
            seconds = clock_seconds(column)
            (words if seconds is None else clock).append(k)
            if seconds is not None:
                values[:, k] = seconds
            continue
        for (n, _), cell, value, there in zip(layout.rows, column, numbers, filled, strict=True):
            if there and (value is None or not np.isfinite(value)):
                what = (
                    say("is not a number. Remove it or the column")
                    if value is None
                    else say("is no sample. Fill or cut the gap")
                )
                raise ReadError(
                    say(
                        "{name}: line {n}, column {title}: {cell!r} {what}.",
                        name=name,
                        n=n,
                        title=title,
                        cell=cell[:40],
                        what=what,
                    )
                )
        values[:, k] = [np.nan if value is None else value for value in numbers]
    return values, clock, words


def _decimal_sign(rows: list[list[str]], separator: str, name: str) -> str:
    """The decimal sign of the numbers. Raises ReadError where both are used, and where the sign parts thousands."""
    numeric = [cell for row in rows[:2000] for cell in row if _number(cell.replace(",", ".")) is not None]
    signed = [cell for cell in numeric if "," in cell or "." in cell]
    whole = len(numeric) - len(signed)
    if signed and 2 * len(signed) < whole and all(map(_THOUSANDS.fullmatch, signed)):
        raise ReadError(
            say(
                "{name} seems to part thousands ({signed}), which could be a decimal sign: export its "
                "numbers without it.",
                name=name,
                signed=signed[0],
            )
        )
    commas = any("," in cell for cell in numeric)
    if commas and any("." in cell for cell in numeric):
        raise ReadError(
            say(
                "{name} uses both '.' and ',' within numbers: export it with one decimal sign only.",
                name=name,
            )
        )
    return "," if commas else "."


def clock_seconds(column: Sequence[str]) -> np.ndarray | None:
    """Times such as "2024-03-01 10:00:00.002", "10:00:00,002" or "0:00.002" as seconds (rows,), midnight passed on; None
    for other words."""
    found = np.empty(len(column))
    for k, cell in enumerate(column):
        match = _CLOCK.search(cell)
        if match is None:
            return None
        hours, minutes, seconds = match.groups()
        found[k] = int(hours or 0) * 3600 + int(minutes) * 60 + float(re.sub("[,:]", ".", seconds))
    found -= found[0]
    return found + 86_400 * np.cumsum(np.concatenate([[0], np.diff(found) < -43_200]))


def all_numbers(cells: Sequence[str], separator: str) -> bool:
    """Whether the cells that are not empty are numbers, with a decimal comma where nothing else uses it."""
    return any(cells) and all(number(cell, separator) is not None for cell in cells if cell)


def number(cell: str, separator: str) -> float | None:
    """A cell as a number, with a decimal comma where it is quoted or the comma parts no cells; None for what is none."""
    return _number(cell.replace(",", "."))


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
