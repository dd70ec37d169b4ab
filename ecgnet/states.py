"""One state a class: present, possible, open or absent, by one rule with one pair of limits.

The pair is the conformal one that `ecgnet study trust` fits on fold 9 (`trust.conformal`): below the lower limit a
class is absent, which is said of at most 10 % of those who have it; above the upper one it is present where it is
more likely than not and possible where it is not, which together is said of at most 10 % of those who do not have it;
between them it is open.

Normal is a conclusion: it gives way to any other class that is present or possible, and to measurements outside their
limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ecgnet.language import say
from ecgnet.notices import percent

State = Literal["present", "possible", "open", "absent"]
STATES: tuple[State, ...] = ("present", "possible", "open", "absent")
FOUND: tuple[State, ...] = ("present", "possible")
"""The states in which a class is named as a finding."""
NORMAL = "NORM"
LIKELY = 0.5
"""Calibrated probability from which a class beyond the upper limit is present, below it possible."""


@dataclass(frozen=True, eq=False)
class StateLimits:
    """Each class's pair of limits on calibrated probabilities: labels, C names; low, high (C,); alpha: the share that
    may be wrong beyond each limit, None where the limits carry no guarantee; records: patients that they were set
    on; promised: what `promise` says of limits that were not set on PTB-XL."""

    labels: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    alpha: float | None = None
    records: int = 0
    promised: str = ""

    @classmethod
    def from_trust(cls, content: Mapping[str, Any]) -> StateLimits:
        """From what `ecgnet study trust` left in a card: conformal limits, their alpha and the records. Raises
        KeyError for a content that lacks them."""
        labels = tuple(content["present_from"])
        low, high = (
            np.array([content[part][label] for label in labels]) for part in ("present_from", "absent_to")
        )
        return cls(labels, low, high, float(content["alpha"]), int(content["records"]))

    @property
    def present_from(self) -> np.ndarray:
        """(C,) the probability from which a class is present, as far as the others let it."""
        return np.maximum(self.high, LIKELY)

    def codes(self, probabilities: np.ndarray, within_limits: np.ndarray | None = None) -> np.ndarray:
        """(N, C) probabilities → (N, C) places in `STATES`. within_limits (N,) bool: whether all that was measured of a
        record lies within its limits, without which it is not called normal; left out where nothing was measured.
        Where the two limits of a class cross, what lies between them is open as well."""
        p = np.asarray(probabilities, np.float64)
        above, below = (p > self.high) & (p >= self.low), (p < self.low) & (p <= self.high)
        codes = np.where(above, np.where(p >= LIKELY, 0, 1), np.where(below, 3, 2))
        if NORMAL in self.labels:
            at = self.labels.index(NORMAL)
            others = np.delete(codes, at, axis=1)
            doubted = (others == STATES.index("possible")).any(1)
            if within_limits is not None:
                doubted |= ~np.asarray(within_limits, bool)
            normal = np.where(doubted, np.maximum(codes[:, at], STATES.index("open")), codes[:, at])
            disease = (others == STATES.index("present")).any(1)
            codes[:, at] = np.where(disease, STATES.index("absent"), normal)
        return codes

    def states(self, probabilities: np.ndarray, within_limits: bool = True) -> dict[str, State]:
        """The state of each class for one record's calibrated probabilities (C,)."""
        codes = self.codes(np.asarray(probabilities)[None], np.array([within_limits]))[0]
        return {label: STATES[code] for label, code in zip(self.labels, codes, strict=True)}

    def promise(self) -> str:
        """What the states guarantee, in words."""
        if self.promised:
            return self.promised
        if self.alpha is None:
            return say("Present from the threshold that F1 chose on fold 9; without a guarantee.")
        wrong = percent(self.alpha)
        return say(
            "Absent is said of at most {wrong} of those who have a finding, present or possible of at "
            "most {wrong} of those who do not; present is more likely than not, possible is not. Set on "
            "{records} patients of PTB-XL's fold 9, for patients like them; normal is said only where "
            "nothing else is present or possible.",
            wrong=wrong,
            records=self.records,
        )


def headline(states: Mapping[str, State], titles: Mapping[str, str]) -> str:
    """The states as the one line above an ECG: what is present and what is possible, or that nothing is settled. titles:
    class → how it is called within a sentence."""
    present, possible = (
        ", ".join(titles[label] for label, found in states.items() if found == state) for state in FOUND
    )
    parts = [present, say("possible {names}", names=possible) if possible else ""]
    words = "; ".join(filter(None, parts)) or say("no finding settled")
    return words[0].upper() + words[1:]
