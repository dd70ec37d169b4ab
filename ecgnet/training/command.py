"""`ecgnet train MODEL`: from the data set's folder to weights and card."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path

import torch

from ecgnet import atomic, weights
from ecgnet.models import CANDIDATES, REGISTRY, Kind
from ecgnet.models.branch_fusion import LateFusion
from ecgnet.models.inception import StatementInception
from ecgnet.models.kernels import WaveformKernels
from ecgnet.models.measured import MeasuredTrees
from ecgnet.ptbxl import TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.store import prepare
from ecgnet.training import fusion
from ecgnet.training.data import load_folds
from ecgnet.training.finish import TrainingNote, finish
from ecgnet.training.kernels import KernelRecipe, fit_kernels
from ecgnet.training.loop import train
from ecgnet.training.measured import TreeRecipe, fit_trees
from ecgnet.training.out_of_fold import out_of_fold
from ecgnet.training.recipes import (
    COMMITTEE_RECIPE,
    RECIPES,
    FusionRecipe,
    LateRecipe,
    Recipe,
    SecondHeadRecipe,
)
from ecgnet.training.second_head import crop_features, fit_second_head
from ecgnet.training.teachers import soften, softened


def train_model(
    name: str,
    ptbxl: Path,
    *,
    runs: Path = Path("runs"),
    epochs: int | None = None,
    seed: int | None = None,
    fraction: float = 1.0,
    ship: bool = True,
    plain: bool = False,
    anew: bool = False,
) -> dict:
    """Train one registered model on folds 1 to 8 and, with `ship`, fit its second head to what it became and write weights
    and card. Of a candidate, which is not shown yet, the checkpoints alone are left.

    A recipe may learn from stored weights too, or start from them; `plain` does neither, as the very first round must.
    `anew` learns from them, but starts from random weights, with the recipe's `before` first.
    Checkpoints and the JSONL log stay in `runs/<name>`; called again, it goes on where it stopped. → the card's
    content, or the best epoch's log line without `ship` and of a candidate. Raises CatalogueError, WeightsError (a fusion
    whose branches are not trained yet) and ValueError (a run with another recipe in the way; `anew` where it is no
    recipe's), each a sentence.
    """
    if anew and (name not in RECIPES or RECIPES[name].before is None):
        raise ValueError(
            f"{name} has no recipe from random weights with teachers; `--plain` trains it without them."
        )
    catalogue = Catalogue(ptbxl)
    store = prepare(catalogue)
    if store.missing:
        print(
            f"{len(store.missing)} records of the catalogue are missing; training goes on without them.",
            flush=True,
        )
    everyone = load_folds(catalogue, store, folds=TRAIN_FOLDS, fraction=fraction, every=True)
    training = everyone.judged()
    validation = load_folds(catalogue, store, folds=[VALIDATION_FOLD])
    if not len(training) or not len(validation):
        raise ValueError(f"{ptbxl}: training needs records of folds 1 to 8 and of fold 9.")
    folder = runs / name
    began = time.monotonic()
    entry = REGISTRY.get(name) or CANDIDATES[name]
    device = weights.choose_device()
    changes: dict[str, object] = {k: v for k, v in {"epochs": epochs, "seed": seed}.items() if v is not None}
    more: dict[str, object] = {"records": len(training)}
    if entry.constructor is WaveformKernels:
        network, recipe = entry.build(), KernelRecipe(**({"seed": seed} if seed is not None else {}))
        best = fit_kernels(network, everyone, validation=validation, recipe=recipe, folder=folder)
    elif entry.constructor is MeasuredTrees:
        recipe = TreeRecipe(**({"seed": seed} if seed is not None else {}))
        network = entry.build()
        best = fit_trees(
            network,
            catalogue,
            training=everyone,
            validation=validation,
            recipe=recipe,
            folder=folder / "rows",
        )
    elif not entry.branches:
        recipe = RECIPES[name]
        if plain:
            recipe = recipe.before or recipe
            changes |= {"teachers": (), "taught": 0.0, "continued": False, "anchored": 0.0}
        recipe = replace(recipe, **changes)
        learnt = everyone if recipe.every else training
        more["records"] = len(learnt)
        if recipe.out_of_fold and recipe.taught:
            said = out_of_fold(recipe.teachers, catalogue, store=store, runs=runs)
            logits, statements = (
                torch.stack(part) for part in zip(*(said[int(k)] for k in learnt.ecg_ids), strict=True)
            )
            taught = softened(learnt, logits, statements=statements, share=recipe.taught)
        else:
            taught = soften(learnt, recipe.teachers, share=recipe.taught, folder=runs / "teachers")
        torch.manual_seed(recipe.seed)
        network = entry.build().to(device)
        if anew:
            assert recipe.before is not None
            train(
                network,
                taught,
                validation=validation,
                recipe=replace(recipe.before, **changes),
                folder=folder / "before",
            )
            network.load_state_dict(
                torch.load(folder / "before" / "best.pt", map_location=device, weights_only=True)
            )
        elif recipe.continued:
            network.load_state_dict(weights.load(name, device).network.state_dict())
        more |= _origin(name, recipe, folder, anew)
        if anew:
            more["earlier_seconds"] = round(sum(line["seconds"] for line in _log(folder / "before")), 1)
        best = train(network, taught, validation=validation, recipe=recipe, folder=folder)
        network.load_state_dict(torch.load(folder / "best.pt", map_location=device, weights_only=True))
    else:
        loaded = {branch: weights.load(branch, torch.device("cpu")) for branch in entry.branches}
        torch.manual_seed(1 if seed is None else seed)
        network = entry.build({branch: model.network for branch, model in loaded.items()})
        seen = fusion.run_branches(network, validation)
        if isinstance(network, LateFusion):
            recipe = COMMITTEE_RECIPE if entry.kind is Kind.COMMITTEE else LateRecipe()
            recipe = replace(recipe, **({"seed": seed} if seed is not None else {}))
            best = fusion.fit_late(network, seen, validation=validation, recipe=recipe)
            more["note"] = (
                "fitted on fold 9, so that fold's metrics flatter it; best has the cross-validated ones"
            )
        else:
            recipe = replace(FusionRecipe(), **changes)
            stamp = "-".join(model.card.checksum[:6] for model in loaded.values())
            passes = fusion.branch_passes(
                network, everyone, recipe=recipe, folder=runs / "branch_passes", stamp=stamp
            )
            best = fusion.fit_intermediate(
                network,
                passes,
                training=everyone,
                seen=seen,
                validation=validation,
                recipe=recipe,
                folder=folder,
            )
    log = _log(folder)
    if not ship or name in CANDIDATES:
        return best
    # These learn classes and statements at once.
    if not isinstance(network, LateFusion | WaveformKernels | MeasuredTrees | StatementInception):
        second = SecondHeadRecipe(seed=recipe.seed)
        features = (
            fusion.fused_features(network, passes, recipe=recipe)
            if entry.branches
            else crop_features(network, everyone, recipe=second)
        )
        fit_second_head(network.heads, features, statements=everyone.statements, recipe=second)
        more["second_head"] = {"records": len(everyone), **asdict(second)}
    seconds = max(sum(line["seconds"] for line in log), time.monotonic() - began)
    note = TrainingNote(asdict(recipe), seconds, log, {**more, "best": best})
    arguments = entry.arguments
    return finish(name, network.cpu(), catalogue=catalogue, store=store, note=note, arguments=dict(arguments))


def _log(folder: Path) -> list[dict[str, float]]:
    """The lines that a run has written, one an epoch."""
    path = folder / "log.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _origin(name: str, recipe: Recipe, folder: Path, anew: bool) -> dict[str, object]:
    """The stored weights that a run learns from and starts from, by checksum, and their training time, when it began."""
    path = folder / "origin.json"
    if not path.exists():
        origin: dict[str, object] = {}
        if recipe.taught and not recipe.out_of_fold:
            origin["teachers"] = {t: weights.read_card(t).checksum for t in recipe.teachers}
        if recipe.continued and not anew:
            card = weights.read_card(name)
            origin["continued_from"] = card.checksum
            origin["earlier_seconds"] = card.training.total_seconds
        atomic.write(path, json.dumps(origin))
    return json.loads(path.read_text())
