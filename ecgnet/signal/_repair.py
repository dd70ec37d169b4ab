"""What a recording needs before a network reads it: ends without an ECG, short gaps, a wandering baseline."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

PADDED = 0.2
"""Seconds at one value in every lead, at an end, that are taken for filling; no record of PTB-XL has as much."""
LEFT = 5.0
"""Seconds that must be left without the filling; otherwise it is taken for what was recorded."""
SLOW, RESTLESS = 0.4, 0.15
"""A baseline wanders that has more than 0.15 mV (RMS, the middle lead) below 0.4 Hz: one record of PTB-XL in a hundred."""
HIGH_PASS = 0.5


def recorded(signal: np.ndarray, fs: float) -> slice:
    """Where between its ends a signal (leads, T) holds an ECG: without stretches of 0.2 s or more, at the beginning and at
    the end, in which every lead stays at one value or was not recorded. All of it where less than 5 s would be left."""
    length = signal.shape[-1]
    lacking = np.isnan(signal)
    still = ((np.diff(signal, axis=-1) == 0) | (lacking[..., 1:] & lacking[..., :-1])).all(
        tuple(range(signal.ndim - 1))
    )
    moving = np.flatnonzero(~still)
    if not len(moving):
        return slice(0, length)
    first, last = int(moving[0]) + 1, int(moving[-1]) + 1
    least = PADDED * fs
    first, last = first if first >= least else 0, last if length - last >= least else length
    return slice(first, last) if last - first >= LEFT * fs else slice(0, length)


def bridge(signal: np.ndarray) -> np.ndarray:
    """Gaps (NaN) of each lead (leads, T) filled by straight lines, at the ends by the nearest sample; a lead without any
    sample stays as it is."""
    if not np.isnan(signal).any():
        return signal
    whole = signal.copy()
    for lead in whole:
        known = np.flatnonzero(~np.isnan(lead))
        if 0 < len(known) < len(lead):
            lead[:] = np.interp(np.arange(len(lead)), known, lead[known])
    return whole


def steady(signals: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """Signals (N, leads, T) in mV, those with a wandering baseline freed of it by a zero-phase Butterworth high-pass of
    first order at 0.5 Hz; and which ones, (N,) bool. The others are left as they are: the filter moves the ST segment a
    little.

    Recommendations on 0.5 Hz without phase shift: Kligfield et al., AHA/ACC/HRS 2007, Circulation 115:1306.
    """
    centred = signals - signals.mean(-1, keepdims=True)
    slow = np.fft.rfft(centred)[..., : int(np.ceil(SLOW * signals.shape[-1] / fs))]
    size = np.sqrt(2 * np.square(np.abs(slow)).sum(-1)) / signals.shape[-1]
    restless = np.median(size, -1) > RESTLESS
    if restless.any():
        high_pass = butter(1, HIGH_PASS, "highpass", fs=fs, output="sos")
        signals = signals.copy()
        signals[restless] = sosfiltfilt(high_pass, signals[restless], axis=-1)
    return signals, restless
