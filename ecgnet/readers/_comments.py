"""Facts in comment lines: `# Age: 63`, `#<sex>: F`, `# fs = 500`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from ecgnet.record import Metadata, Sex

_PAIR = re.compile(r"^[#%/\s]*<?\s*([A-Za-z][\w ]*?)\s*>?\s*[:=]\s*(.+?)\s*$")
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?", re.IGNORECASE)
_SEXES: dict[str, Sex] = {"f": "female", "female": "female", "m": "male", "male": "male"}


def facts(lines: Iterable[str]) -> dict[str, str]:
    """`key: value` or `key = value` of each comment line; keys in lower case, words joined by `_`."""
    pairs = (_PAIR.match(line[:300]) for line in lines)
    return {re.sub(r"[\s_]+", "_", m[1].lower()): m[2] for m in pairs if m}


def leading_number(text: str) -> float | None:
    """The number a text begins with ("500 Hz"), None if it begins with none."""
    match = _NUMBER.match(text.strip())
    value = float(match[0]) if match else math.nan
    return value if math.isfinite(value) else None


def metadata(known: dict[str, str]) -> Metadata:
    """Age (years), sex, height (cm) and weight (kg) as far as stated and possible.

    PTB-XL writes an age above 89 as 300; like any other age beyond a lifetime it is left unknown.
    """

    def within(key: str, low: float, high: float) -> float | None:
        value = leading_number(known.get(key, ""))
        return value if value is not None and low <= value <= high else None

    return Metadata(
        age=within("age", 0, 120),
        sex=_SEXES.get((known.get("sex") or known.get("gender", "")).strip().lower()),
        height=within("height", 30, 250),
        weight=within("weight", 0.5, 400),
    )
