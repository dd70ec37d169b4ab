"""What a model answered for the ECGs of a folder, as `ecgnet score` keeps it, in the arrays that figures are made of."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecgnet.archive.columns import column
from ecgnet.archive.dataset import open_ecgs, open_refusals
from ecgnet.archive.engines.local import Local
from ecgnet.archive.run import score
from ecgnet.archive.scorer import Asked
from ecgnet.archive.sources import StatedFacts
from ecgnet.cards import Card, read_card
from ecgnet.language import say
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.site_profile import ProfileError, SiteProfile
from ecgnet.states import STATES
from ecgnet.validation.errors import ValidationError

ANSWERS = "answers"
"""The folder of the tables, within the one that a validation is written to."""


class Refused(NamedTuple):
    """A file, or an ECG in it, without an answer: of what kind (`archive.refusals.KINDS`, or "unreadable"), and why."""

    file: str
    kind: str
    reason: str


@dataclass(frozen=True, eq=False)
class EcgAnswers:
    """N ECGs that were answered for, and the files that were not.

    model, weights: which; folder: what the files' names are relative to; files, exams, hashes (N,): names, the ECG's name in
    a file of several ("" for the only one), the signal's SHA-256; probabilities (N, 5) and statements (N, 71): calibrated as
    the card does; states (N, 5): places in `STATES`; abstain (N,) bool; unfamiliarity (N,): 1 is the limit, NaN where not
    measured; fine (N,) bool: nothing is wrong with any lead; within_limits (N,) bool: nor with any measurement, else it is
    not called normal; age (N,) years, NaN where unknown; sex (N,) "" where unknown; fs (N,) Hz; device (N,) "" where
    unknown; cart: each ECG's lines of its cart.
    """

    model: str
    weights: str
    folder: str
    files: tuple[str, ...]
    exams: tuple[str, ...]
    hashes: tuple[str, ...]
    probabilities: np.ndarray
    statements: np.ndarray
    states: np.ndarray
    abstain: np.ndarray
    unfamiliarity: np.ndarray
    fine: np.ndarray
    within_limits: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    fs: np.ndarray
    device: np.ndarray
    cart: tuple[tuple[str, ...], ...]
    refused: tuple[Refused, ...] = ()

    def __len__(self) -> int:
        return len(self.files)

    @property
    def card(self) -> Card:
        """The model's."""
        return read_card(self.model)

    def rows(self, rows: np.ndarray) -> EcgAnswers:
        """The same for some of the ECGs: (N,) bool or places."""
        places = np.arange(len(self))[rows]
        arrays = {
            name: getattr(self, name)[places]
            for name in (
                "probabilities",
                "statements",
                "states",
                "abstain",
                "unfamiliarity",
                "fine",
                "within_limits",
                "age",
                "sex",
                "fs",
                "device",
            )
        }
        tuples = {
            name: tuple(getattr(self, name)[k] for k in places)
            for name in ("files", "exams", "hashes", "cart")
        }
        return replace(self, **arrays, **tuples)


def score_folder(
    folder: str | Path,
    model: str = DEFAULT,
    *,
    out: str | Path | None = None,
    told: StatedFacts | None = None,
    workers: int | None = None,
) -> EcgAnswers:
    """Every ECG of a folder answered for by a model. out: where the answers are kept, so that another call goes on from
    them; None keeps nothing. Raises ArchiveError and WeightsError, ValidationError where no ECG can be answered for."""
    asked = Asked((model,), told or StatedFacts())
    if out is None:
        with tempfile.TemporaryDirectory(prefix="ecgnet-validation-") as made:
            return _scored(folder, Path(made) / ANSWERS, asked, workers)
    return _scored(folder, Path(out) / ANSWERS, asked, workers)


def _scored(folder: str | Path, tables: Path, asked: Asked, workers: int | None) -> EcgAnswers:
    score([str(folder)], tables, asked=asked, engine=Local(workers))
    return open_answers(tables, asked.models[0], folder=folder)


def open_answers(tables: str | Path, model: str = DEFAULT, *, folder: str | Path = "") -> EcgAnswers:
    """The answers of a model in a folder that `ecgnet score` wrote. Raises ArchiveError for a folder of something else,
    ValidationError where the model answered for none of the ECGs."""
    table = open_ecgs(tables).to_table()
    refused = [
        Refused(row["file"], row["kind"], row["reason"])
        for row in open_refusals(tables).to_table(["file", "kind", "reason"]).to_pylist()
    ]
    first = column(model, f"p_{SUPERCLASSES[0]}")
    if first not in table.column_names:
        raise ValidationError(
            say(
                "{tables} holds no answers of {model}: score the ECGs with --model {model}.",
                tables=tables,
                model=model,
            )
        )
    needed = ["file", "exam", "signal_sha256", "fs_hz", "age_years", "sex", "device", "recorder_statements"]
    needed += ["readable", "unreadable_reason", "quality_fine", "within_limits", first]
    rows = table.select(needed).to_pylist()
    asked = [row["readable"] and row[first] is not None for row in rows]
    refused += [
        Refused(row["file"], "unreadable", row["unreadable_reason"] or say("The networks could not read it."))
        for row, there in zip(rows, asked, strict=True)
        if not there
    ]
    if not any(asked):
        reasons = say(" The first: {reason}", reason=refused[0].reason) if refused else ""
        raise ValidationError(
            say(
                "None of the ECGs in {folder} could be answered for.{reasons}",
                folder=folder or tables,
                reasons=reasons,
            )
        )
    rows = [row for row, there in zip(rows, asked, strict=True) if there]

    def of_model(what: str, kind: type, missing: object) -> np.ndarray:
        values = table[column(model, what)].to_pylist()
        return np.array(
            [missing if v is None else v for v, there in zip(values, asked, strict=True) if there], kind
        )

    def of_ecg(what: str, kind: type, missing: object) -> np.ndarray:
        return np.array([missing if row[what] is None else row[what] for row in rows], kind)

    states = [of_model(f"state_{label}", str, "open") for label in SUPERCLASSES]
    return EcgAnswers(
        model,
        str(of_model("weights", str, "")[0]),
        str(folder),
        tuple(row["file"] for row in rows),
        tuple(row["exam"] or "" for row in rows),
        tuple(row["signal_sha256"] for row in rows),
        np.stack([of_model(f"p_{label}", float, np.nan) for label in SUPERCLASSES], 1),
        np.array(
            [
                v
                for v, there in zip(table[column(model, "p_statements")].to_pylist(), asked, strict=True)
                if there
            ]
        ),
        np.stack([[STATES.index(state) for state in of_class] for of_class in states], 1),
        of_model("abstain", bool, False),
        of_model("unfamiliarity", float, np.nan),
        of_ecg("quality_fine", bool, False),
        of_ecg("within_limits", bool, False),
        of_ecg("age_years", float, np.nan),
        of_ecg("sex", str, ""),
        of_ecg("fs_hz", float, np.nan),
        of_ecg("device", str, ""),
        tuple(tuple(row["recorder_statements"] or ()) for row in rows),
        tuple(refused),
    )


def at_site(answers: EcgAnswers, profile: SiteProfile | None) -> EcgAnswers:
    """The answers as a site profile adapts them, None for none. Raises ProfileError for a profile of another model or
    of other weights."""
    if profile is None:
        return answers
    if profile.model != answers.model:
        raise ProfileError(
            say(
                "The site profile of {site} is for {model}, not for {model_2}.",
                site=profile.site,
                model=profile.model,
                model_2=answers.model,
            )
        )
    profile.check(answers.card)
    adapted = profile.transform(answers.probabilities, answers.statements)
    return replace(
        answers, probabilities=adapted, states=profile.limits.codes(adapted, answers.within_limits)
    )


def names_of(answers: EcgAnswers) -> Sequence[str]:
    """How people find each ECG: its file's name, relative to the folder where it lies below it, and the exam."""
    found = []
    for file, exam in zip(answers.files, answers.exams, strict=True):
        path = Path(file)
        base = Path(answers.folder).absolute() if answers.folder else None
        short = str(path.relative_to(base)) if base is not None and path.is_relative_to(base) else path.name
        found.append(f"{short} ({exam})" if exam else short)
    return found
