"""Facts in comment lines: `# Age: 63`, `#<sex>: F`, `# fs = 500`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from ecgnet.record import Metadata, Sex

_BRACKETED = re.compile(r"<([^<>]{1,40})>\s*[:=]?\s*([^<]*)")
_OF_PATIENT = re.compile(r"\b(age|sex|gender|height|weight)\b\s*[:=]\s*([^\s,;|<>]+)", re.IGNORECASE)
# MIT-BIH: "# 69 M 1085 1629 x1", age and sex before the numbers of the tapes.
_MIT_BIH = re.compile(r"#\s*(\d{1,3})\s+([MF])\s+\d+\s+\d+\s+x\d")
_PAIR = re.compile(r"^[#%/\s]*<?\s*([A-Za-z][\w ]*?)\s*>?\s*[:=]\s*(.+?)\s*$")
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?", re.IGNORECASE)
_SEXES: dict[str, Sex] = dict.fromkeys(("f", "female", "woman"), "female") | dict.fromkeys(
    ("m", "male", "man"), "male"
)


def facts(lines: Iterable[str]) -> dict[str, str]:
    """`key: value` or `key = value` of each comment line, also several of a patient in one line as in INCART's
    `#<age>: 65 <sex>: F <diagnoses> ...`; keys in lower case, words joined by `_`."""
    found: dict[str, str] = {}
    for line in (line[:300] for line in lines):
        pairs = _BRACKETED.findall(line)
        if not pairs and (match := _PAIR.match(line)):
            pairs = [(match[1], match[2])]
        if len(pairs) < 2:
            several = _OF_PATIENT.findall(line)
            pairs = several if len(several) > 1 else [*pairs, *several]
        if match := _MIT_BIH.match(line):
            pairs = [("age", match[1]), ("sex", match[2])]
        for key, value in pairs:
            if value.strip():
                found.setdefault(re.sub(r"[\s_]+", "_", key.strip().lower()), value.strip(" ,;|\t"))
    return found


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
