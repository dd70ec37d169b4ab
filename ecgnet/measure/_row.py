"""What was measured of an ECG as a row of numbers, for rules that are fitted to such rows."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ecgnet.measure._types import LeadMeasures, Measurements
from ecgnet.record import LEADS

MEASURES = ("heart_rate", "pr", "qrs", "qt", "qtc_bazett", "qtc_fridericia", "axis")
"""The measurements of a whole ECG, in a reading's order."""
BEATS = ("rr_deviation", "rr_step", "beats", "other_beats", "led_by_spikes")
WAVES = tuple(wave.name for wave in fields(LeadMeasures))
COLUMNS = (
    *MEASURES,
    *BEATS,
    *(f"{lead} {wave}" for lead in LEADS for wave in WAVES),
    "axis_cosine",
    "axis_sine",
)
"""Intervals in ms, heart rate in 1/min, the axis in degrees and by its cosine and sine; RR intervals' standard deviation and
mean step from one to the next in s; numbers of beats, of those unlike the dominant ones, of those behind a spike; each
lead's waves in mV and ms, as `LeadMeasures` has them."""


def measured_row(measured: Measurements) -> np.ndarray:
    """(146,) float64 of `COLUMNS`, NaN where a thing could not be measured.

    >>> from ecgnet.demo import draw
    >>> from ecgnet.measure import measure
    >>> round(float(measured_row(measure(draw("imi", 1)))[COLUMNS.index("heart_rate")]))
    61
    """
    rr = measured.rr[np.isfinite(measured.rr)]
    axis = measured.axis.value
    found = [
        *(getattr(measured, name).value for name in MEASURES),
        rr.std() if len(rr) > 1 else None,
        np.abs(np.diff(rr)).mean() if len(rr) > 2 else None,
        len(measured.beats),
        int((~measured.beats.dominant).sum()),
        measured.led_by_spikes,
        *(getattr(measured.leads[lead], wave) for lead in LEADS for wave in WAVES),
        None if axis is None else np.cos(np.radians(axis)),
        None if axis is None else np.sin(np.radians(axis)),
    ]
    return np.array([np.nan if value is None else value for value in found], float)
