"""A study's reads as files for other programs, and read back: CSV (a row a read), JSON (study, reads and results) and the
input of iMRMC. They name readers "reader 1" …, cases by their number, and nobody else.

iMRMC (github.com/DIDSR/iMRMC, `InputFile.java`; also read by RJafroc): free text, the sizes as N0 (cases without the
finding), N1 (with it), NR (readers) and NM (modalities), "BEGIN DATA:", then rows readerID,caseID,modalityID,score; each
case has a row of its truth, whose reader and modality are called "truth" and whose score is 0 or 1. IDs have no blanks.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from typing import Any, get_type_hints

import numpy as np

from ecgnet import __version__
from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies.journal import Read
from ecgnet.reader_studies.results import Results, results_json
from ecgnet.reader_studies.study import PHASES, Study, StudyError, as_json
from ecgnet.reader_studies.table import Table, reader_names
from ecgnet.reading.wording import NOTICE

_TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Row:
    """One read, as CSV and JSON have it. reference, classes, shown: of the study, the reader and ECGNet, between blanks;
    shown is what the aided read had beside it, planted whether that was exchanged on purpose; confidence 0 to 100;
    opened, locked: UTC; seconds: reading time without idling; score_…: how sure of a class, 0 to 100; version: of ECGNet;
    hash: of the journal's entry."""

    study: str
    reader: str
    case: int
    phase: str
    arm: str
    reference: str
    classes: str
    confidence: int
    shown: str
    shown_right: bool
    planted: bool
    opened: str
    locked: str
    seconds: float
    score_NORM: float
    score_MI: float
    score_STTC: float
    score_CD: float
    score_HYP: float
    version: str
    hash: str


def rows(study: Study, reads: Sequence[Read]) -> list[Row]:
    """A row a read, in the order in which they were locked."""
    names = reader_names(reads)
    found = []
    for read in reads:
        case = study.case(read.case)
        found.append(
            Row(
                study.id,
                names[read.reader.subject],
                read.case,
                read.phase,
                read.arm or "",
                " ".join(case.reference),
                " ".join(read.answer.classes),
                read.answer.confidence,
                " ".join(case.shown.found),
                case.shown_right,
                case.planted is not None,
                read.opened.isoformat(timespec="milliseconds"),
                read.locked.isoformat(timespec="milliseconds"),
                round(read.seconds, 3),
                *(read.answer.score(label) for label in SUPERCLASSES),
                read.version,
                read.hash,
            )
        )
    return found


def as_csv(some: Sequence[Row]) -> str:
    """A line a read, the notice in its last column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(field.name for field in fields(Row)), "notice"])
    writer.writerows([*astuple(row), say(NOTICE)] for row in some)
    return out.getvalue()


def from_csv(text: str) -> list[Row]:
    """The reads of a file that `as_csv` wrote. Raises StudyError for another one."""
    kinds = get_type_hints(Row)
    parsers = {str: str, int: int, float: float, bool: {"True": True, "False": False}.__getitem__}
    try:
        return [
            Row(**{name: parsers[kind](row[name]) for name, kind in kinds.items()})
            for row in csv.DictReader(io.StringIO(text))
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise StudyError(
            say("This is no table of a reader study's reads ({error!r}).", error=error)
        ) from None


def whole_json(study: Study, some: Sequence[Row], *, found: Results) -> str:
    """Study, reads and results in one file."""
    content: dict[str, Any] = {
        "notice": say(NOTICE),
        "version": __version__,
        "study": as_json(study),
        "reads": [asdict(row) for row in some],
        "results": results_json(found),
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, eq=False)
class Imrmc:
    """The content of an iMRMC file. scores (modalities, readers, cases), NaN for one that is not there; truth (cases,)."""

    readers: tuple[str, ...]
    cases: tuple[str, ...]
    modalities: tuple[str, ...]
    truth: np.ndarray
    scores: np.ndarray


def as_imrmc(study: Study, table: Table, *, label: str) -> str:
    """The confidence in one class as iMRMC reads it: readers who have finished, modalities "alone" and "aided"."""
    k = SUPERCLASSES.index(label)
    truth, scores = table.truth[:, k], table.scores[..., k]
    readers = [name.replace(" ", "") for name in table.readers]
    lines = [
        say(
            "Reader study {id}: {label}, scores 0 to 100. ECGNet {version}. {notice}",
            id=study.id,
            label=label,
            version=__version__,
            notice=say(NOTICE),
        ),
        f"N0:{(~truth).sum()}",
        f"N1:{truth.sum()}",
        f"NR:{len(readers)}",
        f"NM:{len(PHASES)}",
        say("BEGIN DATA:"),
        *(f"{_TRUTH},{case},{_TRUTH},{int(has)}" for case, has in zip(table.cases, truth, strict=True)),
    ]
    lines += [
        f"{reader},{case},{phase},{scores[p, r, n]:g}"
        for r, reader in enumerate(readers)
        for p, phase in enumerate(PHASES)
        for n, case in enumerate(table.cases)
    ]
    return "\n".join(lines) + "\n"


def from_imrmc(text: str) -> Imrmc:
    """Read such a file, ours or another one. Raises StudyError for one that iMRMC would not take."""
    lines = text.splitlines()
    begin = next((n for n, line in enumerate(lines) if line.upper().startswith("BEGIN DATA:")), None)
    if begin is None:
        raise StudyError(say("This is no iMRMC file: it has no line BEGIN DATA:"))
    said: dict[tuple[str, str, str], float] = {}
    for number, line in enumerate(lines[begin + 1 :], begin + 2):
        try:
            reader, case, modality, score = ("".join(cell.split()) for cell in line.split(","))
            value = float(score)
        except ValueError:
            raise StudyError(
                say(
                    "Line {number} is not reader, case, modality and score: {line}",
                    number=number,
                    line=line[:80],
                )
            ) from None
        if (reader, case, modality) in said:
            raise StudyError(
                say(
                    "Line {number} says again what {reader} made of case {case}, {modality}.",
                    number=number,
                    reader=reader,
                    case=case,
                    modality=modality,
                )
            )
        said[reader, case, modality] = value
    truth = {case: value for (reader, case, _), value in said.items() if reader == _TRUTH}
    if unknown := {case for _, case, _ in said} - {*truth}:
        raise StudyError(say("Case {sorted} has no row of its truth.", sorted=sorted(unknown)[0]))
    if not {*truth.values()} <= {0.0, 1.0}:
        raise StudyError(say("The truth of a case is 0 or 1."))
    readers = tuple(dict.fromkeys(reader for reader, _, _ in said if reader != _TRUTH))
    modalities = tuple(dict.fromkeys(modality for reader, _, modality in said if reader != _TRUTH))
    scores = [[[said.get((r, c, m), np.nan) for c in truth] for r in readers] for m in modalities]
    return Imrmc(
        readers, tuple(truth), modalities, np.array([*truth.values()], bool), np.array(scores, float)
    )
