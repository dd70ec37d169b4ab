"""How sure one answer is as a whole, so that the least sure can be left to the reader. numpy only.

A selective classifier answers where its confidence is high and abstains elsewhere (Chow 1970, IEEE Trans Inf Theory
16:41; Geifman and El-Yaniv 2017, arXiv:1705.08500). Each score below is higher for surer answers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecgnet.estimate import log_odds
from ecgnet.trust.conformal import p_values

COVERAGE = 0.8
"""The share of records that are answered; the rest is left to the reader."""


def binary_entropy(probabilities: np.ndarray) -> np.ndarray:
    """Entropy in nats of each yes or no, the shape of the probabilities."""
    p = np.clip(probabilities, 1e-9, 1 - 1e-9)
    return -(p * np.log(p) + (1 - p) * np.log(1 - p))


def entropy(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C) → (N,): minus the sum of the classes' entropies."""
    return -binary_entropy(probabilities).sum(-1)


def worst_entropy(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C) → (N,): minus the entropy of the least sure class."""
    return -binary_entropy(probabilities).max(-1)


def least_margin(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C) → (N,): the smallest distance of a class from its threshold, in logits."""
    return margins(probabilities, thresholds).min(-1)


def mean_margin(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C) → (N,): the mean distance of the classes from their thresholds, in logits."""
    return margins(probabilities, thresholds).mean(-1)


def likeliest(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C) → (N,): the log probability of the likeliest joint answer, classes taken as independent."""
    return np.log(np.maximum(probabilities, 1 - probabilities)).sum(-1)


def margins(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C): distances of the probabilities from their thresholds, in logits."""
    return np.abs(log_odds(probabilities, 1e-9) - log_odds(thresholds, 1e-9))


def conformal(truth: np.ndarray, known: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The score by conformal p-values against calibration records (M, C): minus the largest p-value that an answer to any
    class leaves to the opposite answer (1 - confidence, Vovk et al. 2005)."""

    def score(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
        return -p_values(truth, known, probabilities=probabilities).min(0).max(-1)

    return score


SCORES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "sum of entropies": entropy,
    "largest entropy": worst_entropy,
    "least margin": least_margin,
    "mean margin": mean_margin,
    "likeliest answer": likeliest,
}
"""(probabilities (N, C), thresholds (C,)) → confidence (N,), by name."""
