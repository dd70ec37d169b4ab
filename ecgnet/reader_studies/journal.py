"""Studies and their reads in the journal of readers (`ecgnet.overread`), which is only added to and chained by hash.

A case is opened, read and locked alone, then opened, read and locked aided; each is an entry. Times are the server's; the
reading time is what the reader's browser counted without idling, never more than lay between opening and locking.

What somebody else said of a case is seen once one's own answer of the same phase is locked, and not before (`seen_by`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecgnet import __version__
from ecgnet.language import say
from ecgnet.overread import chain
from ecgnet.overread.chain import Entry
from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.reader_studies.study import PHASES, Answer, Arm, Phase, Study, StudyError, as_json, from_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

DEFINED, OPENED, READ = "study defined", "study case opened", "study case read"
"""Kinds of entries. A study's own has the study's id as subject, the others the hash of the case's samples."""


@dataclass(frozen=True, slots=True)
class Read:
    """One locked answer. opened, locked: when, UTC; seconds: of reading, without idling; arm: what stood beside the case,
    None of a read alone; version: of ECGNet; hash: of the journal's entry."""

    reader: Reader
    case: int
    phase: Phase
    arm: Arm | None
    answer: Answer
    opened: datetime
    locked: datetime
    seconds: float
    version: str
    hash: str


def define(store: Database, study: Study, *, reader: Reader) -> None:
    """Write a study into the journal. Raises StudyError where one of this id is there, or nobody is named."""
    _named(reader)
    with store.writing() as connection:
        if chain.entries(connection, kinds=(DEFINED,), subject=_subject(study.id)):
            raise StudyError(
                say(
                    "There is a study {id} already; a study is not changed: choose another id.",
                    id=study.id,
                )
            )
        chain.append(
            connection, reader=reader, kind=DEFINED, subject=_subject(study.id), payload=as_json(study)
        )


def studies(connection: Connection) -> dict[str, Study]:
    """All studies by their id, the newest first. Raises StudyError for one that cannot be understood."""
    found = chain.entries(connection, kinds=(DEFINED,))
    every = [from_json(entry.payload) for entry in found if entry.payload is not None]
    return {study.id: study for study in reversed(every)}


def study_of(connection: Connection, id: str) -> Study:
    """Raises StudyError where there is none of this id."""
    found = chain.entries(connection, kinds=(DEFINED,), subject=_subject(id))
    if not found or found[0].payload is None:
        known = ", ".join(studies(connection)) or "none"
        raise StudyError(say("There is no study {id}; there are: {known}.", id=id, known=known))
    return from_json(found[0].payload)


def open_case(store: Database, study: Study, *, case: int, phase: Phase, reader: Reader) -> datetime:
    """A case comes on a reader's screen: → when it did so first. Raises StudyError where the phase before is not locked or
    this one is."""
    _named(reader)
    with store.writing() as connection:
        _may(connection, study, case=case, phase=phase, reader=reader)
        before = _opened(connection, study, case=case, phase=phase, reader=reader)
        if before is not None:
            return before
        made = _append(connection, study, case=case, reader=reader, kind=OPENED, values={"phase": phase})
    return made.at


def lock(
    store: Database, study: Study, *, case: int, phase: Phase, reader: Reader, answer: Answer, seconds: float
) -> None:
    """Lock an answer, for good. seconds: of reading, as the browser counted. Raises StudyError where it is locked already,
    the case was not opened or the phase before is not locked."""
    _named(reader)
    with store.writing() as connection:
        _may(connection, study, case=case, phase=phase, reader=reader)
        if _opened(connection, study, case=case, phase=phase, reader=reader) is None:
            raise StudyError(say("Case {case} was not opened: open it, then answer.", case=case))
        arm = study.arm(study.case(case), reader) if phase == "aided" else None
        values = {
            "phase": phase,
            "arm": arm,
            "answer": asdict(answer),
            "seconds": seconds,
            "version": __version__,
        }
        _append(connection, study, case=case, reader=reader, kind=READ, values=values)


def reads(connection: Connection, study: Study, *, reader: Reader | None = None) -> list[Read]:
    """All reads of a study in the order in which they were locked, or one reader's; those that were erased are left out."""
    opened: dict[tuple, datetime] = {}
    found = []
    for entry in chain.entries(connection, kinds=(OPENED, READ), reader=reader):
        if entry.payload is None or entry.payload["study"] != study.id:
            continue
        said = entry.payload
        key = entry.reader.subject, said["case"], said["phase"]
        if entry.kind == OPENED:
            opened[key] = entry.at
            continue
        since = opened.get(key, entry.at)
        between = max((entry.at - since).total_seconds(), 0.0)
        answer = Answer(tuple(said["answer"]["classes"]), said["answer"]["confidence"])
        found.append(
            Read(
                entry.reader,
                said["case"],
                said["phase"],
                said["arm"],
                answer,
                since,
                entry.at,
                min(max(said["seconds"], 0.0), between),
                said["version"],
                entry.hash,
            )
        )
    return found


def seen_by(connection: Connection, study: Study, *, reader: Reader) -> list[Read]:
    """What this one may see: their own reads, and of others' those of a case and phase that they have locked themselves."""
    every = reads(connection, study)
    own = {(read.case, read.phase) for read in every if read.reader.subject == reader.subject}
    return [read for read in every if read.reader.subject == reader.subject or (read.case, read.phase) in own]


def withdrawn(connection: Connection, study: Study) -> frozenset[int]:
    """Cases of which any read was erased, as `ecgnet readers erase` does for a patient: nobody reads them any more, and
    nothing counts them."""
    about = chain.entries(connection, kinds=(OPENED, READ))
    gone = {entry.subject for entry in about if entry.payload is None}
    return frozenset(case.number for case in study.cases if case.signal in gone)


def finished(
    study: Study, every: Sequence[Read], *, without: frozenset[int] = frozenset()
) -> dict[str, bool]:
    """Of each reader, by subject, in the order in which they began, whether they have locked all cases in both phases.
    without: cases that were withdrawn."""
    count: dict[str, set] = {}
    for read in every:
        count.setdefault(read.reader.subject, set()).add((read.case, read.phase))
    wanted = {(case.number, phase) for case in study.cases for phase in PHASES if case.number not in without}
    return {subject: wanted <= done for subject, done in count.items()}


def _subject(id: str) -> str:
    return f"study {id}"


def _named(reader: Reader) -> None:
    if not reader.named:
        raise StudyError(say("Nobody can read in a study without a name: log in, or set ECGNET_READER."))


def _may(connection: Connection, study: Study, *, case: int, phase: Phase, reader: Reader) -> None:
    """Raises StudyError unless this phase of the case is the next one for the reader."""
    locked = {read.phase for read in reads(connection, study, reader=reader) if read.case == case}
    if phase in locked:
        raise StudyError(say("Your answer to case {case} is locked and stays as it is.", case=case))
    if phase == "aided" and "alone" not in locked:
        raise StudyError(say("Case {case} is read alone first.", case=case))


def _opened(
    connection: Connection, study: Study, *, case: int, phase: Phase, reader: Reader
) -> datetime | None:
    about = chain.entries(connection, kinds=(OPENED,), subject=study.case(case).signal, reader=reader)
    wanted = {"study": study.id, "case": case, "phase": phase}
    return next(
        (
            entry.at
            for entry in about
            if entry.payload is not None and wanted.items() <= entry.payload.items()
        ),
        None,
    )


def _append(
    connection: Connection, study: Study, *, case: int, reader: Reader, kind: str, values: Mapping[str, Any]
) -> Entry:
    payload = {"study": study.id, "case": case, **values}
    return chain.append(
        connection, reader=reader, kind=kind, subject=study.case(case).signal, payload=payload
    )
