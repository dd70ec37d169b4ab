"""Attention keeps its sum, its axes and its excuses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgnet.explain import attention_maps, why_no_attention
from ecgnet.modalities import MODALITIES, Modalities
from ecgnet.models import BRANCHES, REGISTRY, Network, Output
from tests.explain.conftest import predictor_of

SHAPES = {"waveform": (125,), "spectrum": (63,), "spectrogram": (4, 125), "modalities": (5,)}


@pytest.mark.parametrize("name", REGISTRY)
def test_a_model_has_either_a_map_or_a_reason(name, fresh, record):
    maps = attention_maps(fresh(name), record)
    for modality in (*MODALITIES, "modalities"):
        reason = why_no_attention(name, modality)
        assert (modality in maps) == (reason == ""), (name, modality, reason)
        assert reason == "" or reason.endswith(".")
    for modality, found in maps.items():
        assert found.values.sum() == pytest.approx(1, abs=1e-5)
        assert (found.values >= 0).all()
        assert found.title
        assert found.sentence.endswith(".")
        assert tuple(map(len, found.axes)) == (() if modality == "modalities" else found.values.shape)


def test_axes_are_cell_centres_in_seconds_and_hertz(fresh, record):
    maps = attention_maps(fresh("intermediate_fusion"), record)
    assert {name: found.values.shape for name, found in maps.items()} == SHAPES
    seconds = 0.04 + 0.08 * np.arange(125)
    np.testing.assert_allclose(maps["waveform"].axes[0], seconds)
    np.testing.assert_allclose(maps["spectrum"].axes[0], 0.4 + 0.8 * np.arange(63))
    np.testing.assert_allclose(maps["spectrogram"].axes[0], [6.25, 18.75, 31.25, 43.75])
    np.testing.assert_allclose(maps["spectrogram"].axes[1], seconds)


@pytest.mark.parametrize(("suffix", "more"), [("", ("metadata",)), ("_without_metadata", ())])
def test_the_fusion_names_the_tokens_it_heard(suffix, more, fresh, record):
    found = attention_maps(fresh("intermediate_fusion" + suffix), record)["modalities"]
    assert found.labels == (*BRANCHES, *more)
    assert len(found.values) == len(found.labels)


def test_the_plain_cnn_points_to_the_one_with_attention():
    reason = why_no_attention("waveform_cnn", "waveform")
    assert "no attention" in reason
    assert "BiLSTM" in reason
    assert "does not read" in why_no_attention("spectrogram_cnn", "waveform")
    with pytest.raises(KeyError):
        why_no_attention("nothing", "waveform")


class Told(Network):
    """Attends to the second half of the record, and to its end twice as much."""

    needs = ("waveform",)

    def body(self, modalities: Modalities) -> Output:
        weights = torch.zeros(len(modalities), 125)
        weights[:, 63:], weights[:, 100:] = 1, 2
        logits = torch.zeros(len(modalities), 5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits, {"waveform": weights})


def test_attention_is_the_networks_own_made_to_sum_to_one(record):
    found = attention_maps(predictor_of(Told()), record)["waveform"]
    np.testing.assert_allclose(found.values[[0, 62, 63, 100, 124]], np.array([0, 0, 1, 2, 2]) / 87, rtol=1e-6)
