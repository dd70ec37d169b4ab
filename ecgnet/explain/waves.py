"""Attributions read as an ECG is read: summed over P, PQ, QRS, ST, T and what lies between, and over an average beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from ecgnet.explain.bands import BANDS, NYQUIST, band_of
from ecgnet.explain.error import ExplanationError
from ecgnet.language import mark, say
from ecgnet.measure import Beats
from ecgnet.record import LEADS

WAVES = ("P", "PQ", "QRS", "ST", "T", mark("between beats"))
REST = WAVES.index("between beats")
SPANS = (
    ("ST", "qrs_offset", "t_onset"),
    ("T", "t_onset", "t_offset"),
    ("PQ", "p_offset", "qrs_onset"),
    ("P", "p_onset", "p_offset"),
    ("QRS", "qrs_onset", "qrs_offset"),
)
"""Wave, its first boundary and its last; a later one wins where two overlap, as P on the T wave before it."""
NO_WAVES = mark(
    "No beat with its waves was found in this record, so there is nothing to sum over P, QRS and T."
)
STEP = 0.004  # s between two points of an average beat


def wave_at(beats: Beats, start: float, *, fs: float, samples: int) -> np.ndarray:
    """(samples,) int, the place in `WAVES` of each sample at fs Hz, the first at `start` s of the record.

    A wave holds the samples from its onset up to, not with, its end. A wave whose onset or end was not found is not
    there: its time counts as between beats. Raises ExplanationError where no QRS complex has an onset and an end.
    """
    if not np.isfinite(beats.qrs_onset + beats.qrs_offset).any():
        raise ExplanationError(say(NO_WAVES))
    found = np.full(samples, REST)
    for wave, onset, offset in SPANS:
        for a, b in zip(getattr(beats, onset), getattr(beats, offset), strict=True):
            if np.isfinite(a + b):
                first, last = (int(np.ceil((t - start) * fs - 1e-6)) for t in (a, b))
                found[max(first, 0) : max(last, 0)] = WAVES.index(wave)
    return found


def lead_wave_sums(values: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """values (12, N) and `wave_at` (N,) → (12, 6) sums, leads by waves; together the sum of all values."""
    one_hot = waves[:, None] == np.arange(len(WAVES))
    return np.asarray(values, np.float64) @ one_hot


def band_wave_sums(values: np.ndarray, waves: np.ndarray, *, nyquist: float = NYQUIST) -> np.ndarray:
    """A spectrogram's values (12, F, S) and `wave_at` (N,) → (5, 6) sums over all leads, `BANDS` by waves.

    A column belongs to the wave at its middle, although it hears about 0.24 s to each side of it.
    """
    bins, frames = values.shape[1:]
    middles = np.minimum(np.arange(frames) * (len(waves) // (frames - 1)), len(waves) - 1)
    by_bin = np.asarray(values, np.float64).sum(0) @ (waves[middles, None] == np.arange(len(WAVES)))
    return (band_of(bins, nyquist) == np.arange(len(BANDS))[:, None]) @ by_bin


def waves_in_words(sums: np.ndarray, target: str, *, top: int = 3) -> tuple[str, ...]:
    """(12, 6) sums, leads by waves, in sentences: the wave that counts most, and the strongest places for and against."""
    if not np.any(sums):
        return (say("No wave moved the answer for {target}.", target=target),)
    size = np.abs(sums).sum(0)
    most = int(size.argmax())
    share = 100 * size[most] / size.sum()
    sentences = [
        say(
            "{the} weighs most ({share:.0f} % of what moved the answer).",
            the=_the(WAVES[most]),
            share=share,
        )
    ]
    for sign, word in ((1, say("for")), (-1, say("against"))):
        order = np.argsort(-sign * sums, axis=None)[:top]
        places = [
            np.unravel_index(k, sums.shape) for k in order if sign * sums.flat[k] > 0.02 * np.abs(sums).max()
        ]
        if places:
            listed = ", ".join(
                say(
                    "{waves} in {leads} ({sums:+.2f})",
                    waves=say(WAVES[w]),
                    leads=LEADS[lead],
                    sums=sums[lead, w],
                )
                for lead, w in places
            )
            sentences.append(
                say("Most {word} {target}: {listed}.", word=word, target=target, listed=listed).replace(
                    "-", "−"
                )
            )
    return tuple(sentences)


def _the(wave: str) -> str:
    return {
        "P": say("The P wave"),
        "PQ": say("The PQ segment"),
        "QRS": say("The QRS complex"),
        "ST": say("The ST segment"),
        "T": say("The T wave"),
        "between beats": say("What lies between the beats"),
    }[wave]


@dataclass(frozen=True, eq=False)
class AverageBeat:
    """The mean of a record's beats, aligned at R, and what was attributed to it.

    times (n,) s from R; signal (12, n) mV; values (12, n), the attribution of a sample, mean over the beats; count:
    beats that went into it; marks: boundary ("p_onset", ...) → its median time from R in s, where it was found.
    """

    times: np.ndarray
    signal: np.ndarray
    values: np.ndarray
    count: int
    marks: dict[str, float]


def average_beat(
    signal: np.ndarray, values: np.ndarray, *, beats: Beats, start: float, fs: float
) -> AverageBeat:
    """signal (12, N) in mV and values (12, N) at fs Hz, the first sample at `start` s of the record → their mean beat.

    Beats of the dominant shape that lie whole inside; from at most 0.3 s before R to 0.6 s after, never longer than
    the usual RR interval. Raises ExplanationError where no beat lies whole inside.
    """
    rr = float(np.median(np.diff(beats.r))) if len(beats) > 1 else 1.0
    before, after = min(0.3, 0.35 * rr), min(0.6, 0.65 * rr)
    times = np.arange(-round(before / STEP), round(after / STEP) + 1) * STEP
    axis = start + np.arange(signal.shape[1]) / fs
    inside = (beats.r + times[0] >= axis[0]) & (beats.r + times[-1] <= axis[-1])
    chosen = np.flatnonzero(inside & beats.dominant)
    if not chosen.size:
        raise ExplanationError(
            say("No beat lies whole inside the part that the model reads, so there is none to average.")
        )
    at = beats.r[chosen, None] + times
    spline = CubicSpline(axis, signal, axis=1)
    weights = np.stack([np.interp(at, axis, row).mean(0) for row in values])
    marks = {}
    for name in ("p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_onset", "t_offset"):
        offsets = (getattr(beats, name) - beats.r)[chosen]
        if np.isfinite(offsets).any():
            marks[name] = float(np.nanmedian(offsets))
    return AverageBeat(times, spline(at).mean(1), weights, len(chosen), marks)


def regions(waves: np.ndarray | None, samples: int, *, second: int = 100) -> np.ndarray:
    """(12, samples) int from 0: each lead's samples of one wave are one region; each lead's seconds where waves is None.

    second: samples a second.
    """
    parts = np.arange(samples) // second if waves is None else waves
    _, part = np.unique(parts, return_inverse=True)
    return np.arange(len(LEADS))[:, None] * (part.max() + 1) + part
