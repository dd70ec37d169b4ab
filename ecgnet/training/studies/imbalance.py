"""What to do about rare classes."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pandas as pd
import torch

from ecgnet import weights
from ecgnet.models import BRANCHES, REGISTRY
from ecgnet.ptbxl import TRAIN_FOLDS
from ecgnet.study_results import StudyValue
from ecgnet.training import fusion
from ecgnet.training.balance import BALANCES, Balance
from ecgnet.training.recipes import FusionRecipe
from ecgnet.training.studies._bench import SHORT_EPOCHS, SHORT_FRACTION, Bench, Result, Table, logit_metrics

QUESTION = "Do class weights or oversampling help the rare classes, and what do they cost in calibration?"
FUSED = "intermediate_fusion"


def run(bench: Bench) -> Result:
    """Four answers to imbalance, on the waveform network and on the fusion that is trained on the training folds."""
    training, validation = bench.training(), bench.validation()
    found = {
        "waveform_cnn": {
            b: bench.short_run(b, "waveform_cnn", training=training, validation=validation, balance=b)
            for b in BALANCES
        },
        FUSED: {b: _fused(bench, b) for b in BALANCES},
    }
    tables = []
    for name, results in found.items():
        rows = [
            {
                "answer": balance,
                "macro AUC": r["macro_auc"],
                **{f"AUC {n}": v for n, v in r["auc"].items()},
                "macro F1": r["macro_f1"],
                "F1 HYP": r["f1"]["HYP"],
                "recall HYP": r["recall"]["HYP"],
                "mean recall": round(sum(r["recall"].values()) / len(r["recall"]), 4),
                "calibration error": r["expected_calibration_error"],
                "after Platt": r["error_calibrated"],
            }
            for balance, r in results.items()
        ]
        part = (
            f"{SHORT_FRACTION:.0%} of the training patients, {SHORT_EPOCHS} epochs"
            if name == "waveform_cnn"
            else "two cached passes of the committed branches' features"
        )
        tables.append(Table(f"{REGISTRY[name].title}, {part}; fold 9, called at 0.5.", pd.DataFrame(rows)))
    findings = []
    for name, results in found.items():
        plain, best = results["none"], max(results, key=lambda b: results[b]["macro_auc"])
        caught = max(results, key=lambda b: results[b]["recall"]["HYP"])
        findings.append(
            f"{REGISTRY[name].title}: the highest macro AUC comes with {best} ({results[best]['macro_auc']:.4f}; none "
            f"{plain['macro_auc']:.4f}); at 0.5, recall of HYP is highest with {caught} "
            f"({results[caught]['recall']['HYP']:.2f} against {plain['recall']['HYP']:.2f}), where the calibration error is "
            f"{results[caught]['expected_calibration_error']:.3f} against {plain['expected_calibration_error']:.3f}."
        )
    figure = {
        REGISTRY[n].title: {b: r["macro_auc"] for b, r in results.items()} for n, results in found.items()
    }
    values = {
        name: {f"macro_auc: {balance}": StudyValue(r["macro_auc"]) for balance, r in results.items()}
        | {f"macro_f1: {balance}": StudyValue(r["macro_f1"]) for balance, r in results.items()}
        for name, results in found.items()
    }
    return Result(tables, findings, figure, values=values)


def _fused(bench: Bench, balance: Balance) -> dict[str, Any]:
    recipe = replace(FusionRecipe(), passes=2, epochs=12, balance=balance)
    loaded = {branch: weights.load(branch, torch.device("cpu")) for branch in BRANCHES}
    stamp = "-".join(model.card.checksum[:6] for model in loaded.values())

    def compute() -> dict[str, Any]:
        training, validation = bench.data(TRAIN_FOLDS, every=True), bench.validation()
        torch.manual_seed(recipe.seed)
        network = REGISTRY[FUSED].build({branch: model.network for branch, model in loaded.items()})
        passes = fusion.branch_passes(
            network, training, recipe=recipe, folder=bench.runs / "branch_passes", stamp=stamp
        )
        seen = fusion.run_branches(network, validation)
        folder = bench.folder / f"fused_{balance.replace(' ', '_')}"
        fusion.fit_intermediate(
            network, passes, training=training, seen=seen, validation=validation, recipe=recipe, folder=folder
        )
        with torch.inference_mode():
            everyone = seen.rows(torch.arange(len(validation)))
            logits = network.eval().combine(everyone, validation.metadata).logits.numpy()
        return logit_metrics(validation.superclasses.numpy(), logits)

    return bench.kept(f"fused {balance}", {"branches": stamp, **asdict(recipe)}, compute=compute)
