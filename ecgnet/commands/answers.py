"""Files read for a command, and what it answers for each of them, as JSON or for people."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from ecgnet.readers import Answer, read_paths_apart
from ecgnet.record import Record

_NAMED = 6
_MANY = 20


def read_files(options: argparse.Namespace, partial: bool = False) -> list[Any]:
    """An answer a file or record, in order; partial: also of records that lack leads or samples."""
    answers = read_paths_apart(
        options.files,
        fs=options.fs,
        unit=options.unit,
        leads=lead_names(options),
        partial=partial,
        recording=options.recording,
    )
    passed = [answer for answer in answers if answer.passed_over]
    if passed:
        names = ", ".join(PurePath(answer.file).name for answer in passed[:_NAMED])
        more = f" and {len(passed) - _NAMED} more" if len(passed) > _NAMED else ""
        print(
            f"ecgnet: {len(passed)} files in folders are no ECG, passed over: {names}{more}", file=sys.stderr
        )
    kept = [answer for answer in answers if not answer.passed_over]
    if len(kept) > _MANY:
        failed = sum(not answer.ok for answer in kept)
        print(
            f"ecgnet: {len(kept) - failed} ECGs read, {failed} not, {len(passed)} passed over",
            file=sys.stderr,
        )
    if passed and not kept:
        kept = passed  # nothing else was there: what each of them is
    return kept


def lead_names(options: argparse.Namespace) -> tuple[str, ...] | None:
    """The names of leads given on the command line, None for none."""
    return tuple(lead.strip() for lead in options.leads.split(",")) if options.leads else None


def with_patient(record: Record, options: argparse.Namespace) -> Record:
    """The record with the age and sex that were given on the command line."""
    given = {k: v for k, v in {"age": options.age, "sex": options.sex}.items() if v is not None}
    return record.with_metadata(replace(record.metadata, **given))


def print_rows(rows: list[dict[str, Any]], as_json: bool, *, line: Callable[[dict[str, Any]], str]) -> None:
    """JSON to standard output, or a line for people from each row; what could not be read goes to standard error."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    for row in rows:
        if not row["ok"]:
            print(f"ecgnet: {row['error']}", file=sys.stderr)
        elif not as_json:
            print(line(row))


def exit_code(answers: Sequence[Any]) -> int:
    """0 where every file was read."""
    return 0 if all(answer.ok for answer in answers) else 1


def file_row(answer: Answer) -> dict[str, Any]:
    """What every command answers for a file; an error names the options that answer the file's question."""
    error = answer.error and f"{answer.error}{_options_for(answer.question)}"
    return answer.values() | {"error": error}


def _options_for(question: Any) -> str:
    """The options that answer a file's question, as a sentence; filled in where a value is likely."""
    if question is None:
        return ""
    blanks = {"fs": "HZ", "unit": "UNIT", "leads": "I,II,…"}
    words = []
    for key in question.asks:
        value = question.likely.get(key, (None, ""))[0] or blanks[key]
        text = (
            ",".join(value) if isinstance(value, tuple) else value if isinstance(value, str) else f"{value:g}"
        )
        words.append(f"--{key} {text}")
    return f" Say it with {' '.join(words)}."
