"""Multi-reader multi-case analysis by Obuchowski and Rockette, for studies in which every reader reads every case each way.

A figure of merit θ (AUC, sensitivity or specificity) of T ways of reading (tests) by R readers is analysed as two-way
analysis of variance whose errors correlate, because all is read off the same cases: readers and cases are both random, so
that the result speaks of other readers and other cases.

Sources: Obuchowski and Rockette 1995 (Communications in Statistics - Simulation 24:285) for the model; Hillis 2007
(Statistics in Medicine 26:596) for the denominator's degrees of freedom; Hillis 2014 (Statistics in Medicine 33:330) for
the interval of a single test; DeLong et al. 1988 (Biometrics 44:837) and the jackknife (Efron 1982) for the covariances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from ecgnet.estimate import UNKNOWN, Estimate
from ecgnet.language import say
from ecgnet.metrics import auroc_parts

Covariance = Literal["jackknife", "DeLong"]
Merit = Literal["AUC", "sensitivity", "specificity"]
FEWEST = 2
"""Readers, ways of reading, cases with and cases without the finding: of each at least so many."""


class AnalysisError(ValueError):
    """Reads that cannot be analysed; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Components:
    """What the covariance matrix of the figures of merit is made of, each a mean. error: variances; cov1: one reader, two
    tests; cov2: two readers, one test; cov3: two readers, two tests."""

    error: float
    cov1: float
    cov2: float
    cov3: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Test `second` minus test `first` (their places), averaged over readers: value with its 95 % interval, standard error
    and p of no difference."""

    first: int
    second: int
    value: Estimate
    error: float
    p: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """merits (T, R): the figure of merit of each test and reader; tests: the mean of each test over readers with its 95 %
    interval; ms_test, ms_reader, ms_interaction: mean squares; var_reader, var_interaction: variance components, below 0
    where chance has it so; f, df1, df2, p: the test of no difference between the tests; differences: every pair of tests."""

    merits: np.ndarray
    tests: tuple[Estimate, ...]
    components: Components
    ms_test: float
    ms_reader: float
    ms_interaction: float
    var_reader: float
    var_interaction: float
    denominator: float
    f: float
    df1: int
    df2: float
    p: float
    differences: tuple[Difference, ...]


def analyse(
    ratings: np.ndarray, truth: np.ndarray, *, covariance: Covariance = "jackknife", merit: Merit = "AUC"
) -> Analysis:
    """ratings (T, R, N): how sure each reader was of the finding, by test and case, for sensitivity and specificity whether
    they named it; truth (N,): whether it is there.

    Raises AnalysisError for too few readers, tests or cases, and for DeLong's covariances of anything but the AUC."""
    ratings, truth = np.asarray(ratings, float), np.asarray(truth, bool)
    tests, readers, _ = ratings.shape
    if readers < FEWEST or tests < FEWEST:
        raise AnalysisError(
            say(
                "It takes {fewest} readers or more who have read the cases in {fewest} ways or more: "
                "these are {readers} in {tests}.",
                fewest=FEWEST,
                readers=readers,
                tests=tests,
            )
        )
    return from_merits(*merits_and_covariance(ratings, truth, covariance=covariance, merit=merit))


def merits_and_covariance(
    ratings: np.ndarray, truth: np.ndarray, *, covariance: Covariance = "jackknife", merit: Merit = "AUC"
) -> tuple[np.ndarray, np.ndarray]:
    """The figures of merit (T, R) and the covariances of all of them, (T, R, T, R). As `analyse`."""
    ratings, truth = np.asarray(ratings, float), np.asarray(truth, bool)
    if min(truth.sum(), (~truth).sum()) < FEWEST:
        raise AnalysisError(
            say("There are fewer than {fewest} cases with the finding, or without it.", fewest=FEWEST)
        )
    if covariance == "DeLong" and merit != "AUC":
        raise AnalysisError("DeLong's covariances are those of the AUC: take the jackknife.")
    flat = ratings.reshape(-1, len(truth)).T
    merits, parts, of_kind = _parts(flat, truth, merit)
    values = (_by_delong if covariance == "DeLong" else _by_jackknife)(parts, of_kind)
    shape = ratings.shape[:2]
    return merits.reshape(shape), values.reshape(*shape, *shape)


def _parts(flat: np.ndarray, truth: np.ndarray, merit: Merit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Figures of merit (K,) of ratings (N, K); what each of the n cases that count adds to their error, (n, K), centred;
    and how many cases of its kind there are, (n, 1). A figure of merit is the mean of something over the cases with the
    finding (sensitivity), without it (specificity), or over either (AUC)."""
    if merit == "AUC":
        merits, parts = auroc_parts(np.broadcast_to(truth[:, None], flat.shape), flat)
        return merits, parts, np.where(truth, truth.sum(), (~truth).sum())[:, None]
    right = flat[truth] if merit == "sensitivity" else 1 - flat[~truth]
    merits, n = right.mean(0), len(right)
    return merits, (right - merits) / n, np.full((n, 1), n)


def _by_delong(parts: np.ndarray, of_kind: np.ndarray) -> np.ndarray:
    scaled = parts * np.sqrt(of_kind / (of_kind - 1))
    return scaled.T @ scaled


def _by_jackknife(parts: np.ndarray, of_kind: np.ndarray) -> np.ndarray:
    """Leaving out one of m cases of its kind moves a mean by its part times m / (m − 1), the other way."""
    left_out = -parts * of_kind / (of_kind - 1)
    centred = left_out - left_out.mean(0)
    return (len(parts) - 1) / len(parts) * centred.T @ centred


def components(covariances: np.ndarray) -> Components:
    """The means of a covariance matrix (T, R, T, R)."""
    tests, readers = covariances.shape[:2]
    same_test = np.eye(tests, dtype=bool)[:, None, :, None]
    same_reader = np.eye(readers, dtype=bool)[None, :, None, :]

    def mean(where: np.ndarray) -> float:
        return float(covariances[np.broadcast_to(where, covariances.shape)].mean())

    return Components(
        mean(same_test & same_reader),
        mean(~same_test & same_reader),
        mean(same_test & ~same_reader),
        mean(~same_test & ~same_reader),
    )


def from_merits(merits: np.ndarray, covariances: np.ndarray | Components) -> Analysis:
    """The analysis of figures of merit (T, R) and their covariances (T, R, T, R), or the means of these, as papers print
    them; then the tests have no intervals of their own."""
    merits = np.asarray(merits, float)
    tests, readers = merits.shape
    whole = covariances if isinstance(covariances, Components) else components(covariances)
    by_test, by_reader, mean = merits.mean(1), merits.mean(0), merits.mean()
    ms_test = readers * ((by_test - mean) ** 2).sum() / (tests - 1)
    ms_reader = tests * ((by_reader - mean) ** 2).sum() / (readers - 1)
    rest = merits - by_test[:, None] - by_reader + mean
    ms_interaction = (rest**2).sum() / ((tests - 1) * (readers - 1))
    between = max(whole.cov2 - whole.cov3, 0.0)
    denominator = ms_interaction + readers * between
    df1 = tests - 1
    df2 = _degrees(denominator, ms_interaction, df1 * (readers - 1))
    f = ms_test / denominator if denominator > 0 else math.nan
    alone = (UNKNOWN,) * tests
    if not isinstance(covariances, Components):
        alone = tuple(_one_test(merits[t], covariances[t, :, t, :]) for t in range(tests))
    return Analysis(
        merits,
        alone,
        whole,
        float(ms_test),
        float(ms_reader),
        float(ms_interaction),
        float((ms_reader - ms_interaction) / tests - whole.cov1 + whole.cov3),
        float(ms_interaction - whole.error + whole.cov1 + between),
        float(denominator),
        float(f),
        df1,
        df2,
        float(stats.f.sf(f, df1, df2)) if math.isfinite(df2) else float(stats.chi2.sf(f * df1, df1)),
        tuple(
            _difference(by_test, first, second, error=math.sqrt(2 * denominator / readers), df=df2)
            for first in range(tests)
            for second in range(first + 1, tests)
        ),
    )


def _degrees(denominator: float, mean_square: float, degrees: int) -> float:
    """Hillis 2007, equation 9: infinite where readers do not differ beyond what the cases bring about."""
    return denominator**2 / (mean_square**2 / degrees) if mean_square > 0 else math.inf


def _one_test(merits: np.ndarray, covariances: np.ndarray) -> Estimate:
    """Mean over readers (R,) of one test with its interval, from its covariances (R, R) alone: Hillis 2014."""
    readers = len(merits)
    mean_square = float(merits.var(ddof=1))
    between = max(float(covariances[~np.eye(readers, dtype=bool)].mean()), 0.0)
    error = math.sqrt(mean_square / readers + between)
    df = _degrees(mean_square + readers * between, mean_square, readers - 1)
    reach = stats.t.ppf(0.975, df) * error
    mean = float(merits.mean())
    return Estimate(mean, max(mean - reach, 0.0), min(mean + reach, 1.0))


def _difference(means: np.ndarray, first: int, second: int, *, error: float, df: float) -> Difference:
    value = float(means[second] - means[first])
    reach = float(stats.t.ppf(0.975, df) * error)
    p = 2 * float(stats.t.sf(abs(value) / error, df)) if error > 0 else math.nan
    return Difference(first, second, Estimate(value, value - reach, value + reach), error, p)
