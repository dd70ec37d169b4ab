"""Who vouches for a reading, what they say of the ECG themselves, and to which reading that is bound.

Whatever leaves without a signature says that it is preliminary; a signature of another reading than the one that leaves is
refused: other samples, weights, limits or another version of ECGNet may have said something else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from ecgnet import __version__
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.record import Part, signal_hash
from ecgnet.recorder import cleaned
from ecgnet.statements import STATEMENTS
from ecgnet.states import NORMAL

LONGEST_NOTE = 2000
"""Letters of a note."""


class UnsignedError(ValueError):
    """A result that may only leave signed, or a signature of another reading; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reader says of an ECG. classes: those that they see, in the order of `wording.CLASSES`; statements: SCP-ECG
    codes that they make, in the order of `STATEMENTS`; note: in their own words, lines of plain text.

    Raises ValueError for a class or statement that there is not, normal beside another class, none of all three, or a
    note that is too long."""

    classes: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if unknown := [*({*self.classes} - {*wording.CLASSES}), *({*self.statements} - {*STATEMENTS})]:
            raise ValueError(
                say(
                    "there is no class or statement {sorted}",
                    sorted=", ".join(sorted(unknown)),
                )
            )
        if NORMAL in self.classes and len(self.classes) > 1:
            raise ValueError(say("An ECG is normal or it has a finding: take one of the two away."))
        if not (self.classes or self.statements or self.note.strip()):
            raise ValueError(say("Say what you see: a class, a statement or a note."))
        if len(self.note) > LONGEST_NOTE:
            raise ValueError(say("A note has up to {longest_note} letters.", longest_note=LONGEST_NOTE))
        for name, order in (("classes", wording.CLASSES), ("statements", STATEMENTS)):
            object.__setattr__(self, name, tuple(key for key in order if key in getattr(self, name)))
        lines = (cleaned(line) for line in self.note.splitlines())
        object.__setattr__(self, "note", "\n".join(line for line in lines if line))

    @property
    def found(self) -> tuple[frozenset[str], frozenset[str]]:
        """Classes and statements: where those of two readers differ, the readers do."""
        return frozenset(self.classes), frozenset(self.statements)

    @property
    def text(self) -> str:
        """Classes and statements in words, without the note."""
        said = [wording.CLASSES[label] for label in self.classes]
        said += [STATEMENTS[code].words for code in self.statements]
        return "; ".join(said) or say("no class and no statement")


@dataclass(frozen=True, slots=True)
class Signature:
    """reader: the name of the person who read the ECG; signed_at: when, with its time zone; reading: of what, by
    `reading_hash`; opinion: what they say of it; organization: for whom, "" is not stated; part: which part of a longer
    recording they read, None of a whole one.

    Raises ValueError for a signature without a name or without a time zone."""

    reader: str
    signed_at: datetime
    reading: str
    opinion: Opinion
    organization: str = ""
    part: Part | None = None

    def __post_init__(self) -> None:
        if not self.reader or self.reader != cleaned(self.reader):
            raise ValueError(say("a signature needs the reader's name, in one line of plain text"))
        if self.organization != cleaned(self.organization):
            raise ValueError(say("the organization of a signature is one line of plain text"))
        if self.signed_at.tzinfo is None:
            raise ValueError(say("a signature needs the time with its time zone"))

    @property
    def lines(self) -> tuple[str, ...]:
        """What was signed, in words: who and when, what they say, their note."""
        when = f"{self.signed_at:%Y-%m-%d %H:%M:%S %Z}"
        note = (say("Note: {note}", note=self.opinion.note),) if self.opinion.note else ()
        what = say(" of {part}", part=self.part) if self.part else ""
        return (
            say(
                "Read and signed by {reader}, {when}{what}: {text}.",
                reader=self.reader,
                when=when,
                what=what,
                text=self.opinion.text,
            ),
            *note,
        )

    def agrees(self, reading: Reading) -> bool:
        """Whether the reader says what ECGNet said."""
        mine = proposed(reading)
        return mine is not None and self.opinion.found == mine.found


def proposed(reading: Reading) -> Opinion | None:
    """What a reader signs who agrees: classes that are present or possible, and the statements that stand; None where there
    are none, as no model answered or nothing is settled."""
    if not reading.relied_on:
        return Opinion(note=say("Not readable."))
    standing = (stated.code for stated in reading.statements if stated.set_aside is None)
    classes = tuple(label for label in reading.found if label != NORMAL or len(reading.found) == 1)
    codes = tuple(standing)
    return Opinion(classes, codes) if classes or codes else None


def bound(reading: Reading, signature: Signature | None) -> None:
    """Raises UnsignedError for a signature of another reading, or of another part of the recording."""
    if signature is None:
        return
    if signature.part != reading.record.part:
        mine, theirs = (part or say("the whole recording") for part in (reading.record.part, signature.part))
        raise UnsignedError(
            say(
                "{reader} signed {theirs}: this is {mine}. Read it and sign it.",
                reader=signature.reader,
                theirs=theirs,
                mine=mine,
            )
        )
    if signature.reading != reading_hash(reading):
        raise UnsignedError(
            say(
                "{reader} signed another reading of this ECG: its samples, the weights, the limits or "
                "ECGNet's version have changed since. Read it again and sign it.",
                reader=signature.reader,
            )
        )


def reading_hash(reading: Reading) -> str:
    """SHA-256, in hexadecimal digits, of what makes a reading the one that it is: samples, window and what is known of the
    patient; version, weights and site profiles of every model that answered; limits; and what was said of it. Not of
    probabilities and voltages, whose last digits another processor computes otherwise."""
    reading = reading.in_english
    known = reading.record.metadata
    made_of = {
        "signal": signal_hash(reading.record),
        "window": [round(t, 3) for t in (*reading.window, reading.duration)],
        "patient": [known.age, known.sex, known.height, known.weight],
        "version": __version__,
        "models": [[p.weights_id, p.profile.hash if p.profile else None] for p in reading.predictions],
        "limits": {name: [found.low, found.high] for name, found in reading.ranges.items()},
        "said": [
            reading.conclusion.text,
            reading.rhythm.text,
            [critical.text for critical in reading.critical],
            {model: dict(states) for model, states in reading.states_by_model.items()},
            [stated.code for stated in reading.statements if stated.set_aside is None],
            reading.requested,
        ],
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
