"""Limits of measurements by sex and age, and critical values: a table that a site can edit (`ECGNET_LIMITS`).

`limits.json` beside this file is the table that ECGNet ships, a source with each row. Values at a limit are within
it. Ages below the table's first have no limits, which is said instead of guessing; unknown age is taken as adult and
unknown sex as whichever sex allows more, and both are said."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ecgnet.language import say
from ecgnet.measure import MEASURES, Measurements, Value
from ecgnet.record import Metadata

Flag = Literal["low", "high", "critical"]
Level = Literal["urgent", "critical"]
SHIPPED = Path(__file__).with_name("limits.json")
CRITICAL_MEASURES = (*MEASURES, "longest_rr")
ADULT = 40.0
"""Years taken where the age is not known."""
WIDE = 120.0
"""ms of a QRS complex from which QT is no measure of repolarisation alone."""


class LimitsError(ValueError):
    """A table of limits that cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: the lowest and highest value within limits (None: no such limit), for a sex and for ages in [from, to)
    years; usual: the 2nd and 98th percentile of healthy adults."""

    measure: str
    sex: str
    age_from: float
    age_to: float
    low: float | None
    high: float | None
    usual: tuple[float, float] | None
    source: str


@dataclass(frozen=True, slots=True)
class CriticalLimit:
    """Beyond this value somebody must be told: below or above, in the measurement's unit."""

    measure: str
    below: float | None
    above: float | None
    level: Level
    text: str
    source: str

    def reached(self, value: float) -> bool:
        """Whether the value lies beyond."""
        return (self.below is not None and value < self.below) or (
            self.above is not None and value > self.above
        )


@dataclass(frozen=True, slots=True)
class Critical:
    """A critical value that was found: in words, how grave, and by which source."""

    text: str
    level: Level
    source: str


@dataclass(frozen=True, slots=True)
class Ranged:
    """A measurement with its limits: value, unit and reason as `measure.Value`; low, high: the limits (None where
    there is none); flag; note: why there are no limits, or what was assumed; level: how grave a critical value is."""

    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    flag: Flag | None = None
    reason: str = ""
    note: str = ""
    usual: tuple[float, float] | None = None
    level: Level | None = None

    @property
    def outside(self) -> bool:
        """Whether the value lies outside its limits or is critical."""
        return self.flag is not None

    def beyond(self, margin: float) -> bool:
        """Whether the value, as it is shown, lies outside its limits by more than that, or is critical."""
        if self.value is None or self.flag is None:
            return False
        shown = round(self.value)
        below = self.low is not None and shown < self.low - margin
        above = self.high is not None and shown > self.high + margin
        return self.flag == "critical" or below or above

    def __str__(self) -> str:
        return str(Value(self.value, self.unit, self.reason))

    @property
    def word(self) -> str:
        """The flag as a key of `wording.FLAGS`: "low", "high", and how grave a critical value is; "" for none."""
        return self.level or self.flag or ""

    @property
    def limits(self) -> str:
        """The limits in words: "120 to 200", "−30 to 90", "up to 110", "" where there are none."""
        if self.low is not None and self.high is not None:
            words = say("{low:g} to {high:g}", low=self.low, high=self.high)
        elif self.high is not None:
            words = say("up to {high:g}", high=self.high)
        else:
            words = say("from {low:g}", low=self.low) if self.low is not None else ""
        return words.replace("-", "−")


@dataclass(frozen=True, slots=True)
class Limits:
    """The whole table."""

    rows: tuple[Limit, ...]
    critical: tuple[CriticalLimit, ...]

    def of(self, measure: str, metadata: Metadata) -> tuple[Limit | None, str]:
        """The row for a patient and a note: what was assumed, or, with no row, why."""
        age = ADULT if metadata.age is None else metadata.age
        mine = [row for row in self.rows if row.measure == measure]
        if not mine:
            return None, ""
        fitting = [row for row in mine if row.age_from <= age < row.age_to]
        if not fitting:
            return None, say("no limits for this age")
        notes = (
            [say("age not known: limits of adults")] if metadata.age is None and not metadata.over_89 else []
        )
        wanted = [row for row in fitting if row.sex in ("any", metadata.sex)]
        if wanted:
            return wanted[0], "; ".join(notes)
        notes.append(say("sex not known: the wider limits"))
        lows, highs = [row.low for row in fitting], [row.high for row in fitting]
        widest = Limit(
            measure,
            "any",
            fitting[0].age_from,
            fitting[0].age_to,
            None if None in lows else min(lows),
            None if None in highs else max(highs),
            fitting[0].usual,
            fitting[0].source,
        )
        return widest, "; ".join(notes)


def shipped_or_site() -> Limits:
    """The table named in `ECGNET_LIMITS`, else the shipped one. Raises LimitsError for a table that cannot be used."""
    named = os.environ.get("ECGNET_LIMITS")
    path = Path(named) if named else SHIPPED
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise LimitsError(
            say(
                "{name}, named in ECGNET_LIMITS, cannot be read: {strerror}.",
                name=path.name,
                strerror=error.strerror,
            )
        ) from None
    return read_limits(path, changed)


@lru_cache(maxsize=4)
def read_limits(path: Path, changed: int = 0) -> Limits:
    """A table from its file; changed: its time of change, so that an edited file is read again. Raises LimitsError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Limits(
            tuple(_limit(row) for row in content["limits"]),
            tuple(_critical_limit(row) for row in content["critical"]),
        )
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LimitsError(
            say("{name} is no table of limits: {error}.", name=path.name, error=error)
        ) from None
    except KeyError as error:
        raise LimitsError(
            say(
                "{name}: a row lacks {error}; compare it with ECGNet's own limits.json.",
                name=path.name,
                error=error,
            )
        ) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise LimitsError(f"{path.name}: {error}") from None


def _limit(row: dict[str, Any]) -> Limit:
    if row["measure"] not in MEASURES:
        raise ValueError(
            say(
                "there is no measurement {measure!r}; there are {measures}.",
                measure=row["measure"],
                measures=", ".join(MEASURES),
            )
        )
    if row["sex"] not in ("any", "female", "male"):
        raise ValueError(
            say(
                "sex is {sex!r} in the row of {measure}; write female, male or any.",
                sex=row["sex"],
                measure=row["measure"],
            )
        )
    low, high = _number(row["low"]), _number(row["high"])
    if low is not None and high is not None and low >= high:
        raise ValueError(
            say(
                "{measure}: the lower limit {low:g} is not below the upper one, {high:g}.",
                measure=row["measure"],
                low=low,
                high=high,
            )
        )
    usual = row.get("usual")
    return Limit(
        row["measure"],
        row["sex"],
        float(row["from"]),
        float(row["to"]),
        low,
        high,
        (float(usual[0]), float(usual[1])) if usual else None,
        str(row["source"]),
    )


def _critical_limit(row: dict[str, Any]) -> CriticalLimit:
    if row["measure"] not in CRITICAL_MEASURES:
        raise ValueError(
            say(
                "there is no measurement {measure!r}; there are {critical_measures}.",
                measure=row["measure"],
                critical_measures=", ".join(CRITICAL_MEASURES),
            )
        )
    if row["level"] not in ("urgent", "critical"):
        raise ValueError(
            say(
                "{measure}: the level is {level!r}; write urgent or critical.",
                measure=row["measure"],
                level=row["level"],
            )
        )
    below, above = _number(row.get("below")), _number(row.get("above"))
    if below is None and above is None:
        raise ValueError(
            say(
                "a critical value of {measure} says neither below nor above.",
                measure=row["measure"],
            )
        )
    return CriticalLimit(row["measure"], below, above, row["level"], str(row["text"]), str(row["source"]))


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(say("{value!r} is no number.", value=value))
    return float(value)


def ranged(measured: Measurements, metadata: Metadata, *, limits: Limits) -> dict[str, Ranged]:
    """Every measurement of `MEASURES` with its limits and flag. "critical" goes before "low" and "high", but a
    corrected QT behind a QRS complex of `WIDE` or more is not comparable and never critical: part of it is the
    conduction's (AHA/ACCF/HRS 2009 part IV)."""
    found = {}
    wide = measured.qrs.value is not None and round(measured.qrs.value) >= WIDE
    for name in MEASURES:
        value: Value = getattr(measured, name)
        row, note = limits.of(name, metadata)
        low, high = (row.low, row.high) if row else (None, None)
        flag: Flag | None = None
        level: Level | None = None
        if value.value is not None:
            # As it is read, in whole units: a value shown as 200 is not marked for being 200.3.
            shown = round(value.value)
            secondary = wide and name.startswith("qtc")
            if secondary:
                jt = say("JT {value:.0f} ms", value=measured.qt.value - measured.qrs.value)
                note = "; ".join(filter(None, (note, say("lengthened by the wide QRS complex: {jt}", jt=jt))))
            grave = [] if secondary else critical_values(name, value.value, limits=limits)
            if grave:
                flag, level = "critical", grave[0].level
            elif low is not None and shown < low:
                flag = "low"
            elif high is not None and shown > high:
                flag = "high"
        usual = row.usual if row else None
        found[name] = Ranged(value.value, value.unit, low, high, flag, value.reason, note, usual, level)
    return found


def critical_values(measure: str, value: float, *, limits: Limits) -> list[Critical]:
    """The gravest critical limit that a value lies beyond, as a list of none or one."""
    reached = [row for row in limits.critical if row.measure == measure and row.reached(value)]
    reached.sort(key=lambda row: row.level == "urgent")
    return [Critical(say(row.text), row.level, row.source) for row in reached[:1]]
