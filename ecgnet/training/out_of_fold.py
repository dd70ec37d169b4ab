"""What models say of training records that they did not learn from, for teaching: their answers to their own training
records are nearer to the labels than any answer to a new ECG will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgnet.models import REGISTRY
from ecgnet.models.measured import MeasuredTrees
from ecgnet.progress import track
from ecgnet.ptbxl import TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.recalibration import fit_logistic
from ecgnet.store import Store
from ecgnet.training.data import FoldData, load_folds
from ecgnet.training.loop import train
from ecgnet.training.measured import TreeRecipe, boosted, rows_of
from ecgnet.training.recipes import RECIPES
from ecgnet.training.teachers import answers

PARTS: tuple[tuple[int, ...], ...] = tuple(TRAIN_FOLDS[k : k + 2] for k in range(0, len(TRAIN_FOLDS), 2))
"""The folds that are left out in turn; PTB-XL's folds share no patient."""
EPOCHS = 12
"""Of a network in each of its four trainings, on three quarters of the records."""


def out_of_fold(
    names: Sequence[str], catalogue: Catalogue, *, store: Store, runs: Path
) -> dict[int, tuple[Tensor, Tensor]]:
    """The joint answer of the models `names` to every record of folds 1 to 8, each given by models that were trained without
    its pair of folds: by ecg_id logits (5,) of the classes, the models weighed by logistic regression a class (stacking,
    Wolpert 1992), and (71,) of the statements, their mean over those that learnt statements.

    Trainings and answers stay in `runs/out_of_fold`, rows of measurements where the trees' own training leaves them; a
    second call goes on from there.
    """
    everyone = [load_folds(catalogue, store, folds=part, every=True) for part in PARTS]
    said: dict[str, tuple[Tensor, Tensor]] = {}
    for name in names:
        parts = [
            _kept(name, held_out, asked, catalogue=catalogue, store=store, runs=runs)
            for held_out, asked in zip(PARTS, everyone, strict=True)
        ]
        classes, statements = (torch.cat(one) for one in zip(*parts, strict=True))
        said[name] = classes, statements
    joint = _weighed(
        [classes for classes, _ in said.values()], torch.cat([asked.superclasses for asked in everyone])
    )
    spoken = [statements for name, (_, statements) in said.items() if _tells_statements(name)]
    meant = torch.stack(spoken or [statements for _, statements in said.values()]).mean(0)
    ecg_ids = np.concatenate([asked.ecg_ids for asked in everyone])
    return {int(k): (c, t) for k, c, t in zip(ecg_ids, joint, meant, strict=True)}


def _weighed(said: Sequence[Tensor], labels: Tensor) -> Tensor:
    """Logits (N, 5) of several models as one, by the labels (N, 5) of the records that have a class."""
    judged = labels.any(1).numpy()
    columns = []
    for k, truth in enumerate(labels.numpy().T.astype(float)):
        design = np.stack([*(logits[:, k].numpy() for logits in said), np.ones(len(labels))], 1).astype(float)
        size = len(said)
        weight, _ = fit_logistic(
            design[judged],
            truth[judged],
            offset=np.zeros(judged.sum()),
            precision=np.array([*[1.0] * size, 0.0]),  # a record's worth towards the plain mean
            centre=np.array([*[1 / size] * size, 0.0]),
        )
        columns.append(torch.from_numpy(design @ weight).float())
    return torch.stack(columns, 1)


def _tells_statements(name: str) -> bool:
    recipe = RECIPES.get(name)
    return recipe is None or recipe.statements_weight > 0


def _kept(
    name: str, held_out: Sequence[int], asked: FoldData, *, catalogue: Catalogue, store: Store, runs: Path
) -> tuple[Tensor, Tensor]:
    """The answers (N, 5) and (N, 71) to the records of `held_out`, from the disk where they were made before."""
    place = runs / "out_of_fold" / name / f"without-{'-'.join(map(str, held_out))}"
    path = place / f"answers-{len(asked)}.pt"
    if not path.exists():
        rest = [fold for fold in TRAIN_FOLDS if fold not in held_out]
        trees = REGISTRY[name].constructor is MeasuredTrees
        learn, folder = (_trees, runs / name / "rows") if trees else (_network, place)
        found = learn(
            name, load_folds(catalogue, store, folds=rest, every=True), asked, catalogue, store, folder
        )
        place.mkdir(parents=True, exist_ok=True)
        torch.save(found, path)
    return torch.load(path, weights_only=True)


def _trees(
    name: str, training: FoldData, asked: FoldData, catalogue: Catalogue, store: Store, folder: Path
) -> tuple[Tensor, Tensor]:
    recipe = TreeRecipe()
    everyone = load_folds(catalogue, store, folds=TRAIN_FOLDS, every=True).ecg_ids
    rows = rows_of(catalogue, everyone, folder=folder).astype(np.float32)
    heads = (
        (training.judged(), "superclasses", recipe.trees),
        (training, "statements", recipe.statement_trees),
    )
    new = rows[np.isin(everyone, asked.ecg_ids)]
    said = []
    for data, head, trees in heads:
        seen = rows[np.isin(everyone, data.ecg_ids)]
        present = getattr(data, head).numpy() > 0
        grown = [
            boosted(seen, wanted, recipe=recipe, trees=trees)
            for wanted in track(present.T, f"{name}: {head}", total=present.shape[1])
        ]
        said.append(torch.from_numpy(np.stack([b.predict(new, raw_score=True) for b in grown], 1)).float())
    return said[0], said[1]


def _network(
    name: str, training: FoldData, asked: FoldData, catalogue: Catalogue, store: Store, folder: Path
) -> tuple[Tensor, Tensor]:
    recipe = replace(RECIPES[name], epochs=EPOCHS, teachers=(), taught=0.0, continued=False, anchored=0.0)
    torch.manual_seed(recipe.seed)
    network = REGISTRY[name].build()
    train(
        network,
        training if recipe.every else training.judged(),
        validation=load_folds(catalogue, store, folds=[VALIDATION_FOLD]),
        recipe=recipe,
        folder=folder,
    )
    network.load_state_dict(torch.load(folder / "best.pt", weights_only=True))
    return answers(network, asked, words=name)
