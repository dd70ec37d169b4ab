"""MATLAB 5: a structure with the samples, rate, unit, names and patient; or bare variables of version 4 or 5."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.io

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
    """signal (12, T) in mV."""
    rows = np.asarray(signal)[[LEADS.index(lead) for lead in leads]]
    known = {"data": rows, "fs": float(fs), "unit": unit, "leads": np.array(leads, dtype=object)}
    known |= {key: value for key, value in {"age": age, "sex": sex}.items() if value is not None}
    return bare({"ECG": known})


def bare(variables: dict[str, Any], version: str = "5", compressed: bool = True) -> bytes:
    """A file of these variables."""
    stored = io.BytesIO()
    scipy.io.savemat(stored, variables, format=version, do_compression=compressed and version == "5")
    return stored.getvalue()
