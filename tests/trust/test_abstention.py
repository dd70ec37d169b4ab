"""Confidence scores: surer answers score higher."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.trust import abstention

THRESHOLDS = np.array([0.4, 0.3])


@pytest.mark.parametrize("name", abstention.SCORES)
def test_a_clear_answer_scores_above_a_doubtful_one(name: str):
    clear, doubtful = abstention.SCORES[name](np.array([[0.99, 0.01], [0.45, 0.35]]), THRESHOLDS)
    assert clear > doubtful


def test_the_conformal_score_knows_the_calibration_records():
    truth = np.repeat([[0], [1]], 50, 0)
    known = np.concatenate([np.linspace(0, 0.6, 50), np.linspace(0.4, 1, 50)])[:, None]
    clear, doubtful = abstention.conformal(truth, known)(np.array([[0.98], [0.5]]), THRESHOLDS[:1])
    assert clear > doubtful


def test_a_fair_coin_has_the_most_entropy():
    assert abstention.binary_entropy(np.array([0.5]))[0] == pytest.approx(np.log(2))
    assert abstention.binary_entropy(np.array([0.0, 1.0])) == pytest.approx(0, abs=1e-6)


def test_margins_are_in_logits():
    np.testing.assert_allclose(abstention.margins(np.array([[0.4, 0.5]]), np.array([0.4, 0.5])), 0)
    assert abstention.margins(np.array([[0.5]]), np.array([1 / (1 + np.e)]))[0, 0] == pytest.approx(1)
