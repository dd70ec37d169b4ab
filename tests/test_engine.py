"""Each branch runs once, however many models use it, and every model answers as it would alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
import torch

from ecgnet.cards import Card
from ecgnet.demo import draw
from ecgnet.engine import Engine, holding
from ecgnet.inference import Predictor
from ecgnet.modalities import encode_metadata
from ecgnet.models import BRANCHES
from ecgnet.models.prepared import prepared
from ecgnet.record import Metadata

NAMES = ("late_fusion", "waveform_cnn", "intermediate_fusion", "early_fusion")


@pytest.fixture(scope="module")
def predictors() -> dict[str, Predictor]:
    return {name: Predictor(name, torch.device("cpu")) for name in NAMES}


@pytest.fixture(scope="module")
def seen(predictors):
    return predictors["late_fusion"].modalities([draw("norm_male", 1, fs=100)])


@torch.inference_mode()
def test_a_branch_that_two_fusions_use_runs_once(predictors, seen):
    calls: Counter[str] = Counter()
    hooks = [
        prepared(branch).register_forward_hook(lambda *_, name=name: calls.update([name]))
        for fusion in ("late_fusion", "intermediate_fusion")
        for name, branch in predictors[fusion].model.network.branches.items()
    ]
    engine = Engine(lambda _: seen)
    for predictor in predictors.values():
        engine.run(predictor.model)
    for hook in hooks:
        hook.remove()
    assert calls == dict.fromkeys(BRANCHES, 1)


@torch.inference_mode()
@pytest.mark.parametrize("name", NAMES)
def test_a_model_answers_as_it_would_alone(name, predictors, seen):
    engine = Engine(lambda _: seen)
    together = {n: engine.run(predictor.model).output for n, predictor in predictors.items()}
    alone = predictors[name].model.network(seen)
    torch.testing.assert_close(together[name].logits, alone.logits, atol=1e-4, rtol=0)


@torch.inference_mode()
def test_models_of_another_spec_see_their_own_modalities(predictors, seen):
    """Even where a branch has the same parameters: what it was shown is another thing."""
    model = predictors["late_fusion"].model
    preprocessing = replace(model.card.spec, floor=0.01).to_dict()
    other = replace(model, card=Card(model.card.content | {"preprocessing": preprocessing}))
    shown = {model.card.spec: seen, other.card.spec: seen.with_inputs(spectrum=seen.spectrum + 1)}
    engine = Engine(lambda asked: shown[asked.card.spec])
    for asked in (model, other):
        expected = asked.network(shown[asked.card.spec]).logits
        torch.testing.assert_close(engine.run(asked).output.logits, expected, atol=1e-4, rtol=0)


@torch.inference_mode()
def test_a_fusion_s_time_counts_branches_that_had_run_before(predictors, seen):
    engine = Engine(lambda _: seen)
    first = engine.run(predictors["late_fusion"].model).milliseconds
    second = engine.run(predictors["late_fusion"].model).milliseconds
    assert second > 0.5 * first


@torch.inference_mode()
def test_one_ecg_for_several_patients(predictors, seen):
    patients = encode_metadata([Metadata(30, "female"), Metadata(80, "male")])
    model = predictors["intermediate_fusion"].model
    found = Engine(lambda _: seen).for_patients(model, patients).logits
    for row, patient in zip(found, patients, strict=True):
        alone = model.network(seen.with_inputs(metadata=patient[None])).logits[0]
        torch.testing.assert_close(row, alone)


@torch.inference_mode()
def test_branches_that_do_not_read_what_changes_are_held(predictors, seen):
    network = predictors["late_fusion"].model.network
    other = seen.repeat(2).with_inputs(spectrum=seen.spectrum.repeat(2, 1, 1) + 1)
    held = holding(network, seen, name="spectrum")(other)
    torch.testing.assert_close(held.logits, network(other).logits)


def test_where_gradients_are_asked_for_the_network_as_trained_answers(predictors, seen):
    wave = seen.waveform.clone().requires_grad_()
    engine = Engine(lambda _: seen.with_inputs(waveform=wave))
    found = engine.run(predictors["waveform_cnn"].model).output.logits
    assert torch.equal(found, predictors["waveform_cnn"].model.network(seen).logits)
    found.sum().backward()
    assert wave.grad.abs().max() > 0


@pytest.mark.parametrize(("set_before", "found"), [(None, "passive"), ("active", "active")])
def test_threads_sleep_while_they_wait_unless_told_otherwise(set_before, found):
    environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    environment |= {"OMP_WAIT_POLICY": set_before} if set_before else {}
    code = "import os, ecgnet; print(os.environ['OMP_WAIT_POLICY'])"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert ran.stdout.strip() == found
