"""Integrated gradients against the rule's own promises, Captum's, and integrals that can be done by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients

from ecgnet.demo import draw
from ecgnet.explain import completed, explain
from ecgnet.explain.integrated import (
    LEAST,
    SMALL_DIFFERENCE,
    TOLERANCE,
    Path,
    clenshaw_curtis,
    integrated_gradients,
    summands,
)
from ecgnet.explain.question import asked
from ecgnet.measure import measure
from ecgnet.modalities import Modalities
from ecgnet.models import Network, Output
from ecgnet.models.prepared import prepared
from tests.explain.conftest import predictor_of


@pytest.mark.parametrize("intervals", [2, 4, 8, 16])
def test_the_rule_integrates_polynomials_exactly(intervals):
    points, weights = clenshaw_curtis(intervals)
    for power in range(intervals + 1):
        assert weights @ points**power == pytest.approx(1 / (power + 1), abs=1e-12)


def test_twice_the_intervals_keep_the_points():
    np.testing.assert_allclose(clenshaw_curtis(16)[0][::2], clenshaw_curtis(8)[0])


class Cube(Network):
    """The logit is the cube of lead I's first sample plus the square of V6's last."""

    needs = ("waveform",)

    def body(self, modalities: Modalities) -> Output:
        wave = modalities.waveform
        logits = (wave[:, 0, :1] ** 3 + wave[:, 11, -1:] ** 2) * torch.ones(5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


class Kink(Network):
    """max(0, x - 0.3) of lead I's value x at R, which is 1 mV or so: flat for a part of the path, then a line."""

    needs = ("waveform",)

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def body(self, modalities: Modalities) -> Output:
        value = modalities.waveform[:, 0, self.place : self.place + 1]
        logits = torch.relu(value.abs() - 0.3) * torch.ones(5)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


def test_separate_terms_are_credited_with_their_own_change(record):
    predictor = predictor_of(Cube())
    wave = predictor.modalities([record]).waveform[0]
    values = explain(predictor, record, target="MI")["waveform"].values
    assert values[0, 0] == pytest.approx(float(wave[0, 0]) ** 3, abs=1e-6)
    assert values[11, -1] == pytest.approx(float(wave[11, -1]) ** 2, abs=1e-6)
    assert np.count_nonzero(values) == 2


def test_a_kink_is_met_by_more_points(record):
    place = int(np.abs(record.signal[0]).argmax())
    predictor = predictor_of(Kink(place))
    with asked(predictor, record, target="MI", steps=128) as question:
        (part,) = summands(question)
        path = Path(
            part,
            dict(zip(question.names, question.distances(), strict=True)),
            intervals=2,
            batch=question.batch,
        )
        rough = abs(path.miss)
        while path.intervals < 128:
            path.refine()
        assert abs(path.miss) < min(rough, 0.01)
        whole = float(integrated_gradients(question)[0][0, 0, place])
        assert whole == pytest.approx(path.change, rel=0.02)


def test_late_fusion_is_integrated_branch_by_branch_and_its_parts_add_up(fresh, record):
    with asked(fresh("late_fusion"), record, target="MI") as question:
        parts = summands(question)
        assert [part.names for part in parts] == [
            ("waveform",),
            ("waveform",),
            ("spectrum",),
            ("spectrogram",),
            ("metadata",),
        ]
        with torch.no_grad():
            change = sum(
                float(part.answer(here) - part.answer({n: torch.zeros_like(d) for n, d in here.items()}))
                for part in parts
                for here in [{name: question.distance(name) for name in part.names}]
            )
        logit, baseline = question.ends()
        assert change == pytest.approx(logit - baseline, abs=1e-4)


@pytest.mark.parametrize("name", ["waveform_cnn", "late_fusion"])
def test_it_is_captums_with_fewer_points(name, fresh):
    ecg = draw("norm_male", 1, fs=100)
    predictor, beats = fresh(name), measure(ecg).beats
    found = explain(predictor, ecg, target="STTC", against="normal", beats=beats)
    with asked(predictor, ecg, target="STTC", against="normal", beats=beats) as question:
        expected = IntegratedGradients(question.logit).attribute(question.distances(), n_steps=48)
    for one, other in zip(found.values(), expected, strict=True):
        wanted = other[0].sum(1) if one.modality == "spectrogram" else other[0]
        if one.modality != "metadata":  # of which fresh weights know nothing
            assert np.corrcoef(one.values.ravel(), wanted.detach().numpy().ravel())[0, 1] > 0.98


@pytest.mark.parametrize("name", ["waveform_cnn", "spectrum_cnn_transformer", "late_fusion"])
def test_the_credits_add_up_within_two_per_cent_on_the_shipped_weights(name):
    """As the page begins: against normal beats. On 100 real ECGs: benchmarks/explanations.py."""
    from ecgnet.inference import Predictor

    predictor = Predictor(name, torch.device("cpu"))
    for kind in ("norm_male", "asmi"):
        ecg = draw(kind, 1, fs=100)
        target = predictor.predict([ecg])[0]
        label = target.labels[int(target.probabilities.argmax())]
        found = explain(predictor, ecg, target=label, against="normal", beats=measure(ecg).beats)
        e = next(iter(found.values()))
        change = abs(e.logit - e.baseline_logit)
        assert e.completeness_error * max(change, SMALL_DIFFERENCE) < TOLERANCE * max(change, LEAST)


@pytest.mark.parametrize("name", ["waveform_kernels", "waveform_measurements"])
def test_credits_of_what_steps_add_up_exactly_without_points_on_a_path(name: str):
    from ecgnet.inference import Predictor

    predictor, ecg = Predictor(name, torch.device("cpu")), draw("asmi", 1, fs=100)
    (found,) = explain(predictor, ecg, target="MI", against="normal", beats=measure(ecg).beats).values()
    assert abs(found.logit - found.baseline_logit) > 1
    assert found.values.sum() == pytest.approx(found.logit - found.baseline_logit, abs=1e-4)


def test_the_committee_s_members_are_integrated_each_in_its_way(fresh, record):
    with asked(fresh("committee"), record, target="MI") as question:
        parts = summands(question)
    assert {part.names for part in parts} == {("waveform",)}
    assert [part.steps is not None for part in parts] == [
        name in ("waveform_kernels", "waveform_measurements")
        for name in fresh("committee").model.network.branches
    ]


@pytest.mark.parametrize("view", ["waveform", "spectrum", "metadata"])
def test_the_map_of_one_view_of_late_fusion_is_that_of_all_views(view, fresh, record):
    predictor = fresh("late_fusion")
    every = explain(predictor, record, target="HYP", steps=8)
    (alone,) = explain(predictor, record, target="HYP", steps=8, views=(view,)).values()
    np.testing.assert_array_equal(alone.values, every[view].values)
    assert (alone.logit, alone.baseline_logit) == (every[view].logit, every[view].baseline_logit)
    assert alone.completeness_error is None  # what a view misses is not known of all of them


def test_the_map_of_one_view_asks_only_the_branches_that_read_it(fresh, record):
    predictor, asked_of = fresh("late_fusion"), []
    branches = prepared(predictor.model.network).branches
    hooks = [
        branch.register_forward_hook(lambda *_, name=name: asked_of.append((name, torch.is_grad_enabled())))
        for name, branch in branches.items()
    ]
    explain(predictor, record, target="HYP", views=("spectrum",))
    for hook in hooks:
        hook.remove()
    assert {name for name, with_slopes in asked_of if with_slopes} == {"spectrum_cnn_transformer"}


def test_views_made_one_by_one_are_completed_as_those_made_together(fresh, record):
    predictor = fresh("late_fusion")
    every = explain(predictor, record, target="HYP", steps=8)
    one_by_one = completed(
        {view: explain(predictor, record, target="HYP", steps=8, views=(view,))[view] for view in every}
    )
    for view, e in one_by_one.items():
        assert e.completeness_error == pytest.approx(every[view].completeness_error)


def test_views_that_cannot_be_made_alone_come_together(fresh, record):
    found = explain(fresh("early_fusion"), record, target="HYP", steps=2, views=("spectrum",))
    assert set(found) == {"waveform", "spectrum", "spectrogram", "metadata"}


def test_registered_fusions_can_be_asked_for_a_statement(fresh, record):
    predictor = fresh("late_fusion")
    predictor.model.card.statement_codes = tuple(f"S{k}" for k in range(71))
    found = explain(predictor, record, target="S3", steps=8)
    with torch.inference_mode():
        statements = predictor.model.network(predictor.modalities([record])).statements
    assert found["waveform"].logit == pytest.approx(float(statements[0, 3]), abs=1e-4)
