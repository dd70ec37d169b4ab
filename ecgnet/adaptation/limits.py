"""Limits of the states and conformal sets, set anew on a hospital's labels."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from ecgnet.adaptation.steps import Seen
from ecgnet.estimate import log_odds, one_each
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.site_profile import ALPHA, Transform, limits_at
from ecgnet.states import StateLimits
from ecgnet.trust.conformal import fit_sets

LIMITS_FROM = 20
"""Patients with a class, and as many without, from whom its limits are set anew."""


def refit_limits(
    seen: Seen,
    own: np.ndarray,
    *,
    shipped: StateLimits,
    transform: Transform,
    site: str,
    asked: np.ndarray,
) -> tuple[StateLimits, tuple[str, ...]]:
    """Conformal limits on cross-fitted probabilities (N, 5) for the classes asked for, (5,) bool, that have enough patients,
    on one ECG of each, since those of one are not exchangeable with those of others. The limits of the other classes move
    with their probabilities, so that the same ECGs lie beyond them as shipped: what a class's commonness shifts is how
    probable it is at a score, not the scores of those who have it."""
    low, high = (_moved(limit, transform) for limit in (shipped.low, shipped.high))
    refitted = []
    rows = one_each(seen.patients)
    for c, label in enumerate(SUPERCLASSES):
        truth = seen.truth[rows, c]
        if not asked[c] or not np.isfinite(truth).all() or min(truth.sum(), (1 - truth).sum()) < LIMITS_FROM:
            continue
        sets = fit_sets((label,), truth[:, None], probabilities=own[rows, c : c + 1], alpha=ALPHA)
        low[c], high[c] = sets.present[0], sets.absent[0]
        refitted.append(label)
    return limits_at(site, low, high=high, patients=len(rows), refitted=tuple(refitted)), tuple(refitted)


def _moved(limit: np.ndarray, transform: Transform) -> np.ndarray:
    """Limits (C,) on shipped probabilities → on the site's, by the part of the transform that keeps the order of ECGs; 0
    and 1, beyond which nobody lies, stay."""
    moved = expit(transform.offset + transform.slope * log_odds(limit))
    return np.where((limit > 0) & (limit < 1) & (transform.slope > 0), moved, limit)
