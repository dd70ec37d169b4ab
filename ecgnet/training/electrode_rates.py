"""How well exchanged electrodes are found: on exchanges made on purpose in a fold of PTB-XL."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from ecgnet.electrodes import CROP, CROPS, Detector, detector
from ecgnet.leads import INDEPENDENT_PLACES, LIMB_SWAPS, SWAPS, exchange_matrices
from ecgnet.ptbxl import Catalogue
from ecgnet.store import Store


def evaluate(
    catalogue: Catalogue, store: Store, *, fold: int, detect: Detector | None = None
) -> pd.DataFrame:
    """How well exchanges made on purpose are found in a fold of PTB-XL at 100 Hz.

    One row an exchange, one for the three of limb electrodes together, and one for all: swap; sensitivity, the share of
    records exchanged so in which this very exchange is found (together: any of them); specificity, the share of records as
    they are in which it is not; n, records. Some records were really exchanged, and count as false alarms here.
    """
    detect = detect or detector()
    return rates(scores(catalogue, store, fold=fold, detect=detect), detect)


def rates(found: np.ndarray, detect: Detector) -> pd.DataFrame:
    """The table of `evaluate` from the `scores` of a fold."""
    called = np.array([[detect.decide(p) or "" for p in row] for row in found])
    limb = np.isin(called, LIMB_SWAPS)
    rows = [(swap, (called[k] == swap).mean(), (called[0] != swap).mean()) for k, swap in enumerate(SWAPS, 1)]
    rows.append(("any limb", limb[1 : 1 + len(LIMB_SWAPS)].mean(), (~limb[0]).mean()))
    rows.append(("any", (called[1:] != "").mean(), (called[0] == "").mean()))
    return pd.DataFrame(rows, columns=["swap", "sensitivity", "specificity"]).assign(n=called.shape[1])


@torch.inference_mode()
def scores(catalogue: Catalogue, store: Store, *, fold: int, detect: Detector) -> np.ndarray:
    """(1 + len(SWAPS), N, 1 + len(SWAPS)) probabilities for each record of a fold, as it is and exchanged in each way."""
    table = catalogue.table
    ids = table.index[(table["fold"] == fold) & table.index.isin(store.ecg_ids)].to_numpy()
    leads = list(INDEPENDENT_PLACES)
    actions = torch.from_numpy(exchange_matrices())
    starts = np.linspace(0, store.signals.shape[-1] - CROP, CROPS).round().astype(int)
    found = []
    for row in store.rows(ids):
        wave = torch.from_numpy(store.signals[row][leads].astype(np.float32) / 1000)
        crops = torch.stack([wave[:, a : a + CROP] for a in starts])
        turned = (actions.unsqueeze(1) @ crops).flatten(0, 1)
        logits = detect.logits(turned).unflatten(0, (len(actions), len(starts))).mean(1)
        found.append(logits.double().softmax(-1).numpy())
    return np.stack(found, 1)
