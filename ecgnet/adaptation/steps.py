"""One step of adaptation fitted: a penalised logistic regression a class, anchored to the answers as shipped.

The penalties are normal priors around "as shipped" (offset 0, slope 1, head 0), so that few records change little and more
records more (Vergouwe et al. 2017, Stat Med 36:4529, on the order; Steyerberg et al. 2004, Stat Med 23:2567, on shrinkage).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ecgnet.estimate import log_odds
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.recalibration import fit_logistic
from ecgnet.site_profile import Step, Transform, statement_odds

OFFSET_PRIOR, SLOPE_PRIOR = 1.0, 0.3
"""Standard deviations, in log-odds and of the factor, of what sites differ by."""
HEAD_PENALTIES = (30.0, 100.0)
"""Of the head's weights on standardised statements."""
LEAST_SCALE = 0.5
"""Log-odds: a statement that varies less here is not blown up."""
LEAST_EVENTS: dict[Step, int] = {"nothing": 0, "offset": 5, "slope": 10, "head": 30}
"""Patients with a class, and as many without, below which a step is not considered for it: a head of 71 weights that a few
records choose by cross-validation gains nothing on others (docs/validation.md)."""


class Candidate(NamedTuple):
    """A step, and of the head its penalty."""

    step: Step
    penalty: float = 0.0


CANDIDATES: tuple[Candidate, ...] = (
    Candidate("nothing"),
    Candidate("offset"),
    Candidate("slope"),
    *(Candidate("head", penalty) for penalty in sorted(HEAD_PENALTIES, reverse=True)),
)
"""From the least change to the greatest."""


Plan = tuple[Candidate, ...]
"""A candidate for each of the five classes."""


class Seen(NamedTuple):
    """What is known of N ECGs: probabilities (N, 5) and statements (N, 71) as shipped; truth (N, 5) of 0 and 1, NaN for
    classes that are not labelled; patients (N,) numbers."""

    probabilities: np.ndarray
    statements: np.ndarray
    truth: np.ndarray
    patients: np.ndarray

    @property
    def clusters(self) -> np.ndarray | None:
        """The patients where one has several ECGs, None where each has one."""
        return self.patients if self.people < len(self.patients) else None

    @property
    def people(self) -> int:
        """How many patients."""
        return len(np.unique(self.patients))

    def rows(self, rows: np.ndarray) -> Seen:
        """The same for some of them."""
        return Seen(*(part[rows] for part in self))


def enough(seen: Seen, step: Step = "offset") -> np.ndarray:
    """(5,) bool: the classes of which enough patients have ECGs of both kinds for a step."""
    return (
        np.array([_fewer(of_class, seen.patients) for of_class in seen.truth.T]) >= LEAST_EVENTS[step]
    ) & np.isfinite(seen.truth).all(0)


def _fewer(truth: np.ndarray, patients: np.ndarray) -> int:
    """The patients with an ECG that has a class (N,), or with one that has not, whichever are fewer."""
    return min(len(np.unique(patients[truth == kind])) for kind in (0, 1))


def everywhere(candidate: Candidate, classes: np.ndarray | None = None) -> Plan:
    """The same for each of the classes (5,) bool, by default all; nothing for the others."""
    asked = np.ones(len(SUPERCLASSES), bool) if classes is None else classes
    return tuple(candidate if there else CANDIDATES[0] for there in asked)


def fit_plan(seen: Seen, plan: Plan) -> Transform:
    """The transform of a plan; a class that has too few ECGs of a kind stays as shipped."""
    odds, views = log_odds(seen.probabilities), statement_odds(seen.statements)
    made = replace(Transform.identity(), centre=views.mean(0), scale=np.maximum(views.std(0), LEAST_SCALE))
    views = made.views(seen.statements)
    for c, there in enumerate(enough(seen)):
        if there and plan[c].step != "nothing":
            made.offset[c], made.slope[c], made.head[c] = _of_class(
                odds[:, c], seen.truth[:, c], views, plan[c]
            )
    return made


def _of_class(
    odds: np.ndarray, truth: np.ndarray, views: np.ndarray, candidate: Candidate
) -> tuple[float, float, np.ndarray]:
    """Offset, slope and head of one class, each where the step has it."""
    parts = [(np.ones((len(odds), 1)), 1 / OFFSET_PRIOR**2)]
    if candidate.step != "offset":
        parts.append((odds[:, None], 1 / SLOPE_PRIOR**2))
    if candidate.step == "head":
        parts.append((views, candidate.penalty))
    widths = [part.shape[1] for part, _ in parts]
    w, _ = fit_logistic(
        np.concatenate([part for part, _ in parts], 1),
        truth,
        offset=odds,  # so that what is fitted is the change from the answers as shipped
        precision=np.repeat([precision for _, precision in parts], widths),
        centre=np.zeros(sum(widths)),
    )
    slope = 1 + float(w[1]) if len(parts) > 1 else 1.0
    return float(w[0]), slope, w[2:] if len(parts) > 2 else np.zeros(views.shape[1])


def adapted_classes(transform: Transform) -> tuple[str, ...]:
    """The classes that a transform changes."""
    changed = (transform.offset != 0) | (transform.slope != 1) | transform.head.any(1)
    return tuple(label for label, there in zip(SUPERCLASSES, changed, strict=True) if there)
