"""What makes two calls the same run: inputs, models by their weights, options, version. It stands in the output folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from ecgnet import __version__, electrodes
from ecgnet.archive.columns import VERSION
from ecgnet.archive.scorer import Asked
from ecgnet.cards import Stamp, WeightsError, read_card
from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.reading.limits import shipped_or_site

ABOUT = {
    "schema": "the tables' version",
    "ecgnet": "ECGNet's version",
    "inputs": "the inputs",
    "models": "the models or their weights",
    "electrodes": "the weights for exchanged electrodes",
    "limits": "the limits of measurements",
    "options": "the options",
}
"""What has to be the same, in the order in which it is told, and how it is called."""


def describe(inputs: Sequence[str], asked: Asked, *, mean: int) -> dict[str, Any]:
    """The description of a run, as JSON has it. Raises WeightsError and LimitsError."""
    return {
        "schema": VERSION,
        "ecgnet": __version__,
        "inputs": list(inputs),
        "models": {name: _weights(name) for name in asked.models},
        "electrodes": _electrodes(),
        "limits": _digest(asdict(shipped_or_site())),
        "options": {
            "fs_hz": asked.told.fs,
            "unit": asked.told.unit,
            "leads": asked.told.leads and list(asked.told.leads),
            "anyway": asked.anyway,
            "part": mean,
        },
        "packages": {name: version(name) for name in ("torch", "numpy", "scipy", "pyarrow")},
        "notice": say(wording.NOTICE),
    }


def difference(here: dict[str, Any], asked: dict[str, Any]) -> str | None:
    """What another run in a folder differs in, in words; None where it is the same run."""
    return next((words for key, words in ABOUT.items() if here.get(key) != asked[key]), None)


def _weights(name: str) -> dict[str, str]:
    card = read_card(name)
    return {
        "weights": card.weights_id,
        "answers": card.stamp(Stamp.CALLS),
        "trust": _digest(card.content.get("trust")),
    }


def _electrodes() -> str | None:
    try:
        return electrodes.card().checksum[:12]
    except WeightsError:
        return None


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
