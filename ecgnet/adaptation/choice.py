"""Which step for each class: an offset where its calibration in the large is off beyond chance, and a greater one where
cross-validation, split by patient, improves on that by more than its error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ecgnet.adaptation.steps import CANDIDATES, Candidate, Plan, Seen, enough, everywhere, fit_plan
from ecgnet.estimate import error_of_mean
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.recalibration import in_the_large, log_loss

FOLDS = 5


class ChosenPlan(NamedTuple):
    """The plan, and each class's mean cross-validated log loss by candidate, as `name` calls it."""

    plan: Plan
    losses: dict[str, dict[str, float]]


def folds_by_patient(patients: np.ndarray, folds: int = FOLDS, *, seed: int = 0) -> np.ndarray:
    """(N,): a fold for each ECG, all of a patient in one."""
    distinct, place = np.unique(patients, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(distinct))
    return (order % min(folds, len(distinct)))[place]


def choose(
    seen: Seen,
    *,
    classes: np.ndarray | None = None,
    seed: int = 0,
    candidates: tuple[Candidate, ...] = CANDIDATES,
) -> ChosenPlan:
    """Class by class, since hospitals label some otherwise and not all: begin with nothing, or with an offset where the 95 %
    interval of the calibration in the large leaves out 0 (the first of the closed tests of Vergouwe et al. 2017, Stat Med
    36:4529), and go on to a greater step where its loss is lower by more than the standard error of the difference (the
    one-standard-error rule, Breiman et al. 1984)."""
    # A step for which no class has enough patients is not fitted at all: heads cost most of the time.
    candidates = tuple(c for k, c in enumerate(candidates) if k < 2 or enough(seen, c.step).any())
    found = {
        c: log_loss(seen.truth, cross_fitted(seen, everywhere(c, classes), seed=seed)) for c in candidates
    }
    plan = []
    for k in range(len(SUPERCLASSES)):
        asked = classes is None or classes[k]
        first = int(asked and _off_in_the_large(seen, k))
        best = candidates[first]
        for candidate in candidates[first + 1 :]:
            if not enough(seen, candidate.step)[k]:
                continue
            gain = found[best][:, k] - found[candidate][:, k]
            if gain.mean() > error_of_mean(gain, seen.patients):
                best = candidate
        plan.append(best)
    losses = {
        label: {name(c): float(loss[:, k].mean()) for c, loss in found.items()}
        for k, label in enumerate(SUPERCLASSES)
        if np.isfinite(seen.truth[:, k]).all()
    }
    return ChosenPlan(tuple(plan), losses)


def _off_in_the_large(seen: Seen, k: int) -> bool:
    truth = seen.truth[:, k]
    if not np.isfinite(truth).all():
        return False
    found = in_the_large(truth, seen.probabilities[:, k], patients=seen.clusters)
    return bool(found.low > 0 or found.high < 0)


def cross_fitted(seen: Seen, plan: Plan, *, seed: int = 0) -> np.ndarray:
    """(N, 5): each ECG's probabilities by a transform that was fitted without its patient."""
    fold = folds_by_patient(seen.patients, seed=seed)
    found = np.empty_like(seen.probabilities)
    for k in np.unique(fold):
        rows = fold == k
        found[rows] = fit_plan(seen.rows(~rows), plan)(seen.probabilities[rows], seen.statements[rows])
    return found


def name(candidate: Candidate) -> str:
    """ "offset", "head 30"."""
    return candidate.step + (f" {candidate.penalty:g}" if candidate.penalty else "")
