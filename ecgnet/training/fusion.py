"""Fitting the fusions of frozen branches: intermediate on the training folds' features, late on the validation fold."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgnet.metrics import macro_auroc
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import BranchFusion, Output
from ecgnet.models.branch_fusion import IntermediateFusion, LateFusion
from ecgnet.progress import track
from ecgnet.training.augmentation import Augmentation
from ecgnet.training.balance import epoch_order, positive_weights
from ecgnet.training.data import FoldData
from ecgnet.training.loop import AveragedWeights, loss
from ecgnet.training.precision import reduced_precision
from ecgnet.training.recipes import CARTS, FusionRecipe, LateRecipe


@dataclass(frozen=True, eq=False)
class BranchOutputs:
    """What every branch said of N records: features (N, D), logits (N, 5), statements (N, 71), by branch; and the
    metadata (N, 4) that went with them."""

    outputs: dict[str, Output]
    metadata: Tensor

    def rows(self, rows: Tensor) -> dict[str, Output]:
        """The same for some records, in single precision."""
        return {
            name: Output(o.logits[rows].float(), o.statements[rows].float(), o.features[rows].float())
            for name, o in self.outputs.items()
        }


@torch.inference_mode()
def run_branches(
    network: BranchFusion,
    data: FoldData,
    *,
    augmentation: Augmentation | None = None,
    crops: int | None = None,
    batch: int = 64,
) -> BranchOutputs:
    """Run the branches once over the records, augmented or as they are, each through `crops` crops; None: through as many
    as it answers with."""
    network.eval()
    device = next(network.branches.parameters()).device
    transform = ModalityTransform().to(device)
    collected: dict[str, list[tuple[Tensor, Tensor, Tensor]]] = {name: [] for name in network.branches}
    for branch in network.branches.values() if crops is not None else ():
        branch.n_crops = crops
    for k in track(range(0, len(data), batch), "branches", total=-(-len(data) // batch)):
        rows = slice(k, k + batch)
        wave, metadata = data.waveform(rows).to(device), data.metadata[rows].to(device)
        if augmentation is not None:
            wave, _ = augmentation(wave, metadata)
        modalities = transform(wave, metadata)
        with reduced_precision(device):
            for name, branch in network.branches.items():
                o = branch(modalities)
                collected[name].append((o.logits.half(), o.statements.half(), o.features.half()))
    for branch in network.branches.values() if crops is not None else ():
        del branch.n_crops  # back to the class's own number
    outputs = {
        name: Output(*(torch.cat(p) for p in zip(*parts, strict=True))) for name, parts in collected.items()
    }
    return BranchOutputs(outputs, data.metadata.to(device))


def branch_passes(
    network: BranchFusion, data: FoldData, *, recipe: FusionRecipe, folder: Path, stamp: str
) -> list[BranchOutputs]:
    """`recipe.passes` augmented passes over the training folds, kept in `folder` for the next fusion and for an
    interrupted run; `stamp` names the branches' checksums, so that old features are never taken for new."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for k in range(recipe.passes):
        path = folder / f"pass-{stamp}-{recipe.crops}-{len(data)}-{k}.pt"
        if path.exists():
            parts = torch.load(path, weights_only=True)
        else:
            torch.manual_seed(recipe.seed * 1000 + k)
            made = run_branches(network, data, augmentation=CARTS, crops=recipe.crops)
            parts = {n: [o.logits, o.statements, o.features] for n, o in made.outputs.items()}
            torch.save(parts, path)
        found.append(BranchOutputs({n: Output(*p) for n, p in parts.items()}, data.metadata))
    return found


def fit_intermediate(
    network: IntermediateFusion,
    passes: list[BranchOutputs],
    *,
    training: FoldData,
    seen: BranchOutputs,
    validation: FoldData,
    recipe: FusionRecipe,
    folder: Path,
) -> dict:
    """Train the fusion on the branches' cached features of those `training` records that have a superclass; leaves the
    averaged weights of the best epoch in `network` and a `log.jsonl` in `folder`. → the best epoch's log line."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.jsonl").unlink(missing_ok=True)
    torch.manual_seed(recipe.seed)
    own = [p for p in network.parameters() if p.requires_grad]
    judged = training.superclasses.any(1).nonzero().flatten()
    steps = len(judged) // recipe.batch
    optimizer = torch.optim.AdamW(own, recipe.peak_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.peak_rate, recipe.epochs * steps)
    average = AveragedWeights(network, recipe.average_decay)
    everyone = torch.arange(len(validation))
    weights = positive_weights(training.superclasses[judged], recipe.balance)
    best, kept = {"macro_auc": -1.0}, network.own_state()
    for epoch in range(recipe.epochs):
        began, total = time.monotonic(), 0.0
        network.train()
        order = judged[epoch_order(training.superclasses[judged], recipe.balance)]
        for rows in order[: steps * recipe.batch].split(recipe.batch):
            source = passes[int(torch.randint(len(passes), ()))]
            metadata = training.metadata[rows]
            output = network.combine(source.rows(rows), _some_hidden(metadata, recipe))
            value = loss(
                output,
                training.superclasses[rows],
                statements=training.statements[rows],
                recipe=recipe,
                weights=weights,
            )
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
            schedule.step()
            average.update(network)
            total += float(value.detach())
        with torch.inference_mode():
            logits = average.network.eval().combine(seen.rows(everyone), validation.metadata).logits
        line = {
            "epoch": epoch,
            "loss": round(total / steps, 5),
            "macro_auc": round(macro_auroc(validation.superclasses.numpy(), logits.numpy()), 5),
            "seconds": round(time.monotonic() - began, 1),
        }
        with (folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        print(f"epoch {epoch + 1}/{recipe.epochs}: {line}", flush=True)
        if line["macro_auc"] > best["macro_auc"]:
            best, kept = line, {k: v.clone() for k, v in average.network.own_state().items()}
    network.load_state_dict(kept, strict=False)
    return best


def _some_hidden(metadata: Tensor, recipe: FusionRecipe) -> Tensor:
    """Age and sex (N, 4) with either one unknown now and then, as in real life."""
    hidden = torch.rand(len(metadata), 2) < recipe.metadata_dropout
    return metadata.masked_fill(hidden.repeat_interleave(2, 1), 0)


@torch.inference_mode()
def fused_features(
    network: IntermediateFusion, passes: list[BranchOutputs], *, recipe: FusionRecipe
) -> list[Tensor]:
    """What the fusion's heads see in each pass, (N, D) in half precision."""
    network.eval()
    torch.manual_seed(recipe.seed)
    features = []
    for one in passes:
        parts = [
            network.combine(one.rows(rows), _some_hidden(one.metadata[rows], recipe)).features.half()
            for rows in torch.arange(len(one.metadata)).split(1024)
        ]
        features.append(torch.cat(parts))
    return features


def fit_late(network: LateFusion, seen: BranchOutputs, *, validation: FoldData, recipe: LateRecipe) -> dict:
    """Fit the weights on the validation fold. → the penalty and the cross-validated macro AUC by penalty, which is the
    honest figure for this fold, since the final weights have seen all of it."""
    labels = validation.superclasses.numpy()
    parts = np.random.default_rng(recipe.seed).integers(0, recipe.parts, len(validation))
    start = {k: v.clone() for k, v in network.own_state().items()}
    crossed = {}
    for penalty in recipe.penalties:
        logits = np.zeros_like(labels)
        for part in range(recipe.parts):
            inside = torch.from_numpy(np.flatnonzero(parts != part))
            outside = torch.from_numpy(np.flatnonzero(parts == part))
            _minimise(network, start, seen, validation, inside, penalty)
            with torch.inference_mode():
                held_out = network.combine(seen.rows(outside), validation.metadata[outside])
            logits[outside.numpy()] = held_out.logits.numpy()
        crossed[penalty] = round(macro_auroc(labels, logits), 5)
    best = max(crossed, key=crossed.get)
    _minimise(network, start, seen, validation, torch.arange(len(validation)), best)
    return {
        "penalty": best,
        "cross_validated_macro_auc": {str(k): v for k, v in crossed.items()},
        **asdict(recipe),
    }


def _minimise(
    network: LateFusion, start: dict, seen: BranchOutputs, data: FoldData, rows: Tensor, penalty: float
) -> None:
    """Penalised logistic regression from `start`, by L-BFGS."""
    network.load_state_dict(start, strict=False)
    own = [p for p in network.parameters() if p.requires_grad]
    outputs, metadata = seen.rows(rows), data.metadata[rows]
    optimizer = torch.optim.LBFGS(own, max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        output = network.combine(outputs, metadata)
        value = nn.functional.binary_cross_entropy_with_logits(output.logits, data.superclasses[rows])
        value = value + nn.functional.binary_cross_entropy_with_logits(
            output.statements, data.statements[rows]
        )
        pull = sum(
            ((p - start[name].to(p)) ** 2).sum() for name, p in network.named_parameters() if p.requires_grad
        )
        value = value + penalty * pull / len(own)
        value.backward()
        return value

    optimizer.step(closure)
