"""What every study stands on: the data, kept rows, a short training run, and the page that is written at the end."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.special import expit

from ecgnet.metrics import evaluate
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import REGISTRY, Network
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD, TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.store import prepare
from ecgnet.study_results import Values
from ecgnet.training.data import FoldData, load_folds
from ecgnet.training.finish import fit_platt
from ecgnet.training.loop import predict_logits, train
from ecgnet.training.recipes import RECIPES
from ecgnet.weights import read_card

SHORT_FRACTION = 0.25
SHORT_EPOCHS = 6
"""Rows that are compared with one another only: a quarter of the training folds' patients, six epochs, all alike."""


@dataclass(frozen=True)
class Table:
    """A table with a sentence above it."""

    caption: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Result:
    """What a study found: tables, sentences computed from them, the series of its figure, x by name → y by name (a bar chart
    where x are words, lines where they are numbers), and the values that programs read."""

    tables: Sequence[Table]
    findings: Sequence[str]
    figure: dict[str, dict[Any, float]] = field(default_factory=dict)
    axis: tuple[str, str] = ("", "macro AUC")
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Bench:
    """One study's bench: the catalogue and where rows and runs are kept."""

    name: str
    catalogue: Catalogue
    runs: Path

    @property
    def folder(self) -> Path:
        """Where this study keeps its rows and checkpoints."""
        return self.runs / "studies" / self.name

    def data(self, folds: Sequence[int], fraction: float = 1.0, *, every: bool = False) -> FoldData:
        """The records of some folds, see `load_folds`."""
        return load_folds(
            self.catalogue, prepare(self.catalogue), folds=folds, fraction=fraction, every=every
        )

    def training(self, fraction: float = SHORT_FRACTION) -> FoldData:
        """Folds 1 to 8, or a fixed part of their patients."""
        return self.data(TRAIN_FOLDS, fraction)

    def validation(self) -> FoldData:
        """Fold 9, by which everything is chosen."""
        return self.data([VALIDATION_FOLD])

    def test(self, every: bool = False) -> FoldData:
        """Fold 10, read at the end."""
        return self.data([TEST_FOLD], every=every)

    def kept(
        self, row: str, settings: dict[str, Any], *, compute: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """A row of the study: computed once for these settings, kept in `rows.jsonl`, and taken from there next time."""
        path = self.folder / "rows.jsonl"
        stamp = hashlib.sha256(json.dumps([row, settings], sort_keys=True, default=str).encode()).hexdigest()
        if path.exists():
            for line in path.read_text().splitlines():
                if (known := json.loads(line))["stamp"] == stamp:
                    return known["values"]
        began = time.monotonic()
        values = compute()
        values.setdefault("seconds", round(time.monotonic() - began, 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(
                json.dumps({"row": row, "stamp": stamp, "settings": settings, "values": values}) + "\n"
            )
        print(f"{self.name}: {row}: {values}", flush=True)
        return values

    def short_run(
        self,
        row: str,
        model: str,
        *,
        training: FoldData,
        validation: FoldData,
        arguments: dict[str, Any] | None = None,
        transform: ModalityTransform | None = None,
        epochs: int = SHORT_EPOCHS,
        **changes: Any,
    ) -> dict[str, Any]:
        """Train one branch briefly, without teachers, and measure it on `validation`, calibrated on that same fold, alike
        for all rows. → what `ecgnet.metrics.evaluate` gives, with recall and seconds added."""
        first = RECIPES[model].before or RECIPES[model]
        recipe = replace(first, epochs=epochs, teachers=(), taught=0.0, continued=False, **changes)
        settings = {"model": model, "arguments": arguments or {}, "records": len(training), **asdict(recipe)}

        def compute() -> dict[str, Any]:
            torch.manual_seed(recipe.seed)
            network: Network = REGISTRY[model].build(**(arguments or {}))
            folder = self.folder / row.replace(" ", "_")
            train(network, training, validation=validation, recipe=recipe, folder=folder, transform=transform)
            network.load_state_dict(torch.load(folder / "best.pt", weights_only=True))
            logits = predict_logits(network, transform or ModalityTransform(), data=validation).numpy()
            seconds = sum(
                json.loads(line)["seconds"] for line in (folder / "log.jsonl").read_text().splitlines()
            )
            return logit_metrics(validation.superclasses.numpy(), logits) | {"seconds": round(seconds, 1)}

        return self.kept(row, settings, compute=compute)


def logit_metrics(labels: Any, logits: Any) -> dict[str, Any]:
    """Metrics of logits (N, 5) as they are: probabilities by the logistic function, called at 0.5, and the calibration error
    before and after Platt scaling on these same records."""
    logits = np.asarray(logits)
    raw = expit(logits)
    slope, intercept = fit_platt(labels, logits)
    calibrated = expit(logits * slope + intercept)
    half = pd.Series(0.5, index=SUPERCLASSES).to_numpy()
    found = evaluate(labels, raw, thresholds=half, names=SUPERCLASSES, samples=200)
    after = evaluate(labels, calibrated, thresholds=half, names=SUPERCLASSES, samples=2)
    called = raw >= half
    recall = {
        name: round(float(called[labels[:, k] == 1, k].mean()), 4) for k, name in enumerate(SUPERCLASSES)
    }
    return found | {"recall": recall, "error_calibrated": after["expected_calibration_error"]}


def training_seconds(name: str) -> float:
    """What a stored model took to train, its earlier rounds and its branches counted in."""
    card = read_card(name)
    return card.training.total_seconds + sum(training_seconds(branch) for branch in card.branches)
