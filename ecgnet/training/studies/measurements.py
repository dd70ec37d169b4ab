"""Measurements as a member: what a clinician measures, given to boosted trees, beside networks that read the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ecgnet.fold_scores import load_fold_scores
from ecgnet.measure import COLUMNS, MEASURES
from ecgnet.metrics import auroc, macro_auroc, paired_gain
from ecgnet.models import COMMITTEE, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES, TRAIN_FOLDS, VALIDATION_FOLD
from ecgnet.study_results import StudyValue
from ecgnet.training.measured import (
    TreeRecipe,
    boosted,
    linear_rule,
    rows_of,
)
from ecgnet.training.studies._bench import Bench, Result, Table
from ecgnet.weights import read_card

QUESTION = "Do ECGNet's own measurements, given to boosted trees, add to the committee's other members?"
TOGETHER = "plain mean of the other members"
MEMBERS = tuple(name for name in REGISTRY[COMMITTEE].branches if REGISTRY[name].network != "MeasuredTrees")
"""The committee without its trees on measurements."""


def run(bench: Bench) -> Result:
    """Trees and a linear rule on measurements, fitted on folds 1 to 8 and read on fold 9, alone and in the plain mean with
    the committee's other members. Fold 10 is not read. Raises WeightsError where a member's scores are missing."""
    recipe, members = TreeRecipe(), MEMBERS
    scores = load_fold_scores().fold(VALIDATION_FOLD)
    everyone = bench.data(TRAIN_FOLDS, every=True)
    training = everyone.judged()
    kept = bench.runs / "waveform_measurements" / "rows"  # where `ecgnet train` leaves them
    settings = {name: read_card(name).checksum for name in members} | {"records": len(training)}
    whole, intervals = np.arange(len(COLUMNS)), np.arange(len(MEASURES))

    def read() -> dict[str, Any]:
        every = rows_of(bench.catalogue, everyone.ecg_ids, folder=kept)
        seen = every[np.isin(everyone.ecg_ids, training.ecg_ids)]
        asked = rows_of(bench.catalogue, scores.ecg_ids, folder=kept)
        labels = training.superclasses.numpy() > 0
        together = np.mean([scores.logits[name].astype(float) for name in members], 0)

        def answers(fit: Callable[[np.ndarray, np.ndarray], Callable], columns: np.ndarray) -> np.ndarray:
            """(N, 5) log-odds: what `fit` makes of the rows and a class answers to those of fold 9."""
            fitted = [fit(seen[:, columns], wanted) for wanted in labels.T]
            return np.stack([answer(asked[:, columns]) for answer in fitted], 1)

        def trees(rows: np.ndarray, wanted: np.ndarray) -> Callable:
            booster = boosted(rows, wanted, recipe=recipe, trees=recipe.trees)
            return partial(booster.predict, raw_score=True)

        def linear(rows: np.ndarray, wanted: np.ndarray) -> Callable:
            return linear_rule(rows, wanted).decision_function

        found = {
            TOGETHER: together,
            "trees on intervals, rate and axis": answers(trees, intervals),
            "linear rule on all measurements": answers(linear, whole),
            "trees on all measurements": answers(trees, whole),
        }
        joined = {
            f"the others and {name}": (len(members) * together + values) / (len(members) + 1)
            for name, values in found.items()
            if name != TOGETHER
        }
        return {
            name: {
                "macro_auc": macro_auroc(scores.labels, values),
                "auc": dict(zip(SUPERCLASSES, auroc(scores.labels, values).tolist(), strict=True)),
                "gain": paired_gain(scores.labels, together, second=values),
            }
            for name, values in (found | joined).items()
        }

    found = bench.kept("fold 9", settings | asdict(recipe), compute=read)
    found = {name: result for name, result in found.items() if name != "seconds"}
    table = pd.DataFrame(
        [
            {
                "what answers": name,
                "macro AUC on fold 9": round(result["macro_auc"], 4),
                **{label: round(area, 3) for label, area in result["auc"].items()},
                "gain over the others' mean": "{:+.4f} ({:+.4f} to {:+.4f})".format(*result["gain"]),
            }
            for name, result in found.items()
        ]
    )
    gain, low, high = found["the others and trees on all measurements"]["gain"]
    verdict = "a gain beyond chance" if low > 0 else "no gain that fold 9 can tell from chance"
    findings = [
        f"Boosted trees on {len(COLUMNS)} measurements read {found['trees on all measurements']['macro_auc']:.4f} alone; in "
        f"the plain mean with the committee's other members they add {gain:+.4f} ({low:+.4f} to {high:+.4f}): {verdict}.",
        "Most of it is in the waves of the single leads: by intervals, rate and axis alone trees read "
        f"{found['trees on intervals, rate and axis']['macro_auc']:.4f}.",
    ]
    values = {
        COMMITTEE: {
            measure: value
            for name, result in found.items()
            for measure, value in (
                (f"macro_auc_fold_9: {name}", StudyValue(round(result["macro_auc"], 4))),
                (f"gain_over_others: {name}", StudyValue.of(result["gain"])),
            )
        }
    }
    figure = {name: result["auc"] for name, result in found.items() if "linear" not in name}
    caption = (
        f"Fitted on folds 1 to 8 ({len(training)} records), read on fold 9; the mean is of log-odds, the gain paired, "
        "record by record, with its 95 % interval."
    )
    return Result([Table(caption, table)], findings, figure, ("", "AUC"), values)
