"""`ecgnet train electrodes`: the network that finds exchanged electrodes, taught by exchanging them on the fly."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ecgnet import cards, weights
from ecgnet.electrodes import CROP, CROPS, FS, NAME, Detector, ElectrodeCard
from ecgnet.folders import WEIGHTS
from ecgnet.leads import INDEPENDENT, INDEPENDENT_PLACES, SWAPS, exchange_matrices
from ecgnet.models.electrodes import ElectrodeCNN
from ecgnet.ptbxl import TEST_FOLD, TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.store import Store, prepare
from ecgnet.training.augmentation import Augmentation
from ecgnet.training.electrode_rates import rates, scores
from ecgnet.training.loop import Descent, save_checkpoint
from ecgnet.training.precision import reduced_precision

FALSE_ALARMS: dict[str, float] = {
    "RA/LA": 0.001,
    "RA/LL": 0.001,
    "LA/LL": 0.005,
    "V1/V2": 0.002,
    "V5/V6": 0.005,
}
"""Exchange → the share of untouched records of fold 9 in which it may be found, 0.014 together: most of it for those that
change an ECG least and are the hardest to find."""
LIMITS = (
    "Taught and tested on exchanges made by calculation in one data set (PTB-XL); a few of its records were really "
    "exchanged, which teaches and counts wrongly.",
    "An exchange by calculation leaves each amplifier's own noise and filter where it was; in a real one they do not move "
    "along. How well real exchanges are found has not been measured.",
    "One exchange at a time, of two electrodes: none with the right leg, none of three, no electrode in a wrong place.",
    "A heart on the right looks like exchanged arms. Where an ectopic atrial rhythm or a pacemaker leads, P waves point "
    "elsewhere and may be taken for an exchange.",
    "Research use only, not a diagnosis.",
)


@dataclass(frozen=True)
class ElectrodeRecipe:
    """How the network is trained; it goes into its card. shares: of the classes, nothing first, among what it sees;
    chest_dropout: share of records that lose chest leads, each with `lead_share`."""

    epochs: int = 20
    batch: int = 128
    peak_rate: float = 6e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.02
    average_decay: float = 0.998
    seed: int = 1
    shares: tuple[float, ...] = (0.4, 0.1, 0.1, 0.2, 0.1, 0.1)
    chest_dropout: float = 0.1
    lead_share: float = 0.3
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(lead_dropout=0.0, metadata_dropout=0.0)
    )


def train_network(
    signals: Tensor, recipe: ElectrodeRecipe, *, folder: Path
) -> tuple[ElectrodeCNN, list[dict]]:
    """Train on (N, 8, 1000) int16 microvolts → the averaged network and its log; leaves `last.pt` in `folder` and goes
    on from one of the same recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    network = ElectrodeCNN(1 + len(SWAPS), len(INDEPENDENT))
    steps = len(signals) // recipe.batch
    descent = Descent(network, recipe, steps=steps)
    log: list[dict] = []
    path = folder / "last.pt"
    about = json.loads(json.dumps(asdict(recipe))) | {"records": len(signals)}
    if path.exists():
        state = torch.load(path, weights_only=True)
        if state["about"] != about:
            raise ValueError(f"{folder} holds a run with another recipe; remove it or name another folder.")
        descent.restore(state)
        log = state["log"]
    for epoch in range(len(log), recipe.epochs):
        began = time.monotonic()
        network.train()
        order = torch.randperm(len(signals))
        total = 0.0
        for step in range(steps):
            rows = order[step * recipe.batch : (step + 1) * recipe.batch]
            crops, labels = batch(signals[rows].float() / 1000, recipe)
            with reduced_precision(torch.device("cpu")):
                logits = network(crops)
            value = nn.functional.cross_entropy(
                logits.float(), labels, label_smoothing=recipe.label_smoothing
            )
            descent.step(value)
            total += float(value.detach())
        line = {"epoch": epoch, "loss": round(total / max(steps, 1), 5)}
        log.append(line | {"seconds": round(time.monotonic() - began, 1)})
        save_checkpoint({"about": about, "log": log} | descent.state(), path)
        print(f"epoch {epoch + 1}/{recipe.epochs}: {log[-1]}", flush=True)
    return descent.average.network, log


def batch(wave: Tensor, recipe: ElectrodeRecipe) -> tuple[Tensor, Tensor]:
    """(B, 8, 1000) mV → crops (B, 8, 256) with electrodes exchanged at random and changed as another cart would have
    them, and the classes (B,)."""
    size = len(wave)
    labels = torch.multinomial(torch.tensor(recipe.shares), size, replacement=True)
    actions = torch.from_numpy(exchange_matrices())
    wave = actions[labels] @ _cut(wave, 2 * CROP)  # twice the crop, so that few see the filter's ends
    wave, _ = recipe.augmentation(wave, wave.new_zeros(size, 4))
    # A lead that took part in an exchange stays, or nothing would be left to find it by.
    lost = (torch.rand(size, 1) < recipe.chest_dropout) & (torch.rand(size, 8) < recipe.lead_share)
    lost[:, :2] = False
    lost &= (actions == torch.eye(8)).all(-1)[labels]
    return _cut(wave.masked_fill(lost.unsqueeze(-1), 0), CROP), labels


def _cut(wave: Tensor, length: int) -> Tensor:
    """(B, L, T) → (B, L, length), each from a random first sample."""
    starts = torch.randint(0, wave.shape[-1] - length + 1, (len(wave), 1, 1))
    return wave.gather(-1, (starts + torch.arange(length)).expand(-1, wave.shape[1], -1))


def training_signals(catalogue: Catalogue, store: Store) -> Tensor:
    """The independent leads of all records of folds 1 to 8, (N, 8, 1000) int16 microvolts."""
    table = catalogue.table
    ids = table.index[table["fold"].isin(TRAIN_FOLDS) & table.index.isin(store.ecg_ids)].to_numpy()
    leads = list(INDEPENDENT_PLACES)
    return torch.from_numpy(np.stack([store.signals[row][leads] for row in store.rows(ids)]))


def choose_thresholds(found: np.ndarray) -> dict[str, float]:
    """Exchange → the probability that all but `FALSE_ALARMS` of the untouched records (the first of `scores`) stay below."""
    untouched = found[0]
    return {
        swap: round(float(np.quantile(untouched[:, k], 1 - FALSE_ALARMS[swap])), 4)
        for k, swap in enumerate(SWAPS, 1)
    }


def train_electrodes(
    ptbxl: Path,
    runs: Path = Path("runs"),
    *,
    epochs: int | None = None,
    seed: int | None = None,
    ship: bool = True,
    root: Path = WEIGHTS,
) -> dict:
    """Train on folds 1 to 8, set thresholds on fold 9, read fold 10 once, and write weights and card. → the card's content,
    or the last epoch's line without `ship`. Raises CatalogueError and ValueError."""
    catalogue = Catalogue(ptbxl)
    store = prepare(catalogue)
    changes = {k: v for k, v in {"epochs": epochs, "seed": seed}.items() if v is not None}
    recipe = replace(ElectrodeRecipe(), **changes)
    signals = training_signals(catalogue, store)
    if len(signals) < recipe.batch:
        raise ValueError(f"{ptbxl}: training needs at least {recipe.batch} records of folds 1 to 8.")
    network, log = train_network(signals, recipe, folder=runs / NAME)
    if not ship:
        return log[-1]
    arguments: dict[str, Any] = {}
    checksum = weights.save_parameters(NAME, network, root=root)
    content = {
        "format": cards.FORMAT,
        "name": NAME,
        "title": "Exchanged electrodes",
        "summary": "A small residual 1D-CNN tells which two electrodes were exchanged, if any.",
        "architecture": type(network).__name__,
        "arguments": arguments,
        "parameters": sum(p.numel() for p in network.parameters()),
        "labels": list(SWAPS),
        "preprocessing": {"fs": FS, "crop": CROP, "crops": CROPS, "leads": list(INDEPENDENT)},
        "checksum": checksum,
        "training": {
            "data": "PTB-XL 1.0.3 at 100 Hz (doi 10.13026/kfzx-aw45, CC BY 4.0), all records, exchanged on the fly",
            "folds": list(TRAIN_FOLDS),
            "validation_fold": VALIDATION_FOLD,
            "recipe": asdict(recipe),
            "seconds": round(sum(line["seconds"] for line in log), 1),
            "torch": torch.__version__,
            "records": len(signals),
            "last": log[-1],
        },
        "limits": list(LIMITS),
    }
    # Measured on the stored file, in half precision, as it will be used.
    network.load_state_dict(weights.read_parameters(ElectrodeCard(content), root))
    detector = Detector(network, ElectrodeCard(content))
    content["false_alarms_allowed"] = FALSE_ALARMS
    found = scores(catalogue, store, fold=VALIDATION_FOLD, detect=detector)
    content["thresholds"] = choose_thresholds(found)
    for part, fold in (("validation", VALIDATION_FOLD), ("test", TEST_FOLD)):
        found = found if fold == VALIDATION_FOLD else scores(catalogue, store, fold=fold, detect=detector)
        table = rates(found, detector).round(4)
        content[part] = {"fold": fold, "checksum": checksum, "rows": table.to_dict("records")}
    cards.save_card(content, root)
    return content
