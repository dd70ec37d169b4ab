"""The training loop of one network: one-cycle AdamW, an averaged copy of the weights, resumable after each epoch."""

from __future__ import annotations

import copy
import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ecgnet import atomic
from ecgnet.metrics import macro_auroc
from ecgnet.modalities import Spec
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import Network, Output
from ecgnet.progress import track
from ecgnet.training.augmentation import Augmentation
from ecgnet.training.balance import epoch_order, positive_weights
from ecgnet.training.data import FoldData
from ecgnet.training.precision import reduced_precision
from ecgnet.training.recipes import FusionRecipe, Recipe


class AveragedWeights:
    """Exponential moving average of a network's parameters; batch-norm statistics are copied as they are."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take one step towards `network`; the early steps move faster, so that the start is forgotten."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, theirs in zip(self.network.parameters(), network.parameters(), strict=True):
            mine.lerp_(theirs, 1 - decay)
        for mine, theirs in zip(self.network.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)


class Descent:
    """One-cycle AdamW (Smith and Topin 2019; Loshchilov and Hutter 2019) with the averaged copy of the weights: what a step
    does, and what an interrupted run keeps. Of the recipe it reads peak_rate, weight_decay, average_decay and epochs."""

    def __init__(self, network: nn.Module, recipe: Any, *, steps: int) -> None:
        self.network = network
        self.average = AveragedWeights(network, recipe.average_decay)
        self.optimizer = torch.optim.AdamW(
            network.parameters(), recipe.peak_rate, weight_decay=recipe.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, recipe.peak_rate, total_steps=max(recipe.epochs * steps, 1), pct_start=0.3
        )

    def step(self, value: Tensor) -> None:
        """One step down the gradient of a loss."""
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.average.update(self.network)

    def state(self) -> dict[str, Any]:
        """All that the run needs to go on, the random generator's state among it."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "steps": self.average.steps,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "random": torch.get_rng_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.steps = state["steps"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])


def loss(
    output: Output,
    superclasses: Tensor,
    *,
    statements: Tensor,
    recipe: Recipe | FusionRecipe,
    weights: Tensor | None = None,
    superclasses_weight: float = 1.0,
) -> Tensor:
    """Binary cross-entropy of both heads, the superclasses with label smoothing and `weights` (5,) of their positives."""
    smooth = superclasses * (1 - 2 * recipe.label_smoothing) + recipe.label_smoothing
    first = nn.functional.binary_cross_entropy_with_logits(output.logits.float(), smooth, pos_weight=weights)
    second = nn.functional.binary_cross_entropy_with_logits(output.statements.float(), statements)
    return superclasses_weight * first + recipe.statements_weight * second


def train(
    network: Network,
    training: FoldData,
    *,
    validation: FoldData,
    recipe: Recipe,
    folder: Path,
    transform: ModalityTransform | None = None,
) -> dict:
    """Train and leave `last.pt`, `best.pt` (the averaged weights of the best epoch by macro AUC on the validation
    fold) and `log.jsonl` in `folder`; goes on where an earlier run with the same recipe stopped.

    `transform` takes the place of the usual modalities, for studies. → the best epoch's log line. Raises ValueError when
    `folder` holds a run with another recipe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    device = next(network.parameters()).device
    torch.manual_seed(recipe.seed)
    transform = (transform or ModalityTransform()).to(device)
    steps = len(training) // recipe.batch
    if not steps:
        raise ValueError(f"{len(training)} training records are less than one batch of {recipe.batch}.")
    records = hashlib.sha256(training.ecg_ids.tobytes()).hexdigest()
    descent = Descent(network, recipe, steps=steps)
    start = copy.deepcopy(network.state_dict()) if recipe.anchored else {}
    first, best = 0, {"macro_auc": -1.0}
    if (folder / "last.pt").exists():
        state = torch.load(folder / "last.pt", map_location=device, weights_only=False)
        # An option that came later stood at its default when the run began.
        known = asdict(Recipe()) | state["recipe"]
        known["augmentation"] = asdict(Augmentation()) | known["augmentation"]
        if known != asdict(recipe):
            raise ValueError(f"{folder} holds a run with another recipe; remove it or name another folder.")
        if state.get("records", records) != records:
            raise ValueError(f"{folder} holds a run on other records; remove it or name another folder.")
        descent.restore(state)
        first, best, start = state["epoch"] + 1, state["best"], state.get("start", {})
    for epoch in range(first, recipe.epochs):
        began = time.monotonic()
        mean_loss = _epoch(descent, transform, training, recipe, epoch)
        learnt = _anchored(descent.average.network, start, recipe.anchored)
        logits = predict_logits(learnt, transform, data=validation)
        line = {
            "epoch": epoch,
            "loss": round(mean_loss, 5),
            "macro_auc": round(macro_auroc(validation.superclasses.numpy(), logits.numpy()), 5),
            "rate": descent.schedule.get_last_lr()[0],
            "seconds": round(time.monotonic() - began, 1),
        }
        if line["macro_auc"] > best["macro_auc"] or recipe.anchored:
            best = line
            save_checkpoint(learnt.state_dict(), folder / "best.pt")
        about = {"recipe": asdict(recipe), "records": records, "epoch": epoch, "best": best, "start": start}
        save_checkpoint(about | descent.state(), folder / "last.pt")
        with (folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        print(f"epoch {epoch + 1}/{recipe.epochs}: {line}", flush=True)
    return best


def _anchored(network: nn.Module, start: dict[str, Tensor], share: float) -> nn.Module:
    """The network, or with a share of its start a copy that stands between the two."""
    if not share:
        return network
    between = copy.deepcopy(network)
    for name, values in between.state_dict().items():
        if values.is_floating_point():
            values.lerp_(start[name].to(values.device), share)
    return between


def _epoch(
    descent: Descent, transform: ModalityTransform, training: FoldData, recipe: Recipe, epoch: int
) -> float:
    """One pass over the training folds → mean loss."""
    network = descent.network.train()
    device = next(network.parameters()).device
    order = epoch_order(training.superclasses, recipe.balance)
    weights = positive_weights(training.superclasses, recipe.balance)
    if weights is not None:
        weights = weights.to(device)
    steps = len(training) // recipe.batch
    total = 0.0
    for step in track(range(steps), f"epoch {epoch + 1}", total=steps):
        rows = order[step * recipe.batch : (step + 1) * recipe.batch]
        wave, metadata = recipe.augmentation(
            training.waveform(rows).to(device), training.metadata[rows].to(device)
        )
        superclasses = training.superclasses[rows].to(device)
        statements = training.statements[rows].to(device)
        if recipe.mixup:
            wave, superclasses, statements = _blend(recipe.mixup, wave, superclasses, statements)
        crop = random_crop(network, transform.spec, records=len(rows), device=device)
        modalities = transform(wave, metadata, network.needs, crop)
        with reduced_precision(device):
            output = network(modalities)
        value = loss(
            output,
            superclasses,
            statements=statements,
            recipe=recipe,
            weights=weights,
            superclasses_weight=recipe.superclasses_weight,
        )
        descent.step(value)
        total += float(value.detach())
    return total / max(steps, 1)


def random_crop(
    network: Network, spec: Spec, *, records: int, device: torch.device
) -> tuple[Tensor, int] | None:
    """Where each record's crop starts (B,), in samples, and how long it is; None for a network that reads the whole."""
    if network.crop is None:
        return None
    places = (spec.samples - network.crop) // spec.hop + 1
    return torch.randint(0, places, (records,), device=device) * spec.hop, network.crop


def _blend(concentration: float, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Each record (B, ...) with a random other one, by the same share in every tensor; the larger share is its own."""
    batch = len(tensors[0])
    share = torch.distributions.Beta(concentration, concentration).sample((batch,)).to(tensors[0].device)
    share, other = torch.maximum(share, 1 - share), torch.randperm(batch, device=tensors[0].device)
    return tuple(
        values + (1 - share.view(-1, *[1] * (values.ndim - 1))) * (values[other] - values)
        for values in tensors
    )


@torch.inference_mode()
def predict_logits(
    network: Network, transform: ModalityTransform, *, data: FoldData, batch: int = 64
) -> Tensor:
    """Superclass logits (N, 5), float32 on the CPU, in reduced precision: for choosing, not for reporting."""
    network.eval()
    device = next(network.parameters()).device
    parts = []
    for k in range(0, len(data), batch):
        rows = slice(k, k + batch)
        modalities = transform(data.waveform(rows).to(device), data.metadata[rows].to(device), network.needs)
        with reduced_precision(device):
            parts.append(network(modalities).logits.float().cpu())
    return torch.cat(parts)


def save_checkpoint(state: object, path: Path) -> None:
    """Write a checkpoint; an interruption leaves the earlier one whole."""
    with atomic.replacing(path) as part:
        torch.save(state, part)
