"""No reading contradicts itself: the rules over the stored answers of folds 9 and 10, and over drawn ECGs."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet import fold_scores, weights
from ecgnet.cards import read_card
from ecgnet.demo import draw
from ecgnet.judge import judge
from ecgnet.models import DEFAULT
from ecgnet.reading import wording
from ecgnet.reading.contradictions import contradictions
from ecgnet.states import FOUND, NORMAL, STATES, headline

needs_weights = pytest.mark.skipif(not weights.available(), reason="weights/ is empty")


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str]]:
    """The states of every record of folds 9 and 10, by the default model."""
    card = read_card(DEFAULT)
    codes = card.state_limits.codes(fold_scores.load_fold_scores().probabilities(DEFAULT, card))
    return [{label: STATES[c] for label, c in zip(card.labels, row, strict=True)} for row in codes]


@needs_weights
def test_no_record_is_called_normal_and_diseased_at_once(answers):
    wrong = [s for s in answers if s[NORMAL] in FOUND and any(s[k] in FOUND for k in s if k != NORMAL)]
    assert len(answers) > 4000
    assert not wrong


@needs_weights
def test_every_headline_names_what_is_present_or_possible_and_nothing_else(answers):
    for states in answers:
        words = headline(states, wording.CLASSES_WITHIN).lower()
        for label, state in states.items():
            named = wording.CLASSES_WITHIN[label].lower() in words
            assert named == (state in FOUND)


@needs_weights
@pytest.mark.parametrize("name", ["norm_male", "norm_fast", "imi", "clbbb", "crbbb", "sttc_afib"])
def test_a_drawn_ecg_is_read_without_a_contradiction(name):
    assert contradictions(judge(draw(name, 1, fs=100))) == ()


@needs_weights
@pytest.mark.parametrize("scale", [0.0, 0.01, 0.3])
def test_noise_and_flat_lines_are_not_diagnostic_and_nothing_is_called(scale):
    from ecgnet.record import Record

    signal = np.random.default_rng(0).normal(0, scale, (12, 1000)) if scale else np.zeros((12, 1000))
    reading = judge(Record(signal, 100, "noise", "drawn"))
    assert reading.conclusion.grade == "not diagnostic"
    assert reading.states == {}
    assert contradictions(reading) == ()
