"""NumPy: an `.npz` with the samples, and rate, unit, names and patient beside them; or the bare `.npy`."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS

STEP = 1e-6


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    unit: str = "mV",
    age: float | None = None,
    sex: str | None = None,
) -> bytes:
    """signal (12, T) in mV, stored as (T, leads) float32 in `unit`."""
    scale = {"mV": 1.0, "uV": 1e3, "V": 1e-3}[unit]
    rows = np.asarray(signal)[[LEADS.index(lead) for lead in leads]] * scale
    facts = {key: value for key, value in {"age": age, "sex": sex}.items() if value is not None}
    stored = io.BytesIO()
    np.savez_compressed(
        stored, ecg=rows.T.astype(np.float32), fs=fs, unit=unit, leads=np.array(leads), **facts
    )
    return stored.getvalue()


def bare(samples: np.ndarray) -> bytes:
    """An `.npy` of any array, objects too."""
    stored = io.BytesIO()
    np.save(stored, samples, allow_pickle=True)
    return stored.getvalue()
