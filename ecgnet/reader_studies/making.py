"""A study made of PTB-XL's records or of files: which cases, what ECGNet says of each, and which get a planted answer.

ECGNet answers when the study is made, not when it is read, so that every reader is shown the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ecgnet import __version__
from ecgnet.inference import Predictor
from ecgnet.judge import judge
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES, Catalogue
from ecgnet.reader_studies.study import ARMS, Arm, Case, Given, Study, StudyError, lot, plant
from ecgnet.record import Record, signal_hash
from ecgnet.validation.labels import Labels

FOLD = 10
"""Of PTB-XL: neither learnt from nor tuned on."""
IDLE = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a study is beside its cases, as `Study` has it; planted: the share of cases with a wrong answer, 0 to 1.

    Raises StudyError for another share."""

    id: str
    title: str
    seed: int = 1
    arms: tuple[Arm, ...] = ("answer",)
    planted: float = 0.0
    idle: float = IDLE

    def __post_init__(self) -> None:
        if not 0 <= self.planted <= 1:
            raise StudyError("The share of planted answers is from 0 to 1.")
        if unknown := {*self.arms} - {*ARMS}:
            raise StudyError(f"There is no arm {', '.join(sorted(unknown))}; there are {', '.join(ARMS)}.")


Ask = Callable[[Record], tuple[Record, Given] | None]
"""What ECGNet says of a record, and the part of it that it read; None of one that it cannot answer for."""


def from_ptbxl(
    catalogue: Catalogue, plan: Plan, *, count: int, records: Sequence[int] = (), ask: Ask | None = None
) -> Study:
    """A study of these records, or of `count` ECGs of fold 10, one a patient, drawn so that each class is as frequent as
    the others. ask: None asks the default model.

    Raises StudyError where so many cannot be had, CatalogueError for a record that is not there."""
    ask = ask or ask_default()
    wanted = records or _drawn(catalogue, plan.seed)
    cases: list[Case] = []
    for ecg_id in wanted:
        if not records and len(cases) == count:
            break
        fs = 500 if catalogue.has_signal(ecg_id, 500) else 100
        answered = ask(catalogue.record(ecg_id, fs))
        if answered is None:
            if records:
                raise StudyError(f"PTB-XL record {ecg_id} cannot be answered for: leave it out.")
            continue
        reference = tuple(catalogue.table.loc[ecg_id, "superclasses"])
        cases.append(_case(len(cases) + 1, "PTB-XL", str(ecg_id), reference=reference, answered=answered))
    if len(cases) < (len(records) or count):
        raise StudyError(f"Only {len(cases)} cases could be had of PTB-XL's fold {FOLD}, {count} are wanted.")
    return _study(plan, cases)


def from_files(
    read: Iterable[tuple[str, Record]], plan: Plan, *, labels: Labels, ask: Ask | None = None
) -> Study:
    """A study of these files, by their paths, whose reference stands in a table of labels as `ecgnet validate` reads it.

    Raises StudyError for a file that has no label, or one that does not tell of all five classes, or that cannot be
    answered for."""
    ask = ask or ask_default()
    known = _references(labels)
    cases: list[Case] = []
    for path, record in read:
        reference = known.get(str(path)) or known.get(Path(path).name) or known.get(Path(path).stem)
        if reference is None:
            raise StudyError(
                f"{Path(path).name}: {labels.source} has no reference of it in all five classes."
            )
        answered = ask(record)
        if answered is None:
            raise StudyError(f"{Path(path).name} cannot be answered for: leave it out.")
        where = str(Path(path).resolve())
        cases.append(_case(len(cases) + 1, "file", where, reference=reference, answered=answered))
    return _study(plan, cases)


def ask_default() -> Ask:
    """Asks the default model, as the app does. Raises WeightsError where it cannot."""
    predictors = [Predictor(DEFAULT)]

    def ask(record: Record) -> tuple[Record, Given] | None:
        reading = judge(record, predictors)
        said = reading.prediction
        if said is None or not reading.relied_on:
            return None
        given = Given(
            said.model,
            said.weights_id,
            tuple(round(said.probability(label), 4) for label in SUPERCLASSES),
            tuple(reading.states[label] for label in SUPERCLASSES),
        )
        return reading.record, given

    return ask


def _drawn(catalogue: Catalogue, seed: int) -> Iterator[int]:
    """Fold 10's records whose signal is here, one a patient, the classes in turn; which of a class comes next is
    drawn."""
    table = catalogue.table
    there = table[(table["fold"] == FOLD) & (table["superclasses"].map(len) > 0)]
    order = sorted(there.index, key=lambda ecg_id: lot(seed, "case", str(ecg_id)))
    patients = there["patient_id"].to_dict()
    left = {label: [k for k in order if label in there.at[k, "superclasses"]] for label in SUPERCLASSES}
    taken: set[int] = set()

    def here(ecg_id: int) -> bool:
        return any(catalogue.has_signal(ecg_id, fs) for fs in (500, 100))

    while any(left.values()):
        for label in SUPERCLASSES:
            while left[label] and (patients[left[label][0]] in taken or not here(left[label][0])):
                left[label].pop(0)
            if left[label]:
                ecg_id = left[label].pop(0)
                taken.add(patients[ecg_id])
                yield int(ecg_id)


def _references(labels: Labels) -> Mapping[str, tuple[str, ...]]:
    """File → its classes, of rows that tell of all five and name any."""
    return {
        row.file: tuple(label for label, has in zip(SUPERCLASSES, row.truth, strict=True) if has)
        for row in labels.rows
        if np.isfinite(row.truth).all() and row.truth.any()
    }


def _case(
    number: int,
    source: Literal["PTB-XL", "file"],
    where: str,
    *,
    reference: tuple[str, ...],
    answered: tuple[Record, Given],
) -> Case:
    record, given = answered
    return Case(number, source, where, record.fs, signal_hash(record), reference, given)


def _study(plan: Plan, cases: Sequence[Case]) -> Study:
    """Wrong answers are planted where ECGNet is right, in cases that are drawn; StudyError where those are too few."""
    wrong = round(plan.planted * len(cases))
    right = sorted(
        (case for case in cases if case.shown_right and plant(case, plan.seed) is not None),
        key=lambda case: lot(plan.seed, "plant", case.signal),
    )
    if wrong > len(right):
        raise StudyError(
            f"Wrong answers are planted where ECGNet is right: on {len(right)} of {len(cases)} cases, not on {wrong}."
        )
    chosen = {case.number for case in right[:wrong]}
    whole = tuple(
        replace(case, planted=plant(case, plan.seed)) if case.number in chosen else case for case in cases
    )
    return Study(plan.id, plan.title, plan.seed, plan.arms, plan.idle, whole, __version__)
