"""How far readers agree beyond chance: Cohen's κ (two readers), Fleiss' κ (any number, all cases read by all) and
Krippendorff's α (any number, cases may lack reads), each 1 where they agree, 0 where no more than by chance, NaN where
chance leaves nothing to agree on (everybody says the same of every case).

Sources: Cohen 1960 (Educational and Psychological Measurement 20:37); Fleiss 1971 (Psychological Bulletin 76:378);
Krippendorff 2011, Computing Krippendorff's alpha-reliability (University of Pennsylvania), for nominal data. κ = 0.7 needs
about 100 cases to be known within ± 0.14: the interval is part of the figure.
"""

from __future__ import annotations

import warnings
from typing import Protocol

import numpy as np

from ecgnet.estimate import Estimate

MISSING = -1
"""In place of a category: not read."""


class Statistic(Protocol):
    """Agreement on categories (N, R) int, what each of R readers says of each of N cases, `MISSING` for nothing → its value
    for each row of weights (S, N), how often each case counts; None counts each once. (S,), or (1,)."""

    def __call__(self, categories: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray: ...


def cohen(categories: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Cohen's κ of two readers, a `Statistic`; cases that lack a read are left out. Raises ValueError for other than two."""
    if categories.shape[1] != 2:
        raise ValueError("Cohen's κ is of two readers; Fleiss' is of more")
    read, weights = _complete(categories, weights)
    said = _indicators(read)
    total = weights.sum(1)
    by_chance = _ratio(((weights @ said[:, 0]) * (weights @ said[:, 1])).sum(1), total**2)
    return _beyond_chance(_ratio(weights @ (read[:, 0] == read[:, 1]), total), by_chance)


def fleiss(categories: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Fleiss' κ, a `Statistic`; cases that lack a read are left out."""
    read, weights = _complete(categories, weights)
    readers = categories.shape[1]
    said = _indicators(read).sum(1)
    agreed = ((said**2).sum(1) - readers) / max(readers * (readers - 1), 1)
    total = weights.sum(1)
    shares = _ratio(weights @ said, readers * total[:, None])
    return _beyond_chance(_ratio(weights @ agreed, total), (shares**2).sum(1))


def krippendorff(categories: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Krippendorff's α for nominal categories, a `Statistic`; cases with a single read tell nothing."""
    weights = _weights(categories, weights)
    said = _indicators(categories).sum(1)
    reads = said.sum(1)
    pairs = reads >= 2
    said, reads, weights = said[pairs], reads[pairs], weights[:, pairs]
    total = weights @ reads
    disagreed = _ratio(weights @ ((reads**2 - (said**2).sum(1)) / (reads - 1)), total)
    expected = _ratio(total**2 - ((weights @ said) ** 2).sum(1), total * (total - 1))
    return 1 - _ratio(disagreed, expected)


def with_interval(
    statistic: Statistic, categories: np.ndarray, *, samples: int = 1000, seed: int = 0
) -> Estimate:
    """A statistic of categories (N, R) with its 95 % interval: percentiles of `samples` draws of N cases (Efron 1979)."""
    cases = len(categories)
    value = float(statistic(categories)[0])
    drawn = np.random.default_rng(seed).multinomial(cases, np.full(cases, 1 / cases), samples)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        low, high = np.nanpercentile(statistic(categories, drawn), [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def _weights(categories: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    return np.ones((1, len(categories))) if weights is None else np.asarray(weights, float)


def _complete(categories: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Cases that everybody has read, and their weights."""
    whole = (categories != MISSING).all(1)
    return categories[whole], _weights(categories, weights)[:, whole]


def _indicators(categories: np.ndarray) -> np.ndarray:
    """(N, R) → (N, R, K): whether category k was said, of the categories 0, 1, 2 … that there are."""
    return (categories[:, :, None] == np.arange(max(categories.max(initial=0) + 1, 2))).astype(float)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _beyond_chance(observed: np.ndarray, by_chance: np.ndarray) -> np.ndarray:
    return _ratio(observed - by_chance, np.where(np.isclose(by_chance, 1), 0.0, 1 - by_chance))
