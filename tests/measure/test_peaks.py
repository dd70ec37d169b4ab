"""Every QRS complex is found and nothing else, on whatever leads there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.measure import detect_r_peaks
from tests.measure.synthetic import CASES, NORMAL, Drawn, draw


def missed_and_extra(drawn: Drawn, peaks: np.ndarray) -> tuple[int, int]:
    """True QRS complexes without a peak inside them or 30 ms beside, and peaks between two whole beats that hit none."""
    times, on, off = peaks / drawn.record.fs, drawn.truth["qrs_onset"], drawn.truth["qrs_offset"]
    hits = (times[:, None] > on - 0.03) & (times[:, None] < off + 0.03)
    inside = (times > on[0] - 0.03) & (times < off[-1] + 0.03)
    return int((~hits.any(0)).sum()), int((inside & ~hits.any(1)).sum())


@pytest.mark.parametrize("fs", [100, 250, 500, 1000])
@pytest.mark.parametrize("name", CASES)
def test_all_beats_of_all_rhythms_are_found(name, fs):
    drawn = draw(CASES[name], 3, fs)
    assert missed_and_extra(drawn, detect_r_peaks(drawn.record.signal, fs)) == (0, 0)


@pytest.mark.parametrize("rate", [30, 180, 210])
def test_very_slow_and_very_fast_rhythms(rate):
    drawn = draw(replace(NORMAL, rate=rate, pr=110, qt=min(390, 0.72 * 60000 / rate), p_amplitude=0.05), 1)
    assert missed_and_extra(drawn, detect_r_peaks(drawn.record.signal, 500)) == (0, 0)


def test_one_lead_is_enough():
    drawn = draw(NORMAL, 4)
    assert missed_and_extra(drawn, detect_r_peaks(drawn.record.lead("II"), 500)) == (0, 0)


def test_one_noisy_lead_changes_nothing():
    drawn = draw(NORMAL, 4)
    signal = drawn.record.signal.copy()
    signal[7] += np.random.default_rng(0).normal(0, 1, signal.shape[1])
    assert missed_and_extra(drawn, detect_r_peaks(signal, 500)) == (0, 0)


@pytest.mark.parametrize("signal", [np.zeros((12, 5000)), np.full((12, 5000), np.nan), np.zeros((12, 3))])
def test_nothing_is_found_where_nothing_is(signal):
    assert detect_r_peaks(signal, 500).size == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([100, 250, 500]), st.floats(0.001, 2))
def test_noise_alone_is_no_heartbeat(seed, fs, size):
    assert detect_r_peaks(np.random.default_rng(seed).normal(0, size, (12, 10 * fs)), fs).size == 0


def test_shapes_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3, 4\)"):
        detect_r_peaks(np.zeros((2, 3, 4)), 500)
