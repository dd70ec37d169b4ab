"""Measurements made up for one example, of which only some values are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgnet.measure import Beats, Measurements, Value

UNITS = {"heart_rate": "/min", "axis": "°"}
NAMES = ("heart_rate", "pr", "qrs", "qt", "qtc_bazett", "qtc_fridericia", "axis")


def measured(
    rr: list[float] | None = None,
    regularity: str = "regular",
    shapes: list[bool] | None = None,
    **values: float,
) -> Measurements:
    """rr: s between beats; shapes: whether each beat has the dominant shape; values: by name, the others are not found."""
    intervals = np.array(rr if rr is not None else [1.0] * 9)
    r = np.concatenate([[0.5], 0.5 + np.cumsum(intervals)])
    beats = Beats.from_r(r)
    if shapes is not None:
        beats = replace(beats, dominant=np.array(shapes))
    found = {
        name: Value(values.get(name), UNITS.get(name, "ms"), "" if name in values else "Not found.")
        for name in NAMES
    }
    return Measurements(
        **found,
        rhythm=regularity,
        rhythm_reason="",
        rr=intervals,
        beats=beats,
        window=(0.0, 10.0),
        regularity=regularity,
    )
