"""A synthetic ECG to write files from, and the folder of real ones where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ecgnet.record import LEADS

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def ecg() -> np.ndarray:
    """(12, 500) in mV, whole microvolts, at 250 Hz; Einthoven and Goldberger hold exactly."""
    t = np.arange(500) / 250
    beat = np.exp(-((((t % 0.8) - 0.3) / 0.012) ** 2)) + 0.2 * np.exp(-((((t % 0.8) - 0.55) / 0.05) ** 2))
    chest = [np.roll(beat, 2 * k) * scale for k, scale in enumerate((-0.5, -0.8, 0.6, 1.2, 1.0, 0.7))]
    one, two = (2 * np.round(500 * gain * beat + 20 * np.sin(2 * np.pi * t)) for gain in (0.7, 1.1))
    limbs = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    signal = np.stack([*limbs, *(np.round(1000 * lead) for lead in chest)]) / 1000
    signal.setflags(write=False)
    assert signal.shape == (len(LEADS), t.size)
    return signal


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files, from ECGNET_SAMPLES or beside the checkout."""
    folder = Path(os.environ.get("ECGNET_SAMPLES", CHECKOUT.parent / "shared" / "samples"))
    if not (folder / "expected.json").is_file():
        pytest.skip("no folder of real ECG files (set ECGNET_SAMPLES)")
    return folder
