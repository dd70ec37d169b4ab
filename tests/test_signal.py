"""Resampling keeps what the new rate can hold and nothing else; fitting a length says what it did."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.signal import fit_length, resample


def sine(hz: float, fs: float, seconds: float = 10.0) -> np.ndarray:
    return np.tile(np.sin(2 * np.pi * hz * np.arange(round(seconds * fs)) / fs), (12, 1))


@pytest.mark.parametrize(("fs_from", "fs_to"), [(500, 100), (1000, 500), (257, 500), (360, 100), (100, 500)])
def test_a_sine_below_both_nyquist_rates_stays_in_place(fs_from, fs_to):
    out = resample(sine(7, fs_from), fs_from, fs_to)
    assert out.shape == (12, 10 * fs_to)
    assert out.dtype == np.float32
    inner = slice(fs_to // 2, -fs_to // 2)
    np.testing.assert_allclose(out[:, inner], sine(7, fs_to)[:, inner], atol=5e-3)


def test_what_the_new_rate_cannot_hold_does_not_fold_back():
    assert np.abs(resample(sine(80, 500), 500, 100)[:, 50:-50]).max() < 2e-3


def test_an_offset_and_a_drift_reach_the_ends():
    line = np.linspace(-0.4, 1.3, 5000) + np.zeros((12, 1))
    np.testing.assert_allclose(resample(line, 500, 100), line[:, ::5], atol=1e-3)


def test_the_same_rate_changes_nothing():
    np.testing.assert_array_equal(resample(sine(3, 250), 250, 250), sine(3, 250).astype(np.float32))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.floats(60, 1100), st.sampled_from([100.0, 250.0, 500.0]))
def test_the_length_is_exact(n, fs_from, fs_to):
    out = resample(np.ones((2, n)), fs_from, fs_to)
    assert out.shape == (2, max(1, round(n * fs_to / fs_from)))
    np.testing.assert_allclose(out, 1, atol=1e-4)


@pytest.mark.parametrize("rates", [(0, 100), (500, -1), (float("nan"), 100), (500, float("inf"))])
def test_rates_without_sense_are_refused(rates):
    with pytest.raises(ValueError, match="above 0 Hz"):
        resample(np.ones((12, 10)), *rates)


def test_a_long_record_is_cut():
    signal = np.arange(10.0)[None]
    for where, first in (("start", 0), ("middle", 3), ("end", 6)):
        window, note = fit_length(signal, 4, where)
        assert window.tolist() == [[first, first + 1, first + 2, first + 3]]
        assert where in note and "10 samples" in note


def test_a_short_record_is_lengthened_with_its_edges():
    signal = np.array([[1.0, 2.0, 3.0]])
    window, note = fit_length(signal, 6)
    assert window.tolist() == [[1, 1, 2, 3, 3, 3]]
    assert "3 of the 6" in note
    assert fit_length(signal, 5, "start")[0].tolist() == [[1, 2, 3, 3, 3]]
    assert fit_length(signal, 5, "end")[0].tolist() == [[1, 1, 1, 2, 3]]


def test_a_record_of_that_length_is_left_alone():
    signal = np.ones((12, 7))
    assert fit_length(signal, 7) == (signal, None)


@pytest.mark.parametrize(("n", "where"), [(0, "middle"), (5, "somewhere")])
def test_windows_without_sense_are_refused(n, where):
    with pytest.raises(ValueError, match=r"cannot fit|where must be"):
        fit_length(np.ones((12, 10)), n, where)
