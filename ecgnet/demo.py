"""The demo library: ECGs for a first look without any data set. numpy, scipy and the readers only.

Synthetic ECGs are drawn from the beat atlas (`ecgnet.training.atlas`, `weights/atlas.npz`): a mean beat
plus random principal components, repeated along random RR intervals, plus background noise. One ECG is real:
the one that pydicom ships as test data. Each says what it is.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydicom.data import get_testdata_file
from scipy.interpolate import CubicSpline

from ecgnet import readers
from ecgnet.folders import RESTORE, WEIGHTS
from ecgnet.language import say
from ecgnet.leads import twelve_from_eight
from ecgnet.record import Metadata, Record, RecordError

TIMES: np.ndarray = np.arange(-40, 49) / 100
"""(89,) s, a beat's samples around the middle of the QRS, on the axis that `correct` makes."""
BANDS: np.ndarray = np.concatenate([[0.05], np.geomspace(0.45, 50.001, 25)])
"""(26,) Hz, edges of the 25 noise bands; nothing faster than 50 Hz is in the atlas."""

QRS_END = 0.08
SPREAD = 0.6
"""How far a draw strays from its kind's mean, in standard deviations of the patients."""


def uncorrect(times: np.ndarray, rr: float) -> np.ndarray:
    """Corrected → real seconds from the QRS: ST-T stretches with sqrt(RR) (Bazett 1920), P and QRS do not."""
    return np.where(times > QRS_END, QRS_END + (times - QRS_END) * np.sqrt(rr), times)


def correct(times: np.ndarray, rr: float) -> np.ndarray:
    """The inverse of `uncorrect`."""
    return np.where(times > QRS_END, QRS_END + (times - QRS_END) / np.sqrt(rr), times)


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """One ECG of the library.

    superclasses: what it was drawn as, empty for the real one; description: what it is, in a sentence or two;
    kind: its name in the atlas; heart_rate: beats a minute as drawn. Both are None for the real one.
    """

    record: Record
    title: str
    superclasses: tuple[str, ...]
    description: str
    kind: str | None = None
    heart_rate: float | None = None


LIBRARY: tuple[tuple[str, int], ...] = (
    ("norm_female", 1),
    ("norm_male", 2),
    ("norm_slow", 3),
    ("imi", 1),
    ("asmi", 1),
    ("ilmi", 3),
    ("iscal", 2),
    ("sttc_afib", 4),
    ("clbbb", 2),
    ("crbbb", 5),
    ("lafb", 1),
    ("lvh_strain", 2),
)
"""Kind and seed of the synthetic records."""


@lru_cache(maxsize=1)
def load_atlas(folder: Path | None = None) -> tuple[dict[str, np.ndarray], dict[str, dict]]:
    """The arrays of `atlas.npz` (see `ecgnet.training.atlas.fit_atlas`), and `atlas.json` by kind.

    Raises RecordError where they are missing."""
    folder = folder or WEIGHTS
    try:
        with np.load(folder / "atlas.npz", allow_pickle=False) as file:
            arrays = {
                name: file[name] if file[name].dtype.kind == "U" else file[name].astype(np.float64)
                for name in file
            }
        return arrays, json.loads((folder / "atlas.json").read_text())["kinds"]
    except FileNotFoundError as error:
        missing = Path(error.filename).name
        raise RecordError(
            say(
                "{missing}, which the demo ECGs are drawn from, is missing; {restore}.",
                missing=missing,
                restore=say(RESTORE),
            )
        ) from None


def draw(kind: str, seed: int, *, fs: float = 500, duration: float = 10) -> Record:
    """A synthetic ECG of this kind, the same for the same seed; its content ends at 50 Hz, whatever fs.

    Raises KeyError for a kind that the atlas does not have.
    """
    return _draw(kind, seed, fs, duration)[0]


def _draw(kind: str, seed: int, fs: float, duration: float) -> tuple[Record, float]:
    """The record and its heart rate in beats a minute."""
    atlas, about = load_atlas()
    if kind not in about:
        raise KeyError(
            say(
                "the atlas has no kind {kind!r}; it has {about}",
                kind=kind,
                about=", ".join(about),
            )
        )
    k = list(atlas["kinds"]).index(kind)
    rng = np.random.default_rng([zlib.crc32(kind.encode()), seed])

    rr, places = _rhythm(rng, atlas["rr"][k], float(atlas["lag1"][k]), duration)
    scores = SPREAD * np.clip(rng.standard_normal(atlas["components"].shape[1]), -2, 2)
    beat = atlas["mean"][k] + np.tensordot(scores, atlas["components"][k], 1)
    time = np.arange(round(duration * fs)) / fs
    leads = _beats(rng, beat, rr, places, time) + _noise(
        rng, atlas["noise"][k], atlas["correlation"][k], time
    )

    age_mean, age_sd = atlas["age"][k]
    age = round(float(np.clip(age_mean + age_sd * np.clip(rng.standard_normal(), -1, 1), 18, 89)))
    sex = "female" if rng.random() < atlas["female"][k] else "male"
    record = Record(
        twelve_from_eight(leads),
        fs,
        f"{kind}-{seed}",
        say("demo library (synthetic)"),
        Metadata(age, sex),
        (say("Drawn from the beat atlas: no patient's recording. Its content ends at 50 Hz."),),
    )
    inside = places[(places >= 0) & (places < duration)]
    return record, 60 / float(np.diff(inside).mean())


def _rhythm(
    rng: np.random.Generator, statistics: np.ndarray, lag1: float, duration: float
) -> tuple[float, np.ndarray]:
    """The mean RR interval in s and the QRS times, from before the start to after the end."""
    mean, spread, variability, variability_spread = statistics
    log_rr, log_variability = np.clip(rng.standard_normal(2), -1, 1) * (spread, variability_spread)
    rr, sd = np.exp(mean + log_rr), np.exp(variability + log_variability)
    steps = np.clip(rng.standard_normal(round(duration / rr * 2) + 8), -2, 2)
    for n in range(1, len(steps)):  # a first-order autoregression of variance 1
        steps[n] = lag1 * steps[n - 1] + np.sqrt(1 - lag1**2) * steps[n]
    intervals = np.maximum(rr * np.exp(sd * steps), 0.38)
    places = np.cumsum(intervals) - 2 * rr - rng.uniform(0, rr)
    return rr, places[places < duration + 1]


def _beats(
    rng: np.random.Generator, beat: np.ndarray, rr: float, places: np.ndarray, time: np.ndarray
) -> np.ndarray:
    """(8, T): the beat (8, L) at every place, faded to 0 at both ends so that neighbours meet smoothly.

    The heart's axis sways with breathing, here as a change of each lead's size by a few per cent.
    """
    fade = np.clip((TIMES - TIMES[0]) / 0.06, 0, 1) * np.clip((TIMES[-1] - TIMES) / 0.10, 0, 1)
    spline = CubicSpline(TIMES, beat * (0.5 - 0.5 * np.cos(np.pi * fade)), axis=1)
    out = np.zeros((len(beat), len(time)))
    breath, phase = rng.uniform(0.2, 0.3), rng.uniform(0, 2 * np.pi)
    sway = rng.normal(0, 0.03, (len(beat), 1))
    for place in places:
        offsets = correct(time - place, rr)
        there = (offsets >= TIMES[0]) & (offsets <= TIMES[-1])
        size = 1 + sway * np.sin(2 * np.pi * breath * place + phase)
        out[:, there] += size * spline(offsets[there])
    return out


def _noise(
    rng: np.random.Generator, amplitude: np.ndarray, correlation: np.ndarray, time: np.ndarray
) -> np.ndarray:
    """(8, T) mV with the spectrum (8, F) and correlation (8, 8) of the leads' background."""
    fs = 1 / (time[1] - time[0])
    frequencies = np.fft.rfftfreq(len(time), 1 / fs)
    middles = np.sqrt(BANDS[1:] * BANDS[:-1])
    root = np.linalg.cholesky(correlation + 1e-3 * np.eye(len(correlation)))
    spectrum = np.fft.rfft(root @ rng.standard_normal((len(root), len(time))), axis=1)
    shape = np.stack([np.interp(frequencies, middles, row, left=0, right=0) for row in amplitude])
    return np.fft.irfft(spectrum * shape * np.sqrt(fs / 2), len(time), axis=1)


def demo_library() -> tuple[DemoRecord, ...]:
    """Synthetic records of all five superclasses, then the real one. The same at every call."""
    return (*(_synthetic(n, kind, seed) for n, (kind, seed) in enumerate(LIBRARY, 1)), _real())


def _synthetic(n: int, kind: str, seed: int) -> DemoRecord:
    record, heart_rate = _draw(kind, seed, 500, 10)
    about = load_atlas()[1][kind]
    record = Record(record.signal, record.fs, f"demo-{n:02d}", record.source, record.metadata, record.notes)
    return DemoRecord(
        record,
        say("{title} (synthetic)", title=say(about["title"])),
        tuple(about["superclasses"]),
        say(
            "Synthetic, from the mean beat of {records} patients of PTB-XL with random variation: no "
            "patient's recording.",
            records=about["records"],
        ),
        kind,
        heart_rate,
    )


def _real() -> DemoRecord:
    path = Path(get_testdata_file("waveform_ecg.dcm", download=False))
    record = readers.read(path.read_bytes(), name=path.name)
    record = Record(
        record.signal,
        record.fs,
        f"demo-{len(LIBRARY) + 1:02d}",
        say("demo library (pydicom test data)"),
        record.metadata,
        record.notes,
    )
    return DemoRecord(
        record,
        say("A real ECG, DICOM"),
        (),
        say("Real ECG, shipped with pydicom as test data (waveform_ecg.dcm); nobody labelled it here."),
    )
