"""A figure with its 95 % interval, log-odds, and what ECGs of one patient add to an error.

ECGs of one patient resemble each other. What each record adds to the error of a figure is therefore summed by patient before
it is squared (Liang and Zeger 1986, Biometrika 73:13; for an AUC Obuchowski 1997, Biometrics 53:567), which gives the usual
error where each has one ECG. numpy and scipy only.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

Z95 = float(norm.ppf(0.975))


class Estimate(NamedTuple):
    """A value with its 95 % interval; NaN where nothing was there to count, or nothing can be estimated."""

    value: float
    low: float
    high: float


UNKNOWN = Estimate(math.nan, math.nan, math.nan)


def log_odds(probabilities: np.ndarray, least: float = 1e-7) -> np.ndarray:
    """Natural log-odds, any shape; probabilities nearer than `least` to 0 or 1 count as that near."""
    p = np.clip(np.asarray(probabilities, float), least, 1 - least)
    return np.log(p) - np.log1p(-p)


def by_patient(parts: np.ndarray, patients: np.ndarray | None) -> np.ndarray:
    """What each of N records adds, (N, ...), summed for each patient, (P, ...). patients (N,): whose each record is, None
    where each is a patient of its own."""
    if patients is None:
        return parts
    distinct, place = np.unique(patients, return_inverse=True)
    summed = np.zeros((len(distinct), *parts.shape[1:]))
    np.add.at(summed, place, parts)
    return summed


def error_of_mean(values: np.ndarray, patients: np.ndarray | None = None) -> float:
    """The standard error of the mean of values (N,)."""
    parts = by_patient(values - values.mean(), patients)
    n = len(parts)
    return float(np.sqrt((parts**2).sum() * n / max(n - 1, 1)) / len(values))


def one_each(patients: np.ndarray) -> np.ndarray:
    """The places of the first record of each patient, rising."""
    return np.sort(np.unique(patients, return_index=True)[1])
