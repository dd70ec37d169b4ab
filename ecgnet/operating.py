"""What a threshold does: hits and misses with intervals, predictive values, curves, and what deciding by a model is worth.

One model and one class at a time: labels (N,) of 0 and 1, probabilities (N,) between 0 and 1; a record is called when its
probability is at or above the threshold. numpy and scipy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from ecgnet.estimate import UNKNOWN, Z95, Estimate, by_patient
from ecgnet.language import say

LEAST_FOR_A_SHARE = 10
"""Fewer records make no share worth an interval on screen."""


def wilson(k: float, n: float) -> Estimate:
    """k of n with Wilson's score interval at 95 % (Wilson 1927), which stays within 0 and 1; unknown when n is 0."""
    if n <= 0:
        return UNKNOWN
    p, z2 = k / n, Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Estimate(p, max(0.0, min(middle - reach, p)), min(1.0, max(middle + reach, p)))


def share(yes: np.ndarray, patients: np.ndarray | None = None) -> Estimate:
    """The share of `yes` (N,) bool with Wilson's interval, by as many records as would tell as much if each were of another
    patient (the design effect of Rao and Scott 1992, Biometrics 48:577). patients (N,): whose each is, None for one each;
    where all records agree, those of one patient count as one."""
    k, n = int(np.sum(yes)), len(yes)
    if patients is None or not n:
        return wilson(k, n)
    value = k / n
    mixed = 0 < k < n
    parts, alone = (np.asarray(yes, float) - value, n * value * (1 - value)) if mixed else (np.ones(n), n)
    effect = max(1.0, float((by_patient(parts, patients) ** 2).sum()) / alone)
    return wilson(k / effect, n / effect)


@dataclass(frozen=True)
class Counts:
    """The four cells of labels against calls, and the shares that clinicians read from them."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def with_label(self) -> int:
        """Records that carry the label."""
        return self.true_positive + self.false_negative

    @property
    def without_label(self) -> int:
        """Records that do not carry it."""
        return self.false_positive + self.true_negative

    @property
    def n(self) -> int:
        """All records."""
        return self.with_label + self.without_label

    @property
    def prevalence(self) -> float:
        """Share of records with the label; NaN without records."""
        return self.with_label / self.n if self.n else math.nan

    @property
    def sensitivity(self) -> Estimate:
        """Called, of those with the label."""
        return wilson(self.true_positive, self.with_label)

    @property
    def specificity(self) -> Estimate:
        """Not called, of those without the label."""
        return wilson(self.true_negative, self.without_label)

    @property
    def accuracy(self) -> Estimate:
        """Judged rightly, of all."""
        return wilson(self.true_positive + self.true_negative, self.n)


def count(labels: np.ndarray, probabilities: np.ndarray, *, threshold: float) -> Counts:
    """Calls at a threshold against labels."""
    labels, called = np.asarray(labels, bool), np.asarray(probabilities) >= threshold
    return Counts(
        int((labels & called).sum()),
        int((~labels & called).sum()),
        int((labels & ~called).sum()),
        int((~labels & ~called).sum()),
    )


def predictive_values(counts: Counts, prevalence: float) -> tuple[Estimate, Estimate]:
    """PPV and NPV where the label has this prevalence, by Bayes from sensitivity and specificity, with the 95 % interval of
    the delta method on the log-odds (Mercaldo, Lau and Zhou 2007).

    Where a cell is empty the interval is that of sensitivity and specificity with z²/2 added to both cells (Agresti and
    Coull 1998), as that paper does. Unknown at a prevalence of 0 or 1, where there is nothing to predict, and where no
    record with or none without the label was counted. Raises ValueError for a prevalence outside 0 to 1.
    """
    if not 0 <= prevalence <= 1:
        raise ValueError(
            say(
                "a prevalence lies between 0 and 1, not at {prevalence}",
                prevalence=prevalence,
            )
        )
    if prevalence in (0, 1) or not counts.with_label or not counts.without_label:
        return UNKNOWN, UNKNOWN
    odds = prevalence / (1 - prevalence)
    cells = (counts.true_positive, counts.false_negative, counts.false_positive, counts.true_negative)
    hit, missed, false, right = (c + Z95**2 / 2 * (min(cells) == 0) for c in cells)
    with_label, without = hit + missed, false + right
    se, sp = hit / with_label, right / without
    found = []
    for value, logit, variance in (
        (
            _ratio(odds * counts.sensitivity.value, 1 - counts.specificity.value),
            math.log(odds * se / (1 - sp)),
            (1 - se) / (se * with_label) + sp / ((1 - sp) * without),
        ),
        (
            _ratio(counts.specificity.value, odds * (1 - counts.sensitivity.value)),
            math.log(sp / (odds * (1 - se))),
            se / ((1 - se) * with_label) + (1 - sp) / (sp * without),
        ),
    ):
        low, high = (float(expit(logit + sign * Z95 * math.sqrt(variance))) for sign in (-1, 1))
        if math.isnan(value):  # nothing is called, or everything is
            found.append(UNKNOWN)
        else:
            found.append(Estimate(value, min(low, value), max(high, value)))
    return found[0], found[1]


def _ratio(first: float, second: float) -> float:
    """first of both; NaN of nothing."""
    return first / (first + second) if first + second > 0 else math.nan


def threshold_for(
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    sensitivity: float | None = None,
    specificity: float | None = None,
) -> float:
    """The highest threshold that reaches a sensitivity, or the lowest that reaches a specificity, on these records; half-way
    to the neighbouring probability, so that a rounding moves no record across.

    Raises ValueError unless one of both is asked for, within 0 to 1, and when no record has the label (sensitivity) or none
    lacks it (specificity).
    """
    labels, p = np.asarray(labels, bool), np.asarray(probabilities, float)
    wanted = specificity if sensitivity is None else sensitivity
    if (sensitivity is None) == (specificity is None) or not 0 <= wanted <= 1:
        raise ValueError(say("ask for a sensitivity or for a specificity, between 0 and 1"))
    if sensitivity is not None:
        positives = np.sort(p[labels])[::-1]
        if not len(positives):
            raise ValueError(say("no record has the label, so no threshold has a sensitivity"))
        needed = math.ceil(sensitivity * len(positives) - 1e-9)
        if needed == 0:
            return _above(p.max(), p)
        lower = p[p < positives[needed - 1]]
        return float((positives[needed - 1] + lower.max()) / 2) if len(lower) else 0.0
    negatives = np.sort(p[~labels])[::-1]
    if not len(negatives):
        raise ValueError(say("every record has the label, so no threshold has a specificity"))
    spared = math.floor((1 - specificity) * len(negatives) + 1e-9)
    return 0.0 if spared == len(negatives) else _above(negatives[spared], p)


def _above(value: float, p: np.ndarray) -> float:
    """A threshold that `value` does not reach and the next higher probability does."""
    higher = p[p > value]
    return float((value + higher.min()) / 2) if len(higher) else float(np.nextafter(value, 2))


class Curve(NamedTuple):
    """Points of a curve: x, y and the threshold at each, falling from above the highest probability."""

    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray


def roc(labels: np.ndarray, probabilities: np.ndarray) -> Curve:
    """False positive rate against sensitivity, a point a distinct probability, from (0, 0) to (1, 1).

    Raises ValueError when all records carry the label or none does.
    """
    hits, false, thresholds = _cumulated(labels, probabilities)
    if not hits[-1] or not false[-1]:
        raise ValueError(say("a ROC curve needs records with the label and records without it"))
    start = np.zeros(1)
    return Curve(
        np.concatenate([start, false / false[-1]]),
        np.concatenate([start, hits / hits[-1]]),
        np.concatenate([[np.inf], thresholds]),
    )


def precision_recall(labels: np.ndarray, probabilities: np.ndarray) -> Curve:
    """Sensitivity (recall) against PPV (precision), a point a distinct probability. Raises ValueError without a record that
    carries the label."""
    hits, false, thresholds = _cumulated(labels, probabilities)
    if not hits[-1]:
        raise ValueError(say("a precision-recall curve needs records with the label"))
    return Curve(hits / hits[-1], hits / (hits + false), thresholds)


def average_precision(curve: Curve) -> float:
    """The area under a precision-recall curve as a sum of steps, without interpolation (Davis and Goadrich 2006)."""
    return float((np.diff(curve.x, prepend=0) * curve.y).sum())


def _cumulated(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hits and false calls (K,) at each of the K distinct probabilities, falling."""
    labels, p = np.asarray(labels, bool), np.asarray(probabilities, float)
    if not len(p):
        raise ValueError(say("there is no record to draw a curve of"))
    order = np.argsort(-p, kind="stable")
    last = np.append(p[order][1:] != p[order][:-1], True)
    hits = np.cumsum(labels[order])[last]
    return hits, np.flatnonzero(last) + 1 - hits, p[order][last]


class Reliability(NamedTuple):
    """A calibration curve, a value a bin that holds a record: mean stated probability, share with the label and its 95 %
    interval, number of records."""

    stated: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    counts: np.ndarray


def reliability(
    labels: np.ndarray, probabilities: np.ndarray, *, bins: int = 10, patients: np.ndarray | None = None
) -> Reliability:
    """Stated probability against the share that carries the label, in `bins` of equal width (reliability diagram, DeGroot
    and Fienberg 1983), with intervals as `share` has them."""
    labels, p = np.asarray(labels, float), np.asarray(probabilities, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    filled = counts > 0
    n, sums = counts[filled], np.bincount(place, p, bins)[filled]
    inside = [place == bin_ for bin_ in np.flatnonzero(filled)]
    rates = [share(labels[rows], None if patients is None else patients[rows]) for rows in inside]
    return Reliability(sums / n, *np.array(rates).reshape(-1, 3).T, n)


def brier(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean squared distance of probability and label (Brier 1950); 0 is perfect."""
    return float(np.mean((np.asarray(probabilities, float) - np.asarray(labels, float)) ** 2))


class NetBenefit(NamedTuple):
    """A decision curve: net benefit a record of deciding by the model and of treating all, at each threshold probability;
    treating none is worth 0."""

    thresholds: np.ndarray
    model: np.ndarray
    everyone: np.ndarray


def net_benefit(labels: np.ndarray, probabilities: np.ndarray, *, thresholds: np.ndarray) -> NetBenefit:
    """True positives a record minus false ones weighed by the threshold's odds (Vickers and Elkin 2006).

    thresholds (K,): between 0 and 1, both excluded. Raises ValueError for others and for no records.
    """
    labels, p = np.asarray(labels, bool), np.asarray(probabilities, float)
    thresholds = np.asarray(thresholds, float)
    if not len(p) or not ((thresholds > 0) & (thresholds < 1)).all():
        raise ValueError(say("a decision curve needs records, and threshold probabilities between 0 and 1"))
    odds = thresholds / (1 - thresholds)
    # How many of the sorted probabilities lie at or above each threshold.
    hits, false = (len(v) - np.searchsorted(np.sort(v), thresholds) for v in (p[labels], p[~labels]))
    common = labels.mean()
    return NetBenefit(thresholds, (hits - false * odds) / len(p), common - (1 - common) * odds)


class Observed(NamedTuple):
    """What became of the records that were given a similar probability: the share of `n` that carries the label, and between
    which probabilities (`nearest`) these lie."""

    share: Estimate
    n: int
    nearest: tuple[float, float]


def observed(labels: np.ndarray, probabilities: np.ndarray, *, at: float, n: int = 100) -> Observed:
    """The share with the label, and its Wilson interval, among the n records whose probability lies nearest to `at`; all
    of them where there are fewer, unknown below 10."""
    p = np.asarray(probabilities, float)
    if len(p) < LEAST_FOR_A_SHARE:
        return Observed(UNKNOWN, len(p), (math.nan, math.nan))
    rows = np.argsort(np.abs(p - at), kind="stable")[:n]
    hits = int(np.asarray(labels, bool)[rows].sum())
    return Observed(wilson(hits, len(rows)), len(rows), (float(p[rows].min()), float(p[rows].max())))
