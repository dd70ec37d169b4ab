"""The reads of a study as arrays: those of the readers who have finished it, of the cases that all of them have read.

R readers, N cases, two phases in the order of `PHASES`, five classes in the order of `SUPERCLASSES`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies.journal import Read, finished
from ecgnet.reader_studies.study import PHASES, Arm, Study


@dataclass(frozen=True, eq=False)
class Table:
    """cases (N,): their numbers; truth (N, 5) bool; readers: how exports call them, "reader 1" who began first; named
    (2, R, N, 5) bool; scores (2, R, N, 5), 0 to 100, how sure of a class (`Answer.score`); confidence (2, R, N), 0 to 100;
    seconds (2, R, N); shown (N, 5) bool: the classes that the aided read was shown as ECGNet's; shown_right (N,) bool:
    whether those are the reference; planted (N,) bool: whether they were exchanged on purpose; arms (R, N): `Arm`."""

    cases: np.ndarray
    truth: np.ndarray
    readers: tuple[str, ...]
    named: np.ndarray
    scores: np.ndarray
    confidence: np.ndarray
    seconds: np.ndarray
    shown: np.ndarray
    shown_right: np.ndarray
    planted: np.ndarray
    arms: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """(2, R, N) whether the answer is the reference, in all five classes."""
        return (self.named == self.truth).all(-1)

    def in_arm(self, arm: Arm) -> np.ndarray:
        """(R, N) the reads in this arm."""
        return self.arms == arm


def tabulate(study: Study, reads: Sequence[Read], *, without: frozenset[int] = frozenset()) -> Table:
    """without: cases that were withdrawn (`journal.withdrawn`)."""
    done = finished(study, reads, without=without)
    subjects = [subject for subject, whole in done.items() if whole]
    cases = [case for case in study.cases if case.number not in without]
    names = reader_names(reads)
    place = {(case.number): k for k, case in enumerate(cases)}
    shape = len(PHASES), len(subjects), len(cases)
    named = np.zeros((*shape, len(SUPERCLASSES)), bool)
    scores = np.zeros((*shape, len(SUPERCLASSES)))
    confidence, seconds = np.zeros(shape), np.zeros(shape)
    arms = np.full(shape[1:], "", dtype=object)
    for read in reads:
        if read.case not in place or not done[read.reader.subject]:
            continue
        r, n = subjects.index(read.reader.subject), place[read.case]
        at = PHASES.index(read.phase), r, n
        named[at] = [label in read.answer.classes for label in SUPERCLASSES]
        scores[at] = [read.answer.score(label) for label in SUPERCLASSES]
        confidence[at], seconds[at] = read.answer.confidence, read.seconds
        if read.arm is not None:
            arms[r, n] = read.arm
    return Table(
        np.array([case.number for case in cases], int),
        np.array([[label in case.reference for label in SUPERCLASSES] for case in cases], bool).reshape(
            -1, 5
        ),
        tuple(names[subject] for subject in subjects),
        named,
        scores,
        confidence,
        seconds,
        np.array([[label in case.shown.found for label in SUPERCLASSES] for case in cases], bool).reshape(
            -1, 5
        ),
        np.array([case.shown_right for case in cases], bool),
        np.array([case.planted is not None for case in cases], bool),
        arms,
    )


def reader_names(reads: Sequence[Read]) -> dict[str, str]:
    """Readers by subject → "reader 1", "reader 2" … in the order in which they began: exports name nobody."""
    subjects = dict.fromkeys(read.reader.subject for read in reads)
    return {subject: f"reader {k}" for k, subject in enumerate(subjects, 1)}
