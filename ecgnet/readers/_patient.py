"""Who the patient is and what is known of them, out of the texts of a device."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from ecgnet.language import say
from ecgnet.readers import _comments
from ecgnet.readers._xml import positive
from ecgnet.record import Identity, Metadata

_MAX_AGE = 120
_YEAR = 365.25  # days
_YEARS = {
    "": 1.0,
    "a": 1.0,
    "y": 1.0,
    "yr": 1.0,
    "year": 1.0,
    "mo": 1 / 12,
    "month": 1 / 12,
    "wk": 7 / _YEAR,
    "w": 7 / _YEAR,
    "week": 7 / _YEAR,
    "d": 1 / _YEAR,
    "day": 1 / _YEAR,
    "h": 1 / 24 / _YEAR,
    "hour": 1 / 24 / _YEAR,
}
_CENTIMETRES = {"cm": 1.0, "m": 100.0, "mm": 0.1, "in": 2.54, "inch": 2.54, "inches": 2.54, "[in_i]": 2.54}
_KILOGRAMS = {"kg": 1.0, "g": 1e-3, "lb": 0.45359237, "lbs": 0.45359237, "[lb_av]": 0.45359237}


def date_in(text: str, *formats: str) -> date | None:
    """The date a text begins with, in the first of some strptime formats that fits; None for no date."""
    for form in formats:
        for candidate in (text.strip(), text.strip()[:10], text.strip()[:8]):
            try:
                return datetime.strptime(candidate, form).date()
            except ValueError:
                continue
    return None


def identity(names: Sequence[str], birth: date | None, patient_id: str) -> Identity:
    """names: parts of the name in the order they are said; empty ones do not count."""
    name = " ".join(_in_utf_8(part.strip()) for part in names if part.strip())
    return Identity(name or None, birth.isoformat() if birth else None, patient_id.strip() or None)


def _in_utf_8(text: str) -> str:
    """A name whose bytes are UTF-8 and were read as Latin-1, as the file says or as is usual, as UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def metadata(
    *,
    age: str = "",
    age_unit: str = "",
    birth: date | None = None,
    recorded: date | None = None,
    sex: str = "",
    height: tuple[str, str] = ("", ""),
    weight: tuple[str, str] = ("", ""),
) -> tuple[Metadata, tuple[str, ...]]:
    """What is known of the patient, and notes. height, weight: (number, unit); a unit not known leaves them unknown.

    The age that is stated counts, else it follows from the dates; 0 years and 0 cm are what devices write for unknown.
    """
    stated = _in_unit(age, age_unit.casefold().removesuffix("s"), _YEARS)
    computed = _age_at(birth, recorded)
    notes = []
    if stated is None and computed is not None:
        notes.append(say("Age computed from the dates of birth and of recording."))
    elif stated is not None and computed is not None and abs(stated - computed) > 1.01:
        notes.append(
            say(
                "The age that is stated, {stated:g}, does not fit the dates of birth and of recording "
                "({computed:g}); the stated one is taken.",
                stated=stated,
                computed=computed,
            )
        )
    known = {
        "age": stated if stated is not None else computed,
        "height": _in_unit(height[0], height[1].casefold(), _CENTIMETRES),
        "weight": _in_unit(weight[0], weight[1].casefold(), _KILOGRAMS),
        "sex": sex,
    }
    return _comments.metadata({key: str(value) for key, value in known.items() if value is not None}), tuple(
        notes
    )


def _in_unit(text: str, unit: str, units: dict[str, float]) -> float | None:
    value = positive(text)
    return round(value * units[unit], 3) if value is not None and unit in units else None


def _age_at(birth: date | None, recorded: date | None) -> float | None:
    """Completed years, parts of a year below two; None for dates that no one has."""
    if birth is None or recorded is None or recorded < birth:
        return None
    years = recorded.year - birth.year - ((recorded.month, recorded.day) < (birth.month, birth.day))
    if years > _MAX_AGE:
        return None
    return float(years) if years >= 2 else round((recorded - birth).days / _YEAR, 2)
