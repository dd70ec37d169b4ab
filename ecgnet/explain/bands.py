"""The frequency bands that spectra are summed up in."""

from __future__ import annotations

import numpy as np

BANDS: dict[str, tuple[float, float]] = {
    "below 0.5 Hz": (0.0, 0.5),
    "0.5-5 Hz": (0.5, 5.0),
    "5-15 Hz": (5.0, 15.0),
    "15-40 Hz": (15.0, 40.0),
    "40-50 Hz": (40.0, 50.0),
}
"""Lower edge in, upper edge out, but for the last: baseline wander; P and T waves and the rate; QRS; sharp QRS
parts and notches; mostly muscle noise and mains hum."""

NYQUIST = 50.0


def band_of(bins: int, nyquist: float = NYQUIST) -> np.ndarray:
    """(bins,) int, the place in `BANDS` of evenly spaced frequencies from 0 to nyquist Hz."""
    edges = [upper for _, upper in BANDS.values()][:-1]
    return np.digitize(np.linspace(0, nyquist, bins), edges)
