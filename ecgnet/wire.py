"""Values on the way between a dashboard and the service that answers for it: numbers, texts, arrays, and the dataclasses
named here; never code. JSON holds all but the arrays, which lie beside it in an npz file (NumPy, without pickles)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np

KINDS = {
    "Record": "ecgnet.record",
    "Metadata": "ecgnet.record",
    "Beats": "ecgnet.measure",
    "Notice": "ecgnet.notices",
    "NoticeKind": "ecgnet.notices",
    "StateLimits": "ecgnet.states",
    "Prediction": "ecgnet.inference",
    "Explanation": "ecgnet.explain",
    "AttentionMap": "ecgnet.explain",
    "Left": "ecgnet.explain",
    "MapCheck": "ecgnet.explain",
    "MeasuredCredit": "ecgnet.explain",
    "LateTerms": "ecgnet.explain.strategies",
}
"""What may be sent beside plain values, and where it is defined."""
NOT_SENT = {"Record": ("id", "source", "notes", "identity", "recorder", "part")}
"""What the networks do not need and a machine elsewhere shall not know: of a record who it is of."""
NAMELESS = "This ECG"
"""How a record is called there."""
INSTEAD = {"Record": {"id": NAMELESS, "source": "dashboard"}}
LARGEST = 200_000_000
"""Bytes of arrays in one message."""


class WireError(ValueError):
    """Bytes that are no message."""


def pack(value: Any) -> bytes:
    """A value as bytes. Raises TypeError for what cannot be sent."""
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps(_plain(value, arrays))
    stored = io.BytesIO()
    np.savez(stored, json=np.frombuffer(text.encode(), np.uint8), **arrays)
    return stored.getvalue()


def unpack(data: bytes) -> Any:
    """The value of `pack`. Raises WireError for bytes that are none, and for a message of too many bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST:
                raise WireError("the message is too large")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return _made(json.loads(arrays.pop("json").tobytes()), arrays)
    except WireError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise WireError(f"the message cannot be read ({type(error).__name__})") from None


def _plain(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Enum):
        return {"kind": type(value).__name__, "member": value.name}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return {"tuple" if isinstance(value, tuple) else "list": [_plain(v, arrays) for v in value]}
    if isinstance(value, Mapping):
        return {"dict": [[_plain(k, arrays), _plain(v, arrays)] for k, v in value.items()]}
    kind = type(value).__name__
    if is_dataclass(value) and kind in KINDS:
        left_out = NOT_SENT.get(kind, ())
        parts = {f.name: getattr(value, f.name) for f in fields(value) if f.init and f.name not in left_out}
        return {"kind": kind, "parts": {name: _plain(part, arrays) for name, part in parts.items()}}
    raise TypeError(f"a {kind} cannot be sent")


def _made(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "tuple" in value:
        return tuple(_made(v, arrays) for v in value["tuple"])
    if "list" in value:
        return [_made(v, arrays) for v in value["list"]]
    if "dict" in value:
        return {_made(k, arrays): _made(v, arrays) for k, v in value["dict"]}
    kind = value["kind"]
    made = getattr(import_module(KINDS[kind]), kind)
    if "member" in value:
        return made[value["member"]]
    parts = {name: _made(part, arrays) for name, part in value["parts"].items()}
    return made(**parts, **INSTEAD.get(kind, {}))
