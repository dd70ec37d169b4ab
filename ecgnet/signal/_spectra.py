"""Spectrum and spectrogram of whatever was recorded: any length, rate, gaps and missing leads.

For a whole 10 s record at 100 Hz they are the numbers that the networks read (`ecgnet.modalities`).
"""

from __future__ import annotations

import numpy as np
from scipy.signal.windows import hann

HIGHEST = 50.0  # Hz
WINDOW, HOP, PADDED = 0.48, 0.08, 0.64  # s: Hann window, distance of two, length with zeros around it
FLOOR = 1e-3  # mV


def decibel(amplitude: np.ndarray, floor: float = FLOOR) -> np.ndarray:
    """mV → dB re 1 mV; `floor` mV is added, so that nothing reads -60 dB."""
    return (20 * np.log10(np.asarray(amplitude) + floor)).astype(np.float32)


def amplitude_spectrum(signal: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """(..., T) mV at fs Hz → frequencies (F,) Hz up to 50 Hz, 1 / duration apart, and amplitudes (..., F) float32 mV: a
    sine of 1 mV reads 1.

    Mean removed, Hann taper over the whole length. Gaps (NaN) are bridged by straight lines; a lead without samples
    is NaN.
    """
    signal = _bridge(signal)
    n = signal.shape[-1]
    taper = hann(n, sym=True) if n > 2 else np.ones(n)
    frequencies = np.fft.rfftfreq(n, 1 / fs)
    kept = frequencies <= HIGHEST + 1e-9
    amplitude = np.abs(np.fft.rfft((signal - signal.mean(-1, keepdims=True)) * taper)) * (2 / taper.sum())
    return frequencies[kept], amplitude[..., kept].astype(np.float32)


def spectrogram(signal: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(..., T) mV at fs Hz → bins (B,) Hz up to 50 Hz, times (S,) s from the first sample, 0.08 s apart, and amplitudes
    (..., B, S) float32 mV.

    Mean removed, Hann window of 0.48 s in 0.64 s of zeros, the ends mirrored. A column whose window touches a gap
    is NaN.
    """
    known = np.isfinite(signal)
    window, hop, padded = (max(2, round(seconds * fs)) for seconds in (WINDOW, HOP, PADDED))
    filled = _bridge(signal)
    filled = filled - filled.mean(-1, keepdims=True)
    n, side = signal.shape[-1], padded // 2
    sides = [(0, 0)] * (filled.ndim - 1) + [(side, padded - side)]
    filled, known = (np.pad(values, sides, mode="reflect") for values in (filled, known))
    starts = np.arange(n // hop + 1) * hop
    taper = np.zeros(padded)
    before = (padded - window) // 2
    taper[before : before + window] = hann(window, sym=False)
    bins = np.fft.rfftfreq(padded, 1 / fs)
    kept = bins <= HIGHEST + 1e-9
    amplitude = np.empty((*signal.shape[:-1], int(kept.sum()), len(starts)), np.float32)
    for column, start in enumerate(starts):
        frame = slice(start, start + padded)
        found = np.abs(np.fft.rfft(filled[..., frame] * taper))[..., kept] * (2 / taper.sum())
        found[~known[..., frame][..., taper > 0].all(-1)] = np.nan
        amplitude[..., column] = found
    return bins[kept], starts / fs, amplitude


def _bridge(signal: np.ndarray) -> np.ndarray:
    """Gaps filled by straight lines, ends by their neighbour; (..., T) float64, a lead without samples stays NaN."""
    signal = np.array(signal, dtype=np.float64)
    for row in signal.reshape(-1, signal.shape[-1]):
        known = np.isfinite(row)
        if known.any() and not known.all():
            where = np.arange(len(row))
            row[~known] = np.interp(where[~known], where[known], row[known])
    return signal
