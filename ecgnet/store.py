"""A whole data set as one int16 memory-mapped array, for training, batch scoring and neighbours."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgnet import atomic
from ecgnet.folders import cache_folder
from ecgnet.language import say
from ecgnet.progress import track
from ecgnet.ptbxl import Catalogue, CatalogueError, read_format16

FS = 100
SAMPLES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """signals: (N, 12, 1000) int16 in microvolts at 100 Hz, memory-mapped; ecg_ids: (N,) int64, ascending;
    missing: ecg_ids that the catalogue lists but whose signal was not there or was damaged."""

    signals: np.ndarray
    ecg_ids: np.ndarray
    missing: tuple[int, ...]

    def rows(self, ecg_ids: np.ndarray) -> np.ndarray:
        """Row numbers of these ecg_ids. Raises KeyError for one that the store does not hold."""
        rows = np.searchsorted(self.ecg_ids, ecg_ids)
        rows = np.minimum(rows, len(self.ecg_ids) - 1)
        if (wrong := self.ecg_ids[rows] != ecg_ids).any():
            raise KeyError(
                say(
                    "the store does not hold ecg_id {tolist}",
                    tolist=np.asarray(ecg_ids)[wrong][:5].tolist(),
                )
            )
        return rows


def store_folders(ptbxl: Path) -> tuple[Path, Path]:
    """Where a store may lie: beside the data set, and in the user's cache where that cannot be written."""
    name = hashlib.sha256(str(ptbxl.resolve()).encode()).hexdigest()[:12]
    return ptbxl / "ecgnet", cache_folder() / name


def store_folder(ptbxl: Path) -> Path:
    """Where a store is written: beside the data set where that can be written, else in the user's cache."""
    beside, cache = store_folders(ptbxl)
    return beside if os.access(ptbxl, os.W_OK) else cache


def open_store(catalogue: Catalogue) -> Store | None:
    """The prepared store, or None when `ecgnet prepare` has not run for this folder or it was cut short."""
    found = (_open(folder, len(catalogue.table)) for folder in store_folders(catalogue.folder))
    return next(filter(None, found), None)


def _open(folder: Path, records: int) -> Store | None:
    try:
        about = json.loads((folder / "store.json").read_text())
        ecg_ids = np.load(folder / "ecg_ids.npy")
        signals = np.load(folder / "signals.npy", mmap_mode="r")
        fits = signals.shape == (len(ecg_ids), 12, SAMPLES) and about["records"] == records
        return Store(signals, ecg_ids, tuple(about["missing"])) if fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def prepare(catalogue: Catalogue) -> Store:
    """Read every record once and write the store; what is already prepared is opened as it is.

    Raises CatalogueError when no record at all can be read.
    """
    store = open_store(catalogue)
    if store is not None and not any(catalogue.has_signal(ecg_id) for ecg_id in store.missing):
        return store
    folder = store_folder(catalogue.folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "store.json").unlink(missing_ok=True)  # written last, so that a half-written store never opens
    ecg_ids = np.sort(catalogue.table.index.to_numpy(np.int64))
    signals = np.empty((len(ecg_ids), 12, SAMPLES), np.int16)

    def read(k: int) -> bool:
        try:
            signals[k] = read_format16(catalogue.path(int(ecg_ids[k]), FS), FS).T
        except CatalogueError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        there = np.fromiter(
            track(pool.map(read, range(len(ecg_ids))), say("Preparing records"), total=len(ecg_ids)),
            bool,
            len(ecg_ids),
        )
    if not there.any():
        raise CatalogueError(
            say(
                "{folder}: none of the {n_ecg_ids} records at 100 Hz could be read; is records100/ there?",
                folder=catalogue.folder,
                n_ecg_ids=len(ecg_ids),
            )
        )
    with atomic.replacing(folder / "signals.npy") as part:
        np.save(part, signals[there])
    with atomic.replacing(folder / "ecg_ids.npy") as part:
        np.save(part, ecg_ids[there])
    about = {"records": len(ecg_ids), "missing": ecg_ids[~there].tolist(), "fs": FS, "unit": "uV"}
    atomic.write(folder / "store.json", json.dumps(about))
    store = open_store(catalogue)
    assert store is not None
    return store
