"""What is beyond chance and large enough to be looked at, in words.

Of four weeks with 200 ECGs or more: a stability index above 0.2, a share that moved by a tenth, observed over expected
outside 0.8 to 1.25; each beyond chance as well. Without labels an alarm says look, never worse.
"""

from __future__ import annotations

from collections.abc import Iterator

from ecgnet.estimate import Estimate
from ecgnet.monitoring.periods import LEAST
from ecgnet.monitoring.result import Alarm, AlarmKind, Period
from ecgnet.notices import percent

MOVED = 0.1
"""Change of a share that is large."""
RATIO = (0.8, 1.25)
"""Observed over expected that is left alone."""
LABELLED = 100
"""Labelled ECGs of a period below which its calibration raises no alarm."""
WHY = (
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
                f"Look: the probabilities of {label} are distributed otherwise than in the reference (stability index "
                f"{shift.value:.2f}, by chance below {shift.chance:.2f}); present or possible in {percent(now)} of "
                f"{period.answered} ECGs, in the reference in {percent(before)}.",
            )


def _shares(period: Period, reference: Period) -> Iterator[Alarm]:
    for kind, now, before, sign, words, advice in (
        (
            AlarmKind.UNFAMILIAR,
            period.unfamiliar,
            reference.unfamiliar,
            1,
            "are unlike those that the model learnt from",
            "Look at some of them: filters, gain or lead positions may differ. No guarantee holds for them.",
        ),
        (
            AlarmKind.QUALITY,
            period.fine,
            reference.fine,
            -1,
            "are without a fault in any lead",
            "Look at electrodes, cables and the recorder.",
        ),
        (AlarmKind.ABSTAINED, period.abstained, reference.abstained, 1, "are better left to a reader", ""),
    ):
        if _moved(now, before, sign):
            yield Alarm(
                kind,
                period.name,
                "",
                f"Look: {percent(now.value)} of the ECGs {words}, in the reference {percent(before.value)}. "
                f"{advice}".rstrip(),
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
                f"{label} is stated too {often}: observed over expected {ratio.value:.2f} ({ratio.low:.2f} to "
                f"{ratio.high:.2f}) on {period.labelled} labelled ECGs. Validate anew (ecgnet validate); "
                "ecgnet adapt may mend it.",
            )
