"""Is this ECG like those that the models learnt from? A distance, and the limit that few of fold 9's records exceed.

Two views are taken of a record: what the networks saw (the hidden features of the default's branches), and what the
signal is in fifteen numbers. In each the distance is Mahalanobis's (Lee et al. 2018, arXiv:1807.03888) under a covariance
of few directions plus one variance for all others (probabilistic principal components, Tipping and Bishop 1999), so that
what leaves the subspace of the training data counts too (as in Wang et al. 2022, arXiv:2203.10807). Either is divided by
its limit; the larger one is the score: above 1 the ECG is unfamiliar.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ecgnet import atomic
from ecgnet.cards import ROOT, Card, Stamp, WeightsError, read_card
from ecgnet.language import mark, say
from ecgnet.leads import residual
from ecgnet.models import DEFAULT

FORMAT = 1
FILE = "familiarity.npz"
MOST_FLAGGED = 0.02
"""The share of fold 9's records that lies beyond the limit."""
DIRECTIONS, SHRINKAGE = 64, 0.1
LEAST_SCALE = 0.1
"""Of a signal statistic: a tenth of an amplitude or share is no news."""
REMEDY = mark("run ecgnet study trust to measure it anew")


@dataclass(frozen=True, eq=False)
class Gaussian:
    """mean (D,), axes (K, D) of length 1, variances (K,) along them, and the variance `rest` of every other direction;
    scale (D,): what each dimension is divided by first."""

    mean: np.ndarray
    scale: np.ndarray
    axes: np.ndarray
    variances: np.ndarray
    rest: float

    def distance(self, values: np.ndarray) -> np.ndarray:
        """(..., D) → (...): the square of Mahalanobis's distance, divided by D; 1 is usual."""
        centred = (np.asarray(values, np.float64) - self.mean) / self.scale
        along = centred @ self.axes.T
        outside = np.maximum(np.square(centred).sum(-1) - np.square(along).sum(-1), 0)
        return (np.square(along / np.sqrt(self.variances)).sum(-1) + outside / self.rest) / len(self.mean)


def fit_gaussian(values: np.ndarray, directions: int = DIRECTIONS, *, least: float = 1e-6) -> Gaussian:
    """From values (N, D), no dimension scaled up from less than `least`. `directions` is lowered to what D and N can hold.

    Variances are shrunk by a tenth towards their mean (as Ledoit and Wolf 2004 shrink), so that a direction in which the
    training data hardly vary does not alone decide. Raises ValueError for fewer than three rows.
    """
    values = np.asarray(values, np.float64)
    if len(values) < 3:
        raise ValueError(
            say(
                "{n_values} records are too few to say what is usual.",
                n_values=len(values),
            )
        )
    mean, scale = values.mean(0), np.maximum(values.std(0), least)
    _, singular, axes = np.linalg.svd((values - mean) / scale, full_matrices=False)
    variances = np.zeros(values.shape[1])
    variances[: len(singular)] = np.square(singular) / (len(values) - 1)
    variances = (1 - SHRINKAGE) * variances + SHRINKAGE * max(float(variances.mean()), 1e-6)
    k = min(directions, len(axes), max(1, values.shape[1] - 1))
    return Gaussian(mean, scale, axes[:k], variances[:k], float(variances[k:].mean()))


STATISTICS = (
    *("middle amplitude", "smallest amplitude", "largest amplitude", "largest peak", "limb amplitude"),
    *("flatness", "fast share", "slow share", "middle share", "Einthoven", "Goldberger"),
    *("peakedness", "dimensions", "rhythm", "chest neighbours"),
)
"""The fifteen numbers of `signal_statistics`, in order."""


def signal_statistics(wave: np.ndarray) -> np.ndarray:
    """(N, 12, T) mV at 100 Hz → (N, 15) as `STATISTICS`.

    Logarithms of amplitudes in mV (RMS of the leads) and of shares of the power; the spectrum's flatness (Wiener's entropy,
    0 is white); how far I + III is from II and aVR from -(I + II)/2, against the limb leads; kurtosis; the dimensions
    that the leads span; the highest autocorrelation of the slopes between 0.3 and 2 s; the correlation of neighbouring
    chest leads.
    """
    wave = np.asarray(wave, np.float64)
    wave = wave - wave.mean(-1, keepdims=True)
    tiny = 1e-3  # mV: below the file's resolution all is silence
    rms = wave.std(-1)
    power = np.square(np.abs(np.fft.rfft(wave * np.hanning(wave.shape[-1]))))[..., 5:]
    power = power + 1e-6 * wave.shape[-1]
    frequency = np.fft.rfftfreq(wave.shape[-1], 0.01)[5:]
    total = power.sum(-1)

    def share(low: float, high: float) -> np.ndarray:
        part = power[..., (frequency >= low) & (frequency < high)].sum(-1)
        return np.log(np.median(part / total, -1) + 1e-6)

    limb = np.sqrt(np.square(wave[:, :6]).mean((1, 2))) + tiny
    peaked = (wave**4).mean(-1) / (np.square(wave).mean(-1) + tiny**2) ** 2
    columns = [
        *(np.log(part(rms, -1) + tiny) for part in (np.median, np.min, np.max)),
        np.log(np.abs(wave).max((1, 2)) + tiny),
        np.log(limb),
        np.median(np.log(power).mean(-1) - np.log(power.mean(-1)), -1),
        share(20, 51),
        share(0, 0.8),
        share(5, 15),
        np.log(residual(wave, "III").std(-1) / limb + 0.1),
        np.log(residual(wave, "aVR").std(-1) / limb + 0.1),
        np.log(np.median(peaked, -1) + 0.1),
        _dimensions(wave),
        _rhythm(wave),
        _neighbours(wave[:, 6:], tiny),
    ]
    return np.stack(columns, 1)


def _dimensions(wave: np.ndarray) -> np.ndarray:
    """(N,): the participation ratio of the leads' covariance, 1 where all leads are one signal, 12 where all are apart."""
    covariance = wave @ wave.transpose(0, 2, 1) / wave.shape[-1] + 1e-6 * np.eye(wave.shape[1])
    values = np.linalg.eigvalsh(covariance)
    return np.square(values.sum(-1)) / np.square(values).sum(-1)


def _rhythm(wave: np.ndarray) -> np.ndarray:
    """(N,): the highest autocorrelation of the summed squares of the slopes between 0.3 and 2 s."""
    slope = np.square(np.diff(wave, axis=-1)).sum(1)
    slope = slope - slope.mean(-1, keepdims=True)
    n = slope.shape[-1]
    auto = np.fft.irfft(np.square(np.abs(np.fft.rfft(slope, 2 * n))), 2 * n)[:, :200]
    return auto[:, 30:].max(-1) / (auto[:, 0] + 1e-12)


def _neighbours(chest: np.ndarray, tiny: float) -> np.ndarray:
    """(N,): the mean correlation of V1 with V2 and so on."""
    size = chest.std(-1) + tiny
    return ((chest[:, 1:] * chest[:, :-1]).mean(-1) / (size[:, 1:] * size[:, :-1])).mean(-1)


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Both views of what is usual, their limits, and the stamp of the weights whose features they are."""

    seen: Gaussian
    signal: Gaussian
    limits: tuple[float, float]
    stamp: str

    def scores(self, hidden: np.ndarray, wave: np.ndarray) -> np.ndarray:
        """hidden (N, D) features and the waves (N, 12, T) in mV at 100 Hz → (N, 2): each view's distance by its limit."""
        distances = self.seen.distance(hidden), self.signal.distance(signal_statistics(wave))
        return np.stack(distances, -1) / np.array(self.limits)

    def score(self, hidden: np.ndarray, wave: np.ndarray) -> np.ndarray:
        """(N,): above 1 is unfamiliar."""
        return self.scores(hidden, wave).max(-1)


def fit_familiarity(
    hidden: np.ndarray,
    wave: np.ndarray,
    *,
    held_hidden: np.ndarray,
    held_wave: np.ndarray,
    stamp: str,
    flagged: float = MOST_FLAGGED,
) -> Familiarity:
    """What is usual, from training records' features (N, D) and waves (N, 12, T), with limits that at most the share
    `flagged` of held out records exceeds: one share for each view, such that both together flag that many."""
    seen = fit_gaussian(hidden)
    signal = fit_gaussian(signal_statistics(wave), len(STATISTICS), least=LEAST_SCALE)
    distances = np.stack([seen.distance(held_hidden), signal.distance(signal_statistics(held_wave))], -1)
    shares = np.linspace(flagged / 2, flagged, 41)
    together = [(distances > np.quantile(distances, 1 - share, axis=0)).any(1).mean() for share in shares]
    share = max([s for s, both in zip(shares, together, strict=True) if both <= flagged], default=flagged / 2)
    limits = np.quantile(distances, 1 - share, axis=0)
    return Familiarity(seen, signal, (float(limits[0]), float(limits[1])), stamp)


def save_familiarity(familiarity: Familiarity, root: Path = ROOT) -> Path:
    """Write `familiarity.npz`: float16 axes, float32 otherwise. → its path."""
    arrays = {"about": np.array(json.dumps({"format": FORMAT, "stamp": familiarity.stamp}))}
    for view in ("seen", "signal"):
        found: Gaussian = getattr(familiarity, view)
        arrays |= {
            f"{view}_mean": found.mean.astype(np.float32),
            f"{view}_scale": found.scale.astype(np.float32),
            f"{view}_axes": found.axes.astype(np.float16),
            f"{view}_variances": found.variances.astype(np.float32),
            f"{view}_rest": np.float32(found.rest),
        }
    path = root / FILE
    with atomic.replacing(path) as part:
        np.savez_compressed(part, limits=np.array(familiarity.limits), **arrays)
    return path


def load_familiarity(card: Card, root: Path = ROOT) -> Familiarity:
    """The statistics of these weights. Raises WeightsError when the file is missing, damaged or of other weights."""
    path = root / FILE
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise WeightsError(
            say(
                "{file} is missing from {name}/; {remedy}.",
                file=FILE,
                name=root.name,
                remedy=say(REMEDY),
            )
        ) from None
    found = _read(path, changed)
    if found.stamp != card.stamp(Stamp.ANSWERS):
        raise WeightsError(
            say(
                "{file} belongs to other weights than {weights_id}; {remedy}.",
                file=FILE,
                weights_id=card.weights_id,
                remedy=say(REMEDY),
            )
        )
    return found


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Familiarity:
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if about["format"] != FORMAT:
                raise ValueError(f"format {about['format']}")
            views = [
                Gaussian(
                    *(file[f"{view}_{part}"].astype(np.float64) for part in ("mean", "scale")),
                    *(file[f"{view}_{part}"].astype(np.float64) for part in ("axes", "variances")),
                    float(file[f"{view}_rest"]),
                )
                for view in ("seen", "signal")
            ]
            first, second = file["limits"].tolist()
            return Familiarity(*views, (first, second), about["stamp"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsError(
            say(
                "{file} cannot be read ({error}); {remedy}.",
                file=FILE,
                error=error,
                remedy=say(REMEDY),
            )
        ) from error


def verify_familiarity(root: Path = ROOT) -> list[str]:
    """What is wrong with the file, as sentences: nothing when it is not there or fits the default model's weights."""
    if not (root / FILE).is_file():
        return []
    try:
        load_familiarity(read_card(DEFAULT, root), root)
    except WeightsError as error:
        return [str(error)]
    return []
