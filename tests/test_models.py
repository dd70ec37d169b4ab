"""Every registered network, with fresh weights: what it returns and what it looks at."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import nn

from ecgnet.folders import WEIGHTS
from ecgnet.modalities import Modalities
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import (
    BRANCHES,
    COMMITTEE,
    DEFAULT,
    FUSIONS,
    REGISTRY,
    BranchFusion,
    Kind,
    Network,
    Output,
    names_of,
    register,
    twin,
)

NAMES = tuple(REGISTRY)
BRANCH_FUSIONS = tuple(name for name, entry in REGISTRY.items() if entry.branches)
WITH_METADATA = {name: REGISTRY[name].metadata for name in NAMES if REGISTRY[name].is_fusion}
ATTENTION_SHAPES = {"waveform": (125,), "spectrum": (63,), "spectrogram": (4, 125)}
Answer = Callable[[str], Output]


@pytest.fixture(scope="module")
def network() -> Callable[[str], Network]:
    """A network by name, in evaluation mode; the fusions share their branches."""

    @cache
    def build(name: str) -> Network:
        torch.manual_seed(0)
        made = REGISTRY[name].build({branch: build(branch) for branch in REGISTRY[name].branches} or None)
        if hasattr(made, "patient"):  # starts at zero, where it says nothing
            nn.init.normal_(made.patient.weight)
        return made.eval().requires_grad_(False)

    return build


@pytest.fixture(scope="module")
def batch() -> Modalities:
    generator = torch.Generator().manual_seed(0)
    waveform = 0.3 * torch.randn(2, 12, 1000, generator=generator)
    return ModalityTransform()(waveform, torch.tensor([[1.0, 1, 1, 1], [0, 0, -1, 1]]))


@pytest.fixture(scope="module")
def answer(network: Callable[[str], Network], batch: Modalities) -> Answer:
    """Each network's output for the batch, computed once."""
    return cache(lambda name: network(name)(batch))


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="waveform_cnn is already registered"):
        register("waveform_cnn", "Identity", Kind.BRANCH, title="", summary="")


def test_each_fusion_exists_with_and_without_metadata():
    others = {*names_of(Kind.MEMBER), COMMITTEE}
    assert {*BRANCHES, *FUSIONS, *(twin(name, metadata=False) for name in FUSIONS)} == set(NAMES) - others


def test_models_are_listed_by_kind_and_by_what_they_read():
    assert names_of(Kind.BRANCH) == BRANCHES
    assert names_of(metadata=True) == FUSIONS
    assert names_of(Kind.LATE, metadata=False) == ("late_fusion_without_metadata",)


@pytest.mark.parametrize("name", NAMES)
def test_a_twin_reads_metadata_or_does_not(name: str):
    assert REGISTRY[twin(name, metadata=False)].kind is REGISTRY[name].kind
    assert not REGISTRY[twin(name, metadata=False)].metadata
    assert REGISTRY[twin(name, metadata=True)].metadata is (
        name in FUSIONS or twin(name, metadata=True) in FUSIONS
    )
    assert DEFAULT in REGISTRY


def test_every_registered_model_has_weights_and_a_card():
    lacking = [
        f"{name}{suffix}"
        for name in NAMES
        for suffix in (".safetensors", ".json")
        if not (WEIGHTS / f"{name}{suffix}").is_file()
    ]
    assert not lacking, f"weights/ lacks {', '.join(lacking)}"


@pytest.mark.parametrize("name", NAMES)
def test_shapes(name: str, answer: Answer, network: Callable[[str], Network]):
    output = answer(name)
    assert output.logits.shape == (2, 5)
    assert output.statements.shape == (2, 71)
    assert output.features.shape[0] == 2
    if hasattr(network(name), "heads"):
        assert output.features.shape[1] == network(name).heads.superclasses.in_features


@pytest.mark.parametrize("name", NAMES)
def test_attention_sums_to_one(name: str, answer: Answer):
    for modality, weights in answer(name).attention.items():
        torch.testing.assert_close(weights.flatten(1).sum(1), torch.ones(2), atol=1e-4, rtol=0)
        assert (weights >= 0).all(), modality


@pytest.mark.parametrize("name", NAMES)
def test_attention_covers_the_whole_record(name: str, answer: Answer):
    attention = dict(answer(name).attention)
    tokens = attention.pop("modalities", None)
    assert tokens is None or tokens.shape == (2, 4 + WITH_METADATA[name])
    assert {k: v.shape[1:] for k, v in attention.items()} == {k: ATTENTION_SHAPES[k] for k in attention}


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("waveform_cnn_bilstm", "waveform"),
        ("spectrum_cnn_transformer", "spectrum"),
        ("spectrogram_cnn", "spectrogram"),
        ("early_fusion", "waveform"),
        ("intermediate_fusion", "modalities"),
    ],
)
def test_attention_is_returned(name: str, modality: str, answer: Answer):
    assert modality in answer(name).attention


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_is_deterministic(
    name: str, answer: Answer, network: Callable[[str], Network], batch: Modalities
):
    again = network(name)(batch)
    torch.testing.assert_close(again.logits, answer(name).logits, atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(again.statements, answer(name).statements, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_does_not_depend_on_its_neighbours(
    name: str, answer: Answer, network: Callable[[str], Network], batch: Modalities
):
    second = {k: getattr(batch, k)[1:] for k in ("waveform", "spectrum", "spectrogram", "metadata")}
    alone = network(name)(batch.with_inputs(**second))
    torch.testing.assert_close(alone.logits, answer(name).logits[1:], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("name", "reads"), WITH_METADATA.items())
def test_metadata_counts_where_it_should(
    name: str, reads: bool, answer: Answer, network: Callable[[str], Network], batch: Modalities
):
    unknown = network(name)(batch.with_inputs(metadata=torch.zeros(2, 4)))
    assert torch.allclose(unknown.logits, answer(name).logits, atol=1e-5) is not reads
    assert ("metadata" in network(name).needs) is reads


@pytest.mark.parametrize("name", BRANCHES)
def test_a_branch_reads_only_what_it_needs(
    name: str, answer: Answer, network: Callable[[str], Network], batch: Modalities
):
    unread = {"waveform", "spectrum", "spectrogram", "metadata"} - set(network(name).needs)
    changed = batch.with_inputs(**{k: torch.zeros_like(getattr(batch, k)) for k in unread})
    torch.testing.assert_close(network(name)(changed).logits, answer(name).logits, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("name", BRANCH_FUSIONS)
def test_own_state_leaves_the_branches_out(name: str, network: Callable[[str], Network]):
    fusion = network(name)
    assert isinstance(fusion, BranchFusion)
    own, everything = set(fusion.own_state()), set(fusion.state_dict())
    assert own
    assert everything - own == {k for k in everything if k.startswith("branches.")}


@pytest.mark.parametrize("name", ["intermediate_fusion", "late_fusion"])
def test_training_a_fusion_leaves_its_branches_as_they_are(name: str):
    tiny = {
        branch: REGISTRY["waveform_cnn"].build(widths=(4, 8))
        for branch in ("waveform_cnn", "spectrogram_cnn")
    }
    fusion = REGISTRY[name].build(tiny).train()
    assert fusion.training
    assert not any(module.training for module in fusion.branches.modules())
    assert not any(p.requires_grad for p in fusion.branches.parameters())
    assert all(p.requires_grad for k, p in fusion.named_parameters() if not k.startswith("branches."))


def test_late_fusion_starts_as_the_mean_of_its_branches(network: Callable[[str], Network], batch: Modalities):
    logits = [network(branch)(batch).logits for branch in BRANCHES]
    fused = network("late_fusion_without_metadata")(batch).logits
    torch.testing.assert_close(fused, torch.stack(logits).mean(0), atol=1e-5, rtol=1e-4)


def test_crops_reach_from_the_start_to_the_end(network: Callable[[str], Network]):
    starts = network("waveform_cnn").starts(1000, 8)
    assert starts.tolist()[0] == 0
    assert starts.tolist()[-1] == 1000 - 256
    assert (starts % 8 == 0).all()
