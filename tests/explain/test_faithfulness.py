"""Deletion and insertion of a linear network, whose curves can be drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ecgnet.explain import ExplanationError, agreement, check_map, explain
from ecgnet.explain.faithfulness import likeness, piece_sums, pieces, take_away
from ecgnet.explain.question import asked as question_about
from ecgnet.modalities import Modalities, Spec
from ecgnet.models import Network, Output
from tests.explain.conftest import predictor_of


class Two(Network):
    """Logit: 3 for lead I's first 0.2 s of 1 mV, 1 for V6's last, nothing else."""

    needs = ("waveform",)

    def body(self, modalities: Modalities) -> Output:
        wave = modalities.waveform
        logits = (3 * wave[:, :1, :20].mean(2) + wave[:, 11:, -20:].mean(2)) * torch.ones(5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


@pytest.fixture
def asked(record):
    """A predictor, and the map of its answer by input × gradient, which is exact for a linear network."""
    predictor = predictor_of(Two())
    signal = np.zeros((12, 1000), np.float32)
    signal[0, :20], signal[11, -20:] = 1, 1
    signal[10, ::2] = 0.01  # nobody asks this lead; it keeps the ends from looking like filling
    ecg = replace(record, signal=signal)
    return predictor, ecg, explain(predictor, ecg, target="MI", method="input_x_gradient")["waveform"]


def test_taking_away_by_the_map_empties_a_linear_answer_at_once(asked):
    predictor, ecg, found = asked
    test = check_map(predictor, ecg, explanation=found, steps=10)
    full = 4 * 0.98  # the mean of each lead, 0.02 mV, is removed
    # The two pieces that count are among the first tenth of 600; the rest carries nothing.
    np.testing.assert_allclose(test.deletion, [full, *[0] * 10], atol=1e-5)
    np.testing.assert_allclose(test.insertion, [0, *[full] * 10], atol=1e-5)
    np.testing.assert_allclose(test.removed, np.linspace(0, 1, 11))
    assert test.random_deletion.shape == (3, 11)
    assert test.passed == 2
    assert test.verdict == "stands out from random"


def test_the_reverse_of_a_map_is_no_better_than_random(asked):
    predictor, ecg, found = asked
    test = check_map(predictor, ecg, explanation=replace(found, values=-found.values))
    assert test.passed == 0
    assert "no better than random" in test.verdict


def test_random_orders_are_the_same_each_time_and_end_alike(asked):
    predictor, ecg, found = asked
    one, two = (check_map(predictor, ecg, explanation=found, steps=4, orders=2) for _ in range(2))
    np.testing.assert_array_equal(one.random_deletion, two.random_deletion)
    np.testing.assert_allclose(one.random_insertion, one.random_deletion[:, ::-1])


def test_probabilities_go_with_the_logits(asked):
    predictor, ecg, found = asked
    test = check_map(predictor, ecg, explanation=found, steps=4)
    np.testing.assert_allclose(test.probabilities["deletion"], 1 / (1 + np.exp(-test.deletion)), rtol=1e-5)


@pytest.mark.parametrize("name", ["spectrum_cnn_transformer", "spectrogram_cnn"])
def test_spectra_are_tested_in_their_own_pieces(name, fresh, record):
    found = next(iter(explain(fresh(name), record, target="MI", method="input_x_gradient").values()))
    told: list[float] = []
    test = check_map(fresh(name), record, explanation=found, steps=3, orders=1, progress=told.append)
    assert np.isfinite(test.deletion).all()
    assert test.deletion[0] == pytest.approx(found.logit, abs=1e-4)
    assert test.deletion[-1] == pytest.approx(found.baseline_logit, abs=1e-4)
    assert told[-1] == 1


def test_patient_data_have_too_few_numbers(asked):
    predictor, ecg, found = asked
    with pytest.raises(ExplanationError, match="few numbers"):
        check_map(predictor, ecg, explanation=replace(found, modality="metadata", values=np.zeros(4)))


def test_pieces_are_boxes():
    found = pieces((2, 5), (1, 2))
    assert found.tolist() == [[0, 0, 1, 1, 2], [3, 3, 4, 4, 5]]


def test_agreement_is_the_rank_correlation_over_leads_and_seconds(asked):
    _, _, found = asked
    rng = np.random.default_rng(2)
    one = replace(found, values=rng.normal(size=(12, 1000)))
    assert agreement(one, replace(one, values=2 * one.values), waves=None, spec=Spec()) == pytest.approx(1)
    assert agreement(one, replace(one, values=-one.values), waves=None, spec=Spec()) == pytest.approx(-1)
    sizes = replace(one, values=np.abs(one.values), method="saliency")
    assert agreement(one, sizes, waves=None, spec=Spec()) == pytest.approx(
        1
    )  # without signs, sizes are compared
    assert np.isnan(agreement(one, replace(one, values=np.zeros((12, 1000))), waves=None, spec=Spec()))


def test_maps_are_alike_by_their_signed_pieces_and_by_their_sizes():
    rng = np.random.default_rng(4)
    one = rng.normal(size=(12, 1000))
    assert likeness(one, one, name="waveform") == pytest.approx(1)
    assert likeness(one, -one, name="waveform") == pytest.approx(-1)
    assert likeness(one, -one, name="waveform", signed=False) == pytest.approx(1)
    assert np.isnan(likeness(one, np.zeros_like(one), name="waveform"))


def test_many_maps_share_their_random_orders_and_their_ends(asked):
    predictor, ecg, found = asked
    credit = piece_sums(found.values, "waveform")
    with question_about(predictor, ecg, target="MI") as question:
        by_map, by_chance = take_away(
            question,
            "waveform",
            credits=np.stack([credit, -credit]),
            cuts=np.array([0, 60, 300, 540, 600]),
            orders=2,
        )
    full = 4 * 0.98 * np.ones(2)
    np.testing.assert_allclose(by_map[:, 0, 0], full, atol=1e-5)
    np.testing.assert_allclose(by_map[0, 0, 1:], 0, atol=1e-5)  # all the evidence goes with the first tenth
    np.testing.assert_allclose(by_map[1, 0, :4], 4 * 0.98, atol=1e-5)  # and with the last by its reverse
    assert by_chance.shape == (2, 5)
