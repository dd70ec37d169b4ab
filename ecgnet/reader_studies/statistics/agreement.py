"""How far readers agree beyond chance: Cohen's κ (two readers), Fleiss' κ (any number, all cases read by all) and
Krippendorff's α (any number, cases may lack reads), each 1 where they agree, 0 where no more than by chance, NaN where
chance leaves nothing to agree on (everybody says the same of every case).

Sources: Cohen 1960 (Educational and Psychological Measurement 20:37); Fleiss 1971 (Psychological Bulletin 76:378);
Krippendorff 2011, Computing Krippendorff's alpha-reliability (University of Pennsylvania), for nominal data. κ = 0.7 needs
about 100 cases to be known within ± 0.14: the interval is part of the figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ecgnet.estimate import UNKNOWN, Estimate
from ecgnet.metrics import bootstrap

MISSING = -1
"""In place of a category: not read."""


def counts(categories: np.ndarray) -> np.ndarray:
    """categories (N, R) int, what each reader says of each case, `MISSING` for nothing → (N, K), how many say what."""
    kinds = np.unique(categories[categories != MISSING])
    return (categories[:, :, None] == kinds).sum(1)


def cohen(categories: np.ndarray) -> float:
    """Cohen's κ of two readers' categories (N, 2). Raises ValueError for other than two."""
    if categories.shape[1] != 2:
        raise ValueError("Cohen's κ is of two readers; Fleiss' is of more")
    read = categories[(categories != MISSING).all(1)]
    if not len(read):
        return math.nan
    kinds = np.unique(read)
    shares = (read[:, :, None] == kinds).mean(0)
    return _beyond_chance(float((read[:, 0] == read[:, 1]).mean()), float((shares[0] * shares[1]).sum()))


def fleiss(categories: np.ndarray) -> float:
    """Fleiss' κ of categories (N, R); cases that lack a read are left out."""
    read = categories[(categories != MISSING).all(1)]
    readers = categories.shape[1]
    if not len(read) or readers < 2:
        return math.nan
    said = counts(read)
    observed = ((said**2).sum(1) - readers) / (readers * (readers - 1))
    return _beyond_chance(float(observed.mean()), float(((said.sum(0) / said.sum()) ** 2).sum()))


def krippendorff(categories: np.ndarray) -> float:
    """Krippendorff's α of nominal categories (N, R); cases with a single read tell nothing."""
    said = counts(categories)
    said = said[said.sum(1) >= 2]
    if not len(said):
        return math.nan
    reads = said.sum(1)
    total = said.sum()
    disagreed = ((reads**2 - (said**2).sum(1)) / (reads - 1)).sum() / total
    expected = (total**2 - (said.sum(0) ** 2).sum()) / (total * (total - 1))
    return 1 - float(disagreed / expected) if expected > 0 else math.nan


def with_interval(
    statistic: Callable[[np.ndarray], float], categories: np.ndarray, *, samples: int = 1000, seed: int = 0
) -> Estimate:
    """A statistic of categories (N, R) with its 95 % interval by drawing cases."""
    value = statistic(categories)
    if math.isnan(value):
        return UNKNOWN
    low, high = bootstrap(
        lambda rows: np.array(statistic(categories[rows])), len(categories), samples=samples, seed=seed
    )
    return Estimate(value, float(low), float(high))


def _beyond_chance(observed: float, by_chance: float) -> float:
    return (observed - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan
