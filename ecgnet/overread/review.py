"""An ECG read by people: one signs, another overreads, and where they differ a third one adjudicates.

Each is an entry of the journal about the ECG's samples (`record.signal_hash`). Of each reader the last entry counts. An
entry counts for the reading that it was signed of (`signature.reading_hash`) alone; that of another one is told, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from ecgnet import __version__
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.overread import chain
from ecgnet.overread.chain import Entry
from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.record import Part, signal_hash
from ecgnet.signature import Opinion, Signature, proposed, reading_hash

if TYPE_CHECKING:
    from sqlalchemy import Connection

SIGNED, ADJUDICATED = "signed", "adjudicated"
"""Kinds of entries."""
State = Literal["unsigned", "signed", "agreed", "differing", "adjudicated"]
"""By nobody; by one; by several who say the same; by several who do not; and decided between them."""


class ReviewError(ValueError):
    """What cannot be signed as it stands; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What one reader signed: the entry, of which reading, and what it says; names: hashes of the entries that it decides
    between; part: which part of a longer recording was read, None of a whole one."""

    entry: Entry
    reading: str
    opinion: Opinion
    names: tuple[str, ...]
    part: Part | None

    @property
    def signature(self) -> Signature:
        """As it leaves with a result. Raises ValueError for a reader without a name."""
        who = self.entry.reader.name
        return Signature(who, self.entry.at, self.reading, self.opinion, part=self.part)


@dataclass(frozen=True, slots=True)
class Review:
    """Who has signed a reading. signed: the last entry of each reader, in their order; decision: the entry that decides
    between all of these, None where there is none; earlier: what was signed of other readings of the same ECG; seen: the
    hash of the last entry, "" of none, for `sign`."""

    signed: tuple[Signed, ...]
    decision: Signed | None
    earlier: tuple[Signed, ...]
    seen: str

    @property
    def state(self) -> State:
        """See `State`."""
        if self.decision is not None:
            return "adjudicated"
        if len(self.signed) < 2:
            return "signed" if self.signed else "unsigned"
        return "agreed" if len({one.opinion.found for one in self.signed}) == 1 else "differing"

    @property
    def signature(self) -> Signature | None:
        """What results leave under: the decision's, else that of the last reader; None while nobody has signed, or readers
        differ."""
        if self.state in ("unsigned", "differing"):
            return None
        return (self.decision or max(self.signed, key=lambda one: one.entry.id)).signature

    def may_adjudicate(self, reader: Reader) -> bool:
        """Whether this one may decide: nobody decides on their own entry."""
        return self.state == "differing" and all(
            one.entry.reader.subject != reader.subject for one in self.signed
        )

    def of(self, reader: Reader) -> Signed | None:
        """What this one signed."""
        return next((one for one in self.signed if one.entry.reader.subject == reader.subject), None)


def differences(signed: Sequence[Signed]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Classes and statements that some name and others do not, each in the order of `Opinion`."""
    sides = zip(*(one.opinion.found for one in signed), strict=True)
    classes, statements = (frozenset.union(*side) - frozenset.intersection(*side) for side in sides)
    whole = Opinion(tuple(classes - {"NORM"}), tuple(statements), "-")
    return (("NORM",) if "NORM" in classes else ()) + whole.classes, whole.statements


def review(connection: Connection, reading: Reading) -> Review:
    """Who has signed this reading."""
    about = chain.entries(connection, kinds=(SIGNED, ADJUDICATED), subject=signal_hash(reading.record))
    return _review(about, reading_hash(reading))


def standings(connection: Connection) -> dict[str, State]:
    """ECG, by the hash of its samples → the state of the reading of it that was signed last; of all that somebody has
    signed, for lists."""
    by_ecg: dict[str, list[Entry]] = {}
    for entry in chain.entries(connection, kinds=(SIGNED, ADJUDICATED)):
        if entry.subject is not None and entry.payload is not None:
            by_ecg.setdefault(entry.subject, []).append(entry)
    return {ecg: _review(about, about[-1].payload["reading"]).state for ecg, about in by_ecg.items()}


def _review(about: Sequence[Entry], reading: str) -> Review:
    """about: all entries on an ECG, in their order; reading: the hash of the one that is reviewed."""
    found, decisions, earlier = {}, [], []
    for entry in about:
        if entry.payload is None:  # erased
            continue
        one = _signed(entry)
        if one.reading != reading:
            earlier.append(one)
        elif entry.kind == ADJUDICATED:
            decisions.append(one)
        else:
            found[entry.reader.subject] = one
    hashes = {one.entry.hash for one in found.values()}
    decision = next((one for one in reversed(decisions) if set(one.names) == hashes), None)
    return Review(tuple(found.values()), decision, tuple(earlier), about[-1].hash if about else "")


def sign(store: Database, reading: Reading, *, reader: Reader, opinion: Opinion, seen: str) -> Review:
    """Sign, or sign again in place of what this reader signed before. seen: `Review.seen` of what was on the reader's
    screen. → the review with it, which is on the disk.

    Raises ReviewError where somebody else has signed meanwhile or the reader has no name, DatabaseError."""
    with store.writing() as connection:
        _current(connection, reading, reader=reader, seen=seen)
        _append(connection, reading, reader=reader, opinion=opinion, kind=SIGNED, names=())
        made = review(connection, reading)
    return made


def adjudicate(store: Database, reading: Reading, *, reader: Reader, opinion: Opinion, seen: str) -> Review:
    """Decide between readers who differ; the entry names theirs. As `sign` otherwise.

    Raises ReviewError, too, where nothing has to be decided or the reader is one of those who differ."""
    with store.writing() as connection:
        now = _current(connection, reading, reader=reader, seen=seen)
        if not now.may_adjudicate(reader):
            raise ReviewError(say("Somebody else than the readers who differ decides between them."))
        names = tuple(one.entry.hash for one in now.signed)
        _append(connection, reading, reader=reader, opinion=opinion, kind=ADJUDICATED, names=names)
        made = review(connection, reading)
    return made


def _current(connection: Connection, reading: Reading, *, reader: Reader, seen: str) -> Review:
    if not reader.named:
        raise ReviewError(say("Nobody can sign without a name."))
    now = review(connection, reading)
    if now.seen != seen:
        raise ReviewError(say("Somebody has signed this ECG meanwhile: look at what they say first."))
    return now


def _append(
    connection: Connection,
    reading: Reading,
    *,
    reader: Reader,
    opinion: Opinion,
    kind: str,
    names: tuple[str, ...],
) -> Entry:
    """With what ECGNet said, so that the journal can be read without running it again."""
    mine = proposed(reading)
    payload = {
        "reading": reading_hash(reading),
        "opinion": asdict(opinion),
        "names": names,
        "part": asdict(reading.record.part) if reading.record.part else None,
        "agrees": mine is not None and mine.found == opinion.found,
        "ecgnet": {
            "version": __version__,
            "models": [prediction.weights_id for prediction in reading.predictions],
            "conclusion": reading.conclusion.text,
            "states": dict(reading.states),
            "statements": [stated.code for stated in reading.statements if stated.set_aside is None],
        },
    }
    return chain.append(
        connection, reader=reader, kind=kind, subject=signal_hash(reading.record), payload=payload
    )


def _signed(entry: Entry) -> Signed:
    said, part = entry.payload["opinion"], entry.payload.get("part")
    opinion = Opinion(tuple(said["classes"]), tuple(said["statements"]), said["note"])
    return Signed(
        entry,
        entry.payload["reading"],
        opinion,
        tuple(entry.payload["names"]),
        Part(**part) if part else None,
    )
