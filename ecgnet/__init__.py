"""ECGNet: 12-lead ECGs seen as waveform, spectrum and spectrogram, judged by trained networks, fused and explained.

    record = ecgnet.read("ecg.hea")
    reading = ecgnet.judge(record)
    print(reading.conclusion.text, reading.states["MI"])

Names are loaded when first used, so that training runs where the readers' packages are not installed.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

# Before torch is loaded: its threads then sleep while they wait for one another. By default they spin, and where something
# else wants the cores, another visitor for one, an answer takes several times as long (docs/performance.md).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__version__ = "0.1.0"

_WHERE = {
    "read": "ecgnet.readers",
    "Record": "ecgnet.record",
    "Metadata": "ecgnet.record",
    "LEADS": "ecgnet.record",
    "Catalogue": "ecgnet.ptbxl",
    "Predictor": "ecgnet.inference",
    "Prediction": "ecgnet.inference",
    "DEFAULT": "ecgnet.models",
}
__all__ = ["DEFAULT", "LEADS", "Catalogue", "Metadata", "Prediction", "Predictor", "Record", "judge", "read"]


def __getattr__(name: str) -> Any:
    if name == "judge":  # a module that is called as the function in it
        return import_module("ecgnet.judge")
    if name in _WHERE:
        return globals().setdefault(name, getattr(import_module(_WHERE[name]), name))
    raise AttributeError(f"module 'ecgnet' has no attribute {name!r}")
