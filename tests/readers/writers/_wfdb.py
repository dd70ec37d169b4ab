"""WFDB, format 16, a header and its signal file."""

from __future__ import annotations

import numpy as np

from ecgnet.record import LEADS

STEP = 0.001


def write(signal: np.ndarray, fs: float, *, record: str = "ecg") -> dict[str, bytes]:
    """signal (12, T) in mV → the files by name, the header first."""
    stored = np.round(np.asarray(signal).T / STEP).astype("<i2")
    lines = [f"{record} 12 {fs:g} {len(stored)}"]
    lines += [f"{record}.dat 16 1000(0)/mV 16 0 0 0 0 {lead}" for lead in LEADS]
    return {f"{record}.hea": ("\n".join(lines) + "\n").encode(), f"{record}.dat": stored.tobytes()}
