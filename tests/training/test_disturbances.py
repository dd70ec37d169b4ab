"""Disturbances have the frequency, the size and the physics that they claim."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.leads import FROM_ELECTRODES
from ecgnet.record import LEADS
from ecgnet.training import disturbances
from ecgnet.training.disturbances import DISTURBANCES

SILENCE = np.zeros((4, 12, 1000), np.float32)


def spectrum(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    power = np.square(np.abs(np.fft.rfft(wave * np.hanning(wave.shape[-1])))).mean((0, 1))
    return np.fft.rfftfreq(wave.shape[-1], 0.01), power / power.sum()


def rms(wave: np.ndarray) -> float:
    return float(np.sqrt(np.square(wave).mean()))


@pytest.fixture
def beats() -> np.ndarray:
    """Four ECGs of smooth beats, 1 mV high, their limb leads in accord."""
    time = np.arange(1000) / 100 % 0.8
    beat = np.exp(-(((time - 0.3) / 0.03) ** 2)) + 0.2 * np.exp(-(((time - 0.6) / 0.06) ** 2))
    at_electrodes = np.linspace(0.2, 1, 9)[:, None] * beat
    return np.repeat((FROM_ELECTRODES @ at_electrodes)[None], 4, 0).astype(np.float32)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_shape_and_type_stay_and_the_wave_given_is_not_touched(name: str, beats: np.ndarray):
    before = beats.copy()
    out = DISTURBANCES[name](beats)
    assert (out.shape, out.dtype) == (beats.shape, np.float32)
    np.testing.assert_array_equal(beats, before)


def test_hum_of_50_hz_lies_at_the_edge_of_the_band():
    frequency, power = spectrum(disturbances.hum(SILENCE, 50, amplitude=0.1))
    assert power[frequency > 49.5].sum() > 0.95


def test_hum_of_60_hz_folds_to_40_hz_and_is_mostly_filtered():
    out = disturbances.hum(SILENCE, 60, amplitude=0.1)
    frequency, power = spectrum(out)
    assert power[abs(frequency - 40) < 0.5].sum() > 0.9
    assert rms(out) < 0.1 * rms(disturbances.hum(SILENCE, 50, amplitude=0.1))


def test_a_causal_high_pass_leaves_its_trace_behind_the_beat_alone(beats: np.ndarray):
    alone = np.zeros((1, 12, 1000), np.float32)
    alone[..., 500:510] = 1
    out = disturbances.causal(alone, 2)
    np.testing.assert_array_equal(out[..., :500], 0)
    assert out[..., 515:560].max() < 0


def test_wander_is_slow_and_as_large_as_asked():
    out = disturbances.wander(SILENCE, 0.5)
    frequency, power = spectrum(out)
    assert power[frequency < 0.8].sum() > 0.99
    assert rms(out) == pytest.approx(0.5 / np.sqrt(2), rel=1e-3)


def test_muscle_noise_is_fast_and_as_large_as_asked():
    out = disturbances.muscle(SILENCE, 0.05)
    frequency, power = spectrum(out)
    assert power[frequency > 18].sum() > 0.95
    assert rms(out) == pytest.approx(0.05, rel=1e-3)


@pytest.mark.parametrize("change", [disturbances.wander, disturbances.hum, disturbances.muscle])
def test_noise_at_the_electrodes_obeys_einthoven_and_goldberger(change):
    one, two, three, right = change(SILENCE)[:, :4].transpose(1, 0, 2)
    np.testing.assert_allclose(one + three, two, atol=1e-5)
    np.testing.assert_allclose(right, -(one + two) / 2, atol=1e-5)


@pytest.mark.parametrize("change", [disturbances.wander, disturbances.hum, disturbances.muscle])
def test_one_seed_disturbs_alike(change, beats: np.ndarray):
    np.testing.assert_array_equal(change(beats, seed=3), change(beats, seed=3))
    assert not np.array_equal(change(beats, seed=3), change(beats, seed=4))


def test_gain_is_a_factor(beats: np.ndarray):
    np.testing.assert_allclose(disturbances.gain(beats, 0.8), 0.8 * beats, rtol=1e-6)


@pytest.mark.parametrize("fs", [250, 360, 500, 1000])
def test_a_smooth_ecg_survives_another_rate(fs: float, beats: np.ndarray):
    assert np.abs(disturbances.via(beats, fs) - beats).max() < 0.02


def test_half_a_record_keeps_its_middle_and_repeats_it(beats: np.ndarray):
    out = disturbances.shortened(beats, 5)
    np.testing.assert_array_equal(out[..., 250:750], beats[..., 250:750])
    np.testing.assert_array_equal(out[..., 750:], beats[..., 250:500])


def test_the_lead_matrix_has_the_leads_in_order():
    potentials = dict.fromkeys(disturbances.ELECTRODES, 0.0) | {"LA": 1.0}
    leads = dict(zip(LEADS, FROM_ELECTRODES @ np.array(list(potentials.values())), strict=True))
    assert (leads["I"], leads["II"], leads["III"], leads["aVL"]) == (1, 0, -1, 1)
    assert leads["V1"] == pytest.approx(-1 / 3)
