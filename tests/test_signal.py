"""Resampling keeps what the new rate can hold; fitting a length says what it did; display filters move nothing in time;
spectra read a sine as what it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.modality_transform import ModalityTransform
from ecgnet.signal import (
    BANDS,
    DisplayFilter,
    amplitude_spectrum,
    bridge,
    decibel,
    fit_length,
    recorded,
    resample,
    spectrogram,
    steady,
)


def sine(hz: float, fs: float, seconds: float = 10.0) -> np.ndarray:
    return np.tile(np.sin(2 * np.pi * hz * np.arange(round(seconds * fs)) / fs), (12, 1))


@pytest.mark.parametrize(("fs_from", "fs_to"), [(500, 100), (1000, 500), (257, 500), (360, 100), (100, 500)])
def test_a_sine_below_both_nyquist_rates_stays_in_place(fs_from, fs_to):
    out = resample(sine(7, fs_from), fs_from, fs_to=fs_to)
    assert out.shape == (12, 10 * fs_to)
    assert out.dtype == np.float32
    inner = slice(fs_to // 2, -fs_to // 2)
    np.testing.assert_allclose(out[:, inner], sine(7, fs_to)[:, inner], atol=5e-3)


def test_what_the_new_rate_cannot_hold_does_not_fold_back():
    assert np.abs(resample(sine(80, 500), 500, fs_to=100)[:, 50:-50]).max() < 2e-3


def test_an_offset_and_a_drift_reach_the_ends():
    line = np.linspace(-0.4, 1.3, 5000) + np.zeros((12, 1))
    np.testing.assert_allclose(resample(line, 500, fs_to=100), line[:, ::5], atol=1e-3)


def test_the_same_rate_changes_nothing():
    np.testing.assert_array_equal(resample(sine(3, 250), 250, fs_to=250), sine(3, 250).astype(np.float32))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.floats(60, 1100), st.sampled_from([100.0, 250.0, 500.0]))
def test_the_length_is_exact(n, fs_from, fs_to):
    out = resample(np.ones((2, n)), fs_from, fs_to=fs_to)
    assert out.shape == (2, max(1, round(n * fs_to / fs_from)))
    np.testing.assert_allclose(out, 1, atol=1e-4)


@pytest.mark.parametrize("rates", [(0, 100), (500, -1), (float("nan"), 100), (500, float("inf"))])
def test_rates_without_sense_are_refused(rates):
    fs_from, fs_to = rates
    with pytest.raises(ValueError, match="above 0 Hz"):
        resample(np.ones((12, 10)), fs_from, fs_to=fs_to)


def test_a_long_record_is_cut():
    signal = np.arange(10.0)[None]
    for where, first in (("start", 0), ("middle", 3), ("end", 6)):
        window, note = fit_length(signal, 4, where=where)
        assert window.tolist() == [[first, first + 1, first + 2, first + 3]]
        assert where in note and "10 samples" in note


def test_a_short_record_is_repeated():
    signal = np.array([[1.0, 2.0, 3.0]])
    window, note = fit_length(signal, 6)
    assert window.tolist() == [[3, 1, 2, 3, 1, 2]]
    assert "3 of the 6" in note
    assert fit_length(signal, 5, where="start")[0].tolist() == [[1, 2, 3, 1, 2]]
    assert fit_length(signal, 5, where="end")[0].tolist() == [[2, 3, 1, 2, 3]]


def test_a_record_of_that_length_is_left_alone():
    signal = np.ones((12, 7))
    assert fit_length(signal, 7) == (signal, None)


@pytest.mark.parametrize(("n", "where"), [(0, "middle"), (5, "somewhere")])
def test_windows_without_sense_are_refused(n, where):
    with pytest.raises(ValueError, match=r"cannot fit|where must be"):
        fit_length(np.ones((12, 10)), n, where=where)


def passed(display: DisplayFilter, hz: float, fs: float) -> float:
    """The share of a sine's amplitude that a filter leaves, far from the ends."""
    long = sine(hz, fs, 120)[0]
    inner = slice(round(50 * fs), round(70 * fs))
    return float(display.apply(long, fs)[inner].std() / long[inner].std())


@pytest.mark.parametrize("fs", [100, 257, 500, 1000])
@pytest.mark.parametrize(("band", "stopped", "kept"), [("0.05-150", 0.01, 10), ("0.5-40", 0.1, 10)])
def test_a_band_keeps_what_lies_within_and_stops_what_lies_below(band, stopped, kept, fs):
    display = DisplayFilter(band)
    assert passed(display, kept, fs) == pytest.approx(1, abs=0.01)
    assert passed(display, stopped, fs) < 0.1


@pytest.mark.parametrize("fs", [100, 500])
def test_both_limits_of_the_monitor_band_are_3_db_points(fs):
    assert passed(DisplayFilter("0.5-40"), 0.5, fs) == pytest.approx(2**-0.5, abs=0.01)
    assert passed(DisplayFilter("0.5-40"), 40, fs) == pytest.approx(2**-0.5, abs=0.01)


@pytest.mark.parametrize("notch", [50, 60])
@pytest.mark.parametrize("band", list(BANDS))
def test_a_notch_goes_with_every_band(band, notch):
    display = DisplayFilter(band, notch)
    assert passed(display, notch, 500) < 0.01
    assert passed(display, 10, 500) == pytest.approx(1, abs=0.01)
    assert display.caption(500).endswith(f"notch {notch} Hz")


@pytest.mark.parametrize(
    ("band", "fs", "caption"),
    [
        ("0.05-150", 500, "0.05-150 Hz"),
        ("0.05-150", 100, "0.05-50 Hz"),
        ("0.05-150", 250, "0.05-125 Hz"),
        ("0.5-40", 100, "0.5-40 Hz"),
        ("raw", 100, "unfiltered (to 50 Hz)"),
    ],
)
def test_the_caption_says_what_is_true_at_the_sampling_rate(band, fs, caption):
    assert DisplayFilter(band).caption(fs) == caption


def test_a_dropped_limit_is_said_and_so_is_the_standard_s_warning():
    assert "no upper limit at 150 Hz" in " ".join(DisplayFilter("0.05-150").notes(100))
    assert "No notch: 50 Hz" in " ".join(DisplayFilter("raw", 50).notes(100))
    assert "40 Hz low-pass" in " ".join(DisplayFilter("0.5-40").notes(500))
    assert DisplayFilter("0.05-150", 50).notes(500) == ()


@pytest.mark.parametrize("band", ["0.05-150", "0.5-40"])
@pytest.mark.parametrize("fs", [100, 500])
def test_a_wave_stays_where_it_is(band, fs):
    t = np.arange(10 * fs) / fs
    wave = np.exp(-(((t - 4) / 0.03) ** 2))
    assert DisplayFilter(band).apply(wave, fs).argmax() == 4 * fs


@pytest.mark.parametrize("band", ["0.05-150", "0.5-40"])
def test_offset_and_drift_go_and_one_last_noisy_sample_tilts_nothing(band):
    line = 0.7 + 0.02 * np.arange(1000) / 100
    assert np.abs(DisplayFilter(band).apply(line, 100)).max() < 0.01
    line[-1] += 0.3
    assert np.abs(DisplayFilter("0.05-150").apply(line, 100)[:-1]).max() < 0.03


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(list(BANDS)), st.sampled_from([40.0, 100.0, 257.0, 500.0]))
def test_a_gap_stays_a_gap_and_nothing_leaks_across_it(data, band, fs):
    n = data.draw(st.integers(3, 800))
    a, b = sorted(data.draw(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))))
    signal = np.random.default_rng(n).normal(size=(2, n)).astype(np.float32)
    signal[0, a : b + 1] = np.nan
    out = DisplayFilter(band).apply(signal, fs)
    np.testing.assert_array_equal(np.isnan(out), np.isnan(signal))
    other = signal.copy()
    other[0, b + 1 :] *= 50
    np.testing.assert_array_equal(DisplayFilter(band).apply(other, fs)[0, :a], out[0, :a])


def test_a_piece_of_a_long_record_is_what_the_whole_would_show():
    signal = np.random.default_rng(1).normal(size=(2, 100 * 300)).astype(np.float32)
    display = DisplayFilter("0.05-150")
    whole = display.apply(signal, 100)[:, 12_000:13_000]
    np.testing.assert_allclose(display.piece(signal, 100, first=12_000, last=13_000), whole, atol=0.05)
    np.testing.assert_array_equal(DisplayFilter().piece(signal, 100, first=5, last=9), signal[:, 5:9])


@pytest.mark.parametrize(("band", "notch"), [("1-30", None), ("raw", 55)])
def test_filters_without_sense_are_refused(band, notch):
    with pytest.raises(ValueError, match=r"band must|notch must"):
        DisplayFilter(band, notch)


@pytest.mark.parametrize(("fs", "seconds"), [(100, 10), (500, 10), (257, 2), (1000, 4)])
def test_a_sine_of_1_mv_reads_1_mv_at_its_frequency(fs, seconds):
    frequencies, amplitude = amplitude_spectrum(sine(10, fs, seconds), fs)
    peak = amplitude[0].argmax()
    assert frequencies[peak] == pytest.approx(10, abs=1 / seconds)
    assert amplitude[0, peak] == pytest.approx(1, abs=0.02)
    assert frequencies[-1] <= 50
    assert decibel(amplitude)[0, peak] == pytest.approx(0, abs=0.2)


def test_the_spectra_on_screen_are_those_that_the_networks_read():
    wave = np.random.default_rng(2).normal(0, 0.3, (12, 1000)).astype(np.float32)
    made = ModalityTransform()(torch.from_numpy(wave)[None], torch.zeros(1, 4))
    frequencies, amplitude = amplitude_spectrum(wave, 100)
    bins, times, over_time = spectrogram(wave, 100)
    np.testing.assert_allclose(frequencies, made.frequencies)
    np.testing.assert_allclose(decibel(amplitude), made.spectrum[0], atol=0.01)
    np.testing.assert_allclose(bins, made.bins)
    np.testing.assert_allclose(times, made.times)
    np.testing.assert_allclose(over_time + 1e-3, 10 ** (made.decibel[0] / 20), atol=2e-4)  # mV


def test_a_gap_is_bridged_in_the_spectrum_and_blank_in_the_spectrogram():
    signal = sine(8, 100)
    signal[0] = np.nan
    signal[1, 400:420] = np.nan
    _, amplitude = amplitude_spectrum(signal, 100)
    assert np.isnan(amplitude[0]).all()
    assert np.isfinite(amplitude[1:]).all()
    _, times, over_time = spectrogram(signal, 100)
    blank = np.isnan(over_time[1]).all(0)
    assert np.isnan(over_time[0]).all()
    assert times[blank].min() > 3.7 and times[blank].max() < 4.5
    assert np.isfinite(over_time[2:]).all()


def beating(seconds: float = 10, fs: float = 100) -> np.ndarray:
    """12 leads of 1 mV peaks, one a second, with a little noise."""
    time = np.arange(round(seconds * fs)) / fs
    noise = np.random.default_rng(0).normal(0, 0.01, (12, len(time)))
    return (np.exp(-0.5 * ((time % 1 - 0.5) / 0.02) ** 2) + noise).astype(np.float32)


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.0, 0.7, np.nan]))
def test_filling_at_the_ends_is_told_from_the_ecg(before, after, value):
    signal = np.pad(beating(), ((0, 0), (before, after)), constant_values=value)
    first = before if before >= 20 else 0
    last = before + 1000 if after >= 20 else before + 1000 + after
    assert recorded(signal, 100) == slice(first, last)


def test_a_flat_line_is_all_that_there_is():
    assert recorded(np.zeros((12, 500)), 100) == slice(0, 500)


def test_flat_stretches_count_as_recorded_where_little_would_be_left():
    signal = np.zeros((12, 1000))
    signal[:, 300:700] = beating(4)
    assert recorded(signal, 100) == slice(0, 1000)


def test_a_lead_that_is_flat_is_not_filling():
    signal = beating()
    signal[3] = 0
    assert recorded(signal, 100) == slice(0, 1000)


def test_gaps_are_bridged_by_straight_lines():
    signal = np.array([[0, np.nan, np.nan, 3, 4, np.nan], [np.nan] * 6])
    np.testing.assert_array_equal(bridge(signal)[0], [0, 1, 2, 3, 4, 4])
    assert np.isnan(bridge(signal)[1]).all()


def test_a_wandering_baseline_is_filtered_away_and_the_beats_stay():
    calm = beating()
    slow = np.sin(2 * np.pi * 0.2 * np.arange(1000) / 100)
    (still, mended), restless = steady(np.stack([calm, calm + slow]), 100)
    assert restless.tolist() == [False, True]
    np.testing.assert_array_equal(still, calm)
    middle = slice(100, 900)
    assert np.abs(mended - calm + calm.mean())[:, middle].max() < 0.2
    assert np.ptp(mended[0, middle]) > 0.9


def test_what_leads_share_does_not_count_where_only_one_wanders():
    signal = beating()
    signal[7] += np.sin(2 * np.pi * 0.2 * np.arange(1000) / 100)
    assert not steady(signal[None], 100)[1][0]
