"""A GPU that cannot go on: the same answers by fewer at once, then by the processor. A device here fails by order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgnet import device_faults, weights
from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.lazy import torch

RECORDS = [draw("imi", k) for k in range(1, 6)]
ROOM = 2
"""ECGs that the full device holds."""


@pytest.fixture
def predictor(monkeypatch: pytest.MonkeyPatch) -> Predictor:
    """A model that is said to be on a GPU; it calculates on the processor."""
    monkeypatch.setattr(weights, "FAILED_DEVICES", failed := set())
    monkeypatch.setattr(device_faults, "FAILED_DEVICES", failed)
    made = Predictor("waveform_cnn", torch.device("cpu"))
    made.model = replace(made.model, device=torch.device("meta"))
    return made


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """(5, 5) logits, asked in the ways that the device leaves open."""
    return np.array([p.logits for p in Predictor("waveform_cnn", torch.device("cpu")).predict(RECORDS)])


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception, room: int) -> list[tuple[str, int]]:
    """The device raises this for more ECGs than it has room for; returns who was asked for how many."""
    ask, asked = device_faults.in_spite_of_faults, []

    def failing(answers):
        def answer(models, records):
            (model,) = models.values()
            asked.append((model.device.type, len(records)))
            if model.device.type == "meta":
                if len(records) > room:
                    raise error
                models = {model.name: replace(model, device=torch.device("cpu"))}
            return answers(models, records)

        return answer

    monkeypatch.setattr(
        "ecgnet.inference.in_spite_of_faults",
        lambda answers, models, ecgs: ask(failing(answers), models, ecgs=ecgs),
    )
    return asked


def logits(predictor: Predictor) -> np.ndarray:
    return np.array([p.logits for p in predictor.predict(RECORDS)])


def test_a_full_device_is_given_fewer_at_once(predictor, expected, monkeypatch):
    asked = fail(monkeypatch, torch.OutOfMemoryError(), ROOM)
    np.testing.assert_allclose(logits(predictor), expected, atol=1e-5)
    assert asked == [("meta", 5), ("meta", 2), ("meta", 3), ("meta", 1), ("meta", 2)]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (torch.OutOfMemoryError(), "has no memory left"),
        (torch.AcceleratorError("CUDA error"), "does not answer"),
    ],
    ids=["no room for one", "gone"],
)
def test_the_processor_goes_on_and_it_is_said_once(predictor, expected, monkeypatch, caplog, error, why):
    asked = fail(monkeypatch, error, 0)
    np.testing.assert_allclose(logits(predictor), expected, atol=1e-5)
    assert asked[-1][0] == "cpu"
    np.testing.assert_allclose(logits(predictor), expected, atol=1e-5)
    assert asked[-1] == ("cpu", 5)  # the device is asked no more
    (said,) = caplog.messages
    assert why in said


def test_a_full_processor_has_nowhere_to_go(predictor, monkeypatch):
    asked = fail(monkeypatch, torch.OutOfMemoryError(), 0)
    monkeypatch.setattr("ecgnet.inference._answers", full)
    with pytest.raises(torch.OutOfMemoryError):
        logits(predictor)
    assert [device for device, _ in asked].count("cpu") == 1


def full(*about: object) -> None:
    raise torch.OutOfMemoryError
