"""The dominant beat's boundaries carried over to every single beat."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.measure._delineation import POINTS, Waves, qrs_bounds
from ecgnet.measure._median import Median, cut
from ecgnet.measure._prepare import RATE, Prepared
from ecgnet.measure._types import Beats

SMOOTH = 0.008
"""s; P and T waves are slow, muscle noise is not."""
P_LIKE, T_LIKE = 0.5, 0.5
"""Correlation with the dominant wave, over all leads, from which a single beat's wave counts as found."""


def every_beat(prepared: Prepared, median: Median, waves: Waves) -> Beats:
    """Boundaries for each beat: QRS by its shift against the dominant beat, P and T by their own shift.

    A wave that does not resemble the dominant one is NaN; so are P and T of beats of another shape, whose QRS complex
    is delineated by itself.
    """
    smooth = gaussian_filter1d(prepared.independent, SMOOTH * RATE, axis=1)
    places, zero = median.fiducials, median.zero
    n = len(places)
    unknown = np.full(n, np.nan)
    columns = {name: unknown.copy() for name in POINTS}
    fits = median.dominant
    for name in ("qrs_onset", "qrs_offset"):
        columns[name][fits] = places[fits] + getattr(waves, name) - zero
    for k in np.flatnonzero(~fits):
        one = cut(prepared.independent, places[k : k + 1], zero, median.beat.shape[1] - zero)[0]
        onset, offset = qrs_bounds(one, zero)
        columns["qrs_onset"][k], columns["qrs_offset"][k] = (
            places[k] + onset - zero,
            places[k] + offset - zero,
        )
    template = gaussian_filter1d(median.independent, SMOOTH * RATE, axis=1)
    for names, reach, enough in (
        (("p_onset", "p_offset"), 0.03, P_LIKE),
        (("t_onset", "t_peak", "t_offset"), 0.05, T_LIKE),
    ):
        ends = [getattr(waves, name) for name in (names[0], names[-1])]
        if not np.isfinite(ends).all():
            continue
        lags, likeness = _lags(smooth, template, places - zero, ends, reach)
        found = fits & (likeness > enough)
        for name in names:
            columns[name][found] = (places + getattr(waves, name) - zero + lags)[found]
    last = prepared.signal.shape[1] - 1
    times = {
        k: np.where((v >= 0) & (v <= last), v, np.nan) / RATE + prepared.start for k, v in columns.items()
    }
    return Beats(r=places / RATE + prepared.start, dominant=fits, **times)


def _lags(
    signal: np.ndarray, template: np.ndarray, starts: np.ndarray, ends: list[float], reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) shifts in samples at which each beat fits the template's wave best, and (n,) correlations there.

    Each piece is freed from the straight line between its ends first; without that two slopes of a baseline would
    resemble each other more than two waves.
    """
    margin, step = round(0.01 * RATE), 2
    a, b = max(0, int(ends[0]) - margin), min(template.shape[1], int(ends[1]) + margin)
    wave = flat(template[:, a:b])
    r = round(reach * RATE)
    wide = cut(signal, starts + a, r, b - a + r)
    windows = flat(np.lib.stride_tricks.sliding_window_view(wide, b - a, axis=2)[:, :, ::step])
    product = np.einsum("nlst,lt->ns", windows, wave)
    size = np.sqrt(np.einsum("nlst,nlst->ns", windows, windows) * (wave**2).sum())
    likeness = product / np.maximum(size, 1e-9)
    # a small cost of shifting keeps noise from moving a wave that is hardly there
    cost = 0.1 * np.abs(np.arange(likeness.shape[1]) * step - r) / max(r, 1)
    best = (likeness - cost).argmax(1)
    return best * step - r, likeness[np.arange(len(starts)), best]


def flat(piece: np.ndarray) -> np.ndarray:
    """(..., T) without the straight line from the mean of the first to the mean of the last 10 ms."""
    n, edge = piece.shape[-1], min(round(0.01 * RATE), piece.shape[-1])
    first, last = piece[..., :edge].mean(-1, keepdims=True), piece[..., -edge:].mean(-1, keepdims=True)
    return piece - (first + (last - first) * np.linspace(0, 1, n))
