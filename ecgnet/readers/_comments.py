"""Facts in comment lines: `# Age: 63`, `#<sex>: F`, `# fs = 500`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from ecgnet.readers import _keys
from ecgnet.record import Metadata, Sex

_BRACKETED = re.compile(r"<([^<>]{1,40})>\s*[:=]?\s*([^<]*)")
_OF_PATIENT = re.compile(r'\b(age|sex|gender|height|weight)\b"?\s*[:=]\s*"?([^\s,;|<>"{}]+)', re.IGNORECASE)
_UNMARKED = re.compile(
    r"\bage\s+(\d{1,3})\b[\s,;]*(?:years?\b)?[\s,;]*(?:sex|gender)\s+([a-z]+)\b", re.IGNORECASE
)
# A line of nothing but both: "Male, 54 years", "54 y/o female", "Patient: 54F", "Sex/Age: M/54". A letter alone needs words
# around it that say what it is.
_KEY = r"^[#%!/\s]*(?P<key>patient\s*[:=]?|(?:age|sex|gender)\s*/\s*(?:age|sex|gender)\s*[:=]?)?\s*"
_YEARS = r"(?P<age>\d{1,3})\s*(?P<years>y(?:(?:ea)?rs?)?(?:[\s/-]*o(?:ld)?)?\b\.?)?"
_SEX = r"(?P<sex>male|female|man|woman|[mf])\b"
_BOTH = [
    re.compile(rf"{_KEY}{first}[\s,/;-]*{second}\s*$", re.IGNORECASE)
    for first, second in ((_YEARS, _SEX), (_SEX, _YEARS))
]
# MIT-BIH: "# 69 M 1085 1629 x1", age and sex before the numbers of the tapes.
_MIT_BIH = re.compile(r"#\s*(\d{1,3})\s+([MF])\s+\d+\s+\d+\s+x\d")
_PAIR = re.compile(r"^[#%!/\s]*<?\s*([^\W\d_][\w ]*?)\s*>?\s*[:=]\s*(.+?)\s*$")
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?", re.IGNORECASE)
_WOMAN = (
    "f",
    "female",
    "woman",
    "w",
    "weiblich",
    "frau",
    "femme",
    "feminin",
    "femenino",
    "mujer",
    "femmina",
    "feminino",
)
_MAN = ("m", "male", "man", "mannlich", "mann", "homme", "masculin", "masculino", "hombre", "maschio")
_SEXES: dict[str, Sex] = dict.fromkeys(_WOMAN, "female") | dict.fromkeys(_MAN, "male")
_FACTS = {
    "age": ("age", "patient_age", "age_years", "alter", "edad", "eta", "idade"),
    "sex": ("sex", "gender", "patient_sex", "patient_gender", "geschlecht", "sexe", "sexo", "sesso"),
    "height": ("height", "patient_height", "height_cm"),
    "weight": ("weight", "patient_weight", "weight_kg"),
}
"""What is known of a patient, and what it is called."""
_PARTS_OF_A_YEAR = {"mo": 1 / 12, "we": 7 / 365.25, "wk": 7 / 365.25, "w": 7 / 365.25, "d": 1 / 365.25}


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
        if match := _MIT_BIH.match(line) or _UNMARKED.search(line):
            pairs = [("age", match[1]), ("sex", match[2])]
        for match in filter(None, (form.match(line) for form in _BOTH)):
            if len(match["sex"]) > 1 or match["key"] or match["years"]:
                pairs = [("age", match["age"]), ("sex", match["sex"])]
        for key, value in pairs:
            if value.strip():
                found.setdefault(_keys.plain(key), value.strip(" ,;|\t"))
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

    def stated(fact: str) -> str:
        return next((known[key] for key in _FACTS[fact] if known.get(key, "").strip()), "")

    def within(fact: str, low: float, high: float, per: float = 1.0) -> float | None:
        value = leading_number(stated(fact))
        return round(value * per, 3) if value is not None and low <= value * per <= high else None

    return Metadata(
        age=within("age", 0, 120, _years_per(stated("age"))),
        sex=_SEXES.get(_keys.plain(stated("sex"))),
        height=within("height", 30, 250),
        weight=within("weight", 0.5, 400),
    )


def _years_per(age: str) -> float:
    """Years in one of what an age is stated in: "6 months", "030D"; 1 where it says nothing."""
    match = re.match(r"\s*[\d.]+\s*(mo|we|wk|w|d)", age, re.IGNORECASE)
    return _PARTS_OF_A_YEAR[match[1].lower()] if match else 1.0
