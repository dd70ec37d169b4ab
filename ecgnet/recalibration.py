"""Recalibration of one class: offset and slope of a logistic regression of the labels on the stated log-odds.

Cox 1958, Biometrika 45:562; calibration in the large and slope as in Van Calster et al. 2019, BMC Med 17:230.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit
from threadpoolctl import ThreadpoolController

from ecgnet.estimate import UNKNOWN, Z95, Estimate, by_patient, log_odds

STEPS, CLOSE = 100, 1e-8


_BLAS = ThreadpoolController()


@_BLAS.wrap(
    limits=1, user_api="blas"
)  # systems of some 70 unknowns: on busy cores waiting threads cost ten times the sums
def fit_logistic(
    design: np.ndarray, truth: np.ndarray, *, offset: np.ndarray, precision: np.ndarray, centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Newton's method for expit(offset + design @ w): design (N, K), truth (N,), offset (N,), with a normal prior on w of
    this centre (K,) and precision (K,), 0 for none. → w (K,) and its covariance (K, K)."""
    w = np.array(centre, float)

    def loss(w: np.ndarray) -> float:
        z = offset + design @ w
        return float(np.sum(np.logaddexp(0, z) - truth * z) + 0.5 * np.sum(precision * (w - centre) ** 2))

    hessian = np.eye(len(w))
    for _ in range(STEPS):
        p = expit(offset + design @ w)
        gradient = design.T @ (p - truth) + precision * (w - centre)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + np.diag(precision + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        before, size = loss(w), 1.0
        while loss(w - size * step) > before and size > 1e-6:  # a full step may overshoot where classes part
            size /= 2
        w = w - size * step
        if np.abs(step).max() < CLOSE:
            break
    return w, np.linalg.inv(hessian)


def in_the_large(
    truth: np.ndarray, probabilities: np.ndarray, *, patients: np.ndarray | None = None
) -> Estimate:
    """What the log-odds of all records lack, the slope left as it is: 0 is right, above 0 the model states too
    little. patients (N,): whose each record is, None for one each. NaN without a record of either kind."""
    if not _both(truth):
        return UNKNOWN
    ones, zero = np.ones((len(truth), 1)), np.zeros(1)
    return _fitted(ones, truth, log_odds(probabilities), centre=zero, patients=patients)


def slope(truth: np.ndarray, probabilities: np.ndarray, *, patients: np.ndarray | None = None) -> Estimate:
    """The factor of the log-odds that fits the labels best: 1 is right, below 1 the model is too sure. NaN without records
    of both kinds."""
    if not _both(truth):
        return UNKNOWN
    design = np.stack([np.ones(len(truth)), log_odds(probabilities)], 1)
    return _fitted(design, truth, np.zeros(len(truth)), centre=np.array([0.0, 1.0]), patients=patients)


def observed_to_expected(
    truth: np.ndarray, probabilities: np.ndarray, *, patients: np.ndarray | None = None
) -> Estimate:
    """Records with the label over the sum of the stated probabilities, with the interval on the logarithm (Riley et al.
    2021, Stat Med 40:4230): SE² = (1 - prevalence) / records with it, for one record a patient."""
    truth = np.asarray(truth, float)
    events, expected = float(truth.sum()), float(np.sum(probabilities))
    if not events or not expected:
        return Estimate(0.0 if expected else np.nan, np.nan, np.nan)
    ratio = events / expected
    error = float(np.sqrt((by_patient(truth - truth.mean(), patients) ** 2).sum())) / events
    return Estimate(ratio, float(ratio * np.exp(-Z95 * error)), float(ratio * np.exp(Z95 * error)))


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Minus the log probability of the truth, of any shape; 0 where the truth is NaN, which is not labelled."""
    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.where(np.isfinite(truth), -np.where(truth == 1, np.log(p), np.log(1 - p)), 0.0)


def _both(truth: np.ndarray) -> bool:
    return bool(np.any(truth)) and not bool(np.all(truth))


def _fitted(
    design: np.ndarray,
    truth: np.ndarray,
    offset: np.ndarray,
    *,
    centre: np.ndarray,
    patients: np.ndarray | None,
) -> Estimate:
    """The last of the weights, with Wald's interval; by patients with the errors of Liang and Zeger 1986."""
    truth = np.asarray(truth, float)
    w, covariance = fit_logistic(design, truth, offset=offset, precision=np.zeros(len(centre)), centre=centre)
    if patients is not None:
        scores = by_patient(design * (truth - expit(offset + design @ w))[:, None], patients)
        covariance = covariance @ (scores.T @ scores) @ covariance
    reach = Z95 * float(np.sqrt(max(covariance[-1, -1], 0)))
    return Estimate(float(w[-1]), float(w[-1] - reach), float(w[-1] + reach))
