"""Explanations on the trace, other baselines, pieces of the trace, and Grad-CAM."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from ecgnet.demo import draw
from ecgnet.explain import ExplanationError, explain, grad_cam, lead_wave_sums, wave_at, why_no_grad_cam
from ecgnet.explain.baselines import baseline_waveform
from ecgnet.measure import Beats, measure
from ecgnet.modalities import Modalities, Spec
from ecgnet.models import BRANCHES, FUSIONS, Network, Output
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import Metadata
from tests.explain.conftest import predictor_of


class Loudness(Network):
    """Reads the spectrum alone: how far V3's mean level lies above -60 dB."""

    needs = ("spectrum",)

    def body(self, modalities: Modalities) -> Output:
        logits = (modalities.spectrum[:, 8:9].mean(2) + 60) / 10 * torch.ones(5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


class Weighted(Network):
    """A weighted sum of the trace in V2 and in lead I, the other way round."""

    needs = ("waveform",)

    def __init__(self) -> None:
        super().__init__()
        weights = torch.zeros(12, 1000)
        weights[7], weights[0] = torch.sin(torch.arange(1000) / 7), torch.cos(torch.arange(1000) / 50) / 2
        self.register_buffer("weights", weights)

    def body(self, modalities: Modalities) -> Output:
        logits = (modalities.waveform * self.weights).sum((1, 2))[:, None] * torch.ones(5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


@pytest.fixture(scope="module")
def ecg():
    return draw("norm_male", 1, fs=100)


@pytest.fixture(scope="module")
def beats(ecg) -> Beats:
    return measure(ecg).beats


def test_a_spectrums_credits_come_back_to_the_lead_they_were_made_of(ecg):
    found = explain(predictor_of(Loudness()), ecg, target="MI", on_trace=True)
    assert tuple(found) == ("waveform",)
    e = found["waveform"]
    assert e.on_trace
    assert e.values.shape == (12, 1000)
    assert np.abs(e.values[8]).sum() > 0
    assert not np.delete(e.values, 8, axis=0).any()


@pytest.mark.parametrize("name", ["waveform_cnn", "spectrogram_cnn"])
def test_on_the_trace_the_answer_and_its_baseline_are_the_same(name, fresh, record):
    read, trace = (
        next(iter(explain(fresh(name), record, target="MI", method="input_x_gradient", on_trace=on).values()))
        for on in (False, True)
    )
    assert trace.logit == pytest.approx(read.logit)
    assert trace.baseline_logit == pytest.approx(read.baseline_logit)
    assert trace.values.shape == (12, 1000)


def test_patient_data_stay_beside_the_trace(fresh, record):
    found = explain(fresh("early_fusion"), record, target="MI", method="saliency", on_trace=True)
    assert tuple(found) == ("waveform", "metadata")


def test_normal_beats_stand_at_the_records_own_beats(ecg, beats):
    wave = baseline_waveform("normal", ecg, beats=beats, spec=Spec())
    assert wave.shape == (12, 1000)
    qrs = wave_at(beats, 0.0, fs=100, samples=1000) == 2
    energy = np.square(np.diff(wave[1], prepend=0))
    assert energy[qrs].sum() > 0.8 * energy.sum()
    np.testing.assert_allclose(wave[0] + wave[2], wave[1], atol=1e-4)  # Einthoven: I + III = II


def test_an_unknown_sex_has_the_mean_of_both_normal_beats(ecg, beats):
    of = [
        baseline_waveform("normal", replace(ecg, metadata=Metadata(50, sex)), beats=beats, spec=Spec())
        for sex in ("female", "male", None)
    ]
    np.testing.assert_allclose((of[0] + of[1]) / 2, of[2], atol=1e-5)


def test_the_normal_beat_is_named_as_the_baseline(ecg, beats):
    e = explain(
        predictor_of(Weighted()), ecg, target="MI", method="input_x_gradient", against="normal", beats=beats
    )["waveform"]
    assert "normal beat" in e.baseline
    assert e.baseline_logit != 0


def test_without_beats_there_is_no_normal_rhythm(ecg):
    with pytest.raises(ExplanationError, match="compare with a flat line"):
        explain(predictor_of(Weighted()), ecg, target="MI", against="normal")
    with pytest.raises(ExplanationError, match="no baseline named other"):
        explain(predictor_of(Weighted()), ecg, target="MI", against="other")


@pytest.mark.parametrize("method", ["kernel_shap", "lime"])
def test_taking_waves_away_finds_each_waves_part_of_a_sum(method, ecg, beats):
    """Of a weighted sum of samples each wave's part is its own sum, within the shrinkage of the fit."""
    network = Weighted()
    predictor = predictor_of(network)
    found = explain(predictor, ecg, target="MI", method=method, beats=beats)["waveform"]
    waves = wave_at(beats, 0.0, fs=100, samples=1000)
    wave = predictor.modalities([ecg]).waveform[0]
    weights = network.weights - network.weights.mean(1, keepdim=True)  # the mean is removed from every trace
    expected = lead_wave_sums((weights * wave).numpy(), waves)
    difference = lead_wave_sums(found.values, waves) - expected
    assert np.abs(difference).max() < 0.1 * np.abs(expected).max()
    if method == "kernel_shap":
        assert found.completeness_error < 0.01


def test_taking_waves_away_repeats_itself_and_tells_how_far_it_is(ecg, beats):
    told: list[float] = []
    one = explain(
        predictor_of(Weighted()), ecg, target="MI", method="lime", beats=beats, progress=told.append
    )["waveform"]
    two = explain(predictor_of(Weighted()), ecg, target="MI", method="lime", beats=beats)["waveform"]
    np.testing.assert_array_equal(one.values, two.values)
    assert told[-1] == 1
    assert told == sorted(told)


def test_without_beats_the_pieces_are_seconds(ecg):
    values = explain(predictor_of(Weighted()), ecg, target="MI", method="lime")["waveform"].values
    assert np.ptp(values.reshape(12, 10, 100), axis=2).max() < 1e-7


class Bump(Network):
    """One channel, the ramp of lead I; the logit is its mean: Grad-CAM is the positive part of the ramp itself."""

    needs = ("waveform",)

    def __init__(self) -> None:
        super().__init__()
        first = nn.Conv1d(12, 1, 8, 8, bias=False)
        first.weight.data.zero_()
        first.weight.data[0, 0] = 1 / 8
        self.trunk = nn.Sequential(nn.Identity(), first)

    def body(self, modalities: Modalities) -> Output:
        logits = self.trunk(modalities.waveform).mean((1, 2))[:, None] * torch.ones(5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


def test_grad_cam_of_one_channel_is_its_positive_part(ecg):
    signal = np.zeros((12, 1000), np.float32)
    signal[0] = np.linspace(-1, 1, 1000)
    found = grad_cam(predictor_of(Bump()), replace(ecg, signal=signal), target="MI")
    expected = np.clip(signal[0].reshape(125, 8).mean(1), 0, None)
    np.testing.assert_allclose(found.values, expected / expected.sum(), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "shape"),
    [*zip(BRANCHES, [(125,), (125,), (63,), (4, 125)], strict=True), ("waveform_short_resnet", (125,))],
)
def test_grad_cam_lies_on_what_the_branch_reads(name, shape, fresh, record):
    spoken = {}
    for label in SUPERCLASSES:  # by chance the last layer of fresh weights says nothing for one or another
        with suppress(ExplanationError):
            spoken[label] = grad_cam(fresh(name), record, target=label)
    label, found = spoken.popitem()
    assert found.values.shape == shape
    assert tuple(map(len, found.axes)) == shape
    assert found.values.sum() == pytest.approx(1, abs=1e-5)
    assert (found.values >= 0).all()
    assert label in found.sentence
    assert why_no_grad_cam(name, found.modality) == ""


@pytest.mark.parametrize("name", FUSIONS[1:])
def test_fusions_of_branches_say_what_works_instead(name, fresh, record):
    assert "choose one of the four" in why_no_grad_cam(name, "waveform")
    with pytest.raises(ExplanationError, match="no convolutional layer of its own"):
        grad_cam(fresh(name), record, target="MI")


def test_counts_have_no_layer_that_says_where(fresh, record):
    assert "no layer that says where" in why_no_grad_cam("waveform_kernels", "waveform")
    with pytest.raises(ExplanationError, match="no convolutional layer of its own"):
        grad_cam(fresh("waveform_kernels"), record, target="MI")


def test_a_class_of_another_model_is_said(fresh, record):
    with pytest.raises(ExplanationError, match="does not answer for AFIB"):
        grad_cam(fresh("waveform_cnn"), record, target="AFIB")
