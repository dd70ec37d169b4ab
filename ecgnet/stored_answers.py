"""What the shown models say of the whole data set, computed once and kept beside the store.

`predictions/` holds `probabilities.npy` (N, M, 5) float32, NaN where not computed yet, `features.npy` (N, D) float16 of
the default fusion, `ecg_ids.npy` (N,) and `predictions.json`, which names the weights; what other weights computed is
not opened. Reading needs no torch: only what computes imports it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ecgnet import atomic
from ecgnet.folders import RESTORE
from ecgnet.language import say
from ecgnet.progress import track
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD, VALIDATION_FOLD, Catalogue
from ecgnet.store import Store, prepare, store_folder, store_folders

FORMAT = 1
CHUNK = 128
"""Records between two writings: what an interruption loses, some seconds' work."""


@dataclass(frozen=True, eq=False)
class StoredAnswers:
    """ecg_ids (N,) ascending; probabilities (N, M, 5), calibrated, NaN where not computed; thresholds (M, 5); models: the
    M names; features (N, D) float16: what the heads of `default` saw."""

    ecg_ids: np.ndarray
    models: tuple[str, ...]
    probabilities: np.ndarray
    thresholds: np.ndarray
    features: np.ndarray
    default: str

    @cached_property
    def computed(self) -> np.ndarray:
        """(N,) bool: the records that have been judged."""
        return np.isfinite(self.probabilities[:, 0, 0])

    @cached_property
    def calls(self) -> np.ndarray:
        """(N, M, 5) bool: the classes that are present to each model; nothing where not computed."""
        from ecgnet.cards import read_card
        from ecgnet.states import STATES

        limits = [read_card(name).state_limits for name in self.models]
        codes = [found.codes(self.probabilities[:, m]) for m, found in enumerate(limits)]
        return np.stack(codes, 1) == STATES.index("present")

    @cached_property
    def directions(self) -> np.ndarray:
        """(N, D) float32: the features, each of length 1, so that products are cosines; zeros where not computed."""
        return _unit(np.nan_to_num(np.asarray(self.features, np.float32)))

    def row(self, ecg_id: int) -> int | None:
        """The row of a record that has been judged, else None."""
        row = int(np.searchsorted(self.ecg_ids, ecg_id))
        there = row < len(self.ecg_ids) and self.ecg_ids[row] == ecg_id and self.computed[row]
        return row if there else None

    def for_records(self, ecg_ids: np.ndarray) -> StoredAnswers:
        """The same with a row for each of these records (in memory); those that are not stored count as not computed."""
        place = np.minimum(np.searchsorted(self.ecg_ids, ecg_ids), len(self.ecg_ids) - 1)
        there = self.ecg_ids[place] == ecg_ids
        probabilities = np.where(there[:, None, None], self.probabilities[place], np.float32(np.nan))
        features = np.where(there[:, None], self.features[place], np.float16(np.nan))
        return StoredAnswers(ecg_ids, self.models, probabilities, self.thresholds, features, self.default)

    def nearest(self, features: np.ndarray, k: int, *, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The k records whose features point most the way that these (D,) do, nearest first → rows and cosines (k,).

        allowed (N,) bool: who may be named; records that are not computed never are. Raises ValueError for features of
        another width.
        """
        if features.shape != self.features.shape[1:]:
            raise ValueError(
                say(
                    "features of the shape {shape} are not those of {default}",
                    shape=features.shape,
                    default=self.default,
                )
            )
        cosine = self.directions @ _unit(features.astype(np.float32))
        cosine = np.where(allowed & self.computed, cosine, -np.inf)
        rows = np.argsort(-cosine, kind="stable")[:k]
        rows = rows[np.isfinite(cosine[rows])]
        return rows, cosine[rows]


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, 1e-12)


def weights_in_use() -> dict[str, str]:
    """The shown models that have weights → what identifies their answers: parameters, branches, calibration."""
    from ecgnet.cards import Stamp, available, read_card
    from ecgnet.models import SHOWN

    ready = available()
    return {name: read_card(name).stamp(Stamp.CALLS) for name in SHOWN if name in ready}


def open_answers(ptbxl: Path, weights: Mapping[str, str]) -> StoredAnswers | None:
    """The stored predictions of a data set's folder, as far as they are computed; None when there are none or other
    weights made them. weights: as `weights_in_use` gives them."""
    found = (_open(folder / "predictions", weights) for folder in store_folders(ptbxl))
    return next(filter(None, found), None)


def changed(ptbxl: Path) -> float:
    """When the stored predictions were last written, in s since 1970; 0 when there are none."""
    files = (folder / "predictions" / "probabilities.npy" for folder in store_folders(ptbxl))
    return max((file.stat().st_mtime for file in files if file.is_file()), default=0.0)


def _open(folder: Path, weights: Mapping[str, str], mode: str = "r") -> StoredAnswers | None:
    try:
        about = json.loads((folder / "predictions.json").read_text())
        ecg_ids = np.load(folder / "ecg_ids.npy")
        probabilities, features = (
            _map(folder / f"{name}.npy", mode) for name in ("probabilities", "features")
        )
        shape = len(ecg_ids), len(about["weights"]), len(SUPERCLASSES)
        right = about["format"] == FORMAT and about["weights"] == dict(weights)
        if not right or probabilities.shape != shape or len(features) != len(ecg_ids):
            return None
        thresholds = np.array(about["thresholds"])
        return StoredAnswers(
            ecg_ids, tuple(about["weights"]), probabilities, thresholds, features, about["default"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _map(file: Path, mode: str) -> np.ndarray:
    readable = np.load(file, mmap_mode="r")  # first, since "r+" would lengthen a file that was cut short
    return readable if mode == "r" else np.load(file, mmap_mode=mode)


def compute_answers(catalogue: Catalogue, limit: int | None = None) -> StoredAnswers:
    """Run every shown model on every record that lacks an answer, or on `limit` of those, and keep the answers chunk by
    chunk: an interruption loses one. What other weights computed is thrown away.

    The folds that no model was trained on come first, since there the answers tell most. Raises WeightsError when a
    model cannot be loaded, CatalogueError when no record can be read.
    """
    import torch

    from ecgnet.inference import to_numpy
    from ecgnet.modalities import encode_metadata
    from ecgnet.models import DEFAULT
    from ecgnet.scoring import run_networks
    from ecgnet.weights import WeightsError, load

    weights = weights_in_use()
    if not weights:
        raise WeightsError(say("weights/ holds no model; {restore}.", restore=say(RESTORE)))
    store = prepare(catalogue)
    folder = store_folder(catalogue.folder) / "predictions"
    kept = _open(folder, weights, "r+")
    if kept is not None and not np.array_equal(kept.ecg_ids, store.ecg_ids):
        kept = None
    if kept is not None and kept.computed.all():
        return kept
    models = {name: load(name) for name in weights}
    default = DEFAULT if DEFAULT in models else next(iter(models))

    def answer(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wave = torch.as_tensor(np.asarray(store.signals[rows]), dtype=torch.float32) / 1000
        metadata = encode_metadata([catalogue.metadata(int(k)) for k in store.ecg_ids[rows]])
        with torch.inference_mode():
            runs = run_networks(models, wave, metadata=metadata)
        found = [models[name].card.calibrate(to_numpy(run.output.logits)) for name, run in runs.items()]
        return np.stack(found, 1), to_numpy(runs[default].output.features)

    if kept is None:
        width = answer(np.array([0]))[1].shape[1]
        thresholds = [models[name].card.thresholds.tolist() for name in weights]
        about = {"format": FORMAT, "weights": weights, "default": default, "thresholds": thresholds}
        kept = _begin(folder, store, about, width)
    todo = _order(catalogue, kept)[:limit]
    chunks = [todo[k : k + CHUNK] for k in range(0, len(todo), CHUNK)]
    for chunk in track(chunks, say("Predicting {n_todo} records", n_todo=len(todo))):
        parts = [answer(rows) for rows in np.array_split(chunk, -(-len(chunk) // 64))]
        kept.features[chunk] = np.concatenate([features for _, features in parts])
        kept.features.flush()
        # Last, since they say that the record is done.
        kept.probabilities[chunk] = np.concatenate([found for found, _ in parts])
        kept.probabilities.flush()
    finished = _open(folder, weights)
    assert finished is not None
    return finished


def _begin(folder: Path, store: Store, about: dict[str, Any], width: int) -> StoredAnswers:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "predictions.json").unlink(
        missing_ok=True
    )  # written last, so that a half-made folder never opens
    shapes = {
        "probabilities": (np.float32, (len(about["weights"]), len(SUPERCLASSES))),
        "features": (np.float16, (width,)),
    }
    for name, (kind, shape) in shapes.items():
        with atomic.replacing(folder / f"{name}.npy") as part:
            blank = np.lib.format.open_memmap(part, "w+", kind, (len(store.ecg_ids), *shape))
            blank[:] = np.nan
            blank.flush()
    with atomic.replacing(folder / "ecg_ids.npy") as part:
        np.save(part, store.ecg_ids)
    atomic.write(folder / "predictions.json", json.dumps(about))
    made = _open(folder, about["weights"], "r+")
    assert made is not None
    return made


def _order(catalogue: Catalogue, kept: StoredAnswers) -> np.ndarray:
    """Rows not computed yet: the test fold, the validation fold, then the rest."""
    rows = np.flatnonzero(~kept.computed)
    folds = catalogue.table.loc[kept.ecg_ids[rows], "fold"]
    rank = folds.map({TEST_FOLD: 0, VALIDATION_FOLD: 1}).fillna(2).to_numpy()
    return rows[np.argsort(rank, kind="stable")]
