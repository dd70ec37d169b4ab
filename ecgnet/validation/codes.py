"""Diagnosis codes → superclasses, by a table that says for each row where it comes from and that a site may edit.

`codes.csv` has a row a code: system (snomed, or cart for a phrase in what the cart prints), code, meaning, scp (the SCP-ECG
statement that it names), superclass (where that statement has none, or none is named), rule ("alone": only where no other
code of the table stands beside it), mark and source. SCP-ECG codes need no row: `ecgnet.statements` has their classes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ecgnet.language import Words, say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.statements import STATEMENTS
from ecgnet.validation.errors import ValidationError

SHIPPED = Path(__file__).with_name("codes.csv")
COLUMNS = ("system", "code", "meaning", "scp", "superclass", "rule", "mark", "source")
MARKS = Words(
    {
        "S": "by the named source",
        "J": "code by the named source, class by judgement",
        "M": "from memory, to be checked",
    }
)
"""How far a row of the table may be relied on. Labels that rest on J or M are counted and said."""
SYSTEMS = ("snomed", "cart")
_DENIED = re.compile(r"\b(no|not|without|cannot|rule out|denies)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LabelCode:
    """One row; superclass is the statement's where the row gives none, "" for a code that names no class."""

    system: str
    code: str
    meaning: str
    superclass: str
    alone: bool
    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class Coded:
    """What codes said of one ECG: classes, None where no code names one; rows: those that decided; unknown: codes that the
    table does not have."""

    classes: frozenset[str] | None
    rows: tuple[LabelCode, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CodeTable:
    """The rows by system and code."""

    rows: dict[tuple[str, str], LabelCode]

    def snomed(self, codes: Iterable[str]) -> Coded:
        """The classes that SNOMED CT codes name."""
        codes = tuple(codes)
        found = [row for code in codes if (row := self.rows.get(("snomed", code)))]
        unknown = tuple(code for code in codes if ("snomed", code) not in self.rows)
        named = [row for row in found if row.superclass and not (row.alone and len(codes) > 1)]
        return _coded(named, unknown)

    def scp(self, codes: Iterable[str]) -> Coded:
        """The classes of SCP-ECG statements, as PTB-XL has them (`ecgnet.statements`)."""
        codes = tuple(codes)
        named = [
            LabelCode("scp", s.code, s.description, s.superclass, False, "S", "PTB-XL scp_statements.csv")
            for code in codes
            if (s := STATEMENTS.get(code)) and s.superclass
        ]
        return _coded(named, tuple(code for code in codes if code not in STATEMENTS))

    def cart(self, statements: Iterable[str]) -> Coded:
        """The classes that a cart's lines name; a line that denies or doubts ("no", "cannot rule out") names none."""
        lines = [line.casefold() for line in statements if not _DENIED.search(line)]
        phrases = [row for (system, _), row in self.rows.items() if system == "cart" and row.superclass]
        named = [row for row in phrases if any(row.code in line for line in lines)]
        if any("abnormal ecg" in line for line in lines):  # contains the words of the normal one
            named = [row for row in named if row.superclass != "NORM"]
        return _coded(named, ())


def _coded(named: list[LabelCode], unknown: tuple[str, ...]) -> Coded:
    return Coded(frozenset(row.superclass for row in named) or None, tuple(named), unknown)


def read_codes(path: str | Path | None = None) -> CodeTable:
    """The shipped table, with a site's own rows in place of those of the same system and code. Raises ValidationError for
    a table that cannot be used."""
    rows = _read(SHIPPED)
    if path is not None:
        rows |= _read(Path(path))
    return CodeTable(rows)


def _read(path: Path) -> dict[tuple[str, str], LabelCode]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if lacking := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise ValidationError(
                    say(
                        "{name} lacks the columns {lacking}.",
                        name=path.name,
                        lacking=", ".join(lacking),
                    )
                )
            found = [
                _code(row, say("{name}, line {line_num}", name=path.name, line_num=reader.line_num))
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValidationError(
            say(
                "{path} cannot be read as a table of codes: {error}",
                path=path,
                error=error,
            )
        ) from error
    return {(code.system, code.code): code for code in found}


def _code(row: dict[str, str], where: str) -> LabelCode:
    row = {name: (row[name] or "").strip() for name in COLUMNS}
    if row["system"] not in SYSTEMS:
        raise ValidationError(
            say(
                "{where}: the system is {systems}, not {system!r}.",
                where=where,
                systems=" or ".join(SYSTEMS),
                system=row["system"],
            )
        )
    if row["scp"] and row["scp"] not in STATEMENTS:
        raise ValidationError(
            say(
                "{where}: {scp} is none of the 71 SCP-ECG statements.",
                where=where,
                scp=row["scp"],
            )
        )
    if row["superclass"] and row["superclass"] not in SUPERCLASSES:
        raise ValidationError(
            say(
                "{where}: {superclass} is none of {superclasses}.",
                where=where,
                superclass=row["superclass"],
                superclasses=", ".join(SUPERCLASSES),
            )
        )
    if row["mark"] not in MARKS or not row["source"]:
        raise ValidationError(
            say(
                "{where}: each row needs a mark ({marks}) and a source.",
                where=where,
                marks=", ".join(MARKS),
            )
        )
    if row["rule"] not in ("", "alone"):
        raise ValidationError(
            say(
                "{where}: the rule is empty or alone, not {rule!r}.",
                where=where,
                rule=row["rule"],
            )
        )
    superclass = row["superclass"] or (STATEMENTS[row["scp"]].superclass if row["scp"] else None) or ""
    code = row["code"].casefold() if row["system"] == "cart" else row["code"]
    return LabelCode(
        row["system"], code, row["meaning"], superclass, row["rule"] == "alone", row["mark"], row["source"]
    )
