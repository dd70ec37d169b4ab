"""The networks' SCP-ECG statements beside the states and the measurements: which stand, and which are set aside and
why.

A statement is set aside, never dropped: it contradicts a measurement, the rhythm or its own class's state, or its
probability is too small to stand among findings although it reaches the threshold that serves the benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecgnet.language import say
from ecgnet.measure import Measurements
from ecgnet.reading import wording
from ecgnet.reading.limits import Ranged
from ecgnet.reading.rhythm import Rhythm, is_erratic
from ecgnet.statements import STATEMENTS
from ecgnet.states import FOUND, NORMAL, State

LEAST = 0.25
"""Calibrated probability below which a statement does not stand among findings, whatever its threshold."""
RHYTHMS = ("SR", "AFIB", "STACH", "SARRH", "SBRAD", "PACE", "SVARR", "BIGU", "AFLT", "SVTAC", "PSVT", "TRIGU")
PACED = "PACE"
ONE_TO_ONE = ("1AVB", "LPR", "LAO/LAE", "RAO/RAE", "WPW")
"""Statements that need a P wave before each QRS complex."""
FORMS = ("CLBBB", "CRBBB", "ILBBB", "IRBBB", "IVCD")
"""Forms of a disturbed conduction within the ventricles, of which an ECG has one."""
BLOCKS = ("CLBBB", "CRBBB")
"""Complete bundle branch blocks, of 120 ms or more."""
CLEARLY = 10.0
"""ms by which a duration must contradict a statement."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: code, description, calibrated probability; set_aside: why it does not stand, None where it
    does."""

    code: str
    text: str
    probability: float
    set_aside: str | None = None

    @property
    def too_small(self) -> bool:
        """Whether its probability alone keeps it from standing among findings."""
        return self.probability < LEAST


def weigh(
    stated: Mapping[str, float],
    states: Mapping[str, State],
    *,
    measured: Measurements,
    ranges: Mapping[str, Ranged],
    rhythm: Rhythm,
) -> tuple[Stated, ...]:
    """Every statement at or above its threshold, the most probable first. stated: code → calibrated probability."""
    found: list[Stated] = []
    form: str | None = None  # the most probable one that stands
    for code, p in sorted(stated.items(), key=lambda item: -item[1]):
        why = _contradiction(code, p, states, measured, ranges, rhythm, stated)
        if why is None and code in FORMS:
            if form is not None:
                why = wording.more_likely(form, stated[form])
            else:
                form = code
        found.append(Stated(code, STATEMENTS[code].words, p, why))
    return tuple(found)


def _contradiction(
    code: str,
    p: float,
    states: Mapping[str, State],
    measured: Measurements,
    ranges: Mapping[str, Ranged],
    rhythm: Rhythm,
    stated: Mapping[str, float],
) -> str | None:
    """Why a statement is set aside; None where it stands."""
    statement = STATEMENTS[code]
    by_signal = _against_measurements(code, measured, ranges, rhythm, stated)
    if by_signal:
        return by_signal
    superclass = statement.superclass
    if code == NORMAL or superclass == NORMAL:
        if states.get(NORMAL) not in FOUND:
            return say("normal is concluded from all findings together")
    elif superclass and states.get(superclass) not in FOUND:
        title = wording.CLASSES[superclass]
        state = states.get(superclass)
        return (
            say("{title} as a whole is {state}", title=title, state=wording.STATES[state])
            if state
            else say("{title} as a whole was not judged", title=title)
        )
    if p < LEAST:
        return say(
            "a probability of {probability} is too small",
            probability=wording.probability(p),
        )
    return None


def _against_measurements(
    code: str,
    measured: Measurements,
    ranges: Mapping[str, Ranged],
    rhythm: Rhythm,
    stated: Mapping[str, float],
) -> str | None:
    pr, qrs, rate = ranges["pr"], ranges["qrs"], ranges["heart_rate"]
    qtc = ranges["qtc_fridericia"]
    if code in RHYTHMS:
        return _against_rhythm(code, rhythm, measured)
    if code in ONE_TO_ONE:
        if rhythm.without_p:
            return say("the rhythm read is: {split}", split=rhythm.text.split(";")[0])
        if stated.get("3AVB", 0) >= LEAST and code in ("1AVB", "LPR"):
            return say(
                "with {words} no PR interval means anything",
                words=STATEMENTS["3AVB"].words,
            )
        if code in ("1AVB", "LPR"):
            if pr.value is None:
                return say(
                    "the PR interval is not measurable: {clause}",
                    clause=wording.clause(pr.reason),
                )
            if pr.high is not None and pr.value < pr.high - CLEARLY:
                return say("PR is {pr}, within its limits", pr=pr)
    if code in BLOCKS and qrs.value is not None and qrs.value < 120 - CLEARLY:
        return say("QRS is {qrs}; a complete block has 120 ms or more", qrs=qrs)
    if (
        code == "LNGQT"
        and qtc.value is not None
        and qtc.high is not None
        and qtc.value < qtc.high - 2 * CLEARLY
    ):
        return say("QTc is {qtc}, within its limits", qtc=qtc)
    other = rhythm.premature.not_early if code == "PVC" else 0  # one that comes late in a fast rhythm
    if (
        code in ("PVC", "PAC", "PRC(S)")
        and rhythm.longest_rr is not None
        and not (rhythm.premature.count or other)
    ):
        return say("no beat of this window comes early")
    if code == "3AVB" and rate.value is not None and rhythm.sinus and pr.value is not None:
        return say("each QRS complex has its P wave (PR {pr})", pr=pr)
    return None


def _against_rhythm(code: str, rhythm: Rhythm, measured: Measurements) -> str | None:
    """A rhythm beside the one that is read."""
    name = rhythm.text.split(";")[0] or say("not determined")
    pattern = {"BIGU": "bigeminy", "TRIGU": "trigeminy"}.get(code)
    if pattern:
        return (
            None
            if rhythm.premature.pattern == pattern
            else say("the beats do not come in {pattern}", pattern=pattern)
        )
    if code == rhythm.code or code in rhythm.among:
        return None
    if code == PACED and rhythm.without_p and is_erratic(measured, rhythm.premature):
        return say(wording.UNLIKE_PACED)
    if code == "SR" and rhythm.sinus:
        return None
    if code == "SVARR" and rhythm.premature.count and rhythm.premature.origin != "ventricular":
        return None
    return say("the rhythm read is: {name}", name=name) if rhythm.text else None
