"""The rhythm from RR intervals, P waves and statements together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecgnet.reading.pacing import is_paced
from ecgnet.reading.rhythm import describe, premature_beats
from tests.reading.conftest import measured

ERRATIC = "irregularly irregular"
IRREGULAR = [0.6, 0.9, 0.7, 1.1, 0.65, 0.8, 1.0, 0.7, 0.95]


@pytest.mark.parametrize(
    ("rate", "code"), [(72, "SR"), (48, "SBRAD"), (120, "STACH"), (60, "SR"), (100, "SR")]
)
def test_p_waves_before_regular_beats_are_a_sinus_rhythm(rate, code):
    found = describe(measured(heart_rate=rate, pr=160), {"SR": 0.9})
    assert (found.code, found.certain) == (code, True)


def test_irregular_beats_without_p_waves_that_a_network_calls_fibrillation_are_that():
    found = describe(measured(IRREGULAR, ERRATIC, heart_rate=75), {"AFIB": 0.9})
    assert (found.code, found.certain, found.without_p) == ("AFIB", True, True)


def test_p_waves_leave_a_stated_fibrillation_uncertain():
    found = describe(measured(heart_rate=75, pr=160), {"AFIB": 0.82})
    assert found.code is None
    assert not found.certain
    assert "sinus rhythm by its P waves, atrial fibrillation by the networks" in found.text


def test_irregular_beats_without_p_waves_alone_are_only_likely_fibrillation():
    found = describe(measured(IRREGULAR, ERRATIC, heart_rate=75), {"AFIB": 0.3})
    assert (found.code, found.certain) == ("AFIB", False)
    assert "not certain" in found.text


def test_a_regular_tachycardia_without_p_waves_is_no_fibrillation():
    found = describe(measured([0.4] * 20, heart_rate=150), {"AFIB": 0.86})
    assert found.code is None
    assert "flutter or supraventricular tachycardia" in found.text


def test_a_slow_regular_rhythm_without_p_waves_may_be_an_escape_rhythm():
    assert "escape rhythm" in describe(measured([1.5] * 6, heart_rate=40), {"SR": 0.2}).text


def test_pacing_that_is_settled_names_the_rhythm():
    assert describe(measured(heart_rate=70), {"PACE": 0.9}, paced=True).code == "PACE"


def test_bigeminy_is_said_with_its_beats():
    rr, shapes = [0.5, 1.1] * 5, [True, False] * 5 + [True]
    found = describe(measured(rr, "several shapes", shapes), {})
    assert found.premature.pattern == "bigeminy"
    assert "bigeminy: 5 premature beats, ventricular by their shape" in found.text


def test_trigeminy_is_every_third_beat_early():
    found = premature_beats(measured([0.8, 0.5, 1.1] * 4, "irregular"))
    assert (found.count, found.origin, found.pattern) == (4, "supraventricular", "trigeminy")


def test_one_early_beat_is_counted_without_a_pattern():
    found = premature_beats(measured([0.8, 0.8, 0.8, 0.5, 1.1, 0.8, 0.8], "regular apart from 1 beat early"))
    assert (found.count, found.pattern) == (1, "")


def test_nothing_is_premature_in_fibrillation():
    assert premature_beats(measured(IRREGULAR, ERRATIC)).count == 0


def test_a_pause_is_said_with_its_length():
    found = describe(measured([0.8] * 5 + [3.1], "irregular", heart_rate=60, pr=150), {"SR": 0.9})
    assert "a pause of 3.1 s" in found.text
    assert found.longest_rr == pytest.approx(3.1)


def test_without_beats_there_is_a_reason():
    found = describe(measured([], ""), {})
    assert (found.text, found.code) == ("", None)


def test_beats_of_another_shape_are_counted_once_as_premature_or_as_not_early():
    shapes = [True, False, True, True, False, True, True, True, True, True]
    found = describe(
        measured([0.6, 1.4, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], shapes=shapes, heart_rate=60), {}
    )
    assert (found.premature.count, found.premature.not_early) == (1, 1)
    assert "1 premature beat, ventricular by its shape" in found.text
    assert "1 beat of another shape, not early" in found.because


@pytest.mark.parametrize(
    ("rr", "shapes", "pattern"),
    [
        ([0.59, 1.53, 0.61, 1.54, 0.59, 1.53, 0.6, 1.53, 0.59], None, "bigeminy"),
        ([0.54, 1.14, 0.91, 0.52, 1.15, 0.91, 0.48, 1.1, 0.92, 0.55], None, "trigeminy"),
        ([0.8] * 11, [k % 3 != 2 for k in range(12)], "trigeminy"),
        (IRREGULAR, None, ""),
        ([0.8, 0.82, 0.79, 0.81, 0.8, 0.83, 0.8, 0.81, 0.8], None, ""),
    ],
)
def test_a_pattern_that_repeats_itself_is_said_whatever_the_beats_look_like(rr, shapes, pattern):
    found = describe(measured(rr, ERRATIC if shapes is None else "regular", shapes, heart_rate=75), {})
    assert found.premature.pattern == pattern
    assert pattern in found.text
    assert not (pattern and found.code == "AFIB")


def test_a_very_fast_rhythm_is_the_sinus_nodes_only_where_a_network_says_so():
    fast = measured([0.37] * 20, heart_rate=162, pr=106)
    assert not describe(fast, {"SR": 0.1}).certain
    assert describe(fast, {"STACH": 0.6}).certain


def test_spikes_before_most_beats_are_a_paced_rhythm_whatever_the_networks_say():
    spiked = replace(measured(heart_rate=60, pr=180), led_by_spikes=9)
    assert is_paced(None, spiked)
    found = describe(spiked, {"SR": 0.9}, paced=True)
    assert (found.code, found.because[0]) == ("PACE", "spikes before 9 of 10 beats")
    assert not is_paced(None, replace(spiked, led_by_spikes=1))


def test_a_pattern_on_an_unnamed_rhythm_is_said_once():
    found = describe(measured([0.72, 0.47, 0.89] * 5, ERRATIC, heart_rate=88), {})
    assert (
        found.text
        == "basic rhythm not certain; trigeminy: 5 premature beats, supraventricular by their shape"
    )
    assert "irregular in a pattern that repeats itself" in found.because


def test_what_the_name_says_is_no_reason_for_it():
    found = describe(measured([0.4] * 20, heart_rate=150), {"AFIB": 0.86})
    assert found.text.startswith("regular tachycardia")
    assert "regular" not in found.because


def test_where_beats_in_time_look_otherwise_too_no_shape_tells_of_an_origin():
    rr = [0.8] * 6 + [0.5, 1.1] + [0.8] * 6
    one = [True] * 7 + [False] + [True] * 7
    assert premature_beats(measured(rr, "irregular", one)).origin == "ventricular"
    many = [False, False, True, False, True, False, True, False] + [True] * 7
    assert premature_beats(measured(rr, "irregular", many)).origin == "unknown"


def test_the_statement_of_the_rhythm_itself_is_among_its_reasons():
    found = describe(measured(heart_rate=120, pr=150), {"STACH": 0.8})
    assert "sinus tachycardia 80 %" in found.because
