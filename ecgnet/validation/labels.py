"""A hospital's labels: a CSV with a row an ECG, in one of four ways of labelling.

A column `file` names the ECG (its path in the folder, its name, or its number within a file of several). Then either
columns NORM, MI, STTC, CD, HYP with 0 and 1 (some of them suffice), or one column `superclasses`, `scp_codes` or `snomed`
with codes between blanks, commas, semicolons or bars. `patient`, `age`, `sex` are read where they are there, and the
columns of `GROUPS` make subgroups. Anything else, names of patients above all, is not read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.validation.codes import Coded, CodeTable, LabelCode, read_codes
from ecgnet.validation.errors import ValidationError

FILE = ("file", "filename", "path", "record", "exam", "ecg_id")
CODED = {"superclasses": "superclasses", "scp_codes": "scp", "scp": "scp", "snomed": "snomed", "dx": "snomed"}
"""Column → how its codes are read."""
GROUPS = ("hospital", "site", "ward", "device")
NAMING = ("name", "patient_name", "surname", "first_name", "birth_date", "birthdate")
"""Columns that say who a patient is; they are not read, and that is said."""
_SEPARATORS = re.compile(r"[\s,;|]+")
_SEXES = {"female": "female", "f": "female", "w": "female", "male": "male", "m": "male"}


@dataclass(frozen=True, eq=False)
class Label:
    """One row. truth (5,): 1, 0, or NaN where the class is not told; rows: of the table of codes that decided."""

    file: str
    truth: np.ndarray
    patient: str | None = None
    age: float | None = None
    sex: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[LabelCode, ...] = ()


@dataclass(frozen=True, eq=False)
class Labels:
    """All rows. way: how they are labelled, in words; classes: those that are told of any ECG; unknown: codes that the table
    does not have → how often; naming: columns left unread because they name people."""

    source: str
    way: str
    rows: tuple[Label, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)
    naming: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The superclasses that any row tells of."""
        told = [np.isfinite(row.truth) for row in self.rows]
        there = np.any(told, axis=0) if told else np.zeros(len(SUPERCLASSES), bool)
        return tuple(label for label, any_ in zip(SUPERCLASSES, there, strict=True) if any_)


def read_labels(path: str | Path, codes: CodeTable | None = None) -> Labels:
    """The labels of a CSV file. Raises ValidationError for a file without ECGs or without labels, and for a value that is
    none."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValidationError(
            say("{path}: the labels cannot be read ({error}).", path=path, error=error)
        ) from error
    return parse_labels(text, path.name, codes=codes)


def parse_labels(text: str, name: str, *, codes: CodeTable | None = None) -> Labels:
    """As `read_labels`, of a CSV's text; name: how the file is called."""
    codes = codes or read_codes()
    head, *_ = text.splitlines() or [""]
    delimiter = max(",;\t", key=head.count)  # codes may hold the others
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = {str(column).strip().casefold(): column for column in reader.fieldnames or ()}
    key = next((column for column in FILE if column in columns), None)
    if key is None:
        raise ValidationError(say("{name} has no column that names the ECG: call it file.", name=name))
    way, read = _way(columns, name, codes)
    rows, unknown = [], {}
    for raw in reader:
        row = {column: (raw[given] or "").strip() for column, given in columns.items()}
        if not row[key]:
            continue
        coded = read(row, say("{name}, line {line_num}", name=name, line_num=reader.line_num))
        for code in coded.unknown:
            unknown[code] = unknown.get(code, 0) + 1
        rows.append(_label(row, key, coded))
    if not rows:
        raise ValidationError(say("{name} has no row with a file.", name=name))
    return Labels(name, way, tuple(rows), unknown, tuple(c for c in NAMING if c in columns))


def cart_labels(files: Iterable[tuple[str, tuple[str, ...]]], codes: CodeTable | None = None) -> Labels:
    """What the carts themselves printed as labels. files: each ECG's file with its cart's lines."""
    codes = codes or read_codes()
    rows = tuple(
        Label(file, _truth(coded.classes), rows=coded.rows)
        for file, lines in files
        for coded in (codes.cart(lines),)
    )
    return Labels(say("the carts' statements"), say("the carts' own statements"), rows)


Read = Callable[[Mapping[str, str], str], Coded]


def _way(columns: Mapping[str, str], name: str, codes: CodeTable) -> tuple[str, Read]:
    given = [label for label in SUPERCLASSES if label.casefold() in columns]
    if given:
        return say("columns {names}", names=", ".join(given)), lambda row, where: _from_columns(
            row, given, where
        )
    for column, system in CODED.items():
        if column in columns:
            return say("column {name}", name=column), lambda row, where, c=column, s=system: _from_codes(
                row[c], s, codes, where
            )
    raise ValidationError(
        say(
            "{name} has no labels: it needs columns {superclasses} with 0 and 1, or one column "
            "superclasses, scp_codes or snomed.",
            name=name,
            superclasses=", ".join(SUPERCLASSES),
        )
    )


def _from_columns(row: Mapping[str, str], given: list[str], where: str) -> Coded:
    values = {label: row[label.casefold()] for label in given}
    if wrong := [v for v in values.values() if v not in ("", "0", "1", "0.0", "1.0")]:
        raise ValidationError(
            say(
                "{where}: a class is 0, 1 or empty, not {wrong!r}.",
                where=where,
                wrong=wrong[0],
            )
        )
    told = {label: float(v) for label, v in values.items() if v}
    if len(told) < len(given):
        return Coded(None)
    return _Columns(frozenset(label for label, v in told.items() if v), told=frozenset(told))


@dataclass(frozen=True, slots=True)
class _Columns(Coded):
    """Classes told by columns, of which some may not be there."""

    told: frozenset[str] = frozenset()


def _from_codes(text: str, system: str, codes: CodeTable, where: str) -> Coded:
    some = [code for code in _SEPARATORS.split(text) if code]
    if system == "snomed":
        return codes.snomed(some)
    if system == "scp":
        return codes.scp(some)
    if wrong := [code for code in some if code.upper() not in SUPERCLASSES]:
        raise ValidationError(
            say(
                "{where}: {wrong} is none of {superclasses}.",
                where=where,
                wrong=wrong[0],
                superclasses=", ".join(SUPERCLASSES),
            )
        )
    return Coded(frozenset(code.upper() for code in some) or None)


def _label(row: Mapping[str, str], key: str, coded: Coded) -> Label:
    told = coded.told if isinstance(coded, _Columns) else frozenset(SUPERCLASSES)
    try:
        age = float(row.get("age", ""))
    except ValueError:
        age = None
    return Label(
        row[key],
        _truth(coded.classes, told),
        row.get("patient") or row.get("patient_id") or None,
        age if age is not None and 0 <= age <= 130 else None,
        _SEXES.get(row.get("sex", "").casefold()),
        {group: row[group] for group in GROUPS if row.get(group)},
        coded.rows,
    )


def _truth(classes: frozenset[str] | None, told: frozenset[str] = frozenset(SUPERCLASSES)) -> np.ndarray:
    if classes is None:
        return np.full(len(SUPERCLASSES), np.nan)
    return np.array([float(c in classes) if c in told else np.nan for c in SUPERCLASSES])
