"""The population stability index: how far a distribution moved, and how far chance alone moves it. numpy and scipy only.

The index is that of credit scoring, with its usual limits (below 0.1 little, from 0.2 much); under no change it is
distributed as chi-squared, scaled by the two numbers of records, as a symmetrised likelihood ratio is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

BINS = 10
MUCH = 0.2
SURE = 0.99


class Shift(NamedTuple):
    """value: the index, 0 is no change; chance: what it stays below in 99 of 100 samples without a change. NaN for no
    record."""

    value: float
    chance: float

    @property
    def much(self) -> bool:
        """Whether it is large and no chance."""
        return self.value > max(MUCH, self.chance)


def stability(before: np.ndarray, now: np.ndarray) -> Shift:
    """Of values now (M,) against those before (N,), in bins that hold a tenth each of those before; half a record is added
    to each bin, so that an empty one counts."""
    if not len(before) or not len(now):
        return Shift(np.nan, np.nan)
    edges = np.unique(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, v, "right"), minlength=len(edges) + 1) for v in (before, now)
    ]
    one, two = ((n + 0.5) / (n.sum() + 0.5 * len(n)) for n in counts)
    value = float(np.sum((two - one) * np.log(two / one)))
    return Shift(value, float(chi2.ppf(SURE, len(edges)) * (1 / len(before) + 1 / len(now))))
