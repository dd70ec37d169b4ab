"""A second round: labels softened by what stored networks answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ecgnet.ptbxl import TRAIN_FOLDS, Catalogue
from ecgnet.store import prepare
from ecgnet.training import teachers
from ecgnet.training.data import FoldData, load_folds
from ecgnet.training.teachers import soften


@pytest.fixture
def training(tiny_ptbxl: Path) -> FoldData:
    catalogue = Catalogue(tiny_ptbxl)
    return load_folds(catalogue, prepare(catalogue), folds=TRAIN_FOLDS)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Teachers that answer the same logit to everything."""
    logits = {"sure": 4.0, "unsure": 0.0}

    def answer(name: str, data: FoldData, folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.full_like(data.superclasses, logits[name]), torch.full_like(
            data.statements, logits[name]
        )

    monkeypatch.setattr(teachers, "_answers", answer)
    return logits


def test_labels_move_towards_the_teachers_mean_logit(training: FoldData, answers: dict, tmp_path: Path):
    softened = soften(training, ["sure", "unsure"], share=0.25, folder=tmp_path)
    taught = torch.sigmoid(torch.tensor(2.0))
    assert torch.allclose(softened.superclasses, 0.75 * training.superclasses + 0.25 * taught)
    assert torch.allclose(softened.statements, 0.75 * training.statements + 0.25 * taught)


def test_without_a_share_the_labels_stay(training: FoldData, tmp_path: Path):
    assert soften(training, ["nobody"], share=0.0, folder=tmp_path) is training


def test_answers_are_kept_and_taken_again(
    training: FoldData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = teachers._answers("waveform_cnn", training, tmp_path)
    monkeypatch.setattr(teachers, "ModalityTransform", None)  # a second run would fail
    again = teachers._answers("waveform_cnn", training, tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


def test_answers_to_other_records_are_asked_anew(training: FoldData, tmp_path: Path):
    one = teachers._answers("waveform_cnn", training, tmp_path)[0]
    flipped = replace(training, signals=-training.signals)
    assert not torch.equal(one, teachers._answers("waveform_cnn", flipped, tmp_path)[0])
