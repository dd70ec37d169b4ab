"""How many ECGs a validation needs for a stated precision, and how many more that is.

Closed formulas of Riley et al. 2021, Stat Med 40:4230 (observed over expected), with the error of an AUC after
Newcombe 2006, Stat Med 25:559 (as Riley uses it).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ecgnet.estimate import Z95

RATIO, AREA, SENSITIVITY = 0.10, 0.05, 0.05
"""The precision that is asked for: half the width of the 95 % interval of observed over expected (as a share), of the AUC
and of the sensitivity."""
USUAL_SENSITIVITY = 0.9
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Needed:
    """ECGs that are needed for one class, and how many of them are lacking; None where no number can be given."""

    observed_to_expected: int | None
    auc: int | None
    sensitivity: int | None
    more: int | None


def for_ratio(prevalence: float, reach: float = RATIO) -> int:
    """Records for observed over expected to be known within ± reach."""
    error = (math.log(1 + reach) + -math.log(1 - reach)) / 2 / Z95
    return math.ceil((1 - prevalence) / (prevalence * error**2))


def for_auc(prevalence: float, auc: float, *, reach: float = AREA) -> int:
    """Records for an AUC to be known within ± reach."""
    low, high = 10, MOST
    while low < high:
        middle = (low + high) // 2
        wide = Z95 * auc_error(middle, prevalence, auc=auc) > reach
        low, high = (middle + 1, high) if wide else (low, middle)
    return low


def auc_error(n: int, prevalence: float, *, auc: float) -> float:
    """Newcombe's standard error of an AUC among n records."""
    half = n / 2 - 1
    spread = auc * (1 - auc) * (1 + half * (1 - auc) / (2 - auc) + half * auc / (1 + auc))
    return math.sqrt(spread / (n**2 * prevalence * (1 - prevalence)))


def for_sensitivity(prevalence: float, reach: float = SENSITIVITY) -> int:
    """Records for a sensitivity of .9 to be known within ± reach."""
    events = USUAL_SENSITIVITY * (1 - USUAL_SENSITIVITY) * (Z95 / reach) ** 2
    return math.ceil(math.ceil(events) / prevalence)


def needed(n: int, prevalence: float, *, auc: float) -> Needed:
    """For a class of this prevalence and AUC among the n records that there are."""
    if not 0 < prevalence < 1:
        return Needed(None, None, None, None)
    ratio, hits = for_ratio(prevalence), for_sensitivity(prevalence)
    area = for_auc(prevalence, min(max(auc, 0.5), 0.99)) if math.isfinite(auc) else None
    return Needed(ratio, area, hits, max(0, max(ratio, hits, area or 0) - n))
