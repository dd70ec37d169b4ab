"""Delimited text: one column a lead, one row a sample; comma, semicolon or tab, decimal comma allowed.

What such a file leaves out (rate, unit, names) is taken from comment lines (`# fs = 500`, `# unit: uV`) or
the options; where neither states it, it is asked for with what is likely, not guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgnet.readers import _comments
from ecgnet.readers._core import ReadError, ReadOptions, check_size
from ecgnet.readers._leads import build_record, is_inverse, millivolts_per, standard_lead, twelve_leads
from ecgnet.readers._plausibility import robust_range
from ecgnet.readers._questions import left_out
from ecgnet.readers._table import COMMENT, MAX_NAME, Table, all_numbers, read_table, separator_of
from ecgnet.record import Record

NAME = "delimited text"
GENERIC = True
MAX_BYTES = 50_000_000

_NAMELESS = "?"
_COUNTERS = {"", "index", "sample", "samples", "n", "no", "nr", "unnamed: 0"}
_SECONDS = {"": None, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0} | {
    "ms": 1e-3,
    "msec": 1e-3,
    "milliseconds": 1e-3,
    "us": 1e-6,
    "microseconds": 1e-6,
}
_TIME = re.compile(r"(?:timestamp|time|elapsed|t)?[\s_]*[\[(]?\s*([a-z\u00b5\u03bc]*)\s*[\])]?")
_IN_BRACKETS = re.compile(r"(.+?)[\s_]*[\[(]\s*([^\])]*?)\s*[\])]")
_AS_SUFFIX = re.compile(r"(.+?)[\s_/]+([^\s_/]+)")
_RATE_KEYS = ("fs", "sampling_rate", "sample_rate", "sampling_frequency", "samplerate", "frequency")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that holds a lead: where it is, what it is called, its unit if the name states one."""

    index: int
    label: str
    unit: str | None


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes are text in cells: a lead in the first line, or numbers in one of the first two. Of a single
    column, a lead and then a number: it can be said then that the other leads are missing."""
    text = decode_text(data[:65536], partial=True)
    if text is None or text.lstrip()[:1] in ("<", "{", "["):
        return False
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(COMMENT)][:2]
    separator = separator_of(lines[0]) if lines else ","
    rows = [[cell.strip(' "') for cell in line.split(separator)] for line in lines]
    if not rows:
        return False
    if len(rows[0]) < 2:
        return (
            len(rows) > 1
            and len(rows[0][0]) <= MAX_NAME
            and standard_lead(_split_unit(rows[0][0])[0]) is not None
            and all_numbers(rows[1], separator)
        )
    return any(standard_lead(_split_unit(c)[0]) for c in rows[0] if len(c) <= MAX_NAME) or any(
        all_numbers(row, separator) for row in rows
    )


def decode_text(data: bytes, partial: bool = False) -> str | None:
    """Bytes as text, by byte order mark, as UTF-8 or Windows-1252; None for bytes that are no text."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding, errors="ignore" if partial and encoding != "cp1252" else "strict")
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
            return text
    return None


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record of a delimited text, signal (12, T) in mV. Raises ReadError."""
    check_size(len(data), name, MAX_BYTES)
    text = decode_text(data)
    if text is None:
        raise ReadError(f"{name} is not plain text: save it as CSV in UTF-8.")
    table = read_table(text, name)
    known = _comments.facts(table.comments)
    notes = list(table.notes)
    labels, named = _labels(table, options, name, notes)
    times, columns = _sort_columns(labels, notes)
    fs = _rate(table, times, known, options, name, notes)
    unit = _stated_unit(known, options, name)
    channels, silent = _channels(table, columns, unit, name)
    undecided = bool(silent) and not _in_millivolts(channels, name, named)
    if columns and (fs is None or undecided or not named):
        samples = table.values[:, [column.index for column in columns]].T
        raise left_out(name, samples, NAME, fs=fs is None, unit=undecided, leads=not named)
    if silent:
        some = "" if len(silent) == len(channels) else f" for {', '.join(silent)}"
        notes.append(f"No unit stated{some}; read as mV.")
    return build_record(channels, fs or math.nan, name, _comments.metadata(known), notes)


def _labels(table: Table, options: ReadOptions, name: str, notes: list[str]) -> tuple[list[str], bool]:
    """What the columns are called, by the header or by the option, and whether the leads are among them."""
    header = list(
        table.header or [_first_column(table.values[:, 0]), *[_NAMELESS] * (table.values.shape[1] - 1)]
    )
    known = [lead for cell in header if (lead := standard_lead(_split_unit(cell)[0]))]
    inverted = any(is_inverse(_split_unit(cell)[0]) for cell in header)
    if options.leads is None:
        return header, bool(known) or inverted
    stated = list(options.leads)
    if known or inverted:
        if known != [lead for label in stated if (lead := standard_lead(label))]:
            raise ReadError(
                f"{name} names its leads itself, and not as stated: leave out the leads, or correct them."
            )
        return header, True
    notes.append("The columns were named by hand.")
    if len(stated) == len(header):
        return stated, True
    signals = [column.index for column in _sort_columns(header, [])[1]]
    if len(stated) != len(signals):
        raise ReadError(
            f"{name} has {len(header)} columns, and {len(stated)} leads were stated: state one for each column."
        )
    for index, label in zip(signals, stated, strict=True):
        header[index] = label
    return header, True


def _first_column(values: np.ndarray) -> str:
    """What a first column without a name holds: row numbers, times in s or ms, else a lead."""
    steps = np.diff(values)
    step = float(np.median(steps))
    if step <= 0 or not np.all((steps > 0.4 * step) & (steps < 1.6 * step)):
        return _NAMELESS
    if step == 1 and np.all(steps == 1):
        return "index"
    seconds = {"time_s": step, "time_ms": step / 1000}
    return next((label for label, s in seconds.items() if 50 <= 1 / s <= 4000), _NAMELESS)


def _split_unit(cell: str) -> tuple[str, str | None]:
    """A column's name without its unit, and the unit, as in "V1 (mV)" and "V1_uV"."""
    if match := _IN_BRACKETS.fullmatch(cell):
        return match[1], match[2]
    if (match := _AS_SUFFIX.fullmatch(cell)) and millivolts_per(match[2]) is not None:
        return match[1], match[2]
    return cell, None


def _sort_columns(
    labels: list[str], notes: list[str]
) -> tuple[list[tuple[int, float | None]], list[_Column]]:
    """Time columns (index, seconds per unit or None if the name has no unit), and all others but counters."""
    times: list[tuple[int, float | None]] = []
    columns = []
    for index, cell in enumerate(labels):
        match = _TIME.fullmatch(cell.strip().casefold())
        per = match[1].replace("\u00b5", "u").replace("\u03bc", "u") if match else ""
        if match and cell.strip() and per in _SECONDS:
            times.append((index, _SECONDS[per]))
        elif cell.strip().casefold() in _COUNTERS:
            notes.append(f"Column {index + 1} ({cell or 'no name'}) is taken for a row number and left out.")
        else:
            columns.append(_Column(index, *_split_unit(cell)))
    return times, columns


def _rate(
    table: Table,
    times: list[tuple[int, float | None]],
    known: Mapping[str, str],
    options: ReadOptions,
    name: str,
    notes: list[str],
) -> float | None:
    """The sampling rate in Hz, None if nothing states it. Raises ReadError if two things state it differently."""
    stated: dict[str, float] = {}
    if options.fs is not None:
        stated["the rate given"] = options.fs
    for key in _RATE_KEYS:
        if key in known:
            value = _comments.leading_number(known[key])
            if value is None or value <= 0:
                raise ReadError(f"{name}: the comment '{key}: {known[key]}' is no rate in Hz: correct it.")
            value *= 1e3 if re.search(r"\bkhz\b|\dkhz\b", known[key].lower()) else 1.0
            stated[f"the comment '{key}'"] = value
    for index, per in times[:1]:
        title = (table.header or ["without a name"] * (index + 1))[index]
        stated[f"the column '{title}'"] = _rate_of_times(table.values[:, index], per, title, name)
    if not stated:
        return None
    (source, fs), *others = stated.items()
    for other, value in others:
        if not math.isclose(fs, value, rel_tol=0.01):
            raise ReadError(f"{name}: {source} says {fs:g} Hz and {other} {value:g} Hz: correct one of them.")
    if times and len(stated) == 1:
        notes.append(f"Sampling rate of {fs:g} Hz derived from {source}.")
    return fs


def _rate_of_times(times: np.ndarray, per: float | None, title: str, name: str) -> float:
    """Hz, from times that must step evenly; `per` is seconds per unit, None if only plausibility can tell."""
    steps = np.diff(times)
    typical = float(np.median(steps)) if steps.size else 0.0
    # Rounded times may vary by half a step; a sample that is missing or a second rate in the file shows up
    # in one step, or in the distance from the line through all of them.
    even = typical > 0 and np.all((steps > 0.4 * typical) & (steps < 1.6 * typical))
    if even:
        line = np.linspace(times[0], times[-1], times.size)
        even = float(np.abs(times - line).max()) < 0.75 * typical
    if not even:
        raise ReadError(f"{name}: the times in column '{title}' do not rise evenly: fill or cut the gap.")
    fs = float((times.size - 1) / (times[-1] - times[0]) / (per or 1.0))
    if per is None and not 50 <= fs <= 4000:
        raise ReadError(
            f"{name}: column '{title}' would mean {fs:g} Hz if it were in seconds: "
            "say its unit in its name, such as time_s or time_ms."
        )
    whole = round(fs)
    return float(whole) if whole and math.isclose(fs, whole, rel_tol=1e-3) else fs


def _stated_unit(known: Mapping[str, str], options: ReadOptions, name: str) -> str | None:
    """The unit that holds for all columns without one of their own."""
    comment = next((known[key] for key in ("unit", "units", "amplitude_unit") if key in known), None)
    if comment is not None and millivolts_per(comment) is None:
        raise ReadError(f"{name}: the comment 'unit: {comment}' is not mV, uV or V: correct it.")
    if comment and options.unit and millivolts_per(comment) != millivolts_per(options.unit):
        raise ReadError(
            f"{name} says its unit is {comment}, the unit given is {options.unit}: correct one of them."
        )
    return comment or options.unit


def _channels(
    table: Table, columns: list[_Column], unit: str | None, name: str
) -> tuple[list[tuple[str, np.ndarray]], list[str]]:
    """The columns by label, (T,) in mV, and the names of those for which no unit is stated."""
    silent: list[str] = []
    channels = []
    for column in columns:
        lead = standard_lead(column.label)
        stated = column.unit or unit
        factor = millivolts_per(stated) if stated else 1.0
        if column.label == _NAMELESS:
            factor = factor or 1.0
            silent += [] if stated else ["all"]
        elif lead is None or is_inverse(column.label):
            factor = factor or 1.0  # left out or refused by its name, in whatever unit
        elif factor is None:
            raise ReadError(
                f"{name}: column {column.label} is in {stated!r}, not in mV, uV or V: correct its name."
            )
        elif column.unit and unit and millivolts_per(unit) != factor:
            raise ReadError(
                f"{name}: column {column.label} is in {column.unit}, elsewhere {unit} is stated: correct one."
            )
        elif not stated:
            silent.append(lead)
        channels.append((column.label, table.values[:, column.index] * factor))
    return channels, silent


def _in_millivolts(channels: list[tuple[str, np.ndarray]], name: str, named: bool) -> bool:
    """Whether samples without a unit span what leads span in mV, and not what they would in any other unit."""
    signal = twelve_leads(channels, name)[0] if named else np.stack([samples for _, samples in channels])
    return 0.1 <= float(np.median(robust_range(signal))) <= 20
