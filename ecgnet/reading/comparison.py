"""What changed since an earlier ECG of the same patient, and what the recorder stated beside what is read here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecgnet.measure import Value
from ecgnet.reading import wording
from ecgnet.reading.limits import Ranged
from ecgnet.reading.lines import Line
from ecgnet.record import Record
from ecgnet.states import FOUND, NORMAL

if TYPE_CHECKING:
    from ecgnet.judge import Reading

CHANGED = {"heart_rate": 15.0, "pr": 20.0, "qrs": 15.0, "qtc_fridericia": 30.0, "axis": 30.0}
"""Differences from which a change is told: above what two recordings of one unchanged heart differ by
(docs/measurements.md)."""
DIFFERS = {
    "heart_rate": 5.0,
    "pr": 20.0,
    "qrs": 15.0,
    "qt": 30.0,
    "qtc_bazett": 30.0,
    "qtc_fridericia": 30.0,
    "axis": 20.0,
}
"""Differences from which the recorder's own measurement and the one made here are told apart."""


def compare(reading: Reading, earlier: Reading) -> list[Line]:
    """The newer reading against an earlier one, as lines."""
    found = []
    for name, least in CHANGED.items():
        now, then = reading.ranges[name], earlier.ranges[name]
        if now.value is None or then.value is None:
            continue
        change = now.value - then.value
        if name == "axis":
            change = (change + 180) % 360 - 180
        if abs(change) >= least:
            text = f"{wording.MEASURES[name]} {change:+.0f} {now.unit}".replace(" °", "°").replace(
                " /min", "/min"
            )
            found.append(Line("comparison", text, "measured", f"{then} before, {now} now"))
    if reading.rhythm.code != earlier.rhythm.code and reading.rhythm.text and earlier.rhythm.text:
        found.append(
            Line("comparison", f"{reading.rhythm.text} has replaced {earlier.rhythm.text}", "measured")
        )
    for label in reading.states:
        was, now = earlier.states.get(label), reading.states[label]
        if label != NORMAL and was is not None and (now in FOUND) != (was in FOUND):
            found.append(Line("comparison", f"{wording.CLASSES[label]}: {now}, before {was}", "network"))
    known = {finding.text for finding in earlier.criteria.findings}
    for finding in reading.criteria.findings:
        if finding.topic in ("infarction", "st_t", "intervals") and finding.text not in known:
            found.append(Line("comparison", f"new: {finding.text}", "criterion", finding.because))
    return found or [Line("comparison", "no change beyond the usual between two recordings", "measured")]


def with_recorder(record: Record, ranges: Mapping[str, Ranged]) -> list[Line]:
    """What the recorder itself stated and measured, where the file has it, and where that differs from what is read
    here."""
    report = record.recorder
    if report is None:
        return []
    signed = {True: "confirmed by a physician", False: "not confirmed"}.get(report.confirmed, "")
    found = [Line("recorder", text, "recorder", signed) for text in report.statements]
    for name, least in DIFFERS.items():
        theirs, ours = report.measurements.get(name), ranges[name]
        if theirs is None or ours.value is None:
            continue
        change = ours.value - theirs.value
        if name == "axis":
            change = (change + 180) % 360 - 180
        if abs(change) >= least:
            stated = str(Value(theirs.value, theirs.unit))
            found.append(
                Line("recorder", f"the recorder: {wording.MEASURES[name]} {stated}, here {ours}", "recorder")
            )
    return found
