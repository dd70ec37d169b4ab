"""Delimited text: one column a lead, one row a sample; comma, semicolon or tab, decimal comma allowed.

What such a file leaves out (rate, unit, names) is taken from comment lines (`# fs = 500`, `# unit: uV`) or
the options; where neither states it, it is asked for with what is likely, not guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ecgnet.language import mark, say
from ecgnet.readers import _comments, _keys
from ecgnet.readers._core import ReadError, ReadOptions, check_size
from ecgnet.readers._leads import (
    build_record,
    is_inverse,
    lead_of,
    millivolts_per,
    standard_lead,
    twelve_leads,
)
from ecgnet.readers._missing import without_codes
from ecgnet.readers._no_ecg import watch
from ecgnet.readers._plausibility import robust_range
from ecgnet.readers._questions import left_out, rate_by_hand, unit_by_hand
from ecgnet.readers._table import (
    COMMENT,
    MAX_NAME,
    Table,
    all_numbers,
    cells_of,
    looks_like_a_table,
    read_table,
    row_of_a_lead,
    separator_of,
    split_unit,
)
from ecgnet.record import Record

NAME = mark("delimited text")
GENERIC = True
MAX_BYTES = 50_000_000

_NAMELESS = "?"
_ANY = {"x", "x-axis", "x_value"}  # names of a first column that say nothing of it
_COUNTERS = {"", "index", "sample", "samples", "n", "no", "nr", "unnamed: 0"}
_SECONDS = {"": None, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0} | {
    "ms": 1e-3,
    "msec": 1e-3,
    "milliseconds": 1e-3,
    "us": 1e-6,
    "microseconds": 1e-6,
    "min": 60.0,
    "minutes": 60.0,
    "ns": 1e-9,
}
_TIME = re.compile(
    r"(?:(?:elapsed|relative|absolute|sample)?[\s_]*(?:timestamp|time|zeit|temps|tiempo)|elapsed|datetime|t)?(?:[\s_]since[\s_]\w+)?(?:[\s_]in[\s_])?[\s_]*[\[(]?\s*([a-z\u00b5\u03bc]*)\s*[\])]?"
)
_AMPLITUDE_KEYS = ("amplitude", "voltage", "dimension", "physical_dimension", "scale", "signal")
"""Keys that have the unit behind them in some files, and something else in others."""
_INTERVAL_KEYS = (
    "interval",
    "sample_interval",
    "sampling_interval",
    "sample_period",
    "sampling_period",
    "dt",
)
_EPOCHS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3), (1e8, 1.0))
"""Times above so many are since 1970, in units of so many seconds."""
_WORDS = "words"
_SECTION = re.compile(r"\[[A-Za-z][\w ]*\]\s*[\r\n]")  # "[Header]" on a line of its own
_STEP = r"(?:adu|adc|steps?|units?|counts?|lsb|bits?|digits?)"
_GAIN = re.compile(rf"(\d+(?:\.\d+)?)\s*\(?(?:{_STEP}?\s*(?:/|per)\s*mv)?\)?", re.IGNORECASE)
_STEP_SIZE = re.compile(rf"([\d.,]+)\s*\(?(\S+?)\s*(?:(?:/|per)\s*{_STEP})?\)?", re.IGNORECASE)
_STEP_SIZES = (
    "resolution",
    "amplitude_resolution",
    "lsb",
    "lsb_size",
    "step",
    "step_size",
    "scale",
    "sensitivity",
)
_FEWEST = 8  # columns that can be the 12 leads
_FEWEST_ROWS = 100  # samples of an ECG
_CATALOGUE = {
    "ecg_id",
    "patient_id",
    "exam_id",
    "study_id",
    "subject_id",
    "age",
    "sex",
    "is_male",
    "filename_lr",
    "scp_codes",
}


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
    if text is None or (text.lstrip()[:1] in ("<", "{", "[") and not _SECTION.match(text.lstrip())):
        return False
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(COMMENT)]
    if lines and lines[0].lower().startswith(("sep=", '"sep=')):
        return True
    if any(map(row_of_a_lead, lines[:3])):
        return True
    lines = lines[:2]
    separator = separator_of(lines[0]) if lines else ","
    rows = [cells_of(line, separator) for line in lines]
    if not rows:
        return False
    if len(rows[0]) < 2 and len(rows) > 1 and len(rows[0][0]) <= MAX_NAME and all_numbers(rows[1], separator):
        return standard_lead(split_unit(rows[0][0])[0]) is not None or looks_like_a_table(text)
    if len(rows[0]) < 2:
        return looks_like_a_table(text)
    return (
        any(standard_lead(split_unit(c)[0]) for c in rows[0] if len(c) <= MAX_NAME)
        or any(all_numbers(row, separator) for row in rows)
        or looks_like_a_table(text)
    )


def decode_text(data: bytes, partial: bool = False) -> str | None:
    """Bytes as text, by byte order mark, as UTF-8 or Windows-1252; None for bytes that are no text."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    if len(data) > 20 and not any(data[1:20:2]) and all(data[:20:2]):
        encodings = ("utf-16-le",)  # without its mark
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
    check_size(len(data), name, limit=MAX_BYTES)
    if (what := watch(data)) is not None:
        raise ReadError(f"{name} {what}", no_ecg=True)
    text = decode_text(data)
    if text is None:
        raise ReadError(say("{name} is not plain text: save it as CSV in UTF-8.", name=name))
    table = read_table(text, name)
    known = table.facts | _comments.facts(table.comments)
    notes = list(table.notes)
    labels, named = _labels(table, options, name, notes)
    times, columns = _sort_columns(table, labels, notes)
    places = [column.index for column in columns]
    values, lacking = without_codes(table.values[:, places].T)
    if lacking:
        table.values[:, places] = values.T
        notes.append(lacking)
    fs, coarse = _rate(table, times, known, options, name, notes)
    table, known = _from_steps(table, columns, known, notes)
    unit = _stated_unit(known, options, name)
    channels, silent = _channels(table, columns, unit, name)
    _note_gaps(channels, notes)
    if table.header is not None and not named and options.leads is None and len(columns) < _FEWEST:
        raise ReadError(
            say(
                "{name} is a table of {n_columns} columns of numbers ({label}), none of which is a lead: no "
                "12-lead ECG. If it is one, name its columns (--leads).",
                name=name,
                n_columns=len(columns),
                label=", ".join(c.label[:20] for c in columns[:6]),
            ),
            no_ecg=True,
        )
    if (
        table.header is None
        and len(columns) < _FEWEST
        and len(table.values) < _FEWEST_ROWS
        and not options.leads
    ):
        raise ReadError(
            say(
                "{name} is a table of {n_values} rows and {n_columns} columns: no ECG. Give the ECG itself.",
                name=name,
                n_values=len(table.values),
                n_columns=len(columns),
            ),
            no_ecg=True,
        )
    if table.header is not None and not named and {cell.casefold() for cell in table.header} & _CATALOGUE:
        raise ReadError(
            say(
                "{name} is a table about ECGs ({header}), no samples: give the ECGs.",
                name=name,
                header=", ".join(table.header[:6])[:80],
            ),
            no_ecg=True,
        )
    undecided = bool(silent) and not _in_millivolts(channels, name, named)
    if columns and (fs is None or undecided or not named):
        samples = table.values[:, [column.index for column in columns]].T
        raise left_out(
            name, samples, NAME, fs=fs is None, unit=undecided, leads=not named, rate_of_times=coarse
        )
    if options.unit and _unit_in(known) is None and not all(column.unit for column in columns):
        notes.append(unit_by_hand(options.unit))
    if silent:
        some = "" if len(silent) == len(channels) else f" for {', '.join(silent)}"
        notes.append(say("No unit stated{some}; read as mV.", some=some))
    return build_record(channels, fs or math.nan, name, _comments.metadata(known), notes)


def _labels(table: Table, options: ReadOptions, name: str, notes: list[str]) -> tuple[list[str], bool]:
    """What the columns are called, by the header or by the option, and whether the leads are among them."""
    header = list(
        table.header or [_first_column(table.values[:, 0]), *[_NAMELESS] * (table.values.shape[1] - 1)]
    )
    if header[0].casefold() in _ANY:
        header[0] = _first_column(table.values[:, 0])
    for index in range(len(header)):
        if index in table.words and standard_lead(split_unit(header[index])[0]) is None:
            header[index] = header[index] if table.header else _WORDS
    known = [lead for cell in header if (lead := standard_lead(split_unit(cell)[0]))]
    inverted = any(is_inverse(split_unit(cell)[0]) for cell in header)
    if options.leads is None:
        return header, bool(known) or inverted
    stated = list(options.leads)
    if known or inverted:
        if known != [lead for label in stated if (lead := standard_lead(label))]:
            raise ReadError(
                say(
                    "{name} names its leads itself, and not as stated: leave out the leads, or correct them.",
                    name=name,
                )
            )
        return header, True
    notes.append(say("The columns were named by hand."))
    if len(stated) == len(header):
        return stated, True
    signals = [column.index for column in _sort_columns(table, header, [])[1]]
    if len(stated) != len(signals):
        raise ReadError(
            say(
                "{name} has {n_header} columns, and {n_stated} leads were stated: state one for each column.",
                name=name,
                n_header=len(header),
                n_stated=len(stated),
            )
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


def _sort_columns(
    table: Table, labels: list[str], notes: list[str]
) -> tuple[list[tuple[int, float | None]], list[_Column]]:
    """Time columns (index, seconds per unit or None if the name has no unit), and all others but counters."""
    times: list[tuple[int, float | None]] = []
    columns = []
    for index, cell in enumerate(labels):
        unit = table.units[index] if index < len(table.units) else ""
        match = _TIME.fullmatch(cell.strip().casefold())
        per = match[1].replace("\u00b5", "u").replace("\u03bc", "u") if match else ""
        if index in table.clock:
            times.append((index, 1.0))
        elif match and cell.strip() and per in _SECONDS:
            below = unit.casefold().replace("\u00b5", "u").replace("\u03bc", "u")
            times.append((index, _SECONDS[per] or _SECONDS.get(below)))
        elif cell.strip().casefold() in _COUNTERS:
            notes.append(
                say(
                    "Column {index} ({cell}) is taken for a row number and left out.",
                    index=index + 1,
                    cell=cell or say("no name"),
                )
            )
        elif index in table.words and standard_lead(split_unit(cell)[0]) is None:
            notes.append(
                say(
                    "Column {index} ({cell}) holds words and is left out.",
                    index=index + 1,
                    cell=cell or say("no name"),
                )
            )
        else:
            label, own = split_unit(cell)
            columns.append(_Column(index, label, own or unit or None))
    return times, columns


def _rate(
    table: Table,
    times: list[tuple[int, float | None]],
    known: Mapping[str, str],
    options: ReadOptions,
    name: str,
    notes: list[str],
) -> tuple[float | None, float | None]:
    """The sampling rate in Hz, None if nothing states it, and about what rate times say that are too coarse to state it.
    Raises ReadError if two things state it differently."""
    stated: dict[str, float] = {}
    if options.fs is not None:
        stated["the rate given"] = options.fs
    for key in _keys.RATES:
        if key in known:
            value = _comments.leading_number(known[key].replace(",", "."))
            if value is None or value <= 0:
                raise ReadError(
                    say(
                        "{name}: the comment '{key}: {known}' is no rate in Hz: correct it.",
                        name=name,
                        key=key,
                        known=known[key],
                    )
                )
            value *= 1e3 if re.search(r"\bkhz\b|\dkhz\b", known[key].lower()) else 1.0
            stated[f"the comment '{key}'"] = value
    stated |= _rate_of_interval(known)
    coarse = None
    for index, per in times[:1]:
        title = (table.header or [say("without a name")] * (index + 1))[index]
        column = table.values[:, index]
        coarse = _rate_of_coarse_times(column, per)
        if coarse is None:
            stated[f"the column '{title}'"] = _rate_of_times(column, per, title, name)
        elif stated:
            agrees = all(math.isclose(value, coarse, rel_tol=0.02) for value in stated.values())
            notes.append(
                say(
                    "The times in column '{title}' are too coarse to state a rate; on average they say "
                    "{coarse:.4g} Hz{agrees}.",
                    title=title,
                    coarse=coarse,
                    agrees="" if agrees else say(", which is not the rate that is read: check it"),
                )
            )
    if not stated:
        return None, coarse
    (source, fs), *others = stated.items()
    for other, value in others:
        if not math.isclose(fs, value, rel_tol=0.01):
            raise ReadError(
                say(
                    "{name}: {source} says {fs:g} Hz and {other} {value:g} Hz: correct one of them.",
                    name=name,
                    source=source,
                    fs=fs,
                    other=other,
                    value=value,
                )
            )
    if options.fs is not None and not others:
        notes.append(rate_by_hand(options.fs))
    if times and len(stated) == 1 and source.startswith("the column"):
        notes.append(say("Sampling rate of {fs:g} Hz derived from {source}.", fs=fs, source=source))
    return fs, None


def _rate_of_interval(known: Mapping[str, str]) -> dict[str, float]:
    """The rate by the time between two samples, where one is stated with its unit."""
    for key in _INTERVAL_KEYS:
        match = re.match(r"([\d.,]+)\s*(\w+)", known.get(key, "").replace("\u00b5", "u"))
        step = _comments.leading_number(match[1].replace(",", ".")) if match else None
        per = _SECONDS.get(match[2].casefold()) if match else None
        if step and per:
            fs = 1 / (step * per)
            return {
                f"the line '{key}'": float(round(fs)) if math.isclose(fs, round(fs), rel_tol=1e-6) else fs
            }
    return {}


def _rate_of_coarse_times(times: np.ndarray, per: float | None) -> float | None:
    """About what rate times say that are rounded to more than the time between two samples; None for other times."""
    steps = np.diff(times)
    if not len(steps) or np.isnan(steps).any() or steps.min() < 0 or not (steps == 0).any():
        return None
    line = np.linspace(times[0], times[-1], times.size)
    if times[-1] == times[0] or np.abs(times - line).max() > 1.01 * steps.max():
        return None  # a gap, or no times at all
    return float((times.size - 1) / (times[-1] - times[0]) / (per or 1.0))


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
        raise ReadError(
            say(
                "{name}: the times in column '{title}' do not rise evenly: fill or cut the gap.",
                name=name,
                title=title,
            )
        )
    per = per or next((unit for above, unit in _EPOCHS if times[0] > above), None)
    fs = float((times.size - 1) / (times[-1] - times[0]) / (per or 1.0))
    if per is None and not 50 <= fs <= 4000:
        raise ReadError(
            say(
                "{name}: column '{title}' would mean {fs:g} Hz if it were in seconds: say its unit in its "
                "name, such as time_s or time_ms.",
                name=name,
                title=title,
                fs=fs,
            )
        )
    whole = round(fs)
    return float(whole) if whole and math.isclose(fs, whole, rel_tol=1e-3) else fs


def _from_steps(
    table: Table, columns: list[_Column], known: dict[str, str], notes: list[str]
) -> tuple[Table, dict[str, str]]:
    """Columns of whole ADC steps in mV, by a gain (steps a mV) or, where no unit says that they are no steps, by the size of
    a step that is stated beside them."""
    places = [column.index for column in columns]
    values = table.values[:, places]
    there = values[np.isfinite(values)]
    in_unit = _unit_in(known) is not None or any(column.unit for column in columns)
    per_step, how = _step(known, sizes=not in_unit)
    if per_step in (None, 1.0) or np.any(there != np.round(there)) or np.abs(there).max(initial=0) <= 20:
        return table, known
    zero = next(
        (v for k in ("baseline", "adc_zero") if (v := _comments.leading_number(known.get(k, "")))), 0.0
    )
    scaled = table.values.copy()
    scaled[:, places] = (values - zero) * per_step
    notes.append(say("The samples are ADC steps: {how}.", how=how))
    return replace(table, values=scaled), known | {"unit": "mV"}


def _step(known: Mapping[str, str], *, sizes: bool) -> tuple[float | None, str]:
    """mV a step as lines on top state it, and in words; None where they do not. sizes: whether that of a step counts."""
    key = next((key for key in ("adc_gain", "gain") if key in known), None)
    match = _GAIN.fullmatch(known[key].strip()) if key else None
    if match and float(match[1]):
        return 1 / float(match[1]), say(
            "divided by the {key} that is stated, {match:g} a mV",
            key=key,
            match=float(match[1]),
        )
    for key in _STEP_SIZES if sizes else ():
        if match := _STEP_SIZE.fullmatch(known.get(key, "").strip()):
            size, unit = _comments.leading_number(match[1].replace(",", ".")), millivolts_per(match[2])
            if size and unit:
                return size * unit, say(
                    "multiplied by the {key} that is stated, {known}",
                    key=key,
                    known=known[key].strip(),
                )
    return None, ""


def _note_gaps(channels: list[tuple[str, np.ndarray]], notes: list[str]) -> None:
    lacking = {label: n for label, values in channels if (n := int(np.isnan(values).sum()))}
    if lacking:
        counts = ", ".join(f"{label} ({n})" for label, n in lacking.items())
        notes.append(say("Empty cells are gaps: {counts}.", counts=counts))


def _unit_in(known: Mapping[str, str]) -> str | None:
    """The unit that lines on top state."""
    stated = next((_bare_unit(known[key]) for key in _keys.UNITS if key in known), None)
    voltages = (known[key] for key in _AMPLITUDE_KEYS if millivolts_per(known.get(key, "")) is not None)
    return stated if stated is not None else next(voltages, None)


def _bare_unit(stated: str) -> str:
    """A unit without the 1 before it, the words in brackets behind it, and its repetition for each column."""
    bare = re.sub(r"^1\s+|\s*\(.*", "", stated.strip())
    words = bare.split()
    return words[0] if len(words) > 1 and len(set(words)) == 1 else bare


def _stated_unit(known: Mapping[str, str], options: ReadOptions, name: str) -> str | None:
    """The unit that holds for all columns without one of their own."""
    comment = _unit_in(known)
    if comment is not None and millivolts_per(comment) is None:
        raise ReadError(
            say(
                "{name}: the comment 'unit: {comment}' is not mV, uV or V: correct it.",
                name=name,
                comment=comment,
            )
        )
    if comment and options.unit and millivolts_per(comment) != millivolts_per(options.unit):
        raise ReadError(
            say(
                "{name} says its unit is {comment}, the unit given is {unit}: correct one of them.",
                name=name,
                comment=comment,
                unit=options.unit,
            )
        )
    return comment or options.unit


def _channels(
    table: Table, columns: list[_Column], unit: str | None, name: str
) -> tuple[list[tuple[str, np.ndarray]], list[str]]:
    """The columns by label, (T,) in mV, and the names of those for which no unit is stated."""
    silent: list[str] = []
    channels = []
    for column in columns:
        lead = lead_of(column.label)
        stated = column.unit or unit
        factor = millivolts_per(stated) if stated else 1.0
        if column.label == _NAMELESS:
            factor = factor or 1.0
            silent += [] if stated else ["all"]
        elif lead is None:
            factor = factor or 1.0  # left out or refused by its name, in whatever unit
        elif factor is None:
            raise ReadError(
                say(
                    "{name}: column {label} is in {stated!r}, not in mV, uV or V: correct its name.",
                    name=name,
                    label=column.label,
                    stated=stated,
                )
            )
        elif column.unit and unit and millivolts_per(unit) != factor:
            raise ReadError(
                say(
                    "{name}: column {label} is in {unit}, elsewhere {unit_2} is stated: correct one.",
                    name=name,
                    label=column.label,
                    unit=column.unit,
                    unit_2=unit,
                )
            )
        elif not stated:
            silent.append(lead)
        channels.append((column.label, table.values[:, column.index] * factor))
    return channels, silent


def _in_millivolts(channels: list[tuple[str, np.ndarray]], name: str, named: bool) -> bool:
    """Whether samples without a unit span what leads span in mV, and not what they would in any other unit."""
    signal = twelve_leads(channels, name)[0] if named else np.stack([samples for _, samples in channels])
    return 0.1 <= float(np.median(robust_range(signal))) <= 20
