"""Labels joined with the answers: which ECGs count, and where every other one was lost (the flow of records that
TRIPOD+AI asks for)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from ecgnet.language import mark, say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.validation.answers import EcgAnswers, Refused, names_of
from ecgnet.validation.errors import ValidationError
from ecgnet.validation.labels import Label, Labels

NAMED = 12
"""Files that are named of each kind; the others are counted."""

FITTED = mark(
    "The site profile was fitted on them, or on other ECGs of their patients, and cannot be judged by them."
)


@dataclass(frozen=True, slots=True)
class EcgFlow:
    """Where every ECG and every label went. listed: ECGs found; refused: files without an answer, what is no ECG apart;
    no_ecg: other files; answered; duplicates: files whose ECG another file holds too; unlabelled: answered, without label or
    with codes that name no class; without_file: labels whose file is not there; contradicting: ECGs with two different
    labels, left out; fitted: ECGs that the site profile knows, left out; used: labelled, answered, once each; patients: of
    them; patients_told: whether the labels name all of these, else each ECG counts as one."""

    listed: int
    no_ecg: int
    answered: int
    used: int
    refused: tuple[Refused, ...] = ()
    duplicates: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    without_file: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()
    fitted: tuple[str, ...] = ()
    patients: int = 0
    patients_told: bool = False

    @property
    def refused_by_kind(self) -> Mapping[str, int]:
        """Kind → how many."""
        return dict(Counter(refused.kind for refused in self.refused))


@dataclass(frozen=True, eq=False)
class Matched:
    """The ECGs that count. answers: of them, N; truth (N, C) bool of `classes`; patients (N,): numbers; groups: name of a
    column → value of each ECG, "" where it is unknown; by_mark: how many ECGs' labels rest on rows of the table of codes
    with this mark; other_patient: ECGs whose age or sex is another in the labels than in the file; comparable: those of
    which both are known."""

    answers: EcgAnswers
    classes: tuple[str, ...]
    truth: np.ndarray
    patients: np.ndarray
    flow: EcgFlow
    groups: Mapping[str, np.ndarray] = field(default_factory=dict)
    by_mark: Mapping[str, int] = field(default_factory=dict)
    other_patient: tuple[str, ...] = ()
    comparable: int = 0

    @property
    def clusters(self) -> np.ndarray | None:
        """(N,) the patients where one has several ECGs, None where each has one."""
        return None if self.people == len(self.patients) else self.patients

    @property
    def people(self) -> int:
        """How many patients."""
        return len(np.unique(self.patients))

    @property
    def columns(self) -> list[int]:
        """The places of `classes` among the five."""
        return [SUPERCLASSES.index(label) for label in self.classes]

    @property
    def probabilities(self) -> np.ndarray:
        """(N, C) of `classes`, as shipped."""
        return self.answers.probabilities[:, self.columns]


def match(answers: EcgAnswers, labels: Labels | None, *, fitted: Collection[str] = ()) -> Matched:
    """Join both; without labels all ECGs are there and none is labelled. fitted: hashes of signals that a site profile was
    fitted on; they are left out, with all ECGs of the same patients as the labels name them. Raises ValidationError where no
    label finds its ECG, or none is left."""
    names = names_of(answers)
    first: dict[str, int] = {}
    copies = [k for k, sha in enumerate(answers.hashes) if first.setdefault(sha, k) != k]
    copy = set(copies)
    if labels is None:
        kept = np.array([k not in copy for k in range(len(answers))])
        flow = _flow(answers, 0, [names[k] for k in copies], [n for k, n in enumerate(names) if kept[k]])
        return Matched(answers.rows(kept), (), np.zeros((kept.sum(), 0), bool), np.arange(kept.sum()), flow)
    found, lost, contradicting = _found(answers, labels, first)
    columns = [SUPERCLASSES.index(label) for label in labels.classes]
    used = sorted(k for k, row in found.items() if columns and np.isfinite(row.truth[columns]).all())
    if not used:
        example = (
            say(
                " The labels name {file}, the folder has {names}.",
                file=labels.rows[0].file,
                names=names[0],
            )
            if lost
            else ""
        )
        raise ValidationError(
            say(
                "No ECG has both an answer and a label: {n_rows} rows of {source}, {n_lost} of them without "
                "a file here.{example}",
                n_rows=len(labels.rows),
                source=labels.source,
                n_lost=len(lost),
                example=example,
            )
        )
    gone = {*used, *copy, *contradicting}
    known = _fitted(used, found, {k for k in used if answers.hashes[k] in fitted})
    used = [k for k in used if k not in known]
    if not used:
        raise ValidationError(
            say(
                "All {n_known} labelled ECGs are among those that the site profile was fitted on, or of the "
                "same patients: they cannot judge it. Validate it on others.",
                n_known=len(known),
            )
        )
    rows = [found[k] for k in used]
    part = _with_told(answers.rows(np.array(used)), rows)
    flow = _flow(
        answers,
        len(used),
        [names[k] for k in copies],
        [name for k, name in enumerate(names) if k not in gone],
        without_file=tuple(lost),
        contradicting=tuple(names[k] for k in sorted(contradicting)),
        fitted=tuple(names[k] for k in sorted(known)),
        patients=len({row.patient or k for k, row in enumerate(rows)}),
        patients_told=all(row.patient for row in rows),
    )
    others, comparable = _other_patients(answers, used, rows)
    groups = {name for row in rows for name in row.groups}
    patients = [row.patient or f"\0{k}" for k, row in enumerate(rows)]
    return Matched(
        part,
        labels.classes,
        np.stack([row.truth[columns] for row in rows]).astype(bool),
        np.unique(patients, return_inverse=True)[1],
        flow,
        {name: np.array([row.groups.get(name, "") for row in rows]) for name in sorted(groups)},
        dict(Counter(mark for row in rows for mark in {code.mark for code in row.rows})),
        tuple(names[k] for k in others),
        comparable,
    )


def _fitted(used: list[int], found: Mapping[int, Label], known: set[int]) -> set[int]:
    """The known ones, and the other ECGs of their patients."""
    patients = {found[k].patient for k in known} - {None}
    return known | {k for k in used if found[k].patient in patients}


def _found(
    answers: EcgAnswers, labels: Labels, first: Mapping[str, int]
) -> tuple[dict[int, Label], list[str], set[int]]:
    """ECG → its label, rows without an ECG, and ECGs with two different labels. A copy counts as its original."""
    index: dict[str, set[int]] = {}
    for k, (file, exam) in enumerate(zip(answers.files, answers.exams, strict=True)):
        for key in _keys(file, exam, answers.folder):
            index.setdefault(key, set()).add(first[answers.hashes[k]])
    found: dict[int, Label] = {}
    lost, contradicting = [], set()
    refused = {key for one in answers.refused for key in (one.file, PurePath(one.file).name, _stem(one.file))}
    for row in labels.rows:
        alike = index.get(PurePath(row.file).name) or index.get(_stem(row.file)) or set()
        # A label that names a folder means the file there, and no namesake elsewhere.
        places = index.get(row.file) or {k for k in alike if _ends_in(answers.files[k], row.file)}
        if len(places) != 1:  # not there, or a name that several files bear; a refusal is told as such
            if places or not {row.file, PurePath(row.file).name, _stem(row.file)} & refused:
                lost.append(row.file)
            continue
        (k,) = places
        if k in found and not np.array_equal(found[k].truth, row.truth, equal_nan=True):
            contradicting.add(k)
        found.setdefault(k, row)
    return {k: row for k, row in found.items() if k not in contradicting}, lost, contradicting


def _keys(file: str, exam: str, folder: str) -> set[str]:
    if exam:
        return {exam, f"{file}/{exam}", f"{PurePath(file).name}/{exam}"}
    path = PurePath(file)
    keys = {file, path.name, _stem(file)}
    base = Path(folder).absolute() if folder else None
    if base is not None and path.is_relative_to(base):
        keys.add(path.relative_to(base).as_posix())
    return keys


def _ends_in(file: str, label: str) -> bool:
    """Whether a file's path ends in what a label calls it, with or without the file's ending."""
    named = PurePath(label).parts
    return named in (PurePath(file).parts[-len(named) :], PurePath(file).with_suffix("").parts[-len(named) :])


def _stem(file: str) -> str:
    return PurePath(file).stem


def _with_told(answers: EcgAnswers, rows: list[Label]) -> EcgAnswers:
    """Age and sex from the labels where the file leaves them out, for case mix and subgroups; the answers stay."""
    age = [
        row.age if np.isnan(a) and row.age is not None else a
        for a, row in zip(answers.age, rows, strict=True)
    ]
    sex = [s or row.sex or "" for s, row in zip(answers.sex, rows, strict=True)]
    return replace(answers, age=np.array(age, float), sex=np.array(sex, str))


def _other_patients(answers: EcgAnswers, used: list[int], rows: list[Label]) -> tuple[list[int], int]:
    """ECGs whose file states another age (by more than 2 years) or sex than their label, and of how many both say any."""
    others, comparable = [], 0
    for k, row in zip(used, rows, strict=True):
        ages = row.age is not None and not np.isnan(answers.age[k])
        sexes = row.sex is not None and bool(answers.sex[k])
        comparable += ages or sexes
        if (ages and abs(row.age - answers.age[k]) > 2) or (sexes and row.sex != answers.sex[k]):
            others.append(k)
    return others, comparable


def _flow(
    answers: EcgAnswers, used: int, duplicates: list[str], unlabelled: list[str], **more: Any
) -> EcgFlow:
    refused = tuple(r for r in answers.refused if r.kind != "no_ecg")
    return EcgFlow(
        len(answers) + len(refused),
        len(answers.refused) - len(refused),
        len(answers),
        used,
        refused,
        tuple(duplicates),
        tuple(unlabelled),
        **more,
    )
