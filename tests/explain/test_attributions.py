"""Attributions on networks simple enough to work them out by hand, and on every registered one."""

from __future__ import annotations

import itertools
import math
import threading

import numpy as np
import pytest
import torch
from torch import Tensor

from ecgnet.demo import draw
from ecgnet.engine import holding
from ecgnet.explain import METHODS, ExplanationError, KeptAnswers, explain, surrogates
from ecgnet.explain import attributions as module
from ecgnet.inference import own_part
from ecgnet.measure import measure
from ecgnet.modalities import Modalities, Spec
from ecgnet.models import FUSIONS, REGISTRY, Network, Output
from ecgnet.models.prepared import prepared
from ecgnet.record import Record
from tests.explain.conftest import predictor_of

SHAPES = {"waveform": (12, 1000), "spectrum": (12, 501), "spectrogram": (12, 33, 126), "metadata": (4,)}
INPUTS = SHAPES | {"spectrogram": (12, 2, 33, 126)}
"""The spectrogram has two parts, whose attributions are summed."""


class Linear(Network):
    """The target's logit is a weighted sum of every input; label k counts it k + 1 times."""

    def __init__(self, *needs: str) -> None:
        super().__init__()
        self.needs = needs
        torch.manual_seed(1)
        for name in needs:
            self.register_buffer(f"w_{name}", torch.randn(INPUTS[name]) / 100)

    def evidence(self, modalities: Modalities) -> Tensor:
        return sum(
            (getattr(modalities, name) * getattr(self, f"w_{name}")).flatten(1).sum(1) for name in self.needs
        )

    def body(self, modalities: Modalities) -> Output:
        evidence = self.evidence(modalities)
        logits = evidence[:, None] * torch.arange(1.0, 6.0)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


class Hinge(Linear):
    """max(0, evidence - 1): flat up to a kink on the path, then linear."""

    def evidence(self, modalities: Modalities) -> Tensor:
        return torch.relu(super().evidence(modalities) - 1)


class Crops(Linear):
    """The same four-second crop network everywhere: crops that overlap share the evidence."""

    crop, n_crops = 400, 3

    def evidence(self, modalities: Modalities) -> Tensor:
        return modalities.waveform[:, 0].sum(1)


ALL = tuple(SHAPES)


def by_hand(network: Linear, predictor, record, scale: float = 1.0) -> dict[str, np.ndarray]:
    """w * (x - baseline), with -60 dB as the spectrum's baseline."""
    seen = predictor.modalities([record])
    zero = {"spectrum": -60.0}
    worked_out = {
        name: scale * getattr(network, f"w_{name}") * (getattr(seen, name)[0] - zero.get(name, 0.0))
        for name in network.needs
    }
    return {
        name: (values.sum(1) if name == "spectrogram" else values).numpy()
        for name, values in worked_out.items()
    }


@pytest.mark.parametrize("method", ["integrated_gradients", "input_x_gradient"])
def test_a_linear_network_credits_weight_times_distance(method, record):
    network = Linear(*ALL)
    predictor = predictor_of(network)
    found = explain(predictor, record, target="STTC", method=method, steps=3)
    for name, expected in by_hand(network, predictor, record, scale=3).items():
        np.testing.assert_allclose(found[name].values, expected, atol=1e-4)


def test_a_linear_network_is_complete_and_its_logits_are_named(record):
    network = Linear(*ALL)
    predictor = predictor_of(network)
    found = explain(predictor, record, target="NORM", steps=3)
    logit = float(network(predictor.modalities([record])).logits[0, 0])
    total = sum(e.values.sum() for e in found.values())
    for e in found.values():
        assert e.logit == pytest.approx(logit, abs=1e-4)
        assert e.logit - e.baseline_logit == pytest.approx(total, abs=1e-3)
        assert e.completeness_error < 1e-3
    assert "-60 dB" in found["spectrum"].baseline
    assert "0 mV" in found["waveform"].baseline


def test_saliency_is_the_size_of_the_slope(record):
    network = Linear("waveform", "metadata")
    found = explain(predictor_of(network), record, target="MI", method="saliency")
    np.testing.assert_allclose(found["waveform"].values, 2 * network.w_waveform.abs().numpy(), rtol=1e-5)
    assert found["metadata"].completeness_error is None
    assert found["metadata"].baseline == "none"


def test_occlusion_spreads_each_windows_evidence_over_its_cells(record):
    network = Linear("waveform", "metadata")
    predictor = predictor_of(network)
    found = explain(predictor, record, target="NORM", method="occlusion")
    expected = by_hand(network, predictor, record)
    windows = expected["waveform"].reshape(12, 20, 50).mean(2).repeat(50, 1)
    np.testing.assert_allclose(found["waveform"].values, windows, atol=1e-5)
    age, sex = expected["metadata"].reshape(2, 2).mean(1)
    np.testing.assert_allclose(found["metadata"].values, [age, age, sex, sex], atol=1e-5)


def test_gradient_shap_repeats_itself_and_leaves_the_random_state_alone(record):
    network = Linear("waveform", "metadata")
    predictor = predictor_of(network)
    state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = explain(predictor, record, target="NORM", method="gradient_shap", steps=6)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)
    torch.rand(3), np.random.rand(3)
    again = explain(predictor, record, target="NORM", method="gradient_shap", steps=6)
    np.testing.assert_array_equal(first["waveform"].values, again["waveform"].values)
    expected = by_hand(network, predictor, record)["waveform"]
    np.testing.assert_allclose(first["waveform"].values, expected, atol=1e-3)


def test_a_kink_on_the_path_scales_the_credits_evenly(record):
    """evidence e > 1 at the end: gradients are on for the last (e - 1) / e of the path, which gives w * x times that."""
    network = Hinge("waveform")
    predictor = predictor_of(network)
    seen = predictor.modalities([record])
    network.w_waveform *= 4 / Linear.evidence(network, seen)
    found = explain(predictor, record, target="NORM", steps=200)["waveform"]
    assert found.logit == pytest.approx(3, abs=1e-3)
    assert found.completeness_error < 0.02
    expected = by_hand(network, predictor, record)["waveform"] * 3 / 4
    np.testing.assert_allclose(found.values, expected, atol=0.02 * np.abs(expected).max())


def test_beyond_a_kink_slopes_are_those_of_the_line_and_before_it_nothing(record):
    network = Hinge("waveform")
    predictor = predictor_of(network)
    network.w_waveform *= 4 / Linear.evidence(network, predictor.modalities([record]))
    slope = network.w_waveform.clone().numpy()
    steep = explain(predictor, record, target="NORM", method="saliency")["waveform"].values
    np.testing.assert_allclose(steep, np.abs(slope), rtol=1e-4)
    whole = explain(predictor, record, target="NORM", method="input_x_gradient")["waveform"].values
    np.testing.assert_allclose(whole, by_hand(network, predictor, record)["waveform"], atol=1e-4)
    network.w_waveform /= 8  # evidence 0.5: before the kink
    assert not explain(predictor, record, target="NORM", method="saliency")["waveform"].values.any()


def test_a_window_that_is_occluded_at_a_kink_counts_only_down_to_it(record):
    """One window holds all the evidence, 4: without it the answer falls from 3 to 0, not by 4."""
    network = Hinge("waveform")
    predictor = predictor_of(network)
    network.w_waveform[:, 50:] = 0
    network.w_waveform[1:] = 0
    network.w_waveform *= 4 / Linear.evidence(network, predictor.modalities([record]))
    values = explain(predictor, record, target="NORM", method="occlusion")["waveform"].values
    np.testing.assert_allclose(values[0, :50], 3 / 50, atol=1e-4)
    assert not values[1:].any()


def test_crops_count_a_sample_as_often_as_they_cover_it(record):
    predictor = predictor_of(Crops("waveform"))
    found = explain(predictor, record, target="NORM", steps=2)["waveform"]
    cover = np.zeros(1000)
    for start in (0, 304, 600):
        cover[start : start + 400] += 1 / 3
    wave = predictor.modalities([record]).waveform[0, 0].numpy()
    np.testing.assert_allclose(found.values[0], wave * cover, atol=1e-5)
    assert not found.values[1:].any()


@pytest.mark.parametrize("name", REGISTRY)
def test_every_model_explains_what_it_reads(name, fresh, record):
    predictor = fresh(name)
    found = explain(predictor, record, target="HYP", steps=2)
    assert tuple(found) == predictor.model.network.needs
    for modality, e in found.items():
        assert e.values.shape == SHAPES[modality]
        assert np.isfinite(e.values).all()
        if modality != "metadata":  # late fusion's rule on age and sex starts at zero
            assert e.values.any()


@pytest.mark.parametrize("method", [name for name in METHODS if not METHODS[name].trace_only])
def test_every_method_answers_for_an_early_fusion(method, fresh, record, monkeypatch):
    monkeypatch.setitem(module.WINDOWS, "waveform", (12, 250))
    monkeypatch.setitem(module.WINDOWS, "spectrum", (12, 167))
    monkeypatch.setitem(module.WINDOWS, "spectrogram", (12, 2, 17, 63))
    found = explain(fresh("early_fusion"), record, target="CD", method=method, steps=2)
    assert {name: e.values.shape for name, e in found.items()} == SHAPES
    assert METHODS[method].title
    assert METHODS[method].tooltip.endswith(".")


@pytest.mark.parametrize("name", FUSIONS[1:])
def test_occlusion_may_run_untouched_branches_once(name, fresh, record):
    network = fresh(name).model.network
    seen = fresh(name).modalities([record])
    other = seen.repeat(2).with_inputs(spectrum=seen.spectrum.repeat(2, 1, 1) + torch.rand(2, 12, 501) * 9)
    short = holding(network, seen, name="spectrum")(other)
    torch.testing.assert_close(short.logits, network(other).logits)


@pytest.mark.parametrize(("name", "view"), [("waveform_cnn", "waveform"), ("spectrogram_cnn", "spectrogram")])
def test_crops_in_which_nothing_differs_run_once(name, view, fresh, record):
    network = fresh(name).model.network
    seen = fresh(name).modalities([record])
    values = getattr(seen, view).repeat(3, *[1] * (getattr(seen, view).ndim - 1))
    values[0, 4, ..., 60:70] = 0  # seconds 0.6 to 0.7 of V1, or 4.8 to 5.6
    values[2, 0, ..., :2] = 0
    other = seen.repeat(3).with_inputs(**{view: values})
    ran = []
    expected = network(other)
    hook = network.heads.register_forward_hook(lambda _, given, __: ran.append(len(given[0])))
    short = holding(network, seen, name=view)(other)
    hook.remove()
    crops = network.n_crops
    assert ran[0] == crops
    assert 0 < ran[1] < crops  # of those of three records
    for part in ("logits", "statements", "features"):
        torch.testing.assert_close(getattr(short, part), getattr(expected, part), atol=1e-5, rtol=0)


def test_occlusion_asks_only_for_the_crops_that_it_touches(fresh, monkeypatch):
    """Against normal beats too, where the record is the baseline and the distance from it, with rounding."""
    ecg, predictor = draw("imi", 1, fs=100), fresh("waveform_cnn")
    monkeypatch.setitem(module.WINDOWS, "waveform", (12, 50))
    ran = []
    hook = prepared(predictor.model.network).heads.register_forward_hook(
        lambda _, given, __: ran.append(len(given[0]))
    )
    explain(predictor, ecg, target="MI", method="occlusion", against="normal", beats=measure(ecg).beats)
    hook.remove()
    windows, ends, crops = 20, 2, predictor.model.network.n_crops
    assert sum(ran) < crops * (1 + ends) + crops / 2 * windows


@pytest.mark.parametrize("method", ["occlusion", "kernel_shap", "lime"])
def test_a_slow_method_asks_nothing_again_for_another_class(method, fresh, record, monkeypatch):
    monkeypatch.setitem(module.WINDOWS, "waveform", (6, 250))
    monkeypatch.setattr(surrogates, "SAMPLES", 40)
    predictor, ran = fresh("waveform_cnn"), []
    hook = prepared(predictor.model.network).register_forward_hook(lambda *_: ran.append(1))
    answers = KeptAnswers()
    explain(predictor, record, target="MI", method=method, answers=answers)
    before = len(ran)
    (again,) = explain(predictor, record, target="CD", method=method, answers=answers).values()
    (anew,) = explain(predictor, record, target="CD", method=method).values()
    np.testing.assert_array_equal(again.values, anew.values)
    hook.remove()
    assert 0 < before == len(ran) - before  # the second time alone


def test_work_that_was_stopped_goes_on_where_it_was(fresh, record, monkeypatch):
    monkeypatch.setitem(module.WINDOWS, "waveform", (1, 50))
    predictor, answers, told = fresh("waveform_cnn"), KeptAnswers(), []

    def stop_half_way(share: float) -> None:
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        explain(predictor, record, target="MI", method="occlusion", answers=answers, progress=stop_half_way)
    kept = len(answers.kept)
    explain(predictor, record, target="MI", method="occlusion", answers=answers, progress=told.append)
    assert 0 < kept < len(told)


@pytest.mark.parametrize("name", ["waveform_cnn", "late_fusion"])
@torch.no_grad()
def test_occlusion_is_what_one_gets_by_asking_again_without_each_window(name, fresh, record, monkeypatch):
    windows = {"waveform": (6, 250), "spectrum": (6, 250), "spectrogram": (6, 2, 33, 42), "metadata": (2,)}
    monkeypatch.setattr(module, "WINDOWS", windows)
    predictor = fresh(name)
    network = predictor.model.network  # as trained, one question at a time
    found = explain(predictor, record, target="CD", method="occlusion")
    seen = predictor.modalities([record])
    empty = predictor.model.transform(torch.zeros_like(seen.waveform), torch.zeros_like(seen.metadata))
    for view in network.needs:
        whole = float(network(seen).logits[0, 3])
        shape, window = getattr(seen, view).shape[1:], windows[view]
        expected = torch.zeros(shape)
        for corner in itertools.product(*(range(0, n, w) for n, w in zip(shape, window, strict=True))):
            part = tuple(slice(at, at + w) for at, w in zip(corner, window, strict=True))
            values = getattr(seen, view).clone()
            values[0][part] = getattr(empty, view)[0][part]
            fallen = whole - float(network(seen.with_inputs(**{view: values})).logits[0, 3])
            expected[part] = fallen / math.prod(window)
        expected = expected.sum(1) if view == "spectrogram" else expected
        scale = max(1e-6, float(expected.abs().max()))
        np.testing.assert_allclose(found[view].values, expected.numpy(), atol=1e-3 * scale)


def test_it_explains_inside_inference_mode(fresh, record):
    with torch.inference_mode():
        assert explain(fresh("waveform_cnn"), record, target="MI", method="saliency")["waveform"].values.any()


@pytest.mark.parametrize(
    ("target", "method", "steps", "words"),
    [
        ("AFIB", "saliency", 8, "stand-in does not answer for AFIB; it knows NORM, MI"),
        ("MI", "magic", 8, "There is no method named magic; there are integrated_gradients"),
        ("MI", "integrated_gradients", 0, "at least 1"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(target, method, steps, words, record):
    with pytest.raises(ExplanationError, match=words):
        explain(predictor_of(Linear("waveform")), record, target=target, method=method, steps=steps)


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient", "gradient_shap"])
def test_methods_by_slopes_say_that_trees_have_none(method, fresh, record):
    with pytest.raises(
        ExplanationError, match=r"by slopes, and trees have none: choose Integrated gradients"
    ):
        explain(fresh("waveform_measurements"), record, target="MI", method=method)


def test_a_full_gpu_is_said_in_a_sentence(record, monkeypatch):
    network = Linear("waveform")

    def full(modalities: Modalities) -> Output:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(network, "body", full)
    with pytest.raises(ExplanationError, match=r"Predictions still work"):
        explain(predictor_of(network), record, target="MI")


@pytest.mark.parametrize("method", ["saliency", "gradient_shap", "occlusion"])
def test_a_gpu_that_is_full_for_any_method_leaves_predictions_working(method, record, monkeypatch):
    network = Linear("waveform")
    predictor = predictor_of(network)

    def full(self: Linear, modalities: Modalities) -> Output:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(Linear, "evidence", full)
        with pytest.raises(ExplanationError, match=r"saliency or a network of one modality"):
            explain(predictor, record, target="MI", method=method)
    assert explain(predictor, record, target="MI", method=method)[
        "waveform"
    ].values.any()  # nothing stays locked


def test_what_is_drawn_at_random_depends_on_the_seed_alone(record):
    predictor = predictor_of(Hinge("waveform"))
    one, two, other = (
        explain(predictor, record, target="MI", method="gradient_shap", steps=4, seed=seed)["waveform"].values
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert one.shape == other.shape


def test_a_short_record_of_an_unknown_patient_is_explained(fresh):
    rng = np.random.default_rng(5)
    short = Record(rng.normal(0, 0.1, (12, 400)), 100, "short", "test")
    found = explain(fresh("late_fusion"), short, target="MI", method="input_x_gradient")
    assert found["waveform"].values.shape == (12, 1000)
    assert not found["metadata"].values.any()  # unknown is what age and sex are compared with
    assert all(np.isfinite(e.values).all() for e in found.values())


def test_credits_of_what_is_repeated_are_added_to_what_it_repeats(record):
    network = Linear("waveform")
    predictor = predictor_of(network)
    short = Record(record.signal[:, 200:800], 100, "short", "test")
    (found,) = explain(predictor, short, target="NORM", method="input_x_gradient").values()
    (expected,) = by_hand(network, predictor, short).values()
    own = own_part(short, Spec())
    outside = np.ones(1000, bool)
    outside[own] = False
    assert not found.values[:, outside].any()
    np.testing.assert_allclose(found.values.sum(), expected.sum(), rtol=1e-3)
    # Sample 0 of the recording is also heard 6 s later.
    twice = expected[:, own.start] + expected[:, own.start + 600]
    np.testing.assert_allclose(found.values[:, own.start], twice, atol=1e-4)


def test_predictions_stay_the_same_while_an_explanation_runs(fresh, record):
    predictor = fresh("waveform_cnn_bilstm")
    network = predictor.model.network
    with torch.inference_mode():
        before = network(predictor.modalities([record])).logits
    errors: list[BaseException] = []

    def work() -> None:
        try:
            explain(predictor, record, target="MI", steps=12)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    rounds = 0
    while thread.is_alive() or rounds == 0:
        with torch.inference_mode():
            during = network(predictor.modalities([record])).logits
        torch.testing.assert_close(during, before)
        rounds += 1
    thread.join()
    assert not errors
