"""Beats are found, roughly, at every usual rate and through noise and drift."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers._beats import beats, heart_rate
from ecgnet.record import Record
from ecgnet.signal import resample


@pytest.mark.parametrize("fs", [100, 250, 500, 1000])
def test_the_heart_rate_does_not_depend_on_the_sampling_rate(synthetic_record: Record, fs):
    rate = heart_rate(resample(synthetic_record.signal, 500, fs_to=fs), fs)
    assert rate == pytest.approx(71, abs=1.5)


def pulses(rate: float, seconds: float = 12, fs: float = 250) -> np.ndarray:
    """(3, T) of narrow beats, so many a minute."""
    t = np.arange(round(seconds * fs)) / fs
    beat = np.exp(-((((t % (60 / rate)) - 0.2) / 0.012) ** 2))
    return np.stack([beat, -0.5 * beat, 2 * beat])


@pytest.mark.parametrize("rate", [30, 45, 60, 100, 150, 200])
def test_slow_and_fast_hearts(rate):
    assert heart_rate(pulses(rate), 250) == pytest.approx(rate, rel=0.02)


def test_noise_drift_and_gaps_do_not_matter():
    signal = pulses(75)
    t = np.arange(signal.shape[1]) / 250
    signal = signal + np.sin(t) + np.random.default_rng(0).normal(0, 0.02, signal.shape)
    signal[2, 700:1400] = np.nan
    assert heart_rate(signal, 250) == pytest.approx(75, rel=0.02)


@pytest.mark.parametrize(
    "signal", [np.zeros((12, 3000)), np.full((2, 3000), np.nan), pulses(60, 2), np.zeros((12, 3))]
)
def test_no_beats_no_rate(signal):
    assert heart_rate(signal, 250) is None


def test_beats_lie_where_they_were_put():
    np.testing.assert_allclose(beats(pulses(60), 250) / 250 % 1, 0.2, atol=0.05)
