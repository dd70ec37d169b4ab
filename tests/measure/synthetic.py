"""ECGs whose wave boundaries are known exactly, because each wave is a lobe that is zero outside them.

A heart vector (x left, y down, z back) made of raised-power sine lobes is projected on the leads with the matrix of
Dower et al. 1980 (J Electrocardiol 13:361), then noise is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ecgnet.record import Record

DOWER = np.array(
    [
        [0.632, -0.235, 0.059],  # I
        [0.235, 1.066, -0.132],  # II
        [-0.515, 0.157, -0.917],  # V1
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)


@dataclass(frozen=True)
class Recipe:
    """One rhythm. Times in ms, rate in beats a minute, amplitudes and noise in mV.

    rate_sd: SD of RR as a share of RR; p_amplitude 0: no P wave; fibrillation: amplitude of f waves in place of P;
    ectopic_every: each n-th beat is early and wide; gain scales the heart vector. wander at 0.3 Hz, hum at 50 Hz.
    """

    rate: float = 70
    rate_sd: float = 0.02
    pr: float = 160
    p: float = 105
    qrs: float = 92
    qt: float = 390
    p_amplitude: float = 0.13
    t_amplitude: float = 0.35
    axis: float = 45
    block: bool = False
    fibrillation: float = 0.0
    ectopic_every: int = 0
    noise: float = 0.01
    wander: float = 0.05
    hum: float = 0.0
    seconds: float = 10
    gain: float = 1.0


@dataclass(frozen=True)
class Drawn:
    """The record and, per beat whole inside it, the true times in s; NaN where there is no such wave.

    t_offset is where the T wave's last 5 % end, as the eye sees it; t_support where it is exactly zero.
    """

    record: Record
    recipe: Recipe
    truth: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def intervals(self) -> dict[str, float]:
        """Mean true PR, QRS and QT in ms."""
        t = {name: times[self.truth["normal"] > 0] for name, times in self.truth.items()}
        return {
            "pr": 1000 * np.mean(t["qrs_onset"] - t["p_onset"]),
            "qrs": 1000 * np.mean(t["qrs_offset"] - t["qrs_onset"]),
            "qt": 1000 * np.mean(t["t_offset"] - t["qrs_onset"]),
        }


def lobe(time: np.ndarray, start: float, end: float, power: float, skew: float = 1.0) -> np.ndarray:
    """sin^power between start and end, 0 elsewhere, 1 at its peak; skew above 1 moves the peak late."""
    phase = np.clip((time - start) / (end - start), 0, 1)
    return np.sin(np.pi * phase**skew) ** power


def direction(azimuth: float, elevation: float) -> np.ndarray:
    """(3,) unit vector: azimuth in the frontal plane (0 left, 90 down), elevation towards the back, in degrees."""
    a, e = np.radians([azimuth, elevation])
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])


def _p_wave(time: np.ndarray, onset: float, recipe: Recipe) -> np.ndarray:
    d, a = recipe.p / 1000, recipe.p_amplitude
    right = lobe(time, onset, onset + 0.72 * d, 1.5)
    left = lobe(time, onset + 0.28 * d, onset + d, 1.5)
    return a * (np.outer(direction(65, -40), right) + 0.9 * np.outer(direction(35, 35), left))


def _qrs(time: np.ndarray, onset: float, duration: float, axis: float, block: bool) -> np.ndarray:
    at = lambda share: onset + share * duration  # noqa: E731
    if block:  # slow, notched, towards the late ventricle
        return (
            0.25 * np.outer(direction(axis + 30, -30), lobe(time, onset, at(0.35), 1.3))
            + 0.9 * np.outer(direction(axis, 20), lobe(time, at(0.08), at(0.62), 1.3))
            + 0.8 * np.outer(direction(axis - 15, 50), lobe(time, at(0.40), at(1.0), 1.3))
        )
    return (
        0.25 * np.outer(direction(axis + 150, -35), lobe(time, onset, at(0.38), 1.3))
        + 1.2 * np.outer(direction(axis, 10), lobe(time, at(0.18), at(0.76), 1.5))
        + 0.5 * np.outer(direction(axis - 120, 55), lobe(time, at(0.52), at(1.0), 1.3))
    )


T_POWER, T_SKEW, T_VISIBLE = 2.0, 1.35, 0.05


def _t_wave(time: np.ndarray, onset: float, end: float, recipe: Recipe) -> np.ndarray:
    lead = direction(50, -25) if not recipe.block else direction(recipe.axis + 180, -30)
    return recipe.t_amplitude * np.outer(lead, lobe(time, onset, end, T_POWER, T_SKEW))


def _visible_share() -> float:
    """The share of the T lobe's span after which less than 5 % of its peak is left."""
    return float((1 - np.arcsin(T_VISIBLE ** (1 / T_POWER)) / np.pi) ** (1 / T_SKEW))


def draw(recipe: Recipe, seed: int = 0, fs: float = 500) -> Drawn:
    """A record after the recipe; the same for the same seed. Band-limited as a recorder does, to 0.45 fs."""
    rng = np.random.default_rng(seed)
    fine = 2000.0 if fs <= 1000 else 2 * fs
    time = np.arange(round(recipe.seconds * fine)) / fine
    vector = np.zeros((3, len(time)))
    truth: dict[str, list[float]] = {
        k: [] for k in ("p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_offset", "t_support", "normal")
    }
    rr, place, n = 60 / recipe.rate, rng.uniform(0.1, 0.6), 0
    visible = _visible_share()
    while place < recipe.seconds + 1:
        ectopic = bool(recipe.ectopic_every) and n % recipe.ectopic_every == recipe.ectopic_every - 1
        duration = 0.15 if ectopic else recipe.qrs / 1000
        onset, offset = place, place + duration
        has_p = recipe.p_amplitude > 0 and not recipe.fibrillation and not ectopic
        p_onset = onset - recipe.pr / 1000 if has_p else np.nan
        t_start = offset + 0.25 * (recipe.qt / 1000 - duration)
        t_end = onset + max(recipe.qt / 1000, duration + 0.2)
        support = t_start + (t_end - t_start) / visible
        if has_p:
            vector += _p_wave(time, p_onset, recipe)
        here = slice(max(0, int((onset - 0.1) * fine)), max(0, int((support + 0.1) * fine)))
        axis = recipe.axis + (100 if ectopic else 0)
        beat = _qrs(time[here], onset, duration, axis, recipe.block or ectopic)
        vector[:, here] += (1 + 0.03 * rng.standard_normal()) * beat
        vector[:, here] += _t_wave(time[here], t_start, support, recipe)
        if (p_onset if has_p else onset) > 0.02 and support < recipe.seconds - 0.02:
            row = (p_onset, p_onset + recipe.p / 1000, onset, offset, t_end, support, float(not ectopic))
            for name, value in zip(truth, row, strict=True):
                truth[name].append(value)
        n += 1
        early = bool(recipe.ectopic_every) and n % recipe.ectopic_every == recipe.ectopic_every - 1
        factor = 0.65 if early else 1.35 if ectopic else 1.0
        place += factor * rr * max(0.45, 1 + recipe.rate_sd * rng.standard_normal())
    leads = recipe.gain * DOWER @ vector
    leads += _noise(rng, recipe, time, fine)
    leads = _decimate(leads, fine, fs)
    one, two = leads[:2]
    signal = np.stack([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2, *leads[2:]])
    record = Record(signal.astype(np.float32), fs, f"synthetic-{seed}", "synthetic")
    return Drawn(record, recipe, {name: np.array(values) for name, values in truth.items()})


def _noise(rng: np.random.Generator, recipe: Recipe, time: np.ndarray, fine: float) -> np.ndarray:
    """(8, T): muscle noise white up to 150 Hz, wander, hum and, in fibrillation, f waves of wandering frequency."""
    spectrum = np.fft.rfft(rng.standard_normal((8, len(time))), axis=1)
    frequency = np.fft.rfftfreq(len(time), 1 / fine)
    spectrum[:, (frequency > 150) | (frequency < 1)] = 0
    muscle = np.fft.irfft(spectrum, len(time), axis=1)
    out = recipe.noise * muscle / max(muscle.std(), 1e-9)
    phase = rng.uniform(0, 2 * np.pi, (8, 2))
    out += recipe.wander * np.sin(2 * np.pi * 0.3 * time + phase[:, :1])
    out += recipe.hum * np.sin(2 * np.pi * 50 * time + phase[:, 1:])
    if recipe.fibrillation:
        rate = 6 + np.cumsum(rng.standard_normal(len(time))) * 0.6 / np.sqrt(fine)
        turn = 2 * np.pi * np.cumsum(rate) / fine
        wave = np.sin(turn) + 0.3 * np.sin(2 * turn + 1)
        size = np.array([0.5, 0.8, 1.0, 0.6, 0.4, 0.3, 0.3, 0.3])
        out += recipe.fibrillation * size[:, None] * wave
    return out


def _decimate(leads: np.ndarray, fine: float, fs: float) -> np.ndarray:
    spectrum = np.fft.rfft(leads, axis=1)
    frequency = np.fft.rfftfreq(leads.shape[1], 1 / fine)
    cut = 0.4 * fs
    spectrum *= 1 / np.sqrt(1 + (frequency / cut) ** 16)
    smooth = np.fft.irfft(spectrum, leads.shape[1], axis=1)
    places = np.arange(round(leads.shape[1] * fs / fine)) * fine / fs
    low = places.astype(int)
    if np.allclose(places, low):
        return smooth[:, low]
    return np.stack([np.interp(places, np.arange(leads.shape[1]), row) for row in smooth])


NORMAL = Recipe()
CASES: dict[str, Recipe] = {
    "normal": NORMAL,
    "slow, 45/min": replace(NORMAL, rate=45, qt=440),
    "fast, 120/min": replace(NORMAL, rate=120, pr=130, qt=300, qrs=84),
    "first-degree block": replace(NORMAL, rate=62, pr=260),
    "short PR": replace(NORMAL, pr=115, p=85),
    "left bundle branch block": replace(NORMAL, qrs=150, qt=430, block=True, axis=-20, t_amplitude=0.4),
    "long QT": replace(NORMAL, rate=60, qt=520),
    "low voltage": replace(NORMAL, gain=0.35, noise=0.006),
    "flat P and T": replace(NORMAL, p_amplitude=0.06, t_amplitude=0.12),
    "noise and wander": replace(NORMAL, noise=0.04, wander=0.3),
    "hum": replace(NORMAL, hum=0.06),
    "ectopic beats": replace(NORMAL, ectopic_every=4),
    "atrial fibrillation": replace(NORMAL, rate=85, rate_sd=0.22, p_amplitude=0, fibrillation=0.08, qt=360),
}
