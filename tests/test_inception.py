"""The inception network: statements first, and the classes that follow from them."""

from __future__ import annotations

import pytest
import torch

from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import REGISTRY, Output
from ecgnet.models.inception import noisy_or
from ecgnet.models.prepared import prepare_network
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.statements import STATEMENTS

CODES = list(STATEMENTS)


def logits(**chances: float) -> torch.Tensor:
    """(1, 71): these statements' chances, next to nothing for the others."""
    rows = torch.full((1, len(CODES)), 1e-9)
    for code, chance in chances.items():
        rows[0, CODES.index(code)] = chance
    return rows.logit()


def classes(statements: torch.Tensor) -> dict[str, float]:
    return dict(zip(SUPERCLASSES, noisy_or(statements)[0].sigmoid().tolist(), strict=True))


def test_a_class_of_one_statement_is_as_likely_as_it():
    assert classes(logits(NORM=0.3))["NORM"] == pytest.approx(0.3)


def test_a_class_is_absent_where_all_of_its_statements_are():
    found = classes(logits(IMI=0.5, ASMI=0.2, LVH=0.9))
    assert found["MI"] == pytest.approx(1 - 0.5 * 0.8, abs=1e-6)
    assert found["HYP"] == pytest.approx(0.9, abs=1e-6)
    assert found["CD"] < 1e-6


def test_statements_of_rhythm_and_form_alone_speak_for_no_class():
    assert max(classes(logits(AFIB=0.9, ABQRS=0.9)).values()) < 1e-6


@pytest.mark.parametrize("value", [-200.0, -20.0, 20.0, 200.0])
def test_certain_statements_leave_finite_answers_and_slopes(value: float):
    statements = torch.full((1, len(CODES)), value, requires_grad=True)
    found = noisy_or(statements)
    found.sum().backward()
    assert found.isfinite().all()
    assert statements.grad is not None
    assert statements.grad.isfinite().all()


@pytest.fixture(scope="module")
def answers() -> tuple[Output, Output]:
    """Of a narrow network as trained, and of the one made ready to answer."""
    torch.manual_seed(0)
    network = REGISTRY["waveform_inception"].build(width=8).eval().requires_grad_(False)
    record = ModalityTransform()(0.3 * torch.randn(2, 12, 1000), torch.zeros(2, 4), network.needs)
    return network(record), prepare_network(network)(record)


def test_shapes(answers: tuple[Output, Output]):
    trained, _ = answers
    assert (trained.logits.shape, trained.statements.shape) == ((2, 5), (2, 71))
    assert trained.features.shape == (2, 256)


def test_made_ready_it_answers_the_same(answers: tuple[Output, Output]):
    trained, ready = answers
    for part in ("logits", "statements", "features"):
        torch.testing.assert_close(getattr(ready, part), getattr(trained, part), atol=1e-4, rtol=0)
