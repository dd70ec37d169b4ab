"""What a recorder stated, out of the texts and numbers of a device: typed, within limits, without names.

What devices write for "not measured" is no measurement and not worth a word; what is measured and cannot be is left
out with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from ecgnet.language import Words, say
from ecgnet.readers._leads import standard_lead
from ecgnet.readers._xml import number
from ecgnet.record import Identity
from ecgnet.recorder import (
    MAX_STATEMENTS,
    MEASURES,
    RecorderReport,
    RecorderValue,
    cleaned,
    lines,
    plausible,
    plausible_st,
)

NOT_MEASURED = {-1, 999, 9999, 19999, 29998, 29999, 32767, 32768, -32767, -32768, 65535}
"""What devices write for "not measured"; EN 1064, 5.10 has 29999, 29998 and 19999. An axis may be -1°, and only there 0 is
a measurement."""

_TITLES = Words({"heart_rate": "heart rate", "p_duration": "P", "axis": "QRS axis"})
_FACTORS = {
    "/min": {"": 1.0, "/min": 1.0, "bpm": 1.0, "{h.b.}/min": 1.0, "{beats}/min": 1.0, "1/min": 1.0},
    "ms": {"": 1.0, "ms": 1.0, "msec": 1.0, "s": 1000.0, "sec": 1000.0, "us": 1e-3},
    "°": {"": 1.0, "°": 1.0, "deg": 1.0, "degree": 1.0, "degrees": 1.0},
}
_MILLIVOLTS = {"uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "mv": 1.0, "microvolts": 1e-3, "v": 1e3}
# "Confirmed by SMITH, JOHN (12) on 1/2/2020", which physicians' systems write among the statements
_SIGNED = re.compile(
    r"\b(?:confirmed|over-?read|reviewed|edited|referred|acquired|signed|ordered|interpreted)\b[^:]{0,20}\bby\b"
    r"|^\s*(?:technician|operator|physician|doctor|md|befundet von|bestätigt von)\s*:",
    re.IGNORECASE,
)
# A line of its own, as SCP-ECG carts write it: "UNCONFIRMED REPORT"
_STATUS = re.compile(
    r"[\W_]*(?:un-?|not )?confirmed(?: (?:report|diagnosis|analysis|interpretation|ecg))?[\W_]*",
    re.IGNORECASE,
)
_EARLIEST = 1950
_TIMES = ("%H:%M:%S", "%H:%M", "%H%M%S", "%I:%M:%S %p")

Measured = str | float | tuple[str | float, str]
"""A number or its text, alone or with its unit; alone it is in the unit of `recorder.MEASURES`."""


def report(
    *,
    statements: Iterable[str] = (),
    original: Iterable[str] = (),
    measurements: Mapping[str, Measured] | None = None,
    st: Mapping[str, Mapping[str, tuple[str | float, str]]] | None = None,
    recorded_at: datetime | date | None = None,
    confirmed: bool | None = None,
    device: Iterable[str] = (),
    identity: Identity | None = None,
) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the recorder stated, None for nothing, and notes on what was left out.

    measurements: name in `recorder.MEASURES` → as measured; st: lead, however it is spelled → point → (value, unit);
    device: maker, model and so on; identity: of the patient, whose name and number are taken out of the statements.
    """
    notes: list[str] = []
    given = [text for text in statements if text.strip()]
    for line in filter(_STATUS.fullmatch, given):
        confirmed = confirmed_in(line) if confirmed is None else confirmed
    said, before = (_statements(texts, identity, notes) for texts in (given, original))
    values = {}
    for name in MEASURES:
        if (value := _value(name, (measurements or {}).get(name, ""), notes)) is not None:
            values[name] = RecorderValue(value, MEASURES[name].unit)
    if recorded_at is not None and not _possible(recorded_at):
        notes.append(
            say(
                "The recorder states {recorded_at:%Y-%m-%d} as the day of recording, which cannot be; left "
                "out.",
                recorded_at=recorded_at,
            )
        )
        recorded_at = None
    parts = [part for part in map(cleaned, device) if part]
    model = cleaned(" ".join(part for k, part in enumerate(parts) if part not in parts[:k]))
    found = RecorderReport(
        said,
        before if before != said else (),
        values,
        _st(st or {}, notes),
        recorded_at,
        confirmed,
        model or None,
    )
    return (found if found != RecorderReport() else None), tuple(notes)


def confirmed_in(text: str) -> bool | None:
    """Whether words like "Unconfirmed diagnosis" or "CONFIRMED" say that a physician confirmed; None for other words."""
    words = text.casefold()
    if re.search(r"\b(?:un-?|not\s+)confirmed\b", words):
        return False
    return True if re.search(r"\bconfirmed\b", words) else None


def moment(day: date | None, clock: str = "") -> datetime | date | None:
    """A day with the time of a text like "10:35:17" or "103517.5"; the day alone where that is no time."""
    plain = clock.strip().split(".")[0]
    for form in _TIMES if day is not None else ():
        try:
            return datetime.combine(day, datetime.strptime(plain, form).time())
        except ValueError:
            continue
    return day


def stamp(text: str) -> datetime | date | None:
    """The moment a text states: ISO 8601, or "20240131", "202401311035", "20240131103517.250+0100"; None for none."""
    compact = re.fullmatch(r"(\d{8})(?:[T ]?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?([+-]\d{4})?)?", text.strip())
    try:
        if compact is None:
            plain = text.strip().replace("Z", "+00:00")
            return date.fromisoformat(plain) if len(plain) == 10 else datetime.fromisoformat(plain)
        day = datetime.strptime(compact[1], "%Y%m%d").date()
        if compact[2] is None:
            return day
        zone = datetime.strptime(compact[5], "%z").tzinfo if compact[5] else None
        return datetime.combine(day, time(int(compact[2]), int(compact[3]), int(compact[4] or 0)), zone)
    except ValueError:
        return None


def _statements(texts: Iterable[str], identity: Identity | None, notes: list[str]) -> tuple[str, ...]:
    """The lines without signatures and words on confirmation alone, and without the patient's name and number."""
    given = [text for text in texts if text.strip() and not _STATUS.fullmatch(text)]
    kept = lines(_anonymous(text, identity) for text in given if not _SIGNED.search(text[:400]))
    if len(given) > MAX_STATEMENTS and len(kept) == MAX_STATEMENTS:
        notes.append(
            say(
                "The recorder makes {n_given} statements; the first {max_statements} are kept.",
                n_given=len(given),
                max_statements=MAX_STATEMENTS,
            )
        )
    return kept


def _anonymous(text: str, identity: Identity | None) -> str:
    """A statement with "(patient)" for the patient's full name, in either order, and number.

    A surname alone stays: "Young", "Block" and "Left" are words of an ECG too.
    """
    if identity is None:
        return text
    words = (identity.name or "").split()
    patterns = []
    if len(words) > 1:
        for order in (words, [*words[1:], words[0]], [words[-1], *words[:-1]]):
            patterns.append(r"[\s,;^]+".join(map(re.escape, order)))
    number_ = (identity.patient_id or "").strip()
    if len(number_) >= 5 and any(c.isdigit() for c in number_):
        patterns.append(re.escape(number_))
    if not patterns:
        return text
    return re.sub(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", "(patient)", text, flags=re.IGNORECASE)


def _value(name: str, stated: Measured, notes: list[str]) -> float | None:
    given, unit = stated if isinstance(stated, tuple) else (stated, "")
    value = number(given) if isinstance(given, str) else float(given)
    limits = MEASURES[name]
    turn = limits.unit == "°"
    if value is None or (value in NOT_MEASURED and not (turn and value == -1)) or (value == 0 and not turn):
        return None
    factor = _FACTORS[limits.unit].get(unit.strip().casefold())
    scaled = value * factor if factor is not None else float("nan")
    if turn and -360 <= scaled <= 360:
        scaled = 180 - (180 - scaled) % 360  # (-180, 180]; some devices count from 0 to 360
    scaled = round(scaled, 1)
    if not plausible(name, scaled):
        title = _TITLES.get(name, name.replace("_", " ").upper())
        notes.append(
            say(
                "The recorder states {title} {value:g} {cleaned}, which cannot be; left out.",
                title=title,
                value=value,
                cleaned=cleaned(unit)[:20] or limits.unit,
            )
        )
        return None
    return scaled


def _st(
    stated: Mapping[str, Mapping[str, tuple[str | float, str]]], notes: list[str]
) -> dict[str, dict[str, float]]:
    """Lead → point → mV, of the 12 leads."""
    found: dict[str, dict[str, float]] = {}
    refused: list[str] = []
    for label, points in stated.items():
        lead = standard_lead(label)
        for point, (given, unit) in points.items() if lead else ():
            value = number(given) if isinstance(given, str) else float(given)
            if value is None or value in NOT_MEASURED - {-1}:
                continue
            millivolts = round(value * _MILLIVOLTS.get(unit.strip().casefold(), float("nan")), 4)
            if plausible_st(millivolts):
                found.setdefault(lead, {})[point] = millivolts
            else:
                refused.append(lead)
    if refused:
        notes.append(
            say(
                "The recorder states an ST for lead {fromkeys} that cannot be; left out.",
                fromkeys=", ".join(dict.fromkeys(refused)),
            )
        )
    return found


def _possible(moment: datetime | date) -> bool:
    """Whether an ECG may have been recorded then: digital carts are younger than 1950, and no one records tomorrow."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return day.year >= _EARLIEST and day <= date.today() + timedelta(days=1)
