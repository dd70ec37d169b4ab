"""Simulated strangers: what may reach the program though it is no ECG, or none like those the models learnt from.

Each takes ECGs (N, 12, T) in mV at 100 Hz and a seed, and returns (N, 12, T) float32. Pure, numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecgnet.leads import FROM_ELECTRODES, exchange_matrix
from ecgnet.record import LEADS
from ecgnet.signal import fit_length, resample
from ecgnet.training import disturbances
from ecgnet.training.disturbances import FS


@dataclass(frozen=True)
class Stranger:
    """One kind: its name, how gross it is ("no ECG", "spoilt", "subtle"), how it is made, and whether the familiarity score
    was chosen by it on fold 9 (`chosen`); the other kinds are met on fold 10 for the first time."""

    name: str
    group: str
    make: Callable[[np.ndarray, int], np.ndarray]
    chosen: bool = False


def coloured(
    wave: np.ndarray, seed: int, *, slope: float, rms: float = 0.3, at_electrodes: bool = True
) -> np.ndarray:
    """Noise instead of the ECG with power falling as 1 / f ** slope: 0 white, 1 like an EEG, 2 a random walk; `rms` mV.
    At the electrodes, so that the limb leads obey Einthoven, or in each lead on its own."""
    rng = np.random.default_rng(seed)
    n, channels = wave.shape[-1], FROM_ELECTRODES.shape[1] if at_electrodes else len(LEADS)
    spectrum = np.fft.rfft(rng.standard_normal((len(wave), channels, n)))
    frequency = np.fft.rfftfreq(n, 1 / FS)
    frequency[0] = np.inf
    noise = np.fft.irfft(spectrum / frequency ** (slope / 2), n)
    noise = FROM_ELECTRODES @ noise if at_electrodes else noise
    return (noise * (rms / np.sqrt(np.square(noise).mean((1, 2), keepdims=True)))).astype(np.float32)


def flat(wave: np.ndarray, seed: int, *, rms: float = 0.0) -> np.ndarray:
    """No electrode on a patient: nothing, or the amplifier's noise of `rms` mV."""
    noise = np.random.default_rng(seed).standard_normal(wave.shape)
    return (rms * noise).astype(np.float32)


def square(wave: np.ndarray, seed: int, *, amplitude: float = 1.0) -> np.ndarray:
    """A calibrator's pulses of `amplitude` mV, half a second long, in all leads."""
    shift = np.random.default_rng(seed).integers(0, FS, (len(wave), 1, 1))
    pulse = (np.arange(wave.shape[-1]) + shift) % FS < FS // 2
    return np.broadcast_to(amplitude * pulse, wave.shape).astype(np.float32)


def sine(wave: np.ndarray, seed: int, *, amplitude: float = 1.0) -> np.ndarray:
    """A signal generator at 1 to 2 Hz in all leads."""
    rng = np.random.default_rng(seed)
    time = np.arange(wave.shape[-1]) / FS
    phase = rng.uniform(1, 2, (len(wave), 1, 1)) * time + rng.uniform(0, 1, (len(wave), 1, 1))
    return np.broadcast_to(amplitude * np.sin(2 * np.pi * phase), wave.shape).astype(np.float32)


def reordered(wave: np.ndarray, seed: int) -> np.ndarray:
    """The 12 leads in an order of chance, as from a file whose names are wrong."""
    rng = np.random.default_rng(seed)
    return np.stack([ecg[rng.permutation(len(LEADS))] for ecg in wave])


def one_lead(wave: np.ndarray, seed: int) -> np.ndarray:
    """Lead I in the place of all twelve."""
    return np.repeat(wave[:, :1], len(LEADS), axis=1)


def without(*names: str) -> Callable[[np.ndarray, int], np.ndarray]:
    """Leads that are 0 throughout."""

    def make(wave: np.ndarray, seed: int) -> np.ndarray:
        out = wave.copy()
        out[:, [LEADS.index(name) for name in names]] = 0
        return out

    return make


def exchanged(*pairs: tuple[str, str]) -> Callable[[np.ndarray, int], np.ndarray]:
    """Electrodes exchanged: the leads as they then are recorded."""
    change = exchange_matrix(*pairs)
    return lambda wave, seed: (change @ wave).astype(np.float32)


def played(speed: float) -> Callable[[np.ndarray, int], np.ndarray]:
    """A wrong sampling rate in the file's head: the ECG runs `speed` times as fast."""

    def make(wave: np.ndarray, seed: int) -> np.ndarray:
        out = resample(wave, FS, fs_to=FS / speed)
        if out.shape[-1] < wave.shape[-1]:  # a longer recording would fill the window
            out = np.concatenate([out, out], -1)
        return fit_length(out, wave.shape[-1], where="start")[0].astype(np.float32)

    return make


def clipped(wave: np.ndarray, seed: int, *, limit: float = 0.2) -> np.ndarray:
    """An amplifier that holds no more than `limit` mV."""
    return np.clip(wave, -limit, limit).astype(np.float32)


def band(low: float, high: float) -> Callable[[np.ndarray, int], np.ndarray]:
    """Another recorder's filters, in Hz: second order down, third order up, no phase."""

    def make(wave: np.ndarray, seed: int) -> np.ndarray:
        n = wave.shape[-1]
        f = np.maximum(np.fft.rfftfreq(n, 1 / FS), 1e-3)
        response = 1 / (1 + (low / f) ** 4) / (1 + (f / high) ** 6)
        return np.fft.irfft(np.fft.rfft(wave) * response, n).astype(np.float32)

    return make


def _plain(function: Callable[..., np.ndarray], **sizes: float) -> Callable[[np.ndarray, int], np.ndarray]:
    return lambda wave, seed: function(wave, seed=seed, **sizes)


STRANGERS: tuple[Stranger, ...] = (
    Stranger("flat line", "no ECG", flat, chosen=True),
    Stranger("amplifier noise 5 µV", "no ECG", lambda w, s: flat(w, s, rms=0.005)),
    Stranger("white noise", "no ECG", lambda w, s: coloured(w, s, slope=0), chosen=True),
    Stranger("EEG-like 1/f noise", "no ECG", lambda w, s: coloured(w, s, slope=1), chosen=True),
    Stranger(
        "EEG-like, 20 µV, leads apart",
        "no ECG",
        lambda w, s: coloured(w, s, slope=1, rms=0.02, at_electrodes=False),
    ),
    Stranger("random walk", "no ECG", lambda w, s: coloured(w, s, slope=2), chosen=True),
    Stranger("sine of 1 to 2 Hz", "no ECG", sine),
    Stranger("calibration pulses", "no ECG", square),
    Stranger("10 times too large", "no ECG", lambda w, s: 10 * w),
    Stranger("10 times too small", "no ECG", lambda w, s: w / 10),
    Stranger(
        "white noise 0.5 mV upon it", "spoilt", lambda w, s: w + coloured(w, s, slope=0, rms=0.5), chosen=True
    ),
    Stranger("white noise 0.1 mV upon it", "spoilt", lambda w, s: w + coloured(w, s, slope=0, rms=0.1)),
    Stranger("muscle noise 0.3 mV", "spoilt", _plain(disturbances.muscle, rms=0.3)),
    Stranger("wander 2 mV", "spoilt", _plain(disturbances.wander, amplitude=2.0)),
    Stranger("50 Hz hum 1 mV", "spoilt", _plain(disturbances.hum, mains=50, amplitude=1.0)),
    Stranger("leads in random order", "spoilt", reordered, chosen=True),
    Stranger("lead I in all places", "spoilt", one_lead),
    Stranger("chest leads 0", "spoilt", without(*LEADS[6:]), chosen=True),
    Stranger("clipped at 0.2 mV", "spoilt", clipped),
    Stranger("upside down", "spoilt", lambda w, s: -w, chosen=True),
    Stranger("backwards in time", "subtle", lambda w, s: w[..., ::-1].copy()),
    Stranger("twice as fast", "subtle", played(2.0)),
    Stranger("half as fast", "subtle", played(0.5)),
    Stranger("arms exchanged", "subtle", exchanged(("RA", "LA"))),
    Stranger("V1 and V6 exchanged", "subtle", exchanged(("V1", "V6")), chosen=True),
    Stranger("V3 and V4 exchanged", "subtle", exchanged(("V3", "V4"))),
    Stranger("V2 is 0", "subtle", without("V2"), chosen=True),
    Stranger("gain 2", "subtle", lambda w, s: 2 * w, chosen=True),
    Stranger("gain 0.8", "subtle", lambda w, s: 0.8 * w),
    Stranger("monitor's filter 0.5 to 25 Hz", "subtle", band(0.5, 25.0)),
    Stranger("by way of 250 Hz", "subtle", lambda w, s: disturbances.via(w, 250)),
    Stranger("muscle noise 0.05 mV", "subtle", _plain(disturbances.muscle, rms=0.05)),
)
"""What the familiarity score is measured by."""
