"""What goes wrong between patient and file: drift, mains, muscles, gain, sampling rate, length. Pure functions.

All take waves (N, 12, T) in mV at 100 Hz with leads ordered as `LEADS` and return the same shape, float32; the same seed
disturbs alike. Noise arises at the nine electrodes and reaches the leads through them (Einthoven 1908, Goldberger 1942,
Wilson 1934), so that disturbed limb leads still obey I + III = II, as in a real recorder. numpy, scipy and `ecgnet.signal`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfilt

from ecgnet.leads import ELECTRODES, FROM_ELECTRODES
from ecgnet.signal import fit_length, resample

FS = 100


def wander(wave: np.ndarray, amplitude: float = 0.5, *, seed: int = 0) -> np.ndarray:
    """Baseline wander as of breathing and movement: at each electrode three sines between 0.05 and 0.5 Hz, scaled so that a
    lead's wander has an amplitude of about `amplitude` mV."""
    rng = np.random.default_rng(seed)
    shape = (len(wave), len(ELECTRODES), 3, 1)
    time = np.arange(wave.shape[-1]) / FS
    phase = 2 * np.pi * (rng.uniform(0.05, 0.5, shape) * time + rng.uniform(0, 1, shape))
    return _add(wave, np.sin(phase).sum(2), amplitude / np.sqrt(2))


def hum(wave: np.ndarray, mains: float = 50, *, amplitude: float = 0.1, seed: int = 0) -> np.ndarray:
    """Mains hum of `amplitude` mV in a lead on average, before the recorder's anti-alias filter.

    The hum is made at 500 Hz, with a mains frequency up to 0.2 Hz off, and brought to 100 Hz by ECGNet's own resampling,
    which is linear, so adding it afterwards is the same as recording it. Of 50 Hz about half is left, at the band's very
    edge, where it beats with the sampling; 60 Hz folds to 40 Hz and is mostly filtered away.
    """
    rng = np.random.default_rng(seed)
    shape = (len(wave), len(ELECTRODES), 1)
    rate = 5 * FS
    time = np.arange(5 * wave.shape[-1]) / rate
    frequency = mains + rng.uniform(-0.2, 0.2, (len(wave), 1, 1))
    size = rng.uniform(0.5, 1.5, shape)
    at_electrodes = size * np.sin(2 * np.pi * (frequency * time + rng.uniform(0, 1, shape)))
    scale = amplitude / np.sqrt(2) / _mean_rms(FROM_ELECTRODES @ at_electrodes)
    return (wave + scale * resample(FROM_ELECTRODES @ at_electrodes, rate, fs_to=FS)).astype(np.float32)


def muscle(wave: np.ndarray, rms: float = 0.05, *, seed: int = 0) -> np.ndarray:
    """Muscle noise of `rms` mV in a lead on average: Gaussian above 20 Hz (of the muscles' 20 to 500 Hz a recording at
    100 Hz holds what lies below 50), swelling and fading within seconds."""
    rng = np.random.default_rng(seed)
    n = wave.shape[-1]
    spectrum = np.fft.rfft(rng.standard_normal((len(wave), len(ELECTRODES), n)))
    spectrum *= 1 / (1 + (20 / np.maximum(np.fft.rfftfreq(n, 1 / FS), 1e-3)) ** 8)
    knots = rng.uniform(0.2, 1.8, (len(wave), len(ELECTRODES), 8))
    at = np.linspace(0, 7, n)
    low = np.minimum(at.astype(int), 6)
    envelope = knots[..., low] * (1 - at + low) + knots[..., low + 1] * (at - low)
    return _add(wave, np.fft.irfft(spectrum, n) * envelope, rms)


def gain(wave: np.ndarray, factor: float) -> np.ndarray:
    """A recorder whose millivolt is wrong by a factor."""
    return (factor * wave).astype(np.float32)


def causal(wave: np.ndarray, order: int = 1, *, corner: float = 0.5) -> np.ndarray:
    """A recorder that filters while it records: a Butterworth high-pass at `corner` Hz, whose phase bends the ST segment,
    the more so the higher its order. It has been running for 4 s, on the record's end, when the record begins."""
    filter_ = butter(order, corner, "highpass", fs=FS, output="sos")
    running = np.concatenate([wave[..., -4 * FS :], wave], -1)
    return sosfilt(filter_, running, axis=-1)[..., 4 * FS :].astype(np.float32)


def via(wave: np.ndarray, fs: float) -> np.ndarray:
    """The same ECG recorded at `fs` Hz, a rate above 100 Hz, and brought to 100 Hz by ECGNet's own resampling."""
    return resample(resample(wave, FS, fs_to=fs), fs, fs_to=FS)[..., : wave.shape[-1]]


def shortened(wave: np.ndarray, seconds: float = 5) -> np.ndarray:
    """Only the middle `seconds` were recorded; ECGNet's own way of fitting a short record to the window fills the rest."""
    kept, _ = fit_length(wave, round(seconds * FS))
    return fit_length(kept, wave.shape[-1])[0].astype(np.float32)


DISTURBANCES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "baseline wander 0.5 mV": wander,
    "50 Hz hum 0.1 mV": hum,
    "60 Hz hum 0.1 mV": lambda wave: hum(wave, 60),
    "muscle noise 0.05 mV RMS": muscle,
    "causal high-pass 0.5 Hz": causal,
    "monitor's high-pass 0.5 Hz": lambda wave: causal(wave, 2),
    "gain 0.8": lambda wave: gain(wave, 0.8),
    "gain 1.2": lambda wave: gain(wave, 1.2),
    "by way of 250 Hz": lambda wave: via(wave, 250),
    "by way of 360 Hz": lambda wave: via(wave, 360),
    "by way of 500 Hz": lambda wave: via(wave, 500),
    "by way of 1000 Hz": lambda wave: via(wave, 1000),
    "5 s instead of 10 s": shortened,
}
"""The disturbances that `ecgnet study trust` measures, by the name in its table."""


def _add(wave: np.ndarray, at_electrodes: np.ndarray, rms: float) -> np.ndarray:
    """Noise (N, 9, T) brought to the leads and to a mean RMS, added to the wave."""
    noise = FROM_ELECTRODES @ at_electrodes
    return (wave + noise * (rms / _mean_rms(noise))).astype(np.float32)


def _mean_rms(noise: np.ndarray) -> np.ndarray:
    """(N, 1, 1): the RMS over all leads of each record."""
    return np.sqrt(np.square(noise).mean((1, 2), keepdims=True))
