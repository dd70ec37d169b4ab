"""Elsewhere: another recording device, other filters, gains and rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ecgnet.metrics import auroc
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES, TRAIN_FOLDS
from ecgnet.scoring import score
from ecgnet.study_results import StudyValue
from ecgnet.training import disturbances
from ecgnet.training.augmentation import Augmentation
from ecgnet.training.data import FoldData
from ecgnet.training.studies._bench import Bench, Result, Table
from ecgnet.weights import read_card

QUESTION = "How does a network read ECGs of a device, filter, gain or rate that it has not met?"
ASKED = ("waveform_cnn", DEFAULT)
DEVICE = "AT-6"
EPOCHS = 5
AUGMENTATIONS = {
    "all": Augmentation(),
    "gain and noise": Augmentation(wander=0, band_pass=0, lead_dropout=0),
    "all, half of the filters causal": Augmentation(causal=0.5),
}


def run(bench: Bench) -> Result:
    """Fold 10 changed as other carts would, through the committed weights; and a device left out of training."""
    test = bench.test()
    labels = test.superclasses.numpy()
    rows, figure, values = [], {}, {}
    for name in ASKED:
        figure[REGISTRY[name].title], values[name] = {}, {}
        for change, make in CHANGES.items():
            found = bench.kept(
                f"{name}, {change}",
                {"checksum": read_card(name).checksum},
                compute=lambda make=make, name=name: _measure(name, make, test, labels),
            )
            figure[REGISTRY[name].title][change] = found["macro_auc"]
            plain = figure[REGISTRY[name].title]["as recorded"]
            loss = round(found["macro_auc"] - plain, 4)
            values[name] |= {
                f"macro_auc: {change}": StudyValue(found["macro_auc"]),
                f"change: {change}": StudyValue(loss),
            }
            rows.append(
                {
                    "model": REGISTRY[name].title,
                    "signal": change,
                    "macro AUC": found["macro_auc"],
                    "change": loss,
                }
                | found["auc"]
            )
    device = _left_out_device(bench)
    worst = min(rows, key=lambda row: row["change"])
    seen, unseen = (next(r for r in device if r["training"] == t) for t in ("with it", "without it"))
    findings = [
        f"The largest loss is {worst['change']:+.4f}, of {worst['model']} with {worst['signal']}.",
        f"On {DEVICE} records, leaving that device out of training changes macro AUC by "
        f"{unseen['macro AUC'] - seen['macro AUC']:+.4f}, at equal numbers of records and steps.",
    ]
    tables = [
        Table("Fold 10, committed weights.", pd.DataFrame(rows)),
        Table(
            f"Waveform: 1D-CNN trained with and without {DEVICE} devices (equal numbers of records, {EPOCHS} epochs), under "
            f"three augmentations (all: gain, noise, wandering, band-pass, lost leads), on the {DEVICE} records of fold 9.",
            pd.DataFrame(device),
        ),
    ]
    return Result(tables, findings, figure, values=values)


def _measure(name: str, make, test: FoldData, labels: np.ndarray) -> dict[str, Any]:
    torch.manual_seed(0)
    parts = [make(test.waveform(slice(k, k + 256))) for k in range(0, len(test), 256)]
    signals = (torch.cat(parts) * 1000).clamp(-32767, 32767).round().short()
    areas = auroc(labels, score([name], signals, metadata=test.metadata)[name].logits)
    by_class = {n: round(float(v), 4) for n, v in zip(SUPERCLASSES, areas, strict=True)}
    return {"macro_auc": round(float(areas.mean()), 4), "auc": by_class}


def _as_tensors(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tensor], Tensor]:
    return lambda wave: torch.from_numpy(np.ascontiguousarray(change(wave.numpy())))


def _filtered(**sizes: float):
    still = {"gain": 0, "noise": 0, "wander": 0, "band_pass": 0, "lead_dropout": 0, "metadata_dropout": 0}
    augmentation = Augmentation(**{**still, **sizes})
    return lambda wave: augmentation(wave, wave.new_zeros(len(wave), 4))[0]


CHANGES = {
    "as recorded": lambda wave: wave,
    "gain 0.8": lambda wave: 0.8 * wave,
    "gain 1.2": lambda wave: 1.2 * wave,
    "clinical band-pass": _filtered(band_pass=1),
    "a cart's causal high-pass, 0.5 Hz, first order": _as_tensors(lambda wave: disturbances.causal(wave, 1)),
    "a monitor's, 0.5 Hz, second order": _as_tensors(lambda wave: disturbances.causal(wave, 2)),
    "baseline wander up to 0.5 mV": _filtered(wander=0.5),
    "muscle noise up to 0.1 mV": _filtered(noise=0.1),
    "50 Hz hum 0.1 mV": _as_tensors(disturbances.hum),
    "by way of 250 Hz": _as_tensors(lambda wave: disturbances.via(wave, 250)),
    "by way of 360 Hz": _as_tensors(lambda wave: disturbances.via(wave, 360)),
    "by way of 1000 Hz": _as_tensors(lambda wave: disturbances.via(wave, 1000)),
    "5 s instead of 10 s": _as_tensors(disturbances.shortened),
}
"""Changes of a batch (B, 12, 1000) in mV."""


def _left_out_device(bench: Bench) -> list[dict[str, Any]]:
    table = bench.catalogue.table
    of_device = table.index[table["device"].str.startswith(DEVICE)]

    def part(data: FoldData, rows: np.ndarray) -> FoldData:
        return FoldData(
            data.signals[rows],
            data.metadata[rows],
            data.superclasses[rows],
            data.statements[rows],
            data.ecg_ids[rows],
        )

    training, validation = bench.data(TRAIN_FOLDS), bench.validation()
    there = np.isin(training.ecg_ids, of_device)
    rng = np.random.default_rng(0)
    size = int(min((~there).sum(), 6000))
    choices = {
        "with it": rng.choice(len(training), size, replace=False),
        "without it": rng.choice(np.flatnonzero(~there), size, replace=False),
    }
    judged = part(validation, np.flatnonzero(np.isin(validation.ecg_ids, of_device)))
    rows = []
    for name, chosen in choices.items():
        for words, augmentation in AUGMENTATIONS.items():
            found = bench.short_run(
                f"{name}, {words}",
                "waveform_cnn",
                training=part(training, chosen),
                validation=judged,
                epochs=EPOCHS,
                augmentation=augmentation,
            )
            rows.append(
                {"training": name, "augmentation": words, "macro AUC": found["macro_auc"], **found["auc"]}
            )
    return rows
