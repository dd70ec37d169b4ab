"""Strangers are what they are called."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.measure import measure
from ecgnet.record import LEADS, Record
from ecgnet.training import strangers
from ecgnet.training.strangers import STRANGERS


@pytest.fixture(scope="module")
def ecgs() -> np.ndarray:
    return np.stack([draw("norm_male", k, fs=100).signal for k in range(3)])


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda s: s.name)
def test_each_has_the_shape_of_an_ecg_and_numbers_in_it(stranger, ecgs: np.ndarray):
    out = stranger.make(ecgs, 0)
    assert out.shape == ecgs.shape
    assert np.isfinite(out).all()


def test_names_are_used_once():
    assert len({stranger.name for stranger in STRANGERS}) == len(STRANGERS)


@pytest.mark.parametrize("slope", [0, 1, 2])
def test_coloured_noise_falls_as_its_slope_says(slope: float):
    out = strangers.coloured(np.zeros((40, 12, 1000)), 0, slope=slope)
    power = np.square(np.abs(np.fft.rfft(out))).mean((0, 1))[1:-1]
    frequency = np.fft.rfftfreq(1000, 0.01)[1:-1]
    fitted = np.polyfit(np.log(frequency), np.log(power), 1)[0]
    assert fitted == pytest.approx(-slope, abs=0.1)


def test_exchanged_arms_turn_lead_i_and_exchange_ii_with_iii(ecgs: np.ndarray):
    out = strangers.exchanged(("RA", "LA"))(ecgs, 0)
    one, two, three = (LEADS.index(name) for name in ("I", "II", "III"))
    np.testing.assert_allclose(out[:, one], -ecgs[:, one], atol=1e-3)
    np.testing.assert_allclose(out[:, two], ecgs[:, three], atol=2e-3)
    np.testing.assert_allclose(out[:, 6:], ecgs[:, 6:], atol=2e-3)


def test_exchanged_chest_electrodes_exchange_two_leads(ecgs: np.ndarray):
    out = strangers.exchanged(("V1", "V6"))(ecgs, 0)
    np.testing.assert_allclose(out[:, LEADS.index("V1")], ecgs[:, LEADS.index("V6")], atol=2e-3)
    np.testing.assert_allclose(out[:, LEADS.index("V2")], ecgs[:, LEADS.index("V2")], atol=2e-3)


def test_twice_as_fast_doubles_the_heart_rate(ecgs: np.ndarray):
    def rate(wave: np.ndarray) -> float:
        return float(measure(Record(wave, 100, "one", "drawn")).heart_rate.value)

    assert rate(strangers.played(2.0)(ecgs, 0)[0]) == pytest.approx(2 * rate(ecgs[0]), rel=0.1)
