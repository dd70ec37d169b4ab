"""PTB-XL as tensors: signals, metadata and both sets of labels, by official fold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ecgnet.modalities import encode_metadata
from ecgnet.ptbxl import Catalogue
from ecgnet.store import Store


@dataclass(frozen=True, eq=False)
class FoldData:
    """signals (N, 12, 1000) int16 in microvolts; metadata (N, 4); superclasses (N, 5) and statements (N, 71) of 0
    and 1; ecg_ids (N,)."""

    signals: Tensor
    metadata: Tensor
    superclasses: Tensor
    statements: Tensor
    ecg_ids: np.ndarray

    def __len__(self) -> int:
        return len(self.ecg_ids)

    def judged(self) -> FoldData:
        """The records that carry at least one superclass, as the published benchmark takes them."""
        return self.take(self.superclasses.any(1))

    def take(self, rows: Tensor) -> FoldData:
        """These records, by number or by a mask."""
        return FoldData(
            self.signals[rows],
            self.metadata[rows],
            self.superclasses[rows],
            self.statements[rows],
            self.ecg_ids[rows.numpy()],
        )

    def waveform(self, rows: Tensor | slice) -> Tensor:
        """(B, 12, 1000) float32 in mV."""
        return self.signals[rows].float() / 1000


def load_folds(
    catalogue: Catalogue,
    store: Store,
    *,
    folds: Iterable[int],
    fraction: float = 1.0,
    every: bool = False,
) -> FoldData:
    """The records of these folds that carry at least one superclass, as the published benchmark takes them; with `every`,
    all the others too.

    `fraction` below 1 keeps that share of the patients with a superclass, the same ones each time. Records that the
    store lacks are left out (`store.missing` counts them).
    """
    table = catalogue.table
    keep = table["fold"].isin(list(folds)) & table.index.isin(store.ecg_ids)
    judged = keep & (table["superclasses"].map(len) > 0)
    if fraction < 1:
        patients = table.loc[judged, "patient_id"].unique()
        chosen = np.random.default_rng(0).choice(patients, round(len(patients) * fraction), replace=False)
        keep &= table["patient_id"].isin(chosen)
    ecg_ids = table.index[keep if every else keep & judged].to_numpy()
    return FoldData(
        torch.from_numpy(np.ascontiguousarray(store.signals[store.rows(ecg_ids)])),
        encode_metadata([catalogue.metadata(k) for k in ecg_ids]),
        torch.from_numpy(catalogue.superclass_matrix(ecg_ids)),
        torch.from_numpy(catalogue.statement_matrix(ecg_ids)),
        ecg_ids,
    )
