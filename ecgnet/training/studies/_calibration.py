"""Ways to turn logits into probabilities, compared on held-out patients, and what error chance alone makes.

Platt 1999; Kull et al. 2017 (beta calibration, AISTATS); Zadrozny and Elkan 2002 (isotonic regression); Guo et al. 2017
(temperature, expected calibration error); Bröcker and Smith 2007 (consistency: what a perfect forecast would show).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from ecgnet.metrics import calibration_error

Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Logits (N, C) and patient data (N, 4) → probabilities (N, C)."""


def _regression(design: Callable[[np.ndarray, np.ndarray], np.ndarray], start: np.ndarray):
    """Logistic regression a class on design(logits (N,), metadata (N, 4)) → (N, F)."""

    def fit(truth: np.ndarray, logits: np.ndarray, metadata: np.ndarray) -> Rule:
        weights = []
        for y, z in zip(truth.T, logits.T, strict=True):
            x = design(z, metadata)

            def loss(w: np.ndarray, x: np.ndarray = x, y: np.ndarray = y) -> tuple[float, np.ndarray]:
                t = x @ w
                return float(np.mean(np.logaddexp(0, t) - y * t)), x.T @ (expit(t) - y) / len(y)

            weights.append(minimize(loss, start, jac=True, method="BFGS").x)

        def rule(logits: np.ndarray, metadata: np.ndarray) -> np.ndarray:
            return np.stack(
                [expit(design(z, metadata) @ w) for z, w in zip(logits.T, weights, strict=True)], 1
            )

        return rule

    return fit


def _platt(z: np.ndarray, metadata: np.ndarray) -> np.ndarray:
    return np.stack([z, np.ones_like(z)], 1)


def _beta(z: np.ndarray, metadata: np.ndarray) -> np.ndarray:
    return np.stack([-np.logaddexp(0, -z), np.logaddexp(0, z), np.ones_like(z)], 1)


def _with_patient(z: np.ndarray, metadata: np.ndarray) -> np.ndarray:
    age, age_known, sex, sex_known = metadata.T
    return np.stack([z, np.ones_like(z), age, age**2, sex, age * sex, age_known, sex_known], 1)


def _temperature(truth: np.ndarray, logits: np.ndarray, metadata: np.ndarray) -> Rule:
    def loss(s: np.ndarray) -> float:
        t = np.exp(s[0]) * logits
        return float(np.mean(np.logaddexp(0, t) - truth * t))

    scale = np.exp(minimize(loss, np.zeros(1), method="BFGS").x[0])
    return lambda logits, metadata: expit(scale * logits)


def _isotonic(truth: np.ndarray, logits: np.ndarray, metadata: np.ndarray) -> Rule:
    steps = []
    for y, z in zip(truth.T, logits.T, strict=True):
        order = np.argsort(z, kind="stable")
        steps.append((z[order], isotonic_regression(y[order].astype(float)).x))

    def rule(logits: np.ndarray, metadata: np.ndarray) -> np.ndarray:
        # Never quite 0 or 1: one surprise would cost endlessly.
        found = [np.interp(z, x, p) for z, (x, p) in zip(logits.T, steps, strict=True)]
        return np.clip(np.stack(found, 1), 1e-3, 1 - 1e-3)

    return rule


METHODS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], Rule]] = {
    "none": lambda truth, logits, metadata: lambda z, m: expit(z),
    "temperature": _temperature,
    "Platt": _regression(_platt, np.array([1.0, 0.0])),
    "beta": _regression(_beta, np.array([1.0, 1.0, 0.0])),
    "isotonic": _isotonic,
    "Platt with age and sex": _regression(_with_patient, np.array([1.0] + [0.0] * 7)),
}
"""Truth (N, C), logits (N, C) and patient data (N, 4) → a rule, by name."""


def held_out(
    method: str,
    truth: np.ndarray,
    logits: np.ndarray,
    metadata: np.ndarray,
    patients: np.ndarray,
    parts: int = 5,
) -> np.ndarray:
    """(N, C) probabilities, each from a rule fitted without that patient's part."""
    people, place = np.unique(patients, return_inverse=True)
    part = np.random.default_rng(0).integers(0, parts, len(people))[place]
    found = np.empty(logits.shape)
    for k in range(parts):
        out = part == k
        rule = METHODS[method](truth[~out], logits[~out], metadata[~out])
        found[out] = rule(logits[out], metadata[out])
    return found


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean over records and classes."""
    p = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return float(-np.mean(truth * np.log(p) + (1 - truth) * np.log(1 - p)))


def error_by_chance(probabilities: np.ndarray, samples: int = 300) -> tuple[float, float, float]:
    """The expected calibration error (mean of the classes) that these very probabilities show when they are perfectly right:
    mean and 95 % range over truths drawn from them."""
    rng = np.random.default_rng(0)
    found = [
        calibration_error(rng.random(probabilities.shape) < probabilities, probabilities).mean()
        for _ in range(samples)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(np.mean(found)), float(low), float(high)
