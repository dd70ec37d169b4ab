"""The subgroups of patients in which models are measured: by sex, and by age under 50, 50 to 75 and over 75 years."""

from __future__ import annotations

import numpy as np

from ecgnet.language import Words, mark, say

EVERYONE = mark("everyone")
TITLES = Words(
    {
        "female": "female",
        "male": "male",
        "under 50": "under 50 years",
        "50 to 75": "50 to 75 years",
        "over 75": "over 75 years",
    }
)
"""Name, as cards have it → what people read."""


def members(female: np.ndarray, male: np.ndarray, *, age: np.ndarray) -> dict[str, np.ndarray]:
    """Name → who is in it, (N,) bool; female and male (N,) bool, age (N,) years. Who is of unknown sex, or of unknown age
    (NaN), is in none of these."""
    return {
        "female": female,
        "male": male,
        mark("under 50"): age < 50,
        mark("50 to 75"): (age >= 50) & (age <= 75),
        mark("over 75"): age > 75,
    }


def title(name: str) -> str:
    """What people read for a subgroup, or for everyone."""
    return TITLES.get(name) or say(name)
