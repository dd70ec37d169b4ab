"""What was fitted on fold 9 to say how far an answer holds, as a card keeps it for each set of leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ecgnet.trust import conformal
from ecgnet.trust.abstention import COVERAGE, SCORES
from ecgnet.trust.conformal import Answer, Sets

Verdict = Literal["ruled in", "ruled out", "open"]
ALPHA, CONFIDENCE = 0.1, 0.95
MISSED, CALLED = 0.1, 0.05
"""Rates that hold with `CONFIDENCE`: of those who have a class, ruled out; of those without it, ruled in."""
SCORE = "mean margin"
"""The confidence score by which records are left to the reader; see docs/results/trust.md."""


@dataclass(frozen=True, eq=False)
class Reliance:
    """Sets and thresholds on calibrated probabilities, C classes.

    sets: conformal; rule_out, rule_in (C,): thresholds, a class is ruled out below and in above; records, positives: how
    many calibration records there were, one a patient, and how many with each class; sureness (101,): percentiles of the
    confidence score named `score`; measured: what fold 10 said.
    """

    sets: Sets
    rule_out: np.ndarray
    rule_in: np.ndarray
    records: int
    positives: np.ndarray
    sureness: np.ndarray
    score: str = SCORE
    measured: dict[str, Any] = field(default_factory=dict)

    def answers(self, probabilities: np.ndarray) -> dict[str, Answer]:
        """Each class's conformal answer to probabilities (C,)."""
        return self.sets.answers(probabilities)

    def verdicts(self, probabilities: np.ndarray) -> dict[str, Verdict]:
        """Each class ruled in, ruled out or open."""
        return {
            label: "ruled out" if p < low and p <= high else "ruled in" if p > high and p >= low else "open"
            for label, p, low, high in zip(
                self.sets.labels, probabilities, self.rule_out, self.rule_in, strict=True
            )
        }

    def confidence(self, probabilities: np.ndarray, thresholds: np.ndarray) -> float:
        """The share of fold 9's answers that are less sure than this one, 0 to 1."""
        found = float(SCORES[self.score](probabilities[None], thresholds)[0])
        return float(np.interp(found, self.sureness, np.linspace(0, 1, len(self.sureness))))

    def to_dict(self) -> dict[str, Any]:
        """As the card stores it."""

        def by_class(values: np.ndarray) -> dict[str, float]:
            # Enough digits for a threshold to stay between the two probabilities that it parts.
            return {label: round(float(v), 7) for label, v in zip(self.sets.labels, values, strict=True)}

        return {
            "alpha": self.sets.alpha,
            "present_from": by_class(self.sets.present),
            "absent_to": by_class(self.sets.absent),
            "rates": {"missed": MISSED, "called": CALLED, "confidence": CONFIDENCE},
            "rule_out_below": by_class(self.rule_out),
            "rule_in_above": by_class(self.rule_in),
            "records": self.records,
            "positives": {k: int(v) for k, v in by_class(self.positives).items()},
            "abstention": {"score": self.score, "coverage": COVERAGE},
            "sureness": [round(float(v), 5) for v in self.sureness],
            "measured": self.measured,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Reliance:
        """From a card. Raises KeyError where something is missing."""
        labels = tuple(content["present_from"])

        def values(part: str) -> np.ndarray:
            return np.array([content[part][label] for label in labels])

        sets = Sets(labels, content["alpha"], values("present_from"), values("absent_to"))
        return cls(
            sets,
            values("rule_out_below"),
            values("rule_in_above"),
            content["records"],
            values("positives"),
            np.array(content["sureness"]),
            content["abstention"]["score"],
            content["measured"],
        )


def fit_reliance(
    labels: tuple[str, ...],
    truth: np.ndarray,
    *,
    probabilities: np.ndarray,
    thresholds: np.ndarray,
    score: str = SCORE,
) -> Reliance:
    """From calibration records, one a patient: truth (N, C) of 0 and 1, calibrated probabilities (N, C), thresholds (C,).
    Raises ValueError for a class of one kind only."""
    return Reliance(
        conformal.fit_sets(labels, truth, probabilities=probabilities, alpha=ALPHA),
        conformal.rule_out_thresholds(
            labels, truth, probabilities=probabilities, rate=MISSED, confidence=CONFIDENCE
        ),
        conformal.rule_in_thresholds(
            labels, truth, probabilities=probabilities, rate=CALLED, confidence=CONFIDENCE
        ),
        len(truth),
        np.asarray(truth).sum(0).astype(int),
        np.quantile(SCORES[score](probabilities, thresholds), np.linspace(0, 1, 101)),
        score,
    )


def one_a_patient(patients: np.ndarray, seed: int = 0) -> np.ndarray:
    """(N,) bool: one record of each patient, chosen at random; records of one patient are not independent."""
    order = np.random.default_rng(seed).permutation(len(patients))
    _, first = np.unique(np.asarray(patients)[order], return_index=True)
    chosen = np.zeros(len(patients), bool)
    chosen[order[first]] = True
    return chosen
