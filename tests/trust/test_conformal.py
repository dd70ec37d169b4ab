"""Sets and thresholds on made-up probabilities whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from ecgnet.trust import conformal
from ecgnet.trust.conformal import Sets, fit_sets

ONE = ("MI",)


def drawn(n: int, seed: int, gap: float = 2.0, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """n patients: truth (n, 1), and probabilities (n, 1) that tell it with a gap in logits."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n, 1)) < share
    return truth.astype(float), 1 / (1 + np.exp(-(rng.normal(0, 1, (n, 1)) + gap * (truth - 0.5))))


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
def test_sets_hold_the_truth_as_often_as_promised_for_both_kinds(alpha: float):
    truth, p = drawn(20000, 1)
    known_truth, known = drawn(20000, 2)
    sets = fit_sets(ONE, known_truth, probabilities=known, alpha=alpha)
    covered = sets.covered(truth, p)
    for kind in (0, 1):
        assert covered[truth == kind].mean() == pytest.approx(1 - alpha, abs=0.015)


@given(n=st.integers(20, 200), alpha=st.sampled_from([0.05, 0.1, 0.2]))
@settings(max_examples=30, deadline=None)
def test_the_threshold_is_where_the_p_value_passes_alpha(n: int, alpha: float):
    truth, p = drawn(n, n)
    truth[:2] = [[0], [1]]
    sets = fit_sets(ONE, truth, probabilities=p, alpha=alpha)
    asked = np.random.default_rng(0).random((50, 1))
    absent, present = conformal.p_values(truth, p, probabilities=asked)
    np.testing.assert_array_equal(sets.holds_present(asked), present > alpha)
    np.testing.assert_array_equal(sets.holds_absent(asked), absent > alpha)


@pytest.mark.parametrize(("p", "answer"), [(0.1, "absent"), (0.5, "uncertain"), (0.9, "present")])
def test_both_answers_in_the_set_are_left_to_the_reader(p: float, answer: str):
    sets = Sets(ONE, 0.1, present=np.array([0.3]), absent=np.array([0.7]))
    assert sets.answers(np.array([p])) == {"MI": answer}


def test_no_answer_in_the_set_is_left_to_the_reader_too():
    sets = Sets(ONE, 0.4, present=np.array([0.7]), absent=np.array([0.3]))
    assert sets.answers(np.array([0.5])) == {"MI": "uncertain"}
    assert not sets.covered(np.array([[1]]), np.array([[0.5]])).any()


def test_few_calibration_records_leave_everything_open():
    truth, p = np.array([[0.0], [1.0]]), np.array([[0.1], [0.9]])
    assert fit_sets(ONE, truth, probabilities=p).answers(np.array([0.999])) == {"MI": "uncertain"}


@given(n=st.integers(1, 2000), rate=st.sampled_from([0.05, 0.1, 0.2]))
def test_errors_allowed_are_clopper_and_pearsons(n: int, rate: float):
    allowed = conformal.errors_allowed(n, rate, confidence=0.95)
    assert binom.cdf(allowed, n, rate) <= 0.05
    assert binom.cdf(allowed + 1, n, rate) > 0.05


def test_the_smallest_number_of_patients_for_a_promise():
    assert conformal.errors_allowed(28, 0.1) == -1
    assert conformal.errors_allowed(29, 0.1) == 0


def test_promised_rates_hold_in_nineteen_of_twenty_samples():
    known, p = drawn(50000, 0)
    kept = []
    for seed in range(1, 301):
        truth, calibration = drawn(400, seed)
        out = conformal.rule_out_thresholds(ONE, truth, probabilities=calibration)
        in_ = conformal.rule_in_thresholds(ONE, truth, probabilities=calibration)
        kept.append([(p[known == 1] < out).mean() <= 0.1, (p[known == 0] > in_).mean() <= 0.05])
    assert (np.mean(kept, 0) > 0.92).all()


def test_too_few_patients_rule_nobody_out_or_in():
    truth, p = np.array([[0.0], [1.0]] * 10), np.linspace(0.01, 0.99, 20)[:, None]
    assert conformal.rule_out_thresholds(ONE, truth, probabilities=p) == 0
    assert conformal.rule_in_thresholds(ONE, truth, probabilities=p) == 1


@pytest.mark.parametrize(
    ("truth", "words"), [(0.0, "MI is present in none"), (1.0, "MI is absent from none")]
)
def test_a_class_of_one_kind_is_refused(truth: float, words: str):
    with pytest.raises(ValueError, match=words):
        fit_sets(ONE, np.full((5, 1), truth), probabilities=np.linspace(0, 1, 5)[:, None])
