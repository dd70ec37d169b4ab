"""From a trained network to shipped weights: save, calibrate and set thresholds on fold 9, read fold 10, write the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ecgnet import fold_scores, weights
from ecgnet.cards import FORMAT, Card, Stamp, read_card, save_card
from ecgnet.metrics import auroc, best_thresholds, evaluate, evaluate_tasks
from ecgnet.modalities import Spec
from ecgnet.models import REGISTRY, BranchFusion, Network
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD, TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.recalibration import fit_logistic
from ecgnet.scoring import Scores, score
from ecgnet.store import Store
from ecgnet.subgroups import members
from ecgnet.training.data import FoldData, load_folds

LIMITS = (
    "Trained and tested on one data set (PTB-XL: one region of Germany, 1989 to 1996, devices of one maker); other "
    "populations and devices may be judged worse.",
    "Five diagnostic superclasses; rhythm and form are told by the statements alone, rare ones with less certainty.",
    "Adult 10-second resting ECGs at 100 Hz; children and exercise ECGs are rare or absent.",
    "Paced ECGs: the five classes were learnt almost without them and call most of them conduction disturbance and "
    "infarction; the statement of a pacemaker is made for about two in three.",
    "Voltages and the ST segment are read as recorded: a wrong gain, or a recorder's high-pass of 0.5 Hz, moves answers; by "
    "how much stands in docs/results/trust.md.",
    "Research use only, not a diagnosis.",
)


@dataclass(frozen=True)
class TrainingNote:
    """What the card tells of a training run: the recipe as a dict, seconds it took, its log by epoch, and anything more."""

    recipe: dict[str, Any]
    seconds: float
    log: list[dict[str, float]]
    more: dict[str, Any]


def fit_platt(labels: np.ndarray, logits: np.ndarray, *, pull: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept (C,) each that minimise the log loss of labels (N, C) given logits (N, C) (Platt 1999). pull: so
    many records' worth towards leaving the logits as they are (a Gaussian prior around slope 1 and intercept 0), so that a
    class seen twice does not run away."""
    fitted = []
    for y, z in zip(np.asarray(labels, float).T, np.asarray(logits, float).T, strict=True):
        design, nothing = np.stack([z, np.ones(len(z))], 1), np.zeros(len(z))
        as_is = np.array([1.0, 0.0])
        fitted.append(
            fit_logistic(design, y, offset=nothing, precision=np.full(2, 2 * pull), centre=as_is)[0]
        )
    slope, intercept = np.array(fitted).T
    return slope, intercept


def statement_thresholds(labels: np.ndarray, probabilities: np.ndarray, *, least: int = 10) -> np.ndarray:
    """The threshold of each statement, (71,): the best F1 on these predictions (N, 71); one threshold for all the
    statements together that have fewer than `least` positives, too few to choose by."""
    thresholds = best_thresholds(labels, probabilities)
    rare = labels.sum(0) < least
    if rare.any():
        together = best_thresholds(labels[:, rare].reshape(-1, 1), probabilities[:, rare].reshape(-1, 1))
        thresholds[rare] = max(float(together[0]), 0.2)
    return thresholds


def finish(
    name: str, network: Network, *, catalogue: Catalogue, store: Store, note: TrainingNote, arguments: dict
) -> dict:
    """Write `weights/<name>.safetensors` and its card, every metric measured on the stored file. → the card's content."""
    checksum = weights.save_parameters(name, network)
    content: dict[str, Any] = {
        "format": FORMAT,
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
        content["branches"] = {b: read_card(b).checksum for b in network.branches}
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
    content["calibration"] = {"slope": dict.fromkeys(SUPERCLASSES, 1.0), "intercept": nothing}
    content["thresholds"] = nothing
    content["log"] = note.log
    save_card(content)
    return measure_stored([name], catalogue, store=store)[name]


def measure_stored(names: Sequence[str], catalogue: Catalogue, *, store: Store) -> dict[str, dict[str, Any]]:
    """Calibration, thresholds and metrics of the stored weights, every one anew, written to their cards, and the scores
    themselves to `weights/fold_scores.npz`; each branch runs once, however many fusions stand on it. → the cards' contents
    by name."""
    validation = load_folds(catalogue, store, folds=[VALIDATION_FOLD], every=True)
    test = load_folds(catalogue, store, folds=[TEST_FOLD], every=True)
    seen, unseen = (score(names, data.signals, metadata=data.metadata) for data in (validation, test))
    fold_scores.save_fold_scores(_fold_scores(catalogue, [(validation, seen), (test, unseen)]))
    contents = {}
    for name in names:
        card = _calibrated(read_card(name), validation, seen[name])
        stamp = {"checksum": card.checksum}
        judged = validation.superclasses.numpy().any(1)
        labels, logits = validation.superclasses.numpy()[judged], seen[name].logits[judged]
        on_validation = {"fold": VALIDATION_FOLD, **stamp} | evaluate(
            labels, card.calibrate(logits), thresholds=card.thresholds, names=SUPERCLASSES
        )
        judged = test.superclasses.numpy().any(1)
        labels, logits = test.superclasses.numpy()[judged], unseen[name].logits[judged]
        probabilities = card.calibrate(logits)
        on_test = {"fold": TEST_FOLD, **stamp} | evaluate(
            labels, probabilities, thresholds=card.thresholds, names=SUPERCLASSES
        )
        statements = card.calibrate_statements(unseen[name].statement_logits)
        on_test["tasks"] = evaluate_tasks(test.statements.numpy(), statements)
        on_test["subgroups"] = subgroups(catalogue, test.ecg_ids[judged], labels=labels, scores=probabilities)
        contents[name] = card.with_parts(validation=on_validation, test=on_test, limits=list(LIMITS)).content
        save_card(contents[name])
    return contents


def _fold_scores(
    catalogue: Catalogue, folds: Sequence[tuple[FoldData, dict[str, Scores]]]
) -> fold_scores.FoldScores:
    """The models' scores on these folds, with what is known of each record."""
    ecg_ids = np.concatenate([data.ecg_ids for data, _ in folds])
    table = catalogue.table.loc[ecg_ids]
    models = {name: scores.model for name, scores in folds[0][1].items()}
    return fold_scores.FoldScores(
        ecg_ids,
        table["fold"].to_numpy(),
        np.concatenate([data.superclasses.numpy() for data, _ in folds]) > 0,
        (table["sex"] == "female").to_numpy(),
        (table["sex"] == "male").to_numpy(),
        table["age"].to_numpy(float),
        {name: np.concatenate([found[name].logits for _, found in folds]) for name in models},
        {name: model.card.stamp(Stamp.LOGITS) for name, model in models.items()},
    )


def _calibrated(card: Card, validation: FoldData, found: Scores) -> Card:
    """The card with both heads' calibration and thresholds, from the validation fold."""
    card = _calibrated_statements(card, validation.statements.numpy(), found.statement_logits)
    judged = validation.superclasses.numpy().any(1)
    labels, logits = validation.superclasses.numpy()[judged], found.logits[judged]
    slope, intercept = fit_platt(labels, logits)

    def by_class(values: np.ndarray) -> dict[str, float]:
        return {n: round(float(v), 5) for n, v in zip(SUPERCLASSES, values, strict=True)}

    calibration = {
        "method": "Platt scaling a class, fitted on fold 9",
        "slope": by_class(slope),
        "intercept": by_class(intercept),
    }
    card = card.with_parts(calibration=calibration)
    return card.with_parts(thresholds=by_class(best_thresholds(labels, card.calibrate(logits))))


def _calibrated_statements(card: Card, labels: np.ndarray, logits: np.ndarray) -> Card:
    """The card with the second head's calibration and thresholds, from the validation fold."""
    codes = card.statement_codes

    def by_code(values: np.ndarray) -> dict[str, float]:
        return {code: round(float(v), 4) for code, v in zip(codes, values, strict=True)}

    slope, intercept = fit_platt(labels, logits, pull=2.0)
    calibration = {
        "method": "Platt scaling a statement with a Gaussian prior, fitted on fold 9",
        "slope": by_code(slope),
        "intercept": by_code(intercept),
    }
    card = card.with_parts(statement_calibration=calibration)
    thresholds = statement_thresholds(labels, card.calibrate_statements(logits))
    return card.with_parts(statement_thresholds=by_code(thresholds))


def subgroups(
    catalogue: Catalogue, ecg_ids: np.ndarray, *, labels: np.ndarray, scores: np.ndarray
) -> dict[str, dict]:
    """n and macro AUC in each subgroup (`ecgnet.subgroups`)."""
    table = catalogue.table.loc[ecg_ids]
    sex, age = table["sex"].to_numpy(object), table["age"].to_numpy(float)
    return {
        name: {
            "n": int(rows.sum()),
            "macro_auc": round(float(np.nanmean(auroc(labels[rows], scores[rows]))), 4),
        }
        for name, rows in members(sex == "female", sex == "male", age=age).items()
    }
