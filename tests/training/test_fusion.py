"""Fusions are fitted to what their frozen branches say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ecgnet.models import BranchFusion
from ecgnet.models.base import N_STATEMENTS
from ecgnet.models.branch_fusion import IntermediateFusion, LateFusion
from ecgnet.models.spectrum import SpectrumCNNTransformer
from ecgnet.models.waveform import WaveformCNN
from ecgnet.training import fusion
from ecgnet.training.data import FoldData
from ecgnet.training.recipes import FusionRecipe, LateRecipe


def folds(n: int, seed: int) -> FoldData:
    """Records whose first class is high amplitude and second class is high age."""
    rng = np.random.default_rng(seed)
    superclasses = (rng.random((n, 5)) < 0.4).astype(np.float32)
    size = 100 + 300 * superclasses[:, 0]
    signals = rng.normal(0, 1, (n, 12, 1000)) * size[:, None, None]
    metadata = np.stack([2 * superclasses[:, 1] - 1, np.ones(n), np.sign(rng.normal(size=n)), np.ones(n)], 1)
    statements = (rng.random((n, N_STATEMENTS)) < 0.1).astype(np.float32)
    tensors = [torch.tensor(a, dtype=torch.float32) for a in (metadata, superclasses, statements)]
    return FoldData(torch.tensor(signals, dtype=torch.int16), *tensors, np.arange(n))


@pytest.fixture(scope="module")
def branches() -> dict:
    torch.manual_seed(0)
    return {
        "waveform_cnn": WaveformCNN(widths=(4, 8)),
        "spectrum_cnn_transformer": SpectrumCNNTransformer(widths=(4, 8, 8), depth=1, heads=2),
    }


@pytest.fixture(scope="module")
def validation() -> FoldData:
    return folds(96, 1)


def frozen(network: BranchFusion) -> dict:
    return {k: v.clone() for k, v in network.branches.state_dict().items()}


def test_late_fusion_learns_what_patient_data_add_and_leaves_branches_alone(
    branches: dict, validation: FoldData
) -> None:
    network = LateFusion(branches, metadata=True)
    before = frozen(network)
    seen = fusion.run_branches(network, validation)
    told = fusion.fit_late(
        network, seen, validation=validation, recipe=LateRecipe(penalties=(1e-3, 1e-1), parts=3)
    )
    assert told["penalty"] == 1e-3  # age decides the second class here, so the weaker pull must win
    assert network.patient.weight[1, 0] > 0.1
    after = network.branches.state_dict()
    assert all(torch.equal(v, after[k]) for k, v in before.items())


def test_late_fusion_starts_as_the_plain_mean(branches: dict, validation: FoldData) -> None:
    network = LateFusion(branches, metadata=False)
    rows = fusion.run_branches(network, validation).rows(torch.arange(8))
    mean = torch.stack([o.logits for o in rows.values()]).mean(0)
    torch.testing.assert_close(network.combine(rows, validation.metadata[:8]).logits, mean)


def test_intermediate_fusion_is_fitted_on_kept_passes(
    branches: dict, validation: FoldData, tmp_path: Path
) -> None:
    recipe = FusionRecipe(passes=2, crops=1, epochs=3, batch=16)
    training = folds(64, 2)
    network = IntermediateFusion(branches, metadata=True, width=16)
    passes = fusion.branch_passes(network, training, recipe=recipe, folder=tmp_path / "passes", stamp="stamp")
    again = fusion.branch_passes(network, training, recipe=recipe, folder=tmp_path / "passes", stamp="stamp")
    name = "waveform_cnn"
    assert torch.equal(passes[1].outputs[name].features, again[1].outputs[name].features)
    assert not torch.equal(passes[0].outputs[name].features, passes[1].outputs[name].features)
    before = frozen(network)
    best = fusion.fit_intermediate(
        network,
        passes,
        training=training,
        seen=fusion.run_branches(network, validation),
        validation=validation,
        recipe=recipe,
        folder=tmp_path,
    )
    assert 0 < best["macro_auc"] <= 1
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 3
    after = network.branches.state_dict()
    assert all(torch.equal(v, after[k]) for k, v in before.items())
    features = fusion.fused_features(network, passes, recipe=recipe)
    assert [f.shape for f in features] == [(64, 32)] * 2


def test_intermediate_fusion_is_fitted_to_records_with_a_superclass_alone(
    branches: dict, validation: FoldData, tmp_path: Path
) -> None:
    training = folds(64, 2)
    training.superclasses[10:] = 0
    recipe = FusionRecipe(passes=1, crops=1, epochs=1, batch=4)
    network = IntermediateFusion(branches, metadata=True, width=16)
    passes = fusion.branch_passes(network, training, recipe=recipe, folder=tmp_path / "passes", stamp="stamp")
    for name, output in passes[0].outputs.items():
        features = output.features.clone()
        features[10:] = float("nan")
        passes[0].outputs[name] = replace(output, features=features)
    seen = fusion.run_branches(network, validation)
    best = fusion.fit_intermediate(
        network, passes, training=training, seen=seen, validation=validation, recipe=recipe, folder=tmp_path
    )
    assert np.isfinite(best["loss"])
