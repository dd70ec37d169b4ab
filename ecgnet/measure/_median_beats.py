"""The median beat of every lead, on one raster of time, so that two ECGs can be laid over each other and subtracted."""

from __future__ import annotations

import warnings

import numpy as np

from ecgnet.measure._types import Beats
from ecgnet.record import Record

STEP = 0.004  # s
BEFORE, AFTER = 0.32, 0.6  # s around R
BEAT_TIMES = np.arange(-round(BEFORE / STEP), round(AFTER / STEP) + 1) * STEP
"""(n,) s from R."""
ONSET = -0.05  # s from R, where no QRS onset was found
SHARE = 0.35, 0.6
"""Of the median RR interval that belong to a beat before and after R: beyond them stand its neighbours."""


def median_beats(record: Record, beats: Beats) -> np.ndarray | None:
    """→ (12, n) mV at `BEAT_TIMES`: the sample-wise median of the beats of the dominant shape that lie whole in the record,
    each from its level at QRS onset; NaN in a lead that was not recorded. None without such a beat. beats: in the
    record's time."""
    inside = (beats.r + BEAT_TIMES[0] >= 0) & (beats.r + BEAT_TIMES[-1] <= record.duration - 1 / record.fs)
    chosen = np.flatnonzero(inside & beats.dominant)
    if not chosen.size:
        return None
    axis = np.arange(record.n_samples) / record.fs
    onset = np.where(np.isfinite(beats.qrs_onset), beats.qrs_onset, beats.r + ONSET)[chosen]
    at = beats.r[chosen, None] + BEAT_TIMES
    cut = np.stack([np.interp(at, axis, lead) for lead in record.signal])  # (12, beats, n)
    level = np.stack([np.interp(onset, axis, lead) for lead in record.signal])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a lead of NaN alone
        beat = np.nanmedian(cut - level[..., None], axis=1).astype(np.float32)
    rr = float(np.median(np.diff(beats.r))) if len(beats) > 1 else np.inf
    first, last = -SHARE[0] * rr, SHARE[1] * rr
    beat[:, (first > BEAT_TIMES) | (last < BEAT_TIMES)] = np.nan
    return beat
