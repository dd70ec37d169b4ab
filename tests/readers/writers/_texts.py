"""What the writers of XML share."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from xml.sax.saxutils import escape

import numpy as np

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")


def counts(signal: np.ndarray, step: float) -> np.ndarray:
    """(leads, T) mV as whole steps."""
    return np.round(np.asarray(signal) / step).astype(np.int64)


def int16(values: np.ndarray) -> str:
    """Base64 of little-endian 16-bit integers."""
    return base64.b64encode(values.astype("<i2").tobytes()).decode()


def joined(values: Iterable[int], separator: str = " ") -> str:
    return separator.join(map(str, values))


def tag(name: str, value: object, attributes: str = "") -> str:
    """An element with a text; nothing for None."""
    return "" if value is None else f"<{name}{attributes}>{escape(str(value))}</{name}>"


def encoded(text: str, encoding: str = "UTF-8") -> bytes:
    """The XML in an encoding that it declares."""
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)
