"""Boosted trees on measurements: they answer as they were grown, and each measurement's credit is what it adds."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.demo import draw
from ecgnet.measure import COLUMNS, measure
from ecgnet.modalities import Modalities
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models.measured import MeasuredTrees, measured_on
from ecgnet.record import LEADS
from ecgnet.training.measured import TreeRecipe, boosted, grown

RECIPE = TreeRecipe(trees=6, leaves=5, least=10, columns=1.0)


def some_rows(n: int, *, seed: int) -> np.ndarray:
    """(n, 146) float32; a tenth could not be measured."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, len(COLUMNS))).astype(np.float32)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


@pytest.fixture(scope="module")
def fitted():
    """Trees that tell whether the first column exceeds the second by more than the third, which may be missing."""
    rows = some_rows(600, seed=1)
    wanted = rows[:, 0] > rows[:, 1] + np.nan_to_num(rows[:, 2])
    return boosted(rows, wanted, recipe=RECIPE, trees=RECIPE.trees)


@pytest.fixture(scope="module")
def network(fitted) -> MeasuredTrees:
    made = MeasuredTrees(RECIPE.trees, 1, RECIPE.nodes).eval()
    made.plant(1, grown(fitted))
    return made


def test_planted_trees_answer_as_they_were_grown(network: MeasuredTrees, fitted):
    rows = some_rows(300, seed=2)
    answers = network.answers(torch.from_numpy(rows)).detach().numpy()
    np.testing.assert_allclose(answers[:, 1], fitted.predict(rows, raw_score=True), atol=1e-5)
    assert not answers[:, 2:].any()  # nothing was planted there


def test_trees_that_have_no_room_are_refused(fitted):
    with pytest.raises(ValueError, match="room for 6 trees of 3 nodes"):
        MeasuredTrees(6, 1, 3).plant(0, grown(fitted))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**16))
def test_credits_add_up_to_the_change_of_the_answer(network: MeasuredTrees, seed: int):
    rows = some_rows(2, seed=seed)
    answers = network.answers(torch.from_numpy(rows)).detach().numpy()[:, 1]
    credits = network.credits(1, rows[0], reference=rows[1])
    assert credits.sum() == pytest.approx(answers[0] - answers[1], abs=1e-5)


def test_a_credit_is_the_mean_of_what_a_measurement_adds_over_all_orders(network: MeasuredTrees):
    row, reference = some_rows(2, seed=5)
    row[4:], reference[4:] = 0, 0  # four columns differ, so that all orders can be tried
    expected = np.zeros(len(COLUMNS))
    for order in permutations(range(4)):
        mixed = reference.copy()
        steps = [mixed.copy()]
        for column in order:
            mixed[column] = row[column]
            steps.append(mixed.copy())
        answers = network.answers(torch.from_numpy(np.stack(steps))).detach().numpy()[:, 1]
        expected[list(order)] += np.diff(answers) / factorial(4)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(network.credits(1, row, reference=reference), expected, atol=1e-5)


def seen(kind: str) -> Modalities:
    wave = torch.from_numpy(draw(kind, 1, fs=100).signal.copy())[None]
    return ModalityTransform()(wave, torch.zeros(1, 4), ("waveform",))


def asking(column: str, threshold: float, *, output: int) -> MeasuredTrees:
    """One tree of one question: -1 up to the threshold, or where it could not be measured; 1 above."""
    tree = {
        "column": [COLUMNS.index(column), 0, 0],
        "threshold": [threshold, 0, 0],
        "missing_left": [True, True, True],
        "left": [1, 1, 2],
        "right": [2, 1, 2],
        "value": [0, -1.0, 1.0],
    }
    network = MeasuredTrees(1, 1, 3).eval()
    network.plant(output, [{name: np.array(values) for name, values in tree.items()}])
    return network


def test_an_ecg_is_measured_and_the_trees_answer_to_that():
    network = asking("qrs", 120.0, output=3)
    narrow, broad = (network(seen(kind)).logits[0, 3].item() for kind in ("norm_female", "clbbb"))
    assert (narrow, broad) == (-1.0, 1.0)


def test_slopes_beside_a_reference_carry_each_credit_to_where_it_was_measured():
    network = asking("V5 t", 0.05, output=0)
    ecg, flat = seen("norm_female"), torch.zeros(1, 12, 1000)
    wave = ecg.waveform.clone().requires_grad_()
    with network.beside(flat):
        logit = network(ecg.with_inputs(waveform=wave)).logits[0, 0]
        (slope,) = torch.autograd.grad(logit, wave)
    credits = (slope * wave).detach()[0]
    assert float(credits.sum()) == pytest.approx(2.0, abs=1e-5)  # from missing, -1, to 1
    assert torch.equal(credits.abs().sum(1) > 0, torch.arange(12) == LEADS.index("V5"))
    assert network.reference is None


def test_what_is_measured_lies_in_its_wave_and_its_leads():
    beats = measure(draw("norm_female", 1, fs=100)).beats
    axis = measured_on(COLUMNS.index("axis"), beats, fs=100, samples=1000)
    assert axis[:6].any() and not axis[6:].any()
    p, qrs = (
        measured_on(COLUMNS.index(f"II {wave}"), beats, fs=100, samples=1000)[LEADS.index("II")]
        for wave in "pr"
    )
    assert p.any() and qrs.any() and not (p & qrs).any()
