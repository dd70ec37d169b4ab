"""One state a class, by one pair of limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.states import FOUND, STATES, StateLimits, headline

LABELS = ("NORM", "MI", "HYP")
LIMITS = StateLimits(LABELS, np.array([0.4, 0.1, 0.05]), np.array([0.6, 0.3, 0.2]), 0.1, 1900)
TITLES = {"NORM": "normal ECG", "MI": "myocardial infarction", "HYP": "hypertrophy"}


@pytest.mark.parametrize(
    ("probability", "state"), [(0.05, "absent"), (0.2, "open"), (0.4, "possible"), (0.7, "present")]
)
def test_a_class_has_the_state_of_its_probability(probability, state):
    assert LIMITS.states(np.array([0.1, probability, 0.01]))["MI"] == state


def test_nothing_is_normal_beside_a_finding():
    assert LIMITS.states(np.array([0.9, 0.8, 0.01])) == {"NORM": "absent", "MI": "present", "HYP": "absent"}


def test_a_possible_finding_leaves_normal_open():
    assert LIMITS.states(np.array([0.9, 0.4, 0.01]))["NORM"] == "open"


def test_a_measurement_outside_its_limits_leaves_normal_open():
    probabilities = np.array([0.9, 0.01, 0.01])
    assert LIMITS.states(probabilities)["NORM"] == "present"
    assert LIMITS.states(probabilities, within_limits=False)["NORM"] == "open"


def test_between_limits_that_cross_a_class_is_open():
    crossed = StateLimits(("MI",), np.array([0.5]), np.array([0.2]))
    assert crossed.states(np.array([0.3])) == {"MI": "open"}


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_normal_and_a_finding_are_never_named_together(probabilities):
    states = LIMITS.states(np.array(probabilities))
    assert states["NORM"] not in FOUND or all(states[name] not in FOUND for name in ("MI", "HYP"))


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_never_weakens_a_state(a, b):
    low, high = sorted((a, b))
    first, second = (STATES.index(LIMITS.states(np.array([0.0, p, 0.0]))["MI"]) for p in (low, high))
    assert first >= second


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"NORM": "present", "MI": "absent", "HYP": "open"}, "Normal ECG"),
        ({"NORM": "absent", "MI": "present", "HYP": "present"}, "Myocardial infarction, hypertrophy"),
        ({"NORM": "open", "MI": "absent", "HYP": "possible"}, "Possible hypertrophy"),
        (
            {"NORM": "absent", "MI": "present", "HYP": "possible"},
            "Myocardial infarction; possible hypertrophy",
        ),
        ({"NORM": "open", "MI": "open", "HYP": "absent"}, "No finding settled"),
    ],
)
def test_the_headline_says_the_states(states, words):
    assert headline(states, TITLES) == words
