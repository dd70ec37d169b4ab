"""JSON: leads by name with rate and unit; lists of leads, one array; and a recording as Kardia's API gives it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

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
    """signal (12, T) in mV, NaN as null."""
    rows = {lead: row(np.asarray(signal)[LEADS.index(lead)]) for lead in leads}
    facts = {key: value for key, value in {"age": age, "sex": sex}.items() if value is not None}
    return text({"samplingRate": fs, "unit": unit, "patient": facts, "leads": rows})


def kardia(signal: np.ndarray, fs: float, leads: Sequence[str] = LEADS[:6], **others: Any) -> bytes:
    """The raw and the enhanced samples of some leads, in steps of 500 nV."""
    called = {"I": "leadI", "II": "leadII", "III": "leadIII"} | {f"aV{e}": f"AV{e}" for e in "RLF"}
    steps = {called[k]: np.round(signal[LEADS.index(k)] / 0.0005).astype(int).tolist() for k in leads}
    block = {"frequency": fs, "mainsFrequency": 50, "amplitudeResolution": 500, "samples": steps}
    flat = block | {"samples": {key: [0] * len(values) for key, values in steps.items()}}
    return text(
        {
            "id": "x", "patientID": "4711", "recordedAt": "2024-03-25T10:11:12Z", "heartRate": 75,
            "algorithmDetermination": "normal", "data": {"raw": block, "enhanced": flat},
        }
        | others
    )  # fmt: skip


def row(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 6) for v in values]


def text(document: Any) -> bytes:
    return json.dumps(document).encode()
