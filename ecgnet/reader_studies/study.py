"""What a reader study is: its cases, what is shown of ECGNet with each, and what is drawn by lot. A study never changes
once it stands in the journal; its JSON is the whole of it.

Each reader reads each case twice: alone, without any word of ECGNet's, and, once that answer is locked, aided, with
ECGNet's answer. Of what is drawn nothing depends on a generator of random numbers: items are put in the order of SHA-256
of the seed and their names, so that a study can be followed by hand and on every machine.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ecgnet.language import Words, mark, say
from ecgnet.overread.who import Reader
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.recorder import cleaned
from ecgnet.states import FOUND, NORMAL, STATES, State

Phase = Literal["alone", "aided"]
PHASES: tuple[Phase, ...] = (mark("alone"), mark("aided"))
Arm = Literal["answer", "explanation"]
ARMS: dict[Arm, str] = Words(
    {
        "answer": "answer alone",
        "explanation": "answer, explained",
    }
)
"""What the aided read has of ECGNet's beside the ECG."""
FORMAT = "ecgnet.reader_study/1"
MOST_CASES = 2000


class StudyError(ValueError):
    """A study, or a read of it, that cannot be as it is asked for; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of ECGNet's as the aided read shows it. model, weights_id: whose; probabilities, calibrated, and states by
    class, in the order of `SUPERCLASSES`."""

    model: str
    weights_id: str
    probabilities: tuple[float, ...]
    states: tuple[State, ...]

    def __post_init__(self) -> None:
        if len(self.probabilities) != len(SUPERCLASSES) or len(self.states) != len(SUPERCLASSES):
            raise StudyError(
                say("ECGNet's answer has a probability and a state for each of the five classes.")
            )
        if not all(0 <= p <= 1 for p in self.probabilities) or not {*self.states} <= {*STATES}:
            raise StudyError(
                say(
                    "ECGNet's answer has probabilities of 0 to 1 and states of {states}.",
                    states=", ".join(STATES),
                )
            )

    @property
    def found(self) -> tuple[str, ...]:
        """The classes that it names: present or possible."""
        return tuple(label for label, state in zip(SUPERCLASSES, self.states, strict=True) if state in FOUND)

    @property
    def leading(self) -> str:
        """The class that it is surest of among those that it names, or of all where it names none."""
        of = self.found or SUPERCLASSES
        return max(of, key=lambda label: self.probabilities[SUPERCLASSES.index(label)])


@dataclass(frozen=True, slots=True)
class Case:
    """One ECG. number: 1, 2 … in the study, all that readers and exports know of it; source and where: PTB-XL's ecg_id, or
    the path of a file; fs: at which it is read, in Hz; signal: `record.signal_hash` of the part that is read; reference: the
    classes that are right; given: what ECGNet says of it; planted: a wrong answer shown in place of it, None of most."""

    number: int
    source: Literal["PTB-XL", "file"]
    where: str
    fs: float
    signal: str
    reference: tuple[str, ...]
    given: Given
    planted: Given | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reference", checked_classes(self.reference))

    @property
    def shown(self) -> Given:
        """What the aided read shows."""
        return self.planted or self.given

    @property
    def shown_right(self) -> bool:
        """Whether what is shown is the reference."""
        return self.shown.found == self.reference


@dataclass(frozen=True, slots=True)
class Study:
    """id: short, as in commands and links; title: for readers; seed: of all that is drawn; arms: which each case is read in
    by whom is drawn, the same number of cases in each; idle: seconds without a key, a click or a movement after which
    reading time stops; version: of ECGNet.

    Raises StudyError for what does not fit together."""

    id: str
    title: str
    seed: int
    arms: tuple[Arm, ...]
    idle: float
    cases: tuple[Case, ...]
    version: str

    def __post_init__(self) -> None:
        if not self.id or not all(c.isascii() and (c.isalnum() or c in "-_") for c in self.id):
            raise StudyError(say("A study's id has letters from a to z, digits, - and _ alone."))
        if not self.title or self.title != cleaned(self.title):
            raise StudyError(say("A study has a title of one line of plain text."))
        if not self.arms or not {*self.arms} <= {*ARMS} or len({*self.arms}) < len(self.arms):
            raise StudyError(say("A study's arms are among {arms}, each once.", arms=", ".join(ARMS)))
        if not (math.isfinite(self.idle) and self.idle > 0):
            raise StudyError(say("The time after which a reader counts as idle is some seconds."))
        if not 0 < len(self.cases) <= MOST_CASES:
            raise StudyError(say("A study has 1 to {most_cases:,} cases.", most_cases=MOST_CASES))
        if [case.number for case in self.cases] != [*range(1, len(self.cases) + 1)]:
            raise StudyError(say("The cases of a study are numbered 1, 2, 3 …"))
        if len({case.signal for case in self.cases}) < len(self.cases):
            raise StudyError(say("The same ECG is in the study twice."))

    def case(self, number: int) -> Case:
        """Raises StudyError for a case that there is not."""
        if not 1 <= number <= len(self.cases):
            raise StudyError(say("The study has no case {number}.", number=number))
        return self.cases[number - 1]

    def order(self, reader: Reader) -> tuple[Case, ...]:
        """The cases in this reader's own order."""
        return tuple(
            sorted(self.cases, key=lambda case: lot(self.seed, "order", reader.subject, case.signal))
        )

    def arm(self, case: Case, reader: Reader) -> Arm:
        """What this reader has beside this case in the aided read: the cases in an order of its own, dealt to the arms."""
        dealt = sorted(self.cases, key=lambda one: lot(self.seed, "arm", reader.subject, one.signal))
        return self.arms[dealt.index(case) % len(self.arms)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader says of a case. classes: those that they see, normal alone or at least one finding; confidence: 0, a
    guess, to 100, sure.

    Raises StudyError."""

    classes: tuple[str, ...]
    confidence: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", checked_classes(self.classes))
        if isinstance(self.confidence, bool) or self.confidence not in range(101):
            raise StudyError(say("Confidence is a whole number from 0 to 100."))

    def score(self, label: str) -> float:
        """How sure of a class, 0 to 100, for ROC curves: 50 and half the confidence up where it is named, down where it is
        not."""
        return 50 + (self.confidence if label in self.classes else -self.confidence) / 2


def checked_classes(classes: Sequence[str]) -> tuple[str, ...]:
    """In the order of `SUPERCLASSES`. Raises StudyError for none, unknown ones, and normal beside a finding."""
    if unknown := sorted({*classes} - {*SUPERCLASSES}):
        raise StudyError(
            say(
                "There is no class {unknown}; there are {superclasses}.",
                unknown=", ".join(unknown),
                superclasses=", ".join(SUPERCLASSES),
            )
        )
    if not classes:
        raise StudyError(say("Name at least one class."))
    if NORMAL in classes and len({*classes}) > 1:
        raise StudyError(say("An ECG is normal or it has a finding: take one of the two away."))
    return tuple(label for label in SUPERCLASSES if label in classes)


def lot(seed: int, *names: str) -> str:
    """The place of something in what is drawn, to sort by."""
    return hashlib.sha256("\n".join((str(seed), *names)).encode()).hexdigest()


def plant(case: Case, seed: int) -> Given | None:
    """A wrong answer of the kind that ECGNet gives: one class that is neither right nor named by it is shown as it showed
    the class that it was surest of, and that one as absent as this was. None where no such class is left."""
    names = [label for label in SUPERCLASSES if label not in (*case.reference, *case.given.found)]
    if len(case.given.found) > 1:  # normal cannot stand beside what else it names
        names = [label for label in names if label != NORMAL]
    if not names:
        return None
    wrong = min(names, key=lambda label: lot(seed, "planted", case.signal, label))
    one, other = SUPERCLASSES.index(wrong), SUPERCLASSES.index(case.given.leading)

    def exchanged(values: tuple) -> tuple:
        changed = list(values)
        changed[one], changed[other] = values[other], values[one]
        return tuple(changed)

    given = case.given
    return Given(given.model, given.weights_id, exchanged(given.probabilities), exchanged(given.states))


def as_json(study: Study) -> dict[str, Any]:
    """Values for JSON."""
    return {"format": FORMAT, **asdict(study)}


def from_json(values: Mapping[str, Any]) -> Study:
    """Raises StudyError for what is none."""
    try:
        if values["format"] != FORMAT:
            raise StudyError(say("This study is of another format than {format}.", format=FORMAT))
        cases = tuple(
            Case(
                **{name: one[name] for name in ("number", "source", "where", "fs", "signal")},
                reference=tuple(one["reference"]),
                given=_given(one["given"]),
                planted=None if one["planted"] is None else _given(one["planted"]),
            )
            for one in values["cases"]
        )
        return Study(
            **{name: values[name] for name in ("id", "title", "seed", "idle", "version")},
            arms=tuple(values["arms"]),
            cases=cases,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise StudyError(
            say(
                "This is no study: {name} {error}.",
                name=type(error).__name__,
                error=error,
            )
        ) from None


def _given(values: Mapping[str, Any]) -> Given:
    return Given(
        values["model"], values["weights_id"], tuple(values["probabilities"]), tuple(values["states"])
    )
