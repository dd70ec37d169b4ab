"""The last line of a reading: what it comes to, and the class of the ECG.

Grades as electrocardiographs give them and as DICOM CID 3677 codes them: normal, otherwise normal (a rate, an axis or
single premature beats outside the usual in an ECG without any other finding), borderline, abnormal, not diagnostic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.reading.limits import Critical, Ranged
from ecgnet.reading.rhythm import Rhythm
from ecgnet.states import FOUND, NORMAL, State, headline

Grade = Literal["normal", "otherwise normal", "borderline", "abnormal", "not diagnostic"]

MARGINS = {"pr": 10.0, "qrs": 9.0, "qtc_fridericia": 10.0}
"""ms by which an interval may lie outside its limits in an ECG that is otherwise normal: what it differs by between two
measurements of one ECG (docs/measurements.md), and of a QRS complex less than would make a block complete. A rate and an
axis speak against nothing, and of the two corrected QT intervals Fridericia's decides: Bazett's is too long at all but slow
rates (AHA/ACCF/HRS 2009 part IV)."""
USUAL_RHYTHMS = ("SR", "SBRAD", "STACH", "SARRH")
PACED = "PACE"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """text: the headline of the reading; grade: the class of the ECG."""

    text: str
    grade: Grade


def within_limits(ranges: Mapping[str, Ranged], critical: Sequence[Critical], *, rhythm: Rhythm) -> bool:
    """Whether nothing that was measured speaks against a normal ECG: no critical value, no interval outside its limits by
    more than two measurements of one ECG differ by, no rhythm that is named and is not the sinus node's. What could not
    be measured speaks neither way."""
    if critical:
        return False
    if rhythm.code is not None and rhythm.certain and rhythm.code not in USUAL_RHYTHMS:
        return False
    return not any(ranges[name].beyond(margin) for name, margin in MARGINS.items())


def conclude(
    states: Mapping[str, State],
    ranges: Mapping[str, Ranged],
    *,
    critical: Sequence[Critical],
    rhythm: Rhythm,
    unreadable: str | None,
    abstain: bool,
) -> Conclusion:
    """The conclusion of one reading. states is empty where no model answered; abstain: whether the answer as a whole is
    better left to the reader."""
    if unreadable is not None:
        return Conclusion(
            f"{wording.GRADES['not diagnostic']}: {wording.clause(unreadable)}", "not diagnostic"
        )
    grade = _grade(states, ranges, critical, rhythm, abstain)
    parts = _parts(states, ranges, critical, rhythm)
    if grade in ("normal", "otherwise normal"):
        odd = parts[1:]  # the first says that it is normal
        return Conclusion(": ".join([wording.GRADES[grade], *([", ".join(odd)] if odd else [])]), grade)
    if states.get(NORMAL) == "present":  # the answer as a whole is too unsure to be the conclusion
        parts[0] = f"{parts[0]} {say(wording.NORMAL_UNSURE)}"
    return Conclusion(". ".join(part[0].upper() + part[1:] for part in parts), grade)


def _grade(
    states: Mapping[str, State],
    ranges: Mapping[str, Ranged],
    critical: Sequence[Critical],
    rhythm: Rhythm,
    abstain: bool,
) -> Grade:
    diseases = [state for label, state in states.items() if label != NORMAL]
    named = rhythm.code is not None and rhythm.code not in USUAL_RHYTHMS
    if critical or "present" in diseases or (named and rhythm.certain):
        return "abnormal"
    odd = [value for name, value in ranges.items() if value.outside and name != "qtc_bazett"]
    if not states:
        return "borderline" if odd or named else "not diagnostic"
    if states.get(NORMAL) != "present" or abstain:
        return "borderline"
    plain = not odd and not rhythm.premature.count and rhythm.code in ("SR", "SARRH", None)
    return "normal" if plain else "otherwise normal"


def _parts(
    states: Mapping[str, State],
    ranges: Mapping[str, Ranged],
    critical: Sequence[Critical],
    rhythm: Rhythm,
) -> list[str]:
    """The sentence's parts: classes, critical values, the rhythm where it is not plain sinus rhythm, intervals."""
    parts = [headline(states, wording.CLASSES_WITHIN)] if states else [say("no network was asked")]
    if rhythm.code == PACED:  # what a pacemaker makes of an ECG looks like most of the classes
        doubted = (
            [f"{parts[0]}: {say(wording.NOT_WHILE_PACED)}"]
            if any(s in FOUND for s in states.values())
            else parts
        )
        parts = [rhythm.text, *doubted]
    elif rhythm.text and (rhythm.code != "SR" or rhythm.premature.count):
        parts.append(rhythm.text)
    parts += [value.text for value in critical]
    for name, value in ranges.items():
        if value.flag in ("low", "high") and name in ("pr", "qrs", "qtc_fridericia"):
            parts.append(f"{wording.MEASURES[name]} {wording.FLAGS[value.word]}, {value}")
    axis = ranges["axis"]
    if axis.flag and axis.value is not None:
        parts.append(wording.axis(axis.value))
    return parts
