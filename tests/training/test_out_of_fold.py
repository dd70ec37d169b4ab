"""Answers to training records by models that did not learn from them, and labels softened by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ecgnet.metrics import macro_auroc
from ecgnet.ptbxl import TRAIN_FOLDS, Catalogue
from ecgnet.store import Store
from ecgnet.training import out_of_fold as module
from ecgnet.training.data import FoldData, load_folds
from ecgnet.training.out_of_fold import PARTS, out_of_fold
from ecgnet.training.recipes import RECIPES


def test_every_training_fold_is_left_out_once():
    assert sorted(fold for part in PARTS for fold in part) == list(TRAIN_FOLDS)


def test_no_model_answers_for_a_record_that_it_learnt_from(
    catalogue: Catalogue, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[int] = []

    def learn(
        name: str, training: FoldData, held_out: FoldData, *_: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        assert not set(training.ecg_ids) & set(held_out.ecg_ids)
        assert set(catalogue.table.loc[training.ecg_ids, "fold"]) <= set(TRAIN_FOLDS)
        asked.extend(held_out.ecg_ids)
        return torch.zeros(len(held_out), 5), torch.zeros(len(held_out), 71)

    monkeypatch.setattr(module, "_network", learn)
    found = out_of_fold(["waveform_cnn"], catalogue, store=store, runs=tmp_path)
    everyone = load_folds(catalogue, store, folds=TRAIN_FOLDS, every=True)
    assert sorted(found) == sorted(asked) == sorted(everyone.ecg_ids)


def test_what_was_answered_is_kept(
    catalogue: Catalogue, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "EPOCHS", 1)
    monkeypatch.setitem(RECIPES, "waveform_short_resnet", replace(RECIPES["waveform_short_resnet"], batch=8))
    first = out_of_fold(["waveform_short_resnet"], catalogue, store=store, runs=tmp_path)
    monkeypatch.setattr(module, "_network", None)  # a second training would fail
    again = out_of_fold(["waveform_short_resnet"], catalogue, store=store, runs=tmp_path)
    assert all(torch.equal(first[k][0], again[k][0]) for k in first)


def test_who_learnt_the_classes_alone_says_nothing_of_the_statements(
    catalogue: Catalogue, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def learn(
        name: str, training: FoldData, held_out: FoldData, *_: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        said = {"waveform_short_resnet": 1.0, "waveform_cnn": 3.0}[name]
        return torch.zeros(len(held_out), 5), torch.full((len(held_out), 71), said)

    monkeypatch.setattr(module, "_network", learn)
    found = out_of_fold(["waveform_short_resnet", "waveform_cnn"], catalogue, store=store, runs=tmp_path)
    assert all((statements == 3).all() for _, statements in found.values())


def test_who_is_right_weighs_more():
    labels = (torch.rand(400, 5, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    wrong = torch.randn(400, 5, generator=torch.Generator().manual_seed(1))
    right = 2 * labels - 1 + 0.5 * torch.randn(400, 5, generator=torch.Generator().manual_seed(2))
    joint = module._weighed([right, wrong], labels)
    assert macro_auroc(labels.numpy(), joint.numpy()) > macro_auroc(labels.numpy(), (right + wrong).numpy())
