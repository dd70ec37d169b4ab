"""What is beyond chance and large enough to be looked at, in words.

Of four weeks with 200 ECGs or more: a stability index above 0.2, a share that moved by a tenth, observed over expected
outside 0.8 to 1.25; each beyond chance as well. Without labels an alarm says look, never worse.
"""

from __future__ import annotations

from collections.abc import Iterator

from ecgnet.estimate import Estimate
from ecgnet.language import mark, say
from ecgnet.monitoring.periods import LEAST
from ecgnet.monitoring.result import Alarm, AlarmKind, Period
from ecgnet.notices import percent

MOVED = 0.1
"""Change of a share that is large."""
RATIO = (0.8, 1.25)
"""Observed over expected that is left alone."""
LABELLED = 100
"""Labelled ECGs of a period below which its calibration raises no alarm."""
WHY = mark(
    "What is to be looked at may be other patients, another recorder or filter, or answers that do not hold: labels alone "
    "can tell."
)
"""Said once, where anything is to be looked at."""


def alarms(period: Period, reference: Period) -> Iterator[Alarm]:
    """Of one period against the reference; none for one with too few ECGs."""
    if period.answered >= LEAST:
        yield from _answers(period, reference)
        yield from _shares(period, reference)
    if period.labelled >= LABELLED:
        yield from _calibration(period)


def _answers(period: Period, reference: Period) -> Iterator[Alarm]:
    for label, shift in period.shift.items():
        if shift.much:
            now, before = period.found[label].value, reference.found[label].value
            yield Alarm(
                AlarmKind.ANSWERS,
                period.name,
                label,
                say(
                    "Look: the probabilities of {label} are distributed otherwise than in the reference "
                    "(stability index {value:.2f}, by chance below {chance:.2f}); present or possible in "
                    "{percent} of {answered} ECGs, in the reference in {percent_2}.",
                    label=label,
                    value=shift.value,
                    chance=shift.chance,
                    percent=percent(now),
                    answered=period.answered,
                    percent_2=percent(before),
                ),
            )


def _shares(period: Period, reference: Period) -> Iterator[Alarm]:
    for kind, now, before, sign, words, advice in (
        (
            AlarmKind.UNFAMILIAR,
            period.unfamiliar,
            reference.unfamiliar,
            1,
            say("are unlike those that the model learnt from"),
            say(
                "Look at some of them: filters, gain or lead positions may differ. No guarantee holds for them."
            ),
        ),
        (
            AlarmKind.QUALITY,
            period.fine,
            reference.fine,
            -1,
            say("are without a fault in any lead"),
            say("Look at electrodes, cables and the recorder."),
        ),
        (
            AlarmKind.ABSTAINED,
            period.abstained,
            reference.abstained,
            1,
            say("are better left to a reader"),
            "",
        ),
    ):
        if _moved(now, before, sign):
            yield Alarm(
                kind,
                period.name,
                "",
                say(
                    "Look: {percent} of the ECGs {words}, in the reference {percent_2}. {advice}",
                    percent=percent(now.value),
                    words=words,
                    percent_2=percent(before.value),
                    advice=advice,
                ).rstrip(),
            )


def _moved(now: Estimate, before: Estimate, sign: int) -> bool:
    """Whether a share is greater (sign 1) or smaller (-1) than before by a tenth, and surely so; never where one is
    unknown."""
    apart = now.low > before.high if sign > 0 else now.high < before.low
    return apart and sign * (now.value - before.value) >= MOVED


def _calibration(period: Period) -> Iterator[Alarm]:
    for label, ratio in period.observed_to_expected.items():
        low, high = RATIO
        if (ratio.value < low and ratio.high < 1) or (ratio.value > high and ratio.low > 1):
            often = "often" if ratio.value < 1 else "rarely"
            yield Alarm(
                AlarmKind.CALIBRATION,
                period.name,
                label,
                say(
                    "{label} is stated too {often}: observed over expected {value:.2f} ({low:.2f} to {high:.2f}) "
                    "on {labelled} labelled ECGs. Validate anew (ecgnet validate); ecgnet adapt may mend it.",
                    label=label,
                    often=often,
                    value=ratio.value,
                    low=ratio.low,
                    high=ratio.high,
                    labelled=period.labelled,
                ),
            )
