"""What ECGNet measures of an ECG as a row of numbers, and boosted trees on such rows: they err otherwise than networks do.

Trees by scikit-learn (histogram gradient boosting, after LightGBM, Ke et al. 2017), which takes what could not be measured
as it is, NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

import numpy as np

from ecgnet import atomic
from ecgnet.measure import LeadMeasures, Measurements, measure
from ecgnet.progress import track
from ecgnet.ptbxl import Catalogue
from ecgnet.reading.limits import MEASURES
from ecgnet.record import LEADS

BEATS = ("rr_deviation", "rr_step", "beats", "other_beats", "led_by_spikes")
WAVES = tuple(wave.name for wave in fields(LeadMeasures))
COLUMNS = (
    *MEASURES,
    *BEATS,
    *(f"{lead} {wave}" for lead in LEADS for wave in WAVES),
    "axis_cosine",
    "axis_sine",
)
"""Intervals in ms, heart rate in 1/min, the axis in degrees and by its cosine and sine; RR intervals' standard deviation and
mean step from one to the next in s; numbers of beats, of those unlike the dominant ones, of those behind a spike; each
lead's waves in mV and ms, as `LeadMeasures` has them."""


class Classifier(Protocol):
    """As scikit-learn has them."""

    def fit(self, rows: np.ndarray, present: np.ndarray) -> Classifier:
        """On rows (N, D) and whether the class is present, (N,) bool. → itself."""

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        """(N, D) → (N, 2) chances of absence and presence."""


@dataclass(frozen=True)
class TreeRecipe:
    """How the trees are boosted: shrinkage, trees a class, leaves a tree, least records a leaf, penalty on its value."""

    rate: float = 0.06
    trees: int = 250
    leaves: int = 12
    least: int = 40
    penalty: float = 5.0
    seed: int = 0


def row(measured: Measurements) -> np.ndarray:
    """(146,) float64 of `COLUMNS`, NaN where a thing could not be measured."""
    rr = measured.rr[np.isfinite(measured.rr)]
    axis = measured.axis.value
    found = [
        *(getattr(measured, name).value for name in MEASURES),
        rr.std() if len(rr) > 1 else None,
        np.abs(np.diff(rr)).mean() if len(rr) > 2 else None,
        len(measured.beats),
        int((~measured.beats.dominant).sum()),
        measured.led_by_spikes,
        *(getattr(measured.leads[lead], wave) for lead in LEADS for wave in WAVES),
        None if axis is None else np.cos(np.radians(axis)),
        None if axis is None else np.sin(np.radians(axis)),
    ]
    return np.array([np.nan if value is None else value for value in found], float)


def rows_of(catalogue: Catalogue, ecg_ids: np.ndarray, *, folder: Path, size: int = 200) -> np.ndarray:
    """(N, 146): the rows of these records, about 35 ms each; kept in `folder`, `size` records a file, so that a second call
    goes on from there."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for k in track(range(0, len(ecg_ids), size), "measuring", total=-(-len(ecg_ids) // size)):
        asked = ecg_ids[k : k + size]
        path = folder / f"{asked[0]:05d}-{asked[-1]:05d}-{len(asked)}.npy"
        if not path.exists():
            found = np.stack([row(measure(catalogue.record(int(ecg_id)))) for ecg_id in asked])
            with atomic.replacing(path) as part, part.open("wb") as file:
                np.save(file, found)
        parts.append(np.load(path))
    return np.concatenate(parts)


def boosted_trees(recipe: TreeRecipe) -> Classifier:
    """Unfitted trees for one class."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # for this alone: requirements-dev.txt

    return HistGradientBoostingClassifier(
        learning_rate=recipe.rate,
        max_iter=recipe.trees,
        max_leaf_nodes=recipe.leaves,
        min_samples_leaf=recipe.least,
        l2_regularization=recipe.penalty,
        early_stopping=False,
        random_state=recipe.seed,
    )


def linear_rule(penalty: float = 20.0) -> Classifier:
    """An unfitted logistic regression for one class, on the standardised columns; what is missing counts as the median, and
    that it is missing as a column of its own."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fill = SimpleImputer(strategy="median", add_indicator=True)
    return make_pipeline(fill, StandardScaler(), LogisticRegression(C=1 / penalty, max_iter=300))


def log_odds(classifiers: Sequence[Classifier], rows: np.ndarray) -> np.ndarray:
    """(N, C): what fitted classifiers, one a class, answer to rows (N, D); no chance nearer to 0 or 1 than 1e-4."""
    chances = np.stack([found.predict_proba(rows)[:, 1] for found in classifiers], 1).clip(1e-4, 1 - 1e-4)
    return np.log(chances / (1 - chances))
