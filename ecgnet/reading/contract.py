"""A reading as plain values, for `ecgnet read --json`, exports and services: the keys are a contract.

`window` in s; `measurements` in their own units with limits and flag; `leads` in mV; probabilities 0 to 1. null
stands for what could not be said, and a reason stands beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.record import LEADS

if TYPE_CHECKING:
    from ecgnet.judge import Reading

AMPLITUDES = ("p", "q", "r", "s", "r2", "j", "j60", "t")
"""Of each lead, in mV against the level at QRS onset; r2 is R'."""

KEYS = (
    *(
        "window",
        "readable",
        "reason",
        "measurements",
        "rhythm",
        "classes",
        "statements",
        "critical",
        "leads",
        "recorder",
    ),
    *("reading", "conclusion", "model", "weights", "notice"),
)
"""Of `to_values`."""


def to_values(reading: Reading) -> dict[str, Any]:
    """The reading's part of the contract; the file's own keys (file, ok, error) are the caller's."""
    reading = reading.in_english
    first = reading.prediction
    chances = dict(zip(first.labels, first.probabilities.tolist(), strict=True)) if first is not None else {}
    return {
        "window": [round(v, 3) for v in reading.window],
        "readable": reading.unreadable is None,
        "reason": reading.unreadable,
        "measurements": {
            name: {
                "value": _rounded(value.value, 2),
                "unit": value.unit,
                "low": value.low,
                "high": value.high,
                "flag": value.flag,
                "reason": value.reason or None,
                "note": value.note or None,
            }
            for name, value in reading.ranges.items()
        },
        "rhythm": {
            "text": reading.rhythm.text or None,
            "code": reading.rhythm.code,
            "certain": reading.rhythm.certain,
            "reason": reading.rhythm.reason or None,
        },
        "classes": {
            label: {"probability": round(chances[label], 6), "state": state}
            for label, state in reading.states.items()
        },
        "statements": [
            {
                "code": stated.code,
                "text": stated.text,
                "probability": round(stated.probability, 6),
                "set_aside": stated.set_aside,
            }
            for stated in reading.statements
        ],
        "critical": [critical.text for critical in reading.critical],
        "leads": {
            lead: {name: _rounded(getattr(measures, name), 3) for name in AMPLITUDES}
            for lead in LEADS
            if (measures := reading.measurements.leads.get(lead)) is not None
        },
        "recorder": _recorder(reading),
        "reading": [
            {"topic": line.topic, "text": line.text, "source": line.source, "because": line.because or None}
            for line in reading.lines
        ],
        "conclusion": {"text": reading.conclusion.text, "grade": reading.conclusion.grade},
        "model": first.model if first is not None else None,
        "weights": first.weights_id if first is not None else None,
        "notice": say(wording.NOTICE),
    }


def _recorder(reading: Reading) -> dict[str, Any]:
    report = reading.record.recorder
    if report is None:
        return {"statements": [], "measurements": {}}
    return report.as_json()


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), digits)
