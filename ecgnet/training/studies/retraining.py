"""The same recipes once more, from other random numbers."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from ecgnet import weights
from ecgnet.metrics import macro_auroc
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import BRANCHES, REGISTRY, BranchFusion, Kind, Network, names_of
from ecgnet.ptbxl import TRAIN_FOLDS
from ecgnet.study_results import StudyValue
from ecgnet.training import fusion
from ecgnet.training.command import train_model
from ecgnet.training.data import FoldData
from ecgnet.training.loop import predict_logits
from ecgnet.training.recipes import RECIPES, FusionRecipe, LateRecipe
from ecgnet.training.studies._bench import Bench, Result, Table

QUESTION = "How much of a figure is the luck of one training run?"
WAVEFORM = "waveform_cnn"
"""The branch that one command trains from random weights; the others go on from stored ones."""
SEED, FUSION_SEEDS = 2, (2, 3)
INTERMEDIATE = names_of(Kind.INTERMEDIATE)
LATE = names_of(Kind.LATE)
NEAR = 0.004
"""What a second run may differ by, in macro AUC."""


def run(bench: Bench) -> Result:
    """Train again what heads the tables, and read it beside the committed weights, alike for all."""
    validation, test = bench.validation(), bench.test()
    shipped = {name: weights.load(name, torch.device("cpu")) for name in (*BRANCHES, *INTERMEDIATE, *LATE)}
    checksums = {name: model.card.checksum for name, model in shipped.items()}
    branches = {name: shipped[name].network for name in BRANCHES}

    def branch(seed: int | None) -> dict[str, Any]:
        network = branches[WAVEFORM] if seed is None else _retrained(bench, seed)
        transform = ModalityTransform()
        return _read(*((d, predict_logits(network, transform, data=d)) for d in (validation, test)))

    def fused(name: str, seed: int | None) -> dict[str, Any]:
        if seed is None:
            network = shipped[name].network
        else:
            torch.manual_seed(seed)
            network = REGISTRY[name].build(branches)
            recipe, training = replace(FusionRecipe(), seed=seed), bench.data(TRAIN_FOLDS, every=True)
            # Of the features of the first seed's passes: what is drawn anew is the fusion, its order and its dropout.
            stamp = "-".join(checksums[b][:6] for b in BRANCHES)
            passes = fusion.branch_passes(
                network, training, recipe=FusionRecipe(), folder=bench.runs / "branch_passes", stamp=stamp
            )
            seen = fusion.run_branches(network, validation)
            fusion.fit_intermediate(
                network,
                passes,
                training=training,
                seen=seen,
                validation=validation,
                recipe=recipe,
                folder=bench.folder / f"{name}_{seed}",
            )
        return _read(*((d, _combined(network, d)) for d in (validation, test)))

    def late(name: str, seed: int | None) -> dict[str, Any]:
        first = branches[WAVEFORM] if seed is None else _retrained(bench, seed)
        network = REGISTRY[name].build({**branches, WAVEFORM: first})
        best = fusion.fit_late(
            network,
            fusion.run_branches(network, validation),
            validation=validation,
            recipe=LateRecipe(seed=seed or 1),
        )
        crossed = max(best["cross_validated_macro_auc"].values())
        return {
            "fold 9": round(crossed, 4),
            "fold 10": macro_auroc(test.superclasses.numpy(), _combined(network, test).numpy()),
        }

    rows: list[dict[str, Any]] = []
    values: dict[str, dict[str, StudyValue]] = {}
    for names, seeds, measured in (
        ((WAVEFORM,), (SEED,), lambda _, seed: branch(seed)),
        (INTERMEDIATE, FUSION_SEEDS, fused),
        (LATE, (SEED,), late),
    ):
        for name in names:
            own: dict[str, Any] = {}
            for seed in (None, *seeds):
                settings = {"checksums": checksums, "seed": seed, "recipe": asdict(RECIPES[WAVEFORM])}
                found = bench.kept(
                    f"{name}, {'committed' if seed is None else f'seed {seed}'}",
                    settings,
                    compute=lambda measured=measured, name=name, seed=seed: measured(name, seed),
                )
                own = own or found
                which = "committed" if seed is None else f"seed {seed}"
                values.setdefault(name, {}).update(
                    {
                        f"macro_auc_fold_9: {which}": StudyValue(round(found["fold 9"], 4)),
                        f"macro_auc: {which}": StudyValue(round(found["fold 10"], 4)),
                    }
                )
                rows.append(
                    {
                        "model": REGISTRY[name].title,
                        "weights": "committed" if seed is None else f"seed {seed}",
                        "macro AUC on fold 9": round(found["fold 9"], 4),
                        "on fold 10": round(found["fold 10"], 4),
                        "difference on fold 9": round(found["fold 9"] - own["fold 9"], 4),
                        "difference on fold 10": round(found["fold 10"] - own["fold 10"], 4),
                    }
                )
    again = [row for row in rows if row["weights"] != "committed"]
    largest = max(again, key=lambda row: abs(row["difference on fold 10"]))
    first = next(row for row in again if row["model"] == REGISTRY[WAVEFORM].title)
    within = "within" if abs(first["difference on fold 10"]) <= NEAR else "not within"
    findings = [
        f"`ecgnet train {WAVEFORM} --anew --seed {SEED} --no-weights` lands {first['difference on fold 10']:+.4f} from the "
        f"committed weights on fold 10 ({first['difference on fold 9']:+.4f} on fold 9), {within} {NEAR}.",
        f"The largest difference on fold 10 is {largest['difference on fold 10']:+.4f} ({largest['model']}): smaller ones "
        "between two models of one run say nothing.",
    ]
    caption = (
        "All read in the same way, in bfloat16 where the processor has it. Intermediate fusion: fitted again to the "
        "committed branches' features. The waveform network's teachers are the same for every seed. "
        f"Late fusion: with the retrained {REGISTRY[WAVEFORM].title} in its place, cross-validated on fold 9."
    )
    figure = {
        REGISTRY[name].title: {
            row["weights"]: row["on fold 10"] for row in rows if row["model"] == REGISTRY[name].title
        }
        for name in (WAVEFORM, *INTERMEDIATE, *LATE)
    }
    return Result([Table(caption, pd.DataFrame(rows))], findings, figure, values=values)


def _retrained(bench: Bench, seed: int) -> Network:
    """The waveform branch of another seed from random weights, trained as the command does, in the study's folder, by the
    answers of the same teachers: theirs are the hour, and are no luck of this training."""
    folder, taught_by = bench.folder / f"seed_{seed}", bench.runs / "out_of_fold"
    for place in (folder, taught_by):
        place.mkdir(parents=True, exist_ok=True)
    if not (folder / taught_by.name).exists():
        (folder / taught_by.name).symlink_to(taught_by.resolve(), target_is_directory=True)
    train_model(WAVEFORM, bench.catalogue.folder, runs=folder, seed=seed, ship=False, anew=True)
    network = REGISTRY[WAVEFORM].build()
    network.load_state_dict(torch.load(folder / WAVEFORM / "best.pt", weights_only=True))
    return network.eval()


def _combined(network: BranchFusion, data: FoldData) -> Tensor:
    """A fusion's logits (N, 5)."""
    seen = fusion.run_branches(network, data)
    with torch.inference_mode():
        return network.eval().combine(seen.rows(torch.arange(len(data))), data.metadata).logits


def _read(*logits: tuple[FoldData, Tensor]) -> dict[str, Any]:
    """Macro AUC on fold 9 and on fold 10."""
    found = (macro_auroc(data.superclasses.numpy(), values.numpy()) for data, values in logits)
    return dict(zip(("fold 9", "fold 10"), found, strict=True))
