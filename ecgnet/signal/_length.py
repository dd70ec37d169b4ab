"""Sampling rate and length of a signal."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
from scipy.signal import resample_poly

from ecgnet.language import say


def resample(signal: np.ndarray, fs_from: float, *, fs_to: float) -> np.ndarray:
    """The same signal at another rate: (..., T) to (..., T') with T' = round(T * fs_to / fs_from), float32.

    Units stay as they are; sample 0 stays at time 0. Polyphase filtering with the zero-phase Kaiser low-pass
    of `scipy.signal.resample_poly`, cut at the lower Nyquist rate, so that little folds back. The straight
    line from first to last sample goes around the filter: offset and drift are exact and the ends stay put.
    A ratio of rates that is not a small fraction is approximated with a denominator up to 5000, which is off
    by less than one sample in 5000.

    Raises ValueError for rates that are not above 0 and for an empty signal.
    """
    if not (np.isfinite([fs_from, fs_to]).all() and fs_from > 0 and fs_to > 0):
        raise ValueError(
            say(
                "sampling rates must be above 0 Hz, not {fs_from} and {fs_to}",
                fs_from=fs_from,
                fs_to=fs_to,
            )
        )
    signal = np.asarray(signal)
    if signal.shape[-1] == 0:
        raise ValueError(say("the signal holds no samples"))
    length = max(1, round(signal.shape[-1] * fs_to / fs_from))
    ratio = Fraction(fs_to / fs_from).limit_denominator(5000)
    if ratio == 1 or ratio == 0 or signal.shape[-1] == 1:
        out = signal
    else:
        first, last = signal[..., :1].astype(np.float64), signal[..., -1:].astype(np.float64)
        slope = (last - first) / (signal.shape[-1] - 1)
        rest = signal - (first + slope * np.arange(signal.shape[-1]))
        out = resample_poly(rest, ratio.numerator, ratio.denominator, axis=-1)
        out = out + (first + slope * (np.arange(out.shape[-1]) / float(ratio)))
    out = out[..., :length]
    missing = length - out.shape[-1]
    if missing:  # by the approximation of the ratio, or a signal of one sample
        out = np.concatenate([out, np.repeat(out[..., -1:], missing, axis=-1)], axis=-1)
    return out.astype(np.float32)


def fit_length(
    signal: np.ndarray, n: int, *, where: Literal["start", "middle", "end"] = "middle"
) -> tuple[np.ndarray, str | None]:
    """A window of exactly n samples, (..., n), and a sentence on what was done; None if nothing.

    A longer signal is cut to the part that `where` says. A shorter one is repeated, since networks that never saw a flat
    line take it for a sign of disease: evenly on both sides for "middle", behind for "start", in front for "end".

    Raises ValueError for n below 1, an empty signal or another `where`.
    """
    length = signal.shape[-1]
    if n < 1 or length < 1:
        raise ValueError(say("cannot fit {length} samples to {n}", length=length, n=n))
    if where not in ("start", "middle", "end"):
        raise ValueError(say("where must be start, middle or end, not {where!r}", where=where))
    if length == n:
        return signal, None
    spare = abs(length - n)
    before = {"start": 0, "middle": spare // 2, "end": spare}[where]
    if length > n:
        return (
            signal[..., before : before + n],
            say(
                "The record has {length} samples; the {n} at its {where} are used.",
                length=length,
                n=n,
                where=where,
            ),
        )
    pad = [(0, 0)] * (signal.ndim - 1) + [(before, spare - before)]
    return (
        np.pad(signal, pad, mode="wrap"),
        say(
            "The record has {length} of the {n} samples needed; it was repeated to fill the rest.",
            length=length,
            n=n,
        ),
    )
