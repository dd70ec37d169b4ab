"""The structured reading: lines in the order in which readers write them, each with its source and its reason.

A fact stands in one line. Where measurement, criterion and network disagree, the line says so instead of printing both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ecgnet.language import say
from ecgnet.quality import Quality
from ecgnet.reading import wording
from ecgnet.reading.criteria import Criteria, CriterionMet
from ecgnet.reading.limits import Ranged
from ecgnet.reading.rhythm import NAMED, Rhythm
from ecgnet.reading.set_aside import FORMS, PACED, Stated
from ecgnet.statements import STATEMENTS
from ecgnet.states import FOUND, State

Source = Literal["measured", "criterion", "network", "recorder", "conclusion"]

TOPIC_OF_CLASS = {"CD": "intervals", "HYP": "voltage", "MI": "infarction", "STTC": "st_t"}
CLASS_OF_TOPIC = {topic: label for label, topic in TOPIC_OF_CLASS.items() if label != "HYP"}
"""The class that a criterion of that topic speaks for; a high voltage alone speaks for none."""
TOPIC_OF_STATEMENT = {
    **dict.fromkeys(("LPR", "ABQRS"), "intervals"),
    **dict.fromkeys(("LAO/LAE", "RAO/RAE"), "atria"),
    **dict.fromkeys(("VCLVH", "LVOLT", "HVOLT"), "voltage"),
    **dict.fromkeys(("QWAVE",), "infarction"),
    **dict.fromkeys(("STD_", "STE_", "INVT", "LOWT", "NT_", "TAB_"), "st_t"),
    "PACE": "pacing",
}
"""Where a statement belongs that is neither diagnostic nor of the rhythm, or is read elsewhere than its class."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its topic (a key of `wording.TOPICS`), the text, where it comes from, why, "" where it is plain, and
    whether it names a statement that was not taken over."""

    topic: str
    text: str
    source: Source
    because: str = ""
    set_aside: bool = False

    def __str__(self) -> str:
        return f"{self.text} ({self.because})" if self.because else self.text


def topic_of(code: str) -> str:
    """The topic under which a statement is read."""
    if code in TOPIC_OF_STATEMENT:
        return TOPIC_OF_STATEMENT[code]
    statement = STATEMENTS[code]
    if statement.rhythm or code in ("PVC", "PAC", "PRC(S)"):
        return "rhythm"
    return TOPIC_OF_CLASS.get(statement.superclass or "", "other")


def structured(
    quality: Quality,
    unreadable: str | None,
    *,
    warnings: Sequence[str],
    ranges: Mapping[str, Ranged],
    rhythm: Rhythm,
    criteria: Criteria,
    states: Mapping[str, State],
    statements: Sequence[Stated],
    probabilities: Mapping[str, float],
    paced: bool,
    pacemaker_stated: bool = False,
) -> list[Line]:
    """All lines but those on earlier ECGs, on the recorder and the conclusion. warnings: what the measuring left
    out; pacemaker_stated: whether the recorder speaks of one."""
    lines = list(_quality(quality, unreadable, warnings))
    lines += _rate(ranges)
    lines += _rhythm(rhythm)
    lines += _axis(ranges)
    lines += _intervals(ranges)
    standing = {stated.code: stated for stated in statements if stated.set_aside is None}
    told = {"NORM", "SR", rhythm.code, *rhythm.among}  # by the conclusion or by the rhythm
    for finding in criteria.findings:  # what a network says of the same is one line
        also = [stated for code, stated in standing.items() if _same(code, finding.code)]
        told.update(stated.code for stated in also)
        lines.append(
            Line(
                finding.topic,
                finding.text,
                "criterion",
                "; ".join(_why(finding, also, states, probabilities)),
            )
        )
    if criteria.secondary:
        lines.append(Line("st_t", criteria.secondary, "criterion"))
    lines += _classes(states, probabilities)
    if pacemaker_stated and not paced:
        lines.append(Line("pacing", say(wording.PACEMAKER_STATED), "recorder"))
    if rhythm.led_by_spikes:
        lines.append(Line("pacing", say("paced"), "measured", rhythm.because[0]))
    for stated in statements:
        chance = wording.probability(stated.probability)
        if stated.code == PACED and paced and not rhythm.led_by_spikes:
            lines.append(Line("pacing", say("paced"), "network", chance))
        if stated.too_small or stated.code in told:
            continue
        if stated.set_aside is None:
            lines.append(Line(topic_of(stated.code), stated.text, "network", chance))
        elif not (
            stated.code in NAMED and topic_of(stated.code) == "rhythm"
        ):  # the rhythm says why it is not this
            because = say(
                "{chance}; set aside: {set_aside}",
                chance=chance,
                set_aside=stated.set_aside,
            )
            text = say("not taken over: {text}", text=stated.text)
            lines.append(Line(topic_of(stated.code), text, "network", because, set_aside=True))
    return lines


def _same(code: str, criterion: str) -> bool:
    """Whether a statement speaks of what a criterion names: the same, or another form of the same."""
    return code == criterion or (code in FORMS and criterion in FORMS)


def _why(
    finding: CriterionMet,
    also: Sequence[Stated],
    states: Mapping[str, State],
    probabilities: Mapping[str, float],
) -> list[str]:
    """The numbers that met a criterion, and what the network says of it, for or against."""
    found = [finding.because]
    found += [
        say("stated {probability}", probability=wording.probability(s.probability))
        for s in also
        if s.code == finding.code
    ]
    if others := [f"{s.text} {wording.probability(s.probability)}" for s in also if s.code != finding.code]:
        found.append(wording.network_instead(others))
    label = CLASS_OF_TOPIC.get(finding.topic)
    if label is not None and states.get(label) == "absent":
        found.append(wording.network_absent(wording.CLASSES_WITHIN[label], probabilities[label]))
    return found


def in_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines in the order of `wording.TOPICS`."""
    order = list(wording.TOPICS)
    return tuple(sorted(lines, key=lambda line: order.index(line.topic)))


def _quality(quality: Quality, unreadable: str | None, warnings: Sequence[str]) -> list[Line]:
    found = []
    if unreadable:
        found.append(Line("quality", say("not to be relied on"), "measured", wording.clause(unreadable)))
    said = [str(sentence) for sentence in (*quality.sentences, *warnings)]
    found += [Line("quality", text, "measured") for text in dict.fromkeys(said)]
    return found or [Line("quality", say("no fault found"), "measured")]


def _rate(ranges: Mapping[str, Ranged]) -> list[Line]:
    rate = ranges["heart_rate"]
    if rate.value is None:
        return [Line("rate", say("heart rate not measurable"), "measured", wording.clause(rate.reason))]
    return [Line("rate", say("heart rate {rate}{flagged}", rate=rate, flagged=_flagged(rate)), "measured")]


def _rhythm(rhythm: Rhythm) -> list[Line]:
    if not rhythm.text:
        return [Line("rhythm", say("rhythm not determined"), "measured", wording.clause(rhythm.reason))]
    return [Line("rhythm", rhythm.text, "measured", "; ".join(rhythm.because))]


def _axis(ranges: Mapping[str, Ranged]) -> list[Line]:
    axis = ranges["axis"]
    if axis.value is None:
        return [Line("axis", say("axis not measurable"), "measured", wording.clause(axis.reason))]
    words = wording.axis(axis.value) if axis.low is not None else say("axis")
    return [Line("axis", words, "measured", f"{axis}")]


def _intervals(ranges: Mapping[str, Ranged]) -> list[Line]:
    found = []
    for name in ("pr", "qrs", "qt", "qtc_fridericia"):
        value, title = ranges[name], wording.MEASURES[name]
        if value.value is None:
            found.append(
                Line(
                    "intervals",
                    say("{title} not measurable", title=title),
                    "measured",
                    wording.clause(value.reason),
                )
            )
        else:
            found.append(Line("intervals", f"{title} {value}{_flagged(value)}", "measured"))
    return found


def _flagged(value: Ranged) -> str:
    """ ", high (up to 110)", " (no limits for this age)"."""
    said = "; ".join(filter(None, (value.limits if value.flag else "", value.note)))
    flag = f", {wording.FLAGS[value.word]}" if value.flag else ""
    return f"{flag} ({said})" if said else flag


def _classes(states: Mapping[str, State], probabilities: Mapping[str, float]) -> list[Line]:
    """A line for each class that is present, possible or open, where its topic is read."""
    found = []
    for label, state in states.items():
        if label not in TOPIC_OF_CLASS or state not in (*FOUND, "open"):
            continue
        title = wording.CLASSES[label]
        chance = wording.probability(probabilities[label])
        found.append(Line(TOPIC_OF_CLASS[label], f"{title}: {wording.STATES[state]}", "network", chance))
    return found
