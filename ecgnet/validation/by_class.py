"""The figures of each class: how well it is told apart, whether its probabilities hold, and what its states find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgnet.estimate import UNKNOWN, Estimate
from ecgnet.metrics import auroc_intervals
from ecgnet.operating import reliability, share
from ecgnet.recalibration import in_the_large, observed_to_expected, slope
from ecgnet.states import FOUND, STATES
from ecgnet.trust.conformal import Sets
from ecgnet.validation.matching import Matched
from ecgnet.validation.sizes import Needed, needed

SURE_FROM = 10
"""ECGs with a class, and as many without, below which its figures are only an orientation."""


@dataclass(frozen=True)
class Bin:
    """ECGs that were given a similar probability: their mean, the share with the label and its interval, their number."""

    stated: float
    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class ClassFigures:
    """One class. n, events: ECGs, and those with it. auc: after DeLong; expected: the sum of the probabilities;
    observed_to_expected, calibration_in_the_large (log-odds, 0 is right), slope (1 is right); bins: for the curve;
    found: present or possible, of those with it (sensitivity); left: not found, of those without (specificity); missed:
    absent, of those with it; covered_with, covered_without: conformal sets that hold the truth; open: neither; needed:
    patients for a useful precision."""

    label: str
    n: int
    events: int
    expected: float
    auc: Estimate
    observed_to_expected: Estimate
    calibration_in_the_large: Estimate
    slope: Estimate
    bins: tuple[Bin, ...]
    found: Estimate
    left: Estimate
    missed: Estimate
    covered_with: Estimate
    covered_without: Estimate
    open: Estimate
    needed: Needed

    @property
    def orientation_only(self) -> bool:
        """Whether too few ECGs have it, or lack it, for more than an orientation."""
        return min(self.events, self.n - self.events) < SURE_FROM


@dataclass(frozen=True)
class Area:
    """The macro AUC of some ECGs with its interval, over so many classes; NaN where no class has both kinds."""

    auc: Estimate
    classes: int
    n: int


def class_figures(matched: Matched, sets: Sets | None) -> tuple[ClassFigures, ...]:
    """Of every labelled class, ECGs of one patient counted together. sets: the model's conformal ones, None where it has
    none."""
    patients = matched.clusters
    areas = auroc_intervals(matched.truth, matched.probabilities, patients=patients)

    def of(yes: np.ndarray, among: np.ndarray) -> Estimate:
        return share(yes[among], None if patients is None else patients[among])

    covered = None if sets is None else _covered(matched, sets)
    found = []
    for c, label in enumerate(matched.classes):
        truth, p = matched.truth[:, c], matched.probabilities[:, c]
        states = matched.answers.states[:, matched.columns[c]]
        called = np.isin(states, [STATES.index(state) for state in FOUND])
        absent = states == STATES.index("absent")
        every = np.ones(len(truth), bool)
        curve = reliability(truth, p, bins=10 if len(p) >= 100 else 5, patients=patients)
        found.append(
            ClassFigures(
                label,
                len(truth),
                int(truth.sum()),
                float(p.sum()),
                Estimate(*map(float, areas[:, c])),
                observed_to_expected(truth, p, patients=patients),
                in_the_large(truth, p, patients=patients),
                slope(truth, p, patients=patients),
                tuple(Bin(*map(float, row[:4]), int(row[4])) for row in zip(*curve, strict=True)),
                of(called, truth),
                of(~called, ~truth),
                of(absent, truth),
                of(covered[:, c], truth) if covered is not None else UNKNOWN,
                of(covered[:, c], ~truth) if covered is not None else UNKNOWN,
                of(states == STATES.index("open"), every),
                needed(matched.people, float(truth.mean()), auc=float(areas[0, c])),
            )
        )
    return tuple(found)


def macro_area(matched: Matched, rows: np.ndarray | slice = slice(None)) -> Area:
    """The mean AUC over the labelled classes, of some of the ECGs."""
    truth, p = matched.truth[rows], matched.probabilities[rows]
    if not len(truth):
        return Area(UNKNOWN, 0, 0)
    patients = None if matched.clusters is None else matched.clusters[rows]
    areas = auroc_intervals(truth, p, patients=patients)
    return Area(Estimate(*map(float, areas[:, -1])), int(np.isfinite(areas[0, :-1]).sum()), len(truth))


def _covered(matched: Matched, sets: Sets) -> np.ndarray:
    """(N, C) of the labelled classes; the sets are of all five."""
    there = np.zeros((len(matched.truth), len(sets.labels)), bool)
    there[:, matched.columns] = matched.truth
    return sets.covered(there, matched.answers.probabilities)[:, matched.columns]
