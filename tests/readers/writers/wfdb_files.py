"""WFDB records by the wfdb package: a header, which comes first, and its signal files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import wfdb

from ecgnet.record import LEADS

STEP = 0.001


def write(
    signal: np.ndarray,
    fs: float,
    *,
    format: str = "16",
    leads: Sequence[str] = LEADS,
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
) -> dict[str, bytes]:
    """signal (n, T) in mV in steps of 1 µV; format: of the samples, signal(5)."""
    facts = {"Age": age, "Sex": sex, "Height": height, "Weight": weight}
    with tempfile.TemporaryDirectory() as folder:
        wfdb.wrsamp(
            "ecg",
            fs=fs,
            units=["mV"] * len(leads),
            sig_name=list(leads),
            p_signal=np.asarray(signal, dtype=np.float64).T,
            fmt=[format] * len(leads),
            adc_gain=[1 / STEP] * len(leads),
            baseline=[0] * len(leads),
            comments=[f"{key}: {value}" for key, value in facts.items() if value is not None],
            write_dir=folder,
        )
        files = sorted(Path(folder).iterdir(), key=lambda file: file.suffix != ".hea")
        return {file.name: file.read_bytes() for file in files}
