"""Networks over signals, computed once: logits and hidden features kept by the checksums of the weights and of the data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgnet import atomic, scoring
from ecgnet.cards import Card, Stamp, read_card
from ecgnet.inference import to_numpy
from ecgnet.models import DEFAULT
from ecgnet.progress import track
from ecgnet.scoring import run_networks
from ecgnet.training.studies._code import code_stamp
from ecgnet.weights import Model, load

BATCH = 64


@dataclass(frozen=True, eq=False)
class Scored:
    """logits (N, 5) of one model; hidden (N, D) of the default, as in `engine.Run`, empty for other models."""

    logits: np.ndarray
    hidden: np.ndarray


def network_id(card: Card) -> str:
    """What fixes the logits, parameters, branches, preprocessing and code, in 16 digits."""
    parts = [card.stamp(Stamp.LOGITS), code_stamp(scoring)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def scored(
    folder: Path | None, names: Sequence[str], signals: np.ndarray | Tensor, metadata: Tensor
) -> dict[str, Scored]:
    """Every named model over signals (N, 12, 1000) int16 in microvolts and metadata (N, 4), from `folder` where these
    weights have seen these data before; with None nothing is kept."""
    signals = np.ascontiguousarray(signals)
    if folder is None:
        return _run(names, signals, metadata)
    data = hashlib.sha256(signals)
    data.update(np.ascontiguousarray(metadata.numpy()))
    seen = data.hexdigest()[:16]
    paths = {name: folder / f"{name}-{network_id(read_card(name))}-{seen}.npz" for name in names}
    if todo := [name for name in names if not paths[name].is_file()]:
        for name, found in _run(todo, signals, metadata).items():
            with atomic.replacing(paths[name]) as part:
                np.savez(part, logits=found.logits, hidden=found.hidden)
    kept = {}
    for name, path in paths.items():
        with np.load(path) as file:
            kept[name] = Scored(file["logits"], file["hidden"])
    return kept


@cache
def _loaded(name: str, identity: str) -> Model:
    """A model, loaded once for these weights."""
    return load(name)


@torch.inference_mode()
def _run(names: Sequence[str], signals: np.ndarray, metadata: Tensor) -> dict[str, Scored]:
    models = {name: _loaded(name, network_id(read_card(name))) for name in names}
    logits: dict[str, list[np.ndarray]] = {name: [] for name in names}
    hidden: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for k in track(range(0, len(signals), BATCH), "Scoring", total=-(-len(signals) // BATCH)):
        wave = torch.from_numpy(signals[k : k + BATCH].astype(np.float32) / 1000)
        for name, run in run_networks(models, wave, metadata=metadata[k : k + BATCH]).items():
            logits[name].append(to_numpy(run.output.logits))
            if name == DEFAULT:
                hidden[name].append(to_numpy(run.hidden))
    return {
        name: Scored(
            np.concatenate(logits[name]), np.concatenate(hidden[name] or [np.zeros((0, 0), np.float32)])
        )
        for name in names
    }


def to_microvolts(wave: np.ndarray) -> np.ndarray:
    """(N, 12, T) mV → int16 microvolts, as a file would hold them."""
    return (np.asarray(wave) * 1000).clip(-32767, 32767).round().astype(np.int16)
