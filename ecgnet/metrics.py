"""How good a set of predictions is: AUROC, F1, accuracy, calibration, each with bootstrap intervals."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from ecgnet.estimate import Z95, by_patient
from ecgnet.statements import TASKS, task_columns


def auroc(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Area under the ROC curve a class: labels (N, C) of 0 and 1, scores (N, C) → (C,), NaN for a class that has
    only one kind of label. Mann-Whitney's U with average ranks for ties (Hanley and McNeil 1982)."""
    labels = np.asarray(labels, bool)
    ranks = rankdata(scores, axis=0)
    positive = labels.sum(0).astype(float)
    negative = len(labels) - positive
    u = (ranks * labels).sum(0) - positive * (positive + 1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((positive > 0) & (negative > 0), u / (positive * negative), np.nan)


def auroc_of_rows(labels: np.ndarray, scores: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """What gives `auroc` of any rows of these labels and scores (N, C), some of them more than once: rows (R,) → (C,),
    equal to the last bit. The scores are ranked once, so that a thousand bootstrap samples need no sorting: of how many
    records have each rank, the pairs that are won can be counted."""
    labels = np.asarray(labels, bool)
    n, classes = labels.shape
    ranks = rankdata(scores, method="dense", axis=0)
    unknown = np.isnan(ranks).any(0)
    places = np.where(unknown, 0, ranks - 1).astype(np.intp) + n * np.arange(classes)

    def areas(rows: np.ndarray) -> np.ndarray:
        drawn, there = places[rows], labels[rows]
        all_of, with_it = (
            np.bincount(which, minlength=n * classes).reshape(classes, n)
            for which in (drawn.ravel(), drawn[there])
        )
        without = all_of - with_it
        positive, negative = (kind.sum(1).astype(float) for kind in (with_it, without))
        won = (with_it * (without.cumsum(1) - without / 2)).sum(1)
        with np.errstate(invalid="ignore", divide="ignore"):
            known = (positive > 0) & (negative > 0) & ~unknown
            return np.where(known, won / (positive * negative), np.nan)

    return areas


def macro_auroc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Mean of `auroc` over the classes that have one."""
    return float(np.nanmean(auroc(labels, scores)))


def auroc_within(labels: np.ndarray, scores: np.ndarray, *, strata: np.ndarray) -> np.ndarray:
    """`auroc` over the pairs of records in the same stratum (N,), (C,): where the strata's scores are by different fits,
    whose offsets would otherwise reorder records of different folds."""
    labels = np.asarray(labels, bool)
    with_it, without = (by_patient(kind.astype(float), strata) for kind in (labels, ~labels))
    # All records in the order of their strata: what is won between strata is known, and taken away.
    place = np.unique(strata, return_inverse=True)[1]
    won = auroc(labels, rankdata(scores, axis=0) + len(labels) * place[:, None])
    between = (with_it * (without.cumsum(0) - without)).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (won * with_it.sum(0) * without.sum(0) - between) / (with_it * without).sum(0)


def auroc_parts(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`auroc`, (C,), and what each record adds to its error, (N, C): DeLong's structural components, centred and divided by
    the number of their kind, so that the variance of an area, of a mean of areas or of a difference between two models is
    the sum of the squared parts (DeLong et al. 1988). NaN for a class that has only one kind of label."""
    labels, scores = np.asarray(labels, bool), np.asarray(scores, float)
    areas, ranks = auroc(labels, scores), rankdata(scores, axis=0)
    parts = np.full(labels.shape, np.nan)
    for c in np.flatnonzero(np.isfinite(areas)):
        positive = labels[:, c]
        for own, others, sign in ((positive, ~positive, 1), (~positive, positive, -1)):
            below = (ranks[own, c] - rankdata(scores[own, c])) / others.sum()
            won = below if sign > 0 else 1 - below
            parts[own, c] = (won - areas[c]) / own.sum()
    return areas, parts


def auroc_intervals(
    labels: np.ndarray, scores: np.ndarray, *, patients: np.ndarray | None = None
) -> np.ndarray:
    """AUROC with its 95 % interval after DeLong, quick enough for a click: (3, C + 1), value, low and high by class and,
    last, of their mean over the classes that have one; NaN for a class that has only one kind of label. patients (N,): whose
    each record is (Obuchowski 1997), None for one each."""
    areas, parts = auroc_parts(labels, scores)
    return np.clip(_with_interval(areas, parts, patients), 0, 1)


def auroc_gains(labels: np.ndarray, first: np.ndarray, *, second: np.ndarray) -> np.ndarray:
    """AUROC of `second` minus that of `first`, on the same records, with the 95 % interval of the paired difference after
    DeLong: (3, C + 1) as `auroc_intervals`."""
    (one, own), (two, others) = auroc_parts(labels, first), auroc_parts(labels, second)
    return _with_interval(two - one, others - own)


def _with_interval(values: np.ndarray, parts: np.ndarray, patients: np.ndarray | None = None) -> np.ndarray:
    known = np.isfinite(values)
    every = np.full((len(parts), len(values) + 1), np.nan)
    every[:, :-1] = parts
    middle = np.append(values, np.nan)
    if known.any():
        every[:, -1], middle[-1] = parts[:, known].mean(1), values[known].mean()
    reach = Z95 * np.sqrt((by_patient(every, patients) ** 2).sum(0))
    return np.stack([middle, middle - reach, middle + reach])


def f1(labels: np.ndarray, called: np.ndarray) -> np.ndarray:
    """F1 a class, (C,), of labels and calls (N, C); 0 where there is nothing to find and nothing called."""
    labels, called = np.asarray(labels, bool), np.asarray(called, bool)
    hit = (labels & called).sum(0)
    return 2 * hit / np.maximum(labels.sum(0) + called.sum(0), 1)


def accuracy(labels: np.ndarray, called: np.ndarray) -> np.ndarray:
    """Share of records judged rightly, a class, (C,)."""
    return (np.asarray(labels, bool) == np.asarray(called, bool)).mean(0)


def calibration_error(labels: np.ndarray, probabilities: np.ndarray, *, bins: int = 15) -> np.ndarray:
    """Expected calibration error a class, (C,): 15 equal-width bins, |share positive − mean probability| weighted by
    the bin's size (Guo et al. 2017)."""
    labels, probabilities = np.asarray(labels, float), np.asarray(probabilities, float)
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    errors = np.zeros(labels.shape[1])
    for c in range(labels.shape[1]):
        gap = np.bincount(place[:, c], labels[:, c] - probabilities[:, c], bins)
        errors[c] = np.abs(gap).sum() / len(labels)
    return errors


def _pooled_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The calibration error of all classes' probabilities in one heap, where chance adds less than in each class alone."""
    return calibration_error(np.reshape(labels, (-1, 1)), np.reshape(probabilities, (-1, 1)))[0]


def best_thresholds(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The threshold of each class, (C,), that gives the highest F1 on these predictions; called when p ≥ threshold."""
    thresholds = np.empty(labels.shape[1])
    for c in range(labels.shape[1]):
        order = np.argsort(-probabilities[:, c], kind="stable")
        hits = np.cumsum(labels[order, c])
        scores = 2 * hits / (np.arange(1, len(order) + 1) + labels[:, c].sum())
        p = probabilities[order, c]
        scores[:-1][p[:-1] == p[1:]] = -1  # no threshold parts equal probabilities
        best = int(np.argmax(scores))
        # Half-way to the next lower probability, so that a rounding does not move a record across.
        thresholds[c] = (p[best] + p[min(best + 1, len(p) - 1)]) / 2
    return thresholds


def bootstrap(
    statistic: Callable[[np.ndarray], np.ndarray],
    n: int,
    *,
    samples: int = 1000,
    seed: int = 0,
    patients: np.ndarray | None = None,
) -> np.ndarray:
    """95 % percentile interval of statistic(rows), rows drawn with replacement from n records (Efron 1979). patients (n,):
    whose each record is; then patients are drawn, each with all of theirs.

    → (2, ...) low and high. The same seed draws the same rows, which makes differences between models paired.
    """
    rng = np.random.default_rng(seed)
    if patients is None:
        values = np.stack([statistic(rng.integers(0, n, n)) for _ in range(samples)])
    else:
        ends = np.cumsum(np.unique(patients, return_counts=True)[1])
        of_each = np.split(np.argsort(patients, kind="stable"), ends[:-1])
        values = np.stack(
            [
                statistic(np.concatenate([of_each[k] for k in rng.integers(0, len(ends), len(ends))]))
                for _ in range(samples)
            ]
        )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return np.nanpercentile(values, [2.5, 97.5], axis=0)


def paired_gain(
    labels: np.ndarray,
    first: np.ndarray,
    *,
    second: np.ndarray,
    samples: int = 1000,
    patients: np.ndarray | None = None,
    strata: np.ndarray | None = None,
) -> tuple[float, float, float]:
    """Macro AUC of `second` minus that of `first`, with the 95 % interval of that difference on the same drawn records, or
    patients. labels and both predictions (N, C); strata (N,): as `auroc_within`."""

    areas = [auroc_of_rows(labels, p) for p in (first, second)]

    def gain(rows: np.ndarray) -> np.ndarray:
        if strata is None:
            one, two = (of_rows(rows) for of_rows in areas)
            return np.array(np.nanmean(two) - np.nanmean(one))
        one, two = (auroc_within(labels[rows], p[rows], strata=strata[rows]) for p in (first, second))
        return np.array(np.nanmean(two - one))

    low, high = bootstrap(gain, len(labels), samples=samples, patients=patients)
    return float(gain(np.arange(len(labels)))), float(low), float(high)


def evaluate(
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    thresholds: np.ndarray,
    names: tuple[str, ...],
    samples: int = 1000,
) -> dict[str, object]:
    """What `ecgnet evaluate` and the cards report: n, macro and per-class AUC with 95 % intervals, macro F1 and accuracy
    at the thresholds, expected calibration error. labels, probabilities (N, C); thresholds (C,)."""
    called = probabilities >= thresholds
    areas_of = auroc_of_rows(labels, probabilities)
    low, high = bootstrap(
        lambda rows: np.append(per := areas_of(rows), np.nanmean(per)),
        len(labels),
        samples=samples,
    )
    areas = auroc(labels, probabilities)
    hits, right, gap = f1(labels, called), accuracy(labels, called), calibration_error(labels, probabilities)

    def by_class(values: np.ndarray) -> dict[str, float]:
        return {name: round(float(v), 4) for name, v in zip(names, values, strict=True)}

    return {
        "n": len(labels),
        "macro_auc": round(float(np.nanmean(areas)), 4),
        "macro_auc_interval": [round(float(low[-1]), 4), round(float(high[-1]), 4)],
        "auc": by_class(areas),
        "auc_interval": {
            name: [round(float(a), 4), round(float(b), 4)]
            for name, a, b in zip(names, low, high, strict=False)
        },
        "macro_f1": round(float(hits.mean()), 4),
        "f1": by_class(hits),
        "accuracy": by_class(right),
        "mean_accuracy": round(float(right.mean()), 4),
        "expected_calibration_error": round(float(gap.mean()), 4),
        "pooled_calibration_error": round(float(_pooled_error(labels, probabilities)), 4),
        "calibration_error": by_class(gap),
    }


def evaluate_tasks(
    labels: np.ndarray, probabilities: np.ndarray, *, samples: int = 200
) -> dict[str, dict[str, object]]:
    """The published benchmark's six tasks on the 71 statements, labels and probabilities (N, 71): by task n, macro AUC
    with its 95 % interval, and how many classes have one; on the records that carry a class of the task, as the benchmark
    has it, and beside it on every record (n_every, macro_auc_every): the chances as they are, of which a reader also asks
    whether any such statement holds at all.

    `form` is carried by two records in five. The published networks were trained on those alone and rank by the chance
    of a statement given that there is one of its kind; so are ours: divided by the chance of any, as if independent.
    """
    results = {}
    for task in TASKS:
        every, chances = task_columns(task, labels), task_columns(task, probabilities)
        rows = every.any(1)
        known, scores = every[rows], chances[rows]
        if not len(known):
            continue
        if task == "form":
            scores = scores / (1 - np.prod(1 - scores, axis=1, keepdims=True)).clip(1e-9)
        areas_of = auroc_of_rows(known, scores)
        low, high = bootstrap(
            lambda drawn, areas_of=areas_of: np.nanmean(areas_of(drawn)),
            len(known),
            samples=samples,
        )
        areas = auroc(known, scores)
        results[task] = {
            "n": len(known),
            "classes": int(np.isfinite(areas).sum()),
            "macro_auc": round(float(np.nanmean(areas)), 4),
            "macro_auc_interval": [round(float(low), 4), round(float(high), 4)],
            "n_every": len(every),
            "macro_auc_every": round(float(np.nanmean(auroc(every, chances))), 4),
        }
    return results
