"""Recalibration of one class: offset and slope of a logistic regression of the labels on the stated log-odds.

Cox 1958, Biometrika 45:562; calibration in the large and slope as in Van Calster et al. 2019, BMC Med 17:230.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

STEPS, CLOSE = 100, 1e-8


class Estimate(NamedTuple):
    """A value with its 95 % interval (Wald); NaN where nothing can be estimated."""

    value: float
    low: float
    high: float


NOTHING = Estimate(np.nan, np.nan, np.nan)


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Natural log-odds, any shape; probabilities beyond 1e-7 of 0 or 1 count as that."""
    p = np.clip(np.asarray(probabilities, float), 1e-7, 1 - 1e-7)
    return np.log(p) - np.log1p(-p)


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


def in_the_large(truth: np.ndarray, probabilities: np.ndarray) -> Estimate:
    """What the log-odds of all records lack, the slope left as it is: 0 is right, above 0 the model states too
    little. NaN without a record of either kind."""
    if not _both(truth):
        return NOTHING
    ones, zero = np.ones((len(truth), 1)), np.zeros(1)
    w, covariance = fit_logistic(
        ones, np.asarray(truth, float), offset=log_odds(probabilities), precision=zero, centre=zero
    )
    return _estimate(w[0], covariance[0, 0])


def slope(truth: np.ndarray, probabilities: np.ndarray) -> Estimate:
    """The factor of the log-odds that fits the labels best: 1 is right, below 1 the model is too sure. NaN without records
    of both kinds."""
    if not _both(truth):
        return NOTHING
    design = np.stack([np.ones(len(truth)), log_odds(probabilities)], 1)
    w, covariance = fit_logistic(
        design,
        np.asarray(truth, float),
        offset=np.zeros(len(truth)),
        precision=np.zeros(2),
        centre=np.array([0.0, 1.0]),
    )
    return _estimate(w[1], covariance[1, 1])


def observed_to_expected(truth: np.ndarray, probabilities: np.ndarray) -> Estimate:
    """Records with the label over the sum of the stated probabilities, with the interval on the logarithm (Riley et al.
    2021, Stat Med 40:4230): SE² = (1 - prevalence) / records with it."""
    events, expected, n = float(np.sum(truth)), float(np.sum(probabilities)), len(truth)
    if not events or not expected:
        return Estimate(0.0 if expected else np.nan, np.nan, np.nan)
    ratio, error = events / expected, np.sqrt((1 - events / n) / events)
    return Estimate(ratio, float(ratio * np.exp(-1.96 * error)), float(ratio * np.exp(1.96 * error)))


def _both(truth: np.ndarray) -> bool:
    return bool(np.any(truth)) and not bool(np.all(truth))


def _estimate(value: float, variance: float) -> Estimate:
    reach = 1.96 * float(np.sqrt(max(variance, 0)))
    return Estimate(float(value), float(value - reach), float(value + reach))
