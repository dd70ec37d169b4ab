"""JSON of any family: opened once, with one sentence for what is damaged. Source: RFC 8259."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ecgnet.language import say
from ecgnet.readers._core import ReadError

_OPENING = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*"|\[\s*\[|\[\s*\{\s*")')


def is_json(data: bytes) -> bool:
    """Whether the bytes begin as an object, a list of lists or a list of objects."""
    return _OPENING.match(data[:1000]) is not None


def parse(data: bytes, name: str) -> Any:
    """What the text says. Raises ReadError for damage, and for what is nested too deeply."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except RecursionError as error:
        raise ReadError(say("{name} is nested too deeply for an ECG: export it again.", name=name)) from error
    except ValueError as error:
        raise ReadError(
            say(
                "{name} is damaged JSON, or cut short: copy or export it again.",
                name=name,
            )
        ) from error


def number(value: Any) -> float | None:
    """A finite number, also one written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def member(value: Any, *keys: str) -> Any:
    """What lies at a path of keys; None where a step is not there."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str:
    """A text or number as text; "" for anything else."""
    return f"{value}".strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
