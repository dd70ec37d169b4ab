"""Answers with a guarantee: label-conditional conformal sets, and thresholds that bound an error with confidence.

Both need one thing alone: that new patients are drawn like the calibration records. numpy and scipy only.

Sources: Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World, ch. 4.5 (Mondrian, that is conditional,
prediction); Angelopoulos and Bates 2021, arXiv:2107.07511; Bates et al. 2021, J ACM 68:43 (risk-controlling sets);
Angelopoulos et al. 2021, arXiv:2110.01052 (learn then test). For a rate of errors and a threshold on one score the last
two come down to Clopper and Pearson's bound 1934, which is Wilks's tolerance limit 1941.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binom

from ecgnet.language import say

Answer = Literal["present", "absent", "uncertain"]


@dataclass(frozen=True, eq=False)
class Sets:
    """A set of the answers {present, absent} for each class.

    labels: C names; alpha: the share of wrong sets allowed, among the truly present and among the truly absent alike;
    present (C,): "present" is in the set at or above this probability; absent (C,): "absent" is in it at or below.
    """

    labels: tuple[str, ...]
    alpha: float
    present: np.ndarray
    absent: np.ndarray

    def holds_present(self, probabilities: np.ndarray) -> np.ndarray:
        """(..., C) bool: whether "present" is in the set, for probabilities (..., C)."""
        return np.asarray(probabilities) >= self.present

    def holds_absent(self, probabilities: np.ndarray) -> np.ndarray:
        """(..., C) bool: whether "absent" is in the set."""
        return np.asarray(probabilities) <= self.absent

    def answers(self, probabilities: np.ndarray) -> dict[str, Answer]:
        """One record's probabilities (C,) → its answer a class. Both answers in the set, or neither (where a class is told
        apart better than alpha asks for), is "uncertain"."""
        holds = zip(self.holds_present(probabilities), self.holds_absent(probabilities), strict=True)
        return {
            label: "uncertain" if yes == no else "present" if yes else "absent"
            for label, (yes, no) in zip(self.labels, holds, strict=True)
        }

    def covered(self, truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """(N, C) bool: whether the set holds the truth (N, C), counting a set without any answer as wrong."""
        held = self.holds_present(probabilities), self.holds_absent(probabilities)
        return np.where(np.asarray(truth, bool), *held)


def fit_sets(
    labels: tuple[str, ...], truth: np.ndarray, *, probabilities: np.ndarray, alpha: float = 0.1
) -> Sets:
    """Sets that hold the truth with probability 1 - alpha or more, among the present and among the absent of each class.

    truth (N, C) of 0 and 1, probabilities (N, C), of records exchangeable with those to come: one a patient. Raises
    ValueError for a class of one kind only.
    """
    present, absent = [], []
    for yes, no in _by_kind(labels, truth, probabilities):
        # "present" is in the set where its p-value, (records at or below + 1) / (n + 1), is above alpha.
        rank = int(np.floor(alpha * (len(yes) + 1)))
        present.append(yes[rank - 1] if rank else 0.0)
        rank = int(np.floor(alpha * (len(no) + 1)))
        absent.append(no[len(no) - rank] if rank else 1.0)
    return Sets(tuple(labels), alpha, np.array(present), np.array(absent))


def p_values(truth: np.ndarray, known: np.ndarray, *, probabilities: np.ndarray) -> np.ndarray:
    """(2, N, C): the conformal p-values of "absent" and of "present" for probabilities (N, C), by calibration records' truth
    and `known` probabilities (M, C)."""
    found = np.empty((2, *probabilities.shape))
    for c in range(probabilities.shape[1]):
        there = np.asarray(truth[:, c], bool)
        no, yes = np.sort(known[~there, c]), np.sort(known[there, c])
        above = len(no) - np.searchsorted(no, probabilities[:, c], "left")
        found[0, :, c] = (above + 1) / (len(no) + 1)
        found[1, :, c] = (np.searchsorted(yes, probabilities[:, c], "right") + 1) / (len(yes) + 1)
    return found


def errors_allowed(n: int, rate: float, *, confidence: float = 0.95) -> int:
    """The most errors among n records with which the true rate is at most `rate`, with this confidence (Clopper and
    Pearson's one-sided bound); -1 when n is too small even for none."""
    allowed = int(binom.ppf(1 - confidence, n, rate))
    while allowed >= 0 and binom.cdf(allowed, n, rate) > 1 - confidence:
        allowed -= 1
    return allowed


def rule_out_thresholds(
    labels: tuple[str, ...],
    truth: np.ndarray,
    *,
    probabilities: np.ndarray,
    rate: float = 0.1,
    confidence: float = 0.95,
) -> np.ndarray:
    """(C,): a class is ruled out strictly below; then at most `rate` of those who have it are missed, with this confidence.

    0, which rules out nobody, where too few have it. truth and probabilities (N, C), one record a patient. Raises
    ValueError for a class of one kind only.
    """
    found = []
    for yes, _ in _by_kind(labels, truth, probabilities):
        allowed = errors_allowed(len(yes), rate, confidence=confidence)
        found.append(yes[allowed] if allowed >= 0 else 0.0)
    return np.array(found)


def rule_in_thresholds(
    labels: tuple[str, ...],
    truth: np.ndarray,
    *,
    probabilities: np.ndarray,
    rate: float = 0.05,
    confidence: float = 0.95,
) -> np.ndarray:
    """(C,): a class is ruled in strictly above; then at most `rate` of those without it are called, with this confidence.

    1, which rules in nobody, where too few are without it. Otherwise as `rule_out_thresholds`.
    """
    found = []
    for _, no in _by_kind(labels, truth, probabilities):
        allowed = errors_allowed(len(no), rate, confidence=confidence)
        found.append(no[len(no) - 1 - allowed] if allowed >= 0 else 1.0)
    return np.array(found)


def _by_kind(
    labels: tuple[str, ...], truth: np.ndarray, probabilities: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Of each class the sorted probabilities of the records that have it, and of those that do not."""
    for label, there, p in zip(labels, np.asarray(truth, bool).T, probabilities.T, strict=True):
        if there.all() or not there.any():
            kind = say("absent from") if there.all() else say("present in")
            raise ValueError(
                say(
                    "{label} is {kind} none of the {n_there} calibration records; a guarantee needs records of "
                    "both kinds.",
                    label=label,
                    kind=kind,
                    n_there=len(there),
                )
            )
        yield np.sort(p[there]), np.sort(p[~there])
