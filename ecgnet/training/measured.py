"""Fitting rules to what ECGNet measures: the rows of many records, and boosted trees and a linear rule on them.

Trees by LightGBM (Ke et al. 2017), which takes what could not be measured as it is, NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ecgnet import atomic
from ecgnet.measure import measure, measured_row
from ecgnet.metrics import auroc
from ecgnet.models.base import N_SUPERCLASSES
from ecgnet.models.measured import MeasuredTrees
from ecgnet.progress import track
from ecgnet.ptbxl import Catalogue
from ecgnet.training.data import FoldData

if TYPE_CHECKING:
    from lightgbm import Booster
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class TreeRecipe:
    """How the trees are boosted: shrinkage, trees a class and a statement, leaves a tree, least records a leaf, penalty on
    its value, share of the columns that a tree may ask."""

    rate: float = 0.06
    trees: int = 250
    statement_trees: int = 100
    leaves: int = 12
    least: int = 40
    penalty: float = 5.0
    columns: float = 0.3
    seed: int = 0

    @property
    def nodes(self) -> int:
        """Of a tree, at most."""
        return 2 * self.leaves - 1


def rows_of(catalogue: Catalogue, ecg_ids: np.ndarray, *, folder: Path, size: int = 200) -> np.ndarray:
    """(N, 146): the rows of these records, about 35 ms each; kept in `folder`, `size` records a file, so that a second call
    goes on from there."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for k in track(range(0, len(ecg_ids), size), "measuring", total=-(-len(ecg_ids) // size)):
        asked = ecg_ids[k : k + size]
        path = folder / f"{asked[0]:05d}-{asked[-1]:05d}-{len(asked)}.npy"
        if not path.exists():
            found = np.stack([measured_row(measure(catalogue.record(int(ecg_id)))) for ecg_id in asked])
            with atomic.replacing(path) as part, part.open("wb") as file:
                np.save(file, found)
        parts.append(np.load(path))
    return np.concatenate(parts)


def boosted(rows: np.ndarray, present: np.ndarray, *, recipe: TreeRecipe, trees: int) -> Booster:
    """Trees fitted to rows (N, D) and whether a class is present, (N,) bool."""
    import lightgbm  # for this alone: requirements-dev.txt

    settings = {
        "objective": "binary",
        "learning_rate": recipe.rate,
        "num_leaves": recipe.leaves,
        "min_data_in_leaf": recipe.least,
        "lambda_l2": recipe.penalty,
        "feature_fraction": recipe.columns,
        "seed": recipe.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    return lightgbm.train(settings, lightgbm.Dataset(rows, present.astype(float)), trees)


def grown(booster: Booster) -> list[dict[str, np.ndarray]]:
    """What fitted trees are made of, as `MeasuredTrees.plant` takes them. Thresholds are rounded down to single precision,
    so that rows in single precision fall where they fell; what was never missing in training counts as 0 where it is."""
    return [_nodes(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def _nodes(root: Mapping[str, Any]) -> dict[str, np.ndarray]:
    found: dict[str, list[float]] = {
        name: [] for name in ("column", "threshold", "missing_left", "left", "right", "value")
    }

    def add(node: Mapping[str, Any]) -> int:
        own = len(found["column"])
        asked = node.get("threshold")
        learnt = node.get("missing_type") == "NaN"
        about = (
            (0, 0.0, True, own, own, node["leaf_value"])
            if asked is None
            else (
                node["split_feature"],
                _rounded_down(asked),
                node["default_left"] if learnt else asked >= 0,
                own,
                own,
                0.0,
            )
        )
        for values, value in zip(found.values(), about, strict=True):
            values.append(value)
        if asked is not None:
            found["left"][own], found["right"][own] = add(node["left_child"]), add(node["right_child"])
        return own

    add(root)
    return {name: np.array(values) for name, values in found.items()}


def _rounded_down(value: float) -> float:
    single = np.float32(min(value, np.finfo(np.float32).max))
    return float(single) if float(single) <= value else float(np.nextafter(single, np.float32(-np.inf)))


def fit_trees(
    network: MeasuredTrees,
    catalogue: Catalogue,
    *,
    training: FoldData,
    validation: FoldData,
    recipe: TreeRecipe,
    folder: Path,
) -> dict[str, float]:
    """Measure all records and grow the trees of each class, by the records that have one, and of each statement, by all.
    Rows stay in `folder`, and a second call goes on from there. → macro AUC on the validation fold by head."""
    rows = rows_of(catalogue, training.ecg_ids, folder=folder).astype(np.float32)
    heads = (
        (training.judged(), "superclasses", recipe.trees),
        (training, "statements", recipe.statement_trees),
    )
    place = 0
    for data, head, trees in heads:
        seen = rows[np.isin(training.ecg_ids, data.ecg_ids)]
        present = getattr(data, head).numpy() > 0
        for wanted in track(present.T, head, total=present.shape[1]):
            network.plant(place, grown(boosted(seen, wanted, recipe=recipe, trees=trees)))
            place += 1
    held_out = rows_of(catalogue, validation.ecg_ids, folder=folder).astype(np.float32)
    with torch.inference_mode():
        answers = network.answers(torch.from_numpy(held_out)).numpy()
    split = {"superclasses": answers[:, :N_SUPERCLASSES], "statements": answers[:, N_SUPERCLASSES:]}
    return {
        head: round(float(np.nanmean(auroc(getattr(validation, head).numpy(), found))), 5)
        for head, found in split.items()
    }


def linear_rule(rows: np.ndarray, present: np.ndarray, *, penalty: float = 20.0) -> Pipeline:
    """A logistic regression fitted as `boosted`, on the standardised columns; what is missing counts as the median, and that
    it is missing as a column of its own."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fill = SimpleImputer(strategy="median", add_indicator=True)
    return make_pipeline(fill, StandardScaler(), LogisticRegression(C=1 / penalty, max_iter=300)).fit(
        rows, present
    )
