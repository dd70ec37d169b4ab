"""Agreement with labels that came later: a hospital's, or what a physician confirmed on the cart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ecgnet.monitoring.result import Period
from ecgnet.monitoring.watched import Watched
from ecgnet.operating import share
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.recalibration import observed_to_expected
from ecgnet.site_profile import SiteProfile
from ecgnet.states import FOUND, STATES
from ecgnet.validation.answers import EcgAnswers, at_site, open_answers
from ecgnet.validation.labels import Labels, cart_labels
from ecgnet.validation.matching import match


@dataclass(frozen=True, eq=False)
class Labelled:
    """source: how the labels came, None for none; row: of the watched ECGs → place among those with a label; truth,
    probabilities (M, 5), NaN where a class is not told; found (M, 5) bool; patients (M,) numbers."""

    source: str | None
    row: dict[int, int]
    truth: np.ndarray
    probabilities: np.ndarray
    found: np.ndarray
    patients: np.ndarray

    def into(self, period: Period, rows: np.ndarray) -> Period:
        """A period with what its ECGs (n,) have of labels."""
        there = np.array([self.row[row] for row in rows.tolist() if row in self.row], int)
        if not len(there):
            return period
        truth, patients = self.truth[there], self.patients[there]
        told = np.isfinite(truth)
        right = self.found[there] == (truth == 1)
        return replace(
            period,
            labelled=len(there),
            agreement=share(right[told], np.repeat(patients[:, None], truth.shape[1], 1)[told]),
            observed_to_expected={
                label: observed_to_expected(
                    truth[told[:, c], c],
                    self.probabilities[there][told[:, c], c],
                    patients=patients[told[:, c]],
                )
                for c, label in enumerate(SUPERCLASSES)
                if told[:, c].any()
            },
        )


def labelled_by(
    watched: Watched,
    folder: str | Path,
    *,
    labels: Labels | Literal["confirmed"] | None,
    profile: SiteProfile | None = None,
) -> Labelled:
    """The labels joined with the ECGs; a profile is not judged by those that it was fitted on. Raises ValidationError where
    none fits, ProfileError for a profile of other weights."""
    nothing = np.zeros((0, len(SUPERCLASSES)))
    nobody = Labelled(None, {}, nothing, nothing, nothing.astype(bool), np.zeros(0, int))
    if labels is None or (labels == "confirmed" and not watched.confirmed.any()):
        return nobody
    answers = open_answers(folder, watched.model)
    places = {name: row for row, name in enumerate(watched.names)}
    if labels == "confirmed":
        answers = answers.rows(np.array([watched.confirmed[places[name]] for name in _names(answers)]))
        labels = cart_labels(zip(answers.files, answers.cart, strict=True))
        if not labels.classes:
            return nobody
    fitted = () if profile is None else profile.those_fitted_on(answers.hashes)
    matched = match(at_site(answers, profile), labels, fitted=fitted)
    truth = np.full((len(matched.truth), len(SUPERCLASSES)), np.nan)
    truth[:, matched.columns] = matched.truth
    found = np.isin(matched.answers.states, [STATES.index(state) for state in FOUND])
    rows = {places[name]: k for k, name in enumerate(_names(matched.answers))}
    return Labelled(
        f"{labels.source}, {labels.way}", rows, truth, matched.answers.probabilities, found, matched.patients
    )


def _names(answers: EcgAnswers) -> list[tuple[str, str]]:
    return list(zip(answers.files, answers.exams, strict=True))
