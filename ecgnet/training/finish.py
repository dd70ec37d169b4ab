"""From a trained network to shipped weights: save, calibrate and set thresholds on fold 9, read fold 10, write the card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize

from ecgnet import weights
from ecgnet.metrics import auroc, best_thresholds, evaluate
from ecgnet.modalities import Spec
from ecgnet.models import REGISTRY, BranchFusion, Network
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD, TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.scoring import score
from ecgnet.store import Store
from ecgnet.training.data import load_folds

LIMITS = (
    "Trained and tested on one data set (PTB-XL: one region of Germany, 1989 to 1996, devices of one maker); other "
    "populations and devices may be judged worse.",
    "Five diagnostic superclasses; rhythm is not among them. A finding outside them is not reported.",
    "Adult 10-second resting ECGs at 100 Hz; children, exercise and paced ECGs are rare or absent.",
    "Research use only, not a diagnosis.",
)


@dataclass(frozen=True)
class TrainingNote:
    """What the card tells of a training run: the recipe as a dict, seconds it took, its log by epoch, and anything more."""

    recipe: dict[str, Any]
    seconds: float
    log: list[dict[str, float]]
    more: dict[str, Any]


def fit_platt(labels: np.ndarray, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept (C,) each that minimise the log loss of labels (N, C) given logits (N, C) (Platt 1999)."""
    fitted = []
    for y, z in zip(labels.T, logits.T, strict=True):

        def log_loss(ab: np.ndarray, y: np.ndarray = y, z: np.ndarray = z) -> float:
            t = ab[0] * z + ab[1]
            return float(np.mean(np.logaddexp(0, t) - y * t))

        fitted.append(minimize(log_loss, np.array([1.0, 0.0]), method="BFGS").x)
    slope, intercept = np.array(fitted).T
    return slope, intercept


def finish(
    name: str, network: Network, catalogue: Catalogue, store: Store, note: TrainingNote, arguments: dict
) -> dict:
    """Write `weights/<name>.safetensors` and its card, every metric measured on the stored file. → the card's content."""
    checksum = weights.save_parameters(name, network)
    content: dict[str, Any] = {
        "format": weights.FORMAT,
        "name": name,
        "title": REGISTRY[name].title,
        "summary": REGISTRY[name].summary,
        "architecture": type(network).__name__,
        "arguments": arguments,
        "parameters": sum(p.numel() for p in network.parameters()),
        "labels": list(SUPERCLASSES),
        "statements": list(catalogue.statement_codes),
        "preprocessing": Spec().to_dict(),
        "checksum": checksum,
    }
    if isinstance(network, BranchFusion):
        content["branches"] = {b: weights.read_card(b).content["checksum"] for b in network.branches}
    content["training"] = {
        "data": "PTB-XL 1.0.3 at 100 Hz (doi 10.13026/kfzx-aw45, CC BY 4.0), records with at least one superclass",
        "folds": list(TRAIN_FOLDS),
        "validation_fold": VALIDATION_FOLD,
        "missing_records": len(store.missing),
        "recipe": note.recipe,
        "seconds": round(note.seconds, 1),
        "torch": torch.__version__,
        **note.more,
    }
    nothing = dict.fromkeys(SUPERCLASSES, 0.0)
    content["calibration"] = {
        "method": "Platt scaling a class, fitted on fold 9",
        "slope": dict.fromkeys(SUPERCLASSES, 1.0),
        "intercept": nothing,
    }
    content["thresholds"] = nothing
    weights.save_card(content)
    return complete(content, catalogue, store, note.log)


def complete(content: dict[str, Any], catalogue: Catalogue, store: Store, log: list[dict]) -> dict[str, Any]:
    """Calibration, thresholds and metrics of the stored weights, added to a card. → the card's content."""
    name = content["name"]
    validation = load_folds(catalogue, store, [VALIDATION_FOLD])
    labels = validation.superclasses.numpy()
    logits = score([name], validation.signals, validation.metadata)[name].logits
    slope, intercept = fit_platt(labels, logits)

    def by_class(values: np.ndarray) -> dict[str, float]:
        return {n: round(float(v), 5) for n, v in zip(SUPERCLASSES, values, strict=True)}

    content["calibration"] |= {"slope": by_class(slope), "intercept": by_class(intercept)}
    probabilities = weights.Card(content).calibrate(logits)
    content["thresholds"] = by_class(best_thresholds(labels, probabilities))
    weights.save_card(content)
    thresholds = weights.Card(content).thresholds
    stamp = {"checksum": content["checksum"]}
    content["validation"] = {"fold": VALIDATION_FOLD, **stamp} | evaluate(
        labels, probabilities, thresholds, SUPERCLASSES
    )
    test = load_folds(catalogue, store, [TEST_FOLD])
    labels = test.superclasses.numpy()
    probabilities = score([name], test.signals, test.metadata)[name].probabilities
    content["test"] = {"fold": TEST_FOLD, **stamp} | evaluate(labels, probabilities, thresholds, SUPERCLASSES)
    content["test"]["subgroups"] = subgroups(catalogue, test.ecg_ids, labels, probabilities)
    content["limits"] = list(LIMITS)
    content["log"] = log
    weights.save_card(content)
    return content


def subgroups(
    catalogue: Catalogue, ecg_ids: np.ndarray, labels: np.ndarray, scores: np.ndarray
) -> dict[str, dict]:
    """n and macro AUC by sex and by age (under 50, 50 to 75, over 75 years; unknown ages in none)."""
    table = catalogue.table.loc[ecg_ids]
    groups = {
        "female": table["sex"] == "female",
        "male": table["sex"] == "male",
        "under 50": table["age"] < 50,
        "50 to 75": table["age"].between(50, 75),
        "over 75": table["age"] > 75,
    }
    return {
        name: {
            "n": int(rows.sum()),
            "macro_auc": round(float(np.nanmean(auroc(labels[rows], scores[rows]))), 4),
        }
        for name, rows in ((name, mask.to_numpy()) for name, mask in groups.items())
    }
