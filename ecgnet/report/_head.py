"""What stands above the ECG: the conclusion, what must be told at once, patient, measurements with their limits, the
leading model's answer and the rhythm. What does not fit there is handed back, for the pages behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ecgnet.inference import Prediction
from ecgnet.judge import Reading
from ecgnet.language import again, day, say
from ecgnet.models import REGISTRY
from ecgnet.reading import wording
from ecgnet.record import LEADS, Record
from ecgnet.report._page import INK, MUTED, RULE, Colour, Page
from ecgnet.states import FOUND

PITCH = 3.2  # mm between lines
SIZE = 6.8  # points
ALARM: Colour = (176, 22, 22)
BAR, BAR_BACK = (70, 105, 135), (224, 228, 232)
COLUMNS = (0.0, 55.0, 122.0, 203.0)  # mm from the paper's left edge
GUTTER = 3.0
Rest = list[tuple[str, str]]
"""(what it is about, the whole text) of all that the head had no room for."""


@dataclass
class Head:
    """The head of one page. rest: what it had no room for."""

    page: Page
    left: float
    width: float
    rest: Rest = field(default_factory=list)

    def tell(
        self,
        x: float,
        y: float,
        title: str,
        text: str,
        width: float,
        *,
        lines: int,
        size: float = SIZE,
        pitch: float = PITCH,
        bold: bool = False,
        colour: Colour = INK,
    ) -> float:
        """At most so many lines of text; the whole of it goes to `rest` where that cuts it. → y below."""
        y, whole = self.page.tell(x, y, text, size, width, pitch=pitch, lines=lines, bold=bold, colour=colour)
        if not whole:
            self.rest.append((title, text))
        return y

    def heading(self, x: float, y: float, text: str, width: float) -> float:
        """A block's title. → the next line's y."""
        return self.tell(x, y, text, text, width, lines=2, size=7, bold=True) + 0.4

    def pairs(self, x: float, y: float, rows: Sequence[tuple[str, str]], key: float, width: float) -> float:
        """Names in grey and what they are in black. → y below."""
        for name, text in rows:
            self.page.say(x, y, name, SIZE, colour=MUTED)
            y = self.tell(x + key, y, name, text, width - key, lines=2)
        return y


def draw_head(
    page: Page,
    left: float,
    top: float,
    width: float,
    reading: Reading,
    patient: Sequence[tuple[str, str]],
    warnings: Sequence[str],
    signed: Sequence[str] = (),
) -> tuple[float, Rest]:
    """Draw all of it below `top`, in mm. signed: what the reader says who signed. → the lower edge, and what there was no
    room for."""
    head = Head(page, left, width)
    y = top
    for line in signed[:1]:  # the note stands behind
        y = head.tell(left, y, say("Read and signed"), line, width, lines=2, size=9.4, pitch=4.2, bold=True)
    y = _conclusion(head, y, reading, after=bool(signed))
    y = _alarms(head, y, reading, warnings)
    top = y + 1.4
    at = [left + x for x in COLUMNS]
    wide = [b - a - GUTTER for a, b in zip(COLUMNS, (*COLUMNS[1:], width + GUTTER), strict=True)]
    below = head.heading(at[0], top, say("Patient and recording"), wide[0])
    ends = [head.pairs(at[0], below, patient, 15.5, wide[0])]
    ends.append(_measurements(head, at[1], top, wide[1], reading))
    ends.append(_answer(head, at[2], top, wide[2], reading))
    ends.append(_rhythm(head, at[3], top, wide[3], reading))
    bottom = max(ends) - 1.4
    for x in at[1:]:
        page.rule(x - GUTTER / 2, top - 2.5, x - GUTTER / 2, bottom, 0.15, RULE)
    return bottom, head.rest


def patient_rows(reading: Reading, identity: bool) -> list[tuple[str, str]]:
    """What is known of patient and recording; birth date and number only when asked for (the name is in the title)."""
    record, rows = reading.record, []
    if identity:
        who = record.identity
        named = ((say("Born"), who.birth_date), (say("Patient"), who.patient_id))
        rows += [(label, text) for label, text in named if text]
    known = record.metadata
    rows += [
        (
            say("Patient"),
            f"{known.age_in_words}, {wording.SEXES[known.sex] if known.sex else say('sex unknown')}",
        ),
        (say("Source"), again(record.source)),
    ]
    if when := recorded_at(record):
        rows.append((say("Recorded"), when))
    rows.append(
        (say("Length"), say("{duration:.4g} s at {fs:g} Hz", duration=reading.duration, fs=record.fs))
    )
    rows.append(
        (
            say("Read"),
            say(
                "{window:.1f} to {window_2:.1f} s",
                window=reading.window[0],
                window_2=reading.window[1],
            ),
        )
    )
    there = len(LEADS) - len(record.missing)
    if there < len(LEADS):
        rows.append(
            (
                say("Leads"),
                say(
                    "{there} of {n_leads}; without {missing}",
                    there=there,
                    n_leads=len(LEADS),
                    missing=", ".join(record.missing),
                ),
            )
        )
    return rows


def recorded_at(record: Record) -> str:
    """When it was recorded, on the recorder's clock; "" where that is not known."""
    when = record.recorder and record.recorder.recorded_at
    if when is None:
        return ""
    return say("{when:%Y-%m-%d %H:%M}", when=when) if isinstance(when, datetime) else day(when)


def _conclusion(head: Head, y: float, reading: Reading, *, after: bool = False) -> float:
    """after: below what the reader says."""
    grade = wording.GRADES[reading.conclusion.grade]
    text = reading.conclusion.text
    said = text if text.startswith(grade) else f"{grade}: {text}"
    if after:
        return head.tell(head.left, y, say("Conclusion"), f"ECGNet: {said}", head.width, lines=2)
    return head.tell(
        head.left, y, say("Conclusion"), said, head.width, lines=3, size=9.4, pitch=4.2, bold=True
    )


def _alarms(head: Head, y: float, reading: Reading, warnings: Sequence[str]) -> float:
    """Critical values, then warnings, six lines at most; those that find no room are told on the pages behind."""
    sign = wording.FLAG_SIGNS["critical"]
    told = [
        (f"{sign} {wording.FLAGS[value.level].capitalize()}: {value.text}", ALARM)
        for value in reading.critical
    ]
    told += [(warning, INK) for warning in warnings]
    room = 6
    for text, colour in told:
        if room <= 0:
            head.rest.append((say("Warning"), text))
            continue
        began = y
        alarm = colour is ALARM
        y = head.tell(
            head.left, y, say("Warning"), text, head.width, lines=min(2, room), bold=alarm, colour=colour
        )
        room -= round((y - began) / PITCH)
    return y


def _measurements(head: Head, x: float, y: float, width: float, reading: Reading) -> float:
    """Each with its sign and its limits; why one is missing stands in the reading."""
    page = head.page
    y = head.heading(x, y, say("Measurements, automatic"), width)
    page.say(x + width, y - PITCH - 0.4, say("limits"), 5.4, colour=MUTED, align="right")
    for name, value in reading.ranges.items():
        page.say(x, y, wording.MEASURES_SHORT[name], SIZE, colour=MUTED)
        text = str(value)
        if value.flag:
            text = f"{text} {wording.FLAG_SIGNS[value.word]}"
        colour = ALARM if value.flag == "critical" else INK
        page.say(x + 19.5, y, text, SIZE, bold=value.outside, colour=colour)
        page.say(x + width, y, value.limits, 5.8, colour=MUTED, align="right")
        y += PITCH
    notes = dict.fromkeys(
        note for value in reading.ranges.values() for note in value.note.split("; ") if note
    )
    if notes:
        said = "; ".join(notes)
        y = head.tell(
            x, y, say("Limits"), said[0].upper() + said[1:], width, lines=2, size=5.6, pitch=2.5, colour=MUTED
        )
    return y


def _answer(head: Head, x: float, y: float, width: float, reading: Reading) -> float:
    """The leading model's state of each class with its probability, or why there is none."""
    first = reading.prediction
    if first is None:
        y = head.heading(x, y, say("Models"), width)
        return head.tell(x, y, say("Models"), why_no_answer(reading), width, lines=7)
    title = REGISTRY[first.model].title
    title = say("{title}: judged on request, do not rely on it", title=title) if reading.requested else title
    y = head.heading(x, y, title, width)
    for label in first.labels:
        _class(head.page, x, y, width, first, label, reading.states[label])
        y += PITCH
    note = say(
        "Calibrated probability; marks: absent below the first, present or possible beyond the second."
    )
    note = f"{note} {first.weights_id}"
    return head.tell(x, y, say("Answer"), note, width, lines=3, size=5.4, pitch=2.4, colour=MUTED)


def _class(
    page: Page, x: float, y: float, width: float, prediction: Prediction, label: str, state: str
) -> None:
    found = state in FOUND
    page.say(x, y, label, SIZE, bold=True)
    page.say(x + 11, y, wording.STATES[state], SIZE, bold=found, colour=INK if found else MUTED)
    value = prediction.probability(label)
    page.say(x + 36, y, wording.probability(value), SIZE, bold=found, align="right")
    left, length = x + 39, width - 39
    page.fill(left, y - 1.6, length, 1.1, BAR_BACK)
    if value > 0:
        page.fill(left, y - 1.6, length * min(value, 1.0), 1.1, BAR)
    for limit in marks(prediction, label):
        page.rule(left + length * limit, y - 2.0, left + length * limit, y - 0.1, 0.3, INK)


def marks(prediction: Prediction, label: str) -> tuple[float, ...]:
    """The limits between absent, open and found, as probabilities, ascending; the one threshold of a model that has no
    limits."""
    k, limits = prediction.labels.index(label), prediction.limits
    if limits is None:
        return (float(prediction.thresholds[k]),)
    k = limits.labels.index(label)
    return tuple(sorted((float(limits.low[k]), float(limits.high[k]))))


def why_no_answer(reading: Reading) -> str:
    """Why no model answered."""
    record = reading.record
    if reading.unreadable is not None:
        return say("Not judged. {unreadable}", unreadable=reading.unreadable)
    lacking = [say("lead {lead}", lead=lead) for lead in record.missing] + [
        say("part of lead {lead}", lead=lead) for lead in record.gaps
    ]
    if lacking:
        return say(
            "The models need all 12 leads in full. Not recorded: {lacking}.",
            lacking=", ".join(lacking),
        )
    return say("No model was asked.")


def _rhythm(head: Head, x: float, y: float, width: float, reading: Reading) -> float:
    """The rhythm, and the statements that stand."""
    y = head.heading(x, y, say("Rhythm"), width)
    said = reading.rhythm.text or say(
        "not determined: {clause}", clause=wording.clause(reading.rhythm.reason)
    )
    y = head.tell(x, y, say("Rhythm"), said[0].upper() + said[1:], width, lines=4, pitch=2.9)
    standing = [
        f"{stated.text} {wording.probability(stated.probability)}"
        for stated in reading.statements
        if stated.set_aside is None and stated.code not in (reading.rhythm.code, "SR", "NORM")
    ]
    if standing:
        y = head.heading(x, y + 0.8, say("Statements"), width)
        y = head.tell(x, y, say("Statements"), "; ".join(standing), width, lines=4, pitch=2.9)
    return y
