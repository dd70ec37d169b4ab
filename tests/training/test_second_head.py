"""The second head goes on by itself when all else is trained."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import nn

from ecgnet.modalities import Modalities
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models.base import Heads, Output
from ecgnet.models.waveform import WaveformCNN
from ecgnet.ptbxl import TRAIN_FOLDS, Catalogue
from ecgnet.store import prepare
from ecgnet.training.data import load_folds
from ecgnet.training.recipes import SecondHeadRecipe
from ecgnet.training.second_head import crop_features, fit_second_head


def test_statements_are_learnt_from_frozen_features() -> None:
    torch.manual_seed(0)
    features = torch.randn(512, 16)
    statements = (features @ torch.randn(16, 71) > 2).float()
    heads = Heads(16)
    before = copy.deepcopy(heads.state_dict())

    def log_loss() -> float:
        with torch.inference_mode():
            output = heads.eval()(features)
        return float(nn.functional.binary_cross_entropy_with_logits(output.statements, statements))

    untrained = log_loss()
    recipe = SecondHeadRecipe(epochs=20, batch=32)
    fit_second_head(heads, [features, features + 0.01], statements=statements, recipe=recipe)
    assert log_loss() < untrained / 2
    for name, values in heads.superclasses.state_dict().items():
        assert torch.equal(values, before[f"superclasses.{name}"])


def test_features_are_those_of_every_record_with_a_new_crop_in_each_pass(tiny_ptbxl: Path) -> None:
    catalogue = Catalogue(tiny_ptbxl)
    data = load_folds(catalogue, prepare(catalogue), folds=TRAIN_FOLDS, every=True)
    assert 7 in data.ecg_ids  # sinus rhythm and no superclass
    torch.manual_seed(0)
    network = WaveformCNN(widths=(4, 8))
    one, two = crop_features(network, data, recipe=SecondHeadRecipe(passes=2))
    assert one.shape == two.shape == (48, network.heads.superclasses.in_features)
    assert not torch.equal(one, two)


def test_a_statement_that_one_crop_alone_shows_is_not_outvoted() -> None:
    class OneCrop(WaveformCNN):
        def body(self, modalities: Modalities) -> Output:
            crops = len(modalities)
            statements = torch.full((crops, 71), -6.0)
            statements[0] = 6.0
            return Output(torch.zeros(crops, 5), statements, torch.zeros(crops, 1))

    modalities = ModalityTransform()(torch.zeros(1, 12, 1000), torch.zeros(1, 4))
    found = OneCrop().eval()(modalities).statements
    assert found.shape == (1, 71)
    assert float(found[0, 0]) > 3
