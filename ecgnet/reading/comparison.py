"""What changed since an earlier ECG of the same patient, and what the recorder stated beside what is read here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecgnet.language import say
from ecgnet.measure import Value
from ecgnet.reading import wording
from ecgnet.reading.changes import ClassChange, CriterionChange, MeasuredChange, RhythmChange, changes, told
from ecgnet.reading.limits import Ranged
from ecgnet.reading.lines import Line, Source
from ecgnet.record import Record

if TYPE_CHECKING:
    from ecgnet.judge import Reading

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


SOURCES: dict[type, Source] = {
    MeasuredChange: "measured",
    RhythmChange: "measured",
    ClassChange: "network",
    CriterionChange: "criterion",
}


def compare(reading: Reading, earlier: Reading) -> list[Line]:
    """The newer reading against an earlier one, as lines; the first says which that is."""
    day = earlier.record.recorder.recorded_at if earlier.record.recorder is not None else None
    of = say(" of {day:%Y-%m-%d}", day=day) if day is not None else ""
    found = [
        Line("comparison", say("beside the earlier ECG {id}{of}", id=earlier.record.id, of=of), "measured")
    ]
    found += [
        Line("comparison", text, SOURCES[type(change)], because)
        for change in changes(reading, earlier)
        for text, because in (told(change),)
    ]
    if len(found) == 1:
        found.append(Line("comparison", say("no change beyond the usual between two recordings"), "measured"))
    return found


CLOCK, TOGETHER = 0.15, 0.12
"""Share by which the recorder's heart rate must differ from ours, and within which an interval must differ by the same
factor, for the sampling rate to be doubted."""


USUAL_RATES = (100, 125, 180, 200, 240, 250, 256, 300, 360, 400, 500, 512, 600, 1000, 2000)
"""Hz."""


def doubted_rate(record: Record, ranges: Mapping[str, Ranged]) -> str | None:
    """That the file's sampling rate may be wrong, in a sentence: the recorder's own rate and intervals differ from ours by
    one factor, as they do when a file says 500 samples a second of a recording with 250."""
    theirs, rate = record.recorder, ranges["heart_rate"]
    if theirs is None or rate.value is None or "heart_rate" not in theirs.measurements:
        return None
    factor = rate.value / theirs.measurements["heart_rate"].value
    alike = [
        abs(theirs.measurements[name].value / ranges[name].value / factor - 1) < TOGETHER
        for name in ("qrs", "qt")
        if name in theirs.measurements and ranges[name].value
    ]
    if abs(factor - 1) < CLOCK or not alike or not all(alike):
        return None
    fitting = record.fs / factor
    usual = min(USUAL_RATES, key=lambda fs: abs(fs / fitting - 1))
    named = usual if abs(usual / fitting - 1) < 0.05 else round(fitting)
    return say(
        "The recorder's heart rate and intervals differ from those measured here by one factor, "
        "{factor:.2g}: the file's sampling rate of {fs:g} Hz may be wrong; {named} Hz would make "
        "them agree.",
        factor=factor,
        fs=record.fs,
        named=named,
    )


def with_recorder(record: Record, ranges: Mapping[str, Ranged]) -> list[Line]:
    """What the recorder itself stated and measured, where the file has it, and where that differs from what is read
    here."""
    report = record.recorder
    if report is None:
        return []
    signed = {True: say("confirmed by a physician"), False: say("not confirmed")}.get(report.confirmed, "")
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
                Line(
                    "recorder",
                    say(
                        "the recorder: {clause} {stated}, here {ours}",
                        clause=wording.clause(wording.MEASURES[name]),
                        stated=stated,
                        ours=ours,
                    ),
                    "recorder",
                )
            )
    return found
