"""Answers in bfloat16: what lies near a limit is computed again, and a processor without it says so once."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch

from ecgnet import engine, precision
from ecgnet.demo import LIBRARY, draw
from ecgnet.inference import Prediction, Predictor, predict_together
from ecgnet.models import COMMITTEE, DEFAULT
from ecgnet.weights import WeightsError, describe_device

CPU = torch.device("cpu")
RECORDS = [draw(kind, seed, fs=100) for kind, seed in LIBRARY[:6]]


@pytest.fixture(autouse=True)
def forgotten():
    precision._has_it.cache_clear()
    yield
    precision._has_it.cache_clear()


def answers(names: tuple[str, ...]) -> dict[str, list[Prediction]]:
    return predict_together([Predictor(name, CPU) for name in names], RECORDS)


def asked(monkeypatch: pytest.MonkeyPatch, *, has: bool = True) -> None:
    monkeypatch.setenv(precision.VARIABLE, "bfloat16")
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: has)


def test_probabilities_hardly_move_and_no_state_does(monkeypatch: pytest.MonkeyPatch):
    exact = answers((DEFAULT, COMMITTEE))
    asked(monkeypatch)
    for name, found in answers((DEFAULT, COMMITTEE)).items():
        for quick, slow in zip(found, exact[name], strict=True):
            assert np.abs(quick.probabilities - slow.probabilities).max() < 0.005
            assert quick.states == slow.states
            assert set(quick.stated) == set(slow.stated)
            assert quick.device.endswith("bfloat16")
        assert any((q.logits != s.logits).any() for q, s in zip(found, exact[name], strict=True))


def test_what_lies_near_a_limit_is_answered_in_single_precision(monkeypatch: pytest.MonkeyPatch):
    (exact,) = answers((DEFAULT,)).values()
    asked(monkeypatch)
    monkeypatch.setattr(engine, "near_a_limit", lambda card, output: np.arange(len(output.logits)) == 2)
    (found,) = answers((DEFAULT,)).values()
    np.testing.assert_allclose(found[2].logits, exact[2].logits, atol=1e-5)
    np.testing.assert_allclose(found[2].features, exact[2].features, atol=1e-4)
    assert np.abs(found[1].logits - exact[1].logits).max() > 1e-5


def test_near_is_what_a_rounding_could_carry_over_a_limit():
    predictor = Predictor(DEFAULT, CPU)
    card = predictor.model.card
    with torch.inference_mode():
        output = engine.Engine(lambda model: predictor.modalities(RECORDS)).run(predictor.model).output
    far = replace(output, statements=torch.full_like(output.statements, -50.0))
    limit = card.state_limits.high[0]
    slope, intercept = (np.log(p / (1 - p)) for p in card.calibrate(np.array([[1.0] * 5, [0.0] * 5]))[:, 0])
    at = (np.log(limit / (1 - limit)) - intercept) / (slope - intercept)
    logits = torch.full((2, 5), 9.0)
    logits[0, 0] = at
    assert engine.near_a_limit(card, replace(far, logits=logits, statements=far.statements[:2])).tolist() == [
        True,
        False,
    ]


def test_a_processor_without_it_answers_in_single_precision_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    exact = answers((DEFAULT,))[DEFAULT]
    asked(monkeypatch, has=False)
    with caplog.at_level(logging.WARNING, "ecgnet"):
        found = [answers((DEFAULT,))[DEFAULT] for _ in range(2)]
    assert [record.message for record in caplog.records] == [
        "The device cpu has no bfloat16: networks answer in single precision."
    ]
    np.testing.assert_array_equal(found[1][0].logits, exact[0].logits)
    assert "bfloat16" not in describe_device(CPU)


def test_a_precision_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(precision.VARIABLE, "int4")
    with pytest.raises(WeightsError, match="ECGNET_PRECISION is int4, which is no precision"):
        answers((DEFAULT,))
