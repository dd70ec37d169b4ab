"""Familiarity measured: what fold 9 chose, and what fold 10 says of strangers met and unmet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch

from ecgnet import scoring
from ecgnet.metrics import auroc
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import TRAIN_FOLDS
from ecgnet.store import prepare
from ecgnet.training import strangers
from ecgnet.training.data import FoldData, load_folds
from ecgnet.training.strangers import STRANGERS, Stranger
from ecgnet.training.studies._answers import Fold
from ecgnet.training.studies._bench import Bench, Table
from ecgnet.training.studies._scored import Scored, scored, to_microvolts
from ecgnet.trust import familiarity
from ecgnet.trust.familiarity import Familiarity, fit_gaussian, signal_statistics

REFERENCE, CHOOSING, TESTING = 1000, 60, 50
"""Training records that say what is usual; records that each stranger is made of, on fold 9 and on fold 10."""
GROUPS = ("no ECG", "spoilt", "subtle")


def reference(bench: Bench) -> tuple[FoldData, Scored]:
    """The training records and what the default's branches see in them."""
    training = load_folds(bench.catalogue, prepare(bench.catalogue), folds=TRAIN_FOLDS, every=True)
    chosen = np.random.default_rng(0).permutation(len(training))[:REFERENCE]
    data = part(training, np.sort(chosen))
    return data, scored(bench.folder / "scores", [DEFAULT], data.signals, data.metadata)[DEFAULT]


def part(data: FoldData, rows: np.ndarray) -> FoldData:
    """Some records of a fold."""
    at = torch.from_numpy(np.asarray(rows))
    return FoldData(
        data.signals[at], data.metadata[at], data.superclasses[at], data.statements[at], data.ecg_ids[rows]
    )


def millivolts(data: FoldData) -> np.ndarray:
    """(N, 12, 1000) float32."""
    return data.signals.numpy().astype(np.float32) / 1000


def meet(stranger: Stranger, data: FoldData, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The stranger made of these records → hidden features (N, D) and waves (N, 12, T) in mV as a file would hold them."""
    signals = to_microvolts(stranger.make(millivolts(data), seed))
    found = scored(None, [DEFAULT], signals, data.metadata)[DEFAULT]
    return found.hidden, signals.astype(np.float32) / 1000


def area(usual: np.ndarray, strange: np.ndarray) -> float:
    """AUROC of a distance."""
    truth = np.r_[np.zeros(len(usual)), np.ones(len(strange))][:, None]
    return round(float(auroc(truth, np.r_[usual, strange][:, None])[0]), 4)


def choice_rows(
    bench: Bench,
    settings: dict[str, Any],
    known: Familiarity,
    usual: tuple[FoldData, Scored],
    fold: Fold,
    seen: Scored,
) -> list[dict[str, Any]]:
    """Each candidate's AUROC on fold 9 by group, of the strangers that choose."""

    def compute() -> dict[str, Any]:
        few = part(fold.data, np.random.default_rng(1).permutation(len(fold.data))[:CHOOSING])
        measures = candidates(known, *usual)
        plain = {name: f(seen.hidden, millivolts(fold.data)) for name, f in measures.items()}
        areas: dict[str, dict[str, list[float]]] = {name: {} for name in measures}
        for stranger in (s for s in STRANGERS if s.chosen):
            hidden, wave = meet(stranger, few, 9)
            for name, f in measures.items():
                areas[name].setdefault(stranger.group, []).append(area(plain[name], f(hidden, wave)))
        return {
            "rows": [
                {"distance": name, **{group: round(float(np.mean(by[group])), 4) for group in GROUPS}}
                for name, by in areas.items()
            ]
        }

    return bench.kept("familiarity, fold 9", settings | {"n": CHOOSING}, compute=compute)["rows"]


def candidates(known: Familiarity, data: FoldData, seen: Scored) -> dict[str, Any]:
    """Distances by name: functions of hidden features (N, D) and waves (N, 12, T)."""
    usual = _unit(seen.hidden)
    truth = data.superclasses.numpy()
    classes = [fit_gaussian(seen.hidden[truth[:, c] == 1]) for c in range(truth.shape[1])]

    def neighbours(hidden: np.ndarray, wave: np.ndarray) -> np.ndarray:
        return -np.sort(_unit(hidden) @ usual.T, 1)[:, -10]

    def relative(hidden: np.ndarray, wave: np.ndarray) -> np.ndarray:
        return np.min([g.distance(hidden) for g in classes], axis=0) - known.seen.distance(hidden)

    return {
        "hidden features, Mahalanobis": lambda hidden, wave: known.seen.distance(hidden),
        "hidden features, relative Mahalanobis": relative,
        "hidden features, tenth neighbour": neighbours,
        "signal statistics, Mahalanobis": lambda hidden, wave: known.signal.distance(signal_statistics(wave)),
        "the larger of both Mahalanobis (shipped)": known.score,
    }


def _unit(values: np.ndarray) -> np.ndarray:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)


def test_rows(
    bench: Bench, settings: dict[str, Any], known: Familiarity, fold: Fold, seen: Scored
) -> tuple[list[dict[str, Any]], float]:
    """Every stranger on fold 10, and the paced records that are there: AUROC and the share flagged. → rows, and the share
    of ordinary records flagged."""
    codes = list(bench.catalogue.statement_codes)
    paced = (
        fold.data.statements.numpy()[:, codes.index("PACE")] == 1
        if "PACE" in codes
        else np.zeros(len(fold.data), bool)
    )
    views = known.scores(seen.hidden, millivolts(fold.data))
    usual, scores = views[~paced], views.max(1)
    few = part(fold.data, np.random.default_rng(2).permutation(len(fold.data))[:TESTING])

    def met(stranger: Stranger) -> dict[str, Any]:
        strange = known.scores(*meet(stranger, few, 10))
        return {
            "stranger": stranger.name,
            "kind": stranger.group,
            "chosen by": "fold 9 too" if stranger.chosen else "no",
            "AUROC": area(usual.max(1), strange.max(1)),
            "networks' view alone": area(usual[:, 0], strange[:, 0]),
            "signal's alone": area(usual[:, 1], strange[:, 1]),
            "flagged": round(float((strange.max(1) > 1).mean()), 4),
        }

    rows = []
    for stranger in STRANGERS:
        row = bench.kept(
            f"stranger, {stranger.name}", settings | {"n": TESTING}, compute=lambda s=stranger: met(s)
        )
        rows.append({k: v for k, v in row.items() if k != "seconds"})
    if paced.any():
        rows.append(
            {
                "stranger": f"paced rhythm (PACE, {int(paced.sum())} records)",
                "kind": "subtle",
                "chosen by": "no",
                "AUROC": area(usual.max(1), scores[paced]),
                "networks' view alone": area(usual[:, 0], views[paced, 0]),
                "signal's alone": area(usual[:, 1], views[paced, 1]),
                "flagged": round(float((scores[paced] > 1).mean()), 4),
            }
        )
    return rows, round(float((usual.max(1) > 1).mean()), 4)


def tables(chosen: list[dict[str, Any]], met: list[dict[str, Any]], flagged: float) -> list[Table]:
    """Both tables."""
    return [
        Table(
            "Is this ECG like those it learnt from? AUROC of distances on fold 9, strangers against its records, mean by "
            "kind.",
            pd.DataFrame(chosen),
        ),
        Table(
            f"The shipped distance on fold 10, whose own records are flagged in {flagged:.1%}; {TESTING} of them made "
            "strange in each way.",
            pd.DataFrame(met),
        ),
    ]


SOURCES = (familiarity, strangers, scoring)
