"""What changed between two readings of one patient, as values; in words by `told`. Always the newer less the older."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.reading.criteria import CriterionMet
from ecgnet.reading.limits import Ranged
from ecgnet.states import FOUND, NORMAL, State

if TYPE_CHECKING:
    from ecgnet.judge import Reading

LEAST = {"heart_rate": 15.0, "pr": 20.0, "qrs": 15.0, "qtc_fridericia": 30.0, "axis": 30.0}
"""Differences from which a change is told, in the measurement's unit: above what two recordings of one unchanged heart
differ by (docs/measurements.md)."""
TOPICS = ("infarction", "st_t", "intervals")
"""Criteria whose coming and going is told: voltage and atria change with the electrodes' places."""


@dataclass(frozen=True, slots=True)
class MeasuredChange:
    """A measurement that changed: its name in `wording.MEASURES`, both values, and the newer less the older in their
    unit; the axis by the shorter way round, -180 to 180 degrees."""

    name: str
    before: Ranged
    now: Ranged
    difference: float


@dataclass(frozen=True, slots=True)
class RhythmChange:
    """Another rhythm, both in the reading's words."""

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A class that is found in one of the two ECGs alone, and its states."""

    label: str
    before: State
    now: State


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion that is met in one of the two ECGs alone, or in more leads of the newer one. finding: of the newer ECG
    where `new`, else of the older one; leads: those in which it is new or gone; partly: whether it is met in others in
    both."""

    finding: CriterionMet
    new: bool
    leads: tuple[str, ...]
    partly: bool = False


Change = MeasuredChange | RhythmChange | ClassChange | CriterionChange


def difference(name: str, now: Ranged, *, before: Ranged) -> float | None:
    """A measurement's newer value less the older one, in its unit; None where one could not be measured."""
    if now.value is None or before.value is None:
        return None
    change = now.value - before.value
    return (change + 180) % 360 - 180 if name == "axis" else change


def changes(newer: Reading, older: Reading) -> tuple[Change, ...]:
    """Every change that is more than the usual between two recordings: measurements, the rhythm, classes, criteria of Q,
    ST, T and conduction."""
    found: list[Change] = []
    for name, least in LEAST.items():
        now, before = newer.ranges[name], older.ranges[name]
        change = difference(name, now, before=before)
        if change is not None and abs(change) >= least:
            found.append(MeasuredChange(name, before, now, change))
    if newer.rhythm.code != older.rhythm.code and newer.rhythm.text and older.rhythm.text:
        found.append(RhythmChange(older.rhythm.text, newer.rhythm.text))
    for label, now in newer.states.items():
        was = older.states.get(label)
        if label != NORMAL and was is not None and (now in FOUND) != (was in FOUND):
            found.append(ClassChange(label, was, now))
    found += _criteria(newer, older, new=True)
    return (*found, *_criteria(older, newer, new=False))


def _criteria(one: Reading, other: Reading, *, new: bool) -> list[CriterionChange]:
    """Criteria that `one` meets and `other` does not; of those met in both, the leads that came."""
    if (
        one.criteria.secondary != other.criteria.secondary
    ):  # Q, ST and T are not judged by criteria in one of the two
        judged = [f for f in one.criteria.findings if f.topic == "intervals"]
    else:
        judged = [f for f in one.criteria.findings if f.topic in TOPICS]
    found = []
    for finding in judged:
        same = [f for f in other.criteria.findings if _kind(f) == _kind(finding)]
        leads = tuple(lead for lead in finding.leads if not any(lead in f.leads for f in same))
        if not same:
            found.append(CriterionChange(finding, new, finding.leads))
        elif leads and new:
            found.append(CriterionChange(finding, new, leads, partly=True))
    return found


def _kind(finding: CriterionMet) -> tuple[str, str]:
    """What makes two findings the same but for their leads: those whose text names leads have a code."""
    return finding.topic, finding.code or finding.text


def told(change: Change) -> tuple[str, str]:
    """A change in words, and what it is told by, "" where the words say it all."""
    match change:
        case MeasuredChange(name, before, now, by):
            said = f"{wording.MEASURES[name]} {wording.signed(by)} {now.unit}"
            return said.replace(" °", "°").replace(" /min", "/min"), say(
                "{before} before, {now} now", before=before, now=now
            )
        case RhythmChange(before, now):
            return say("rhythm: {now}", now=now), say("before: {before}", before=before)
        case ClassChange(label, before, now):
            return say(
                "{classes}: {now}, before {before}",
                classes=wording.CLASSES[label],
                now=wording.STATES[now],
                before=wording.STATES[before],
            ), ""
        case CriterionChange(finding, new, leads, partly):
            if partly:
                return say(
                    "new in {listed}: {text}", listed=wording.listed(leads), text=finding.text
                ), finding.because
            if new:
                return say("new: {text}", text=finding.text), finding.because
            return say("no longer: {text}", text=finding.text), ""
