"""What the measured amplitudes and durations say by published criteria: conduction, voltage, Q waves, ST and T,
atria.

Sources: AHA/ACCF/HRS 2009 parts III, IV, V and VI (Circulation 119:e235, e241, e251, e262); Thygesen et al. 2018,
Fourth Universal Definition of Myocardial Infarction (UDMI; Circulation 138:e618). Each finding names its criterion
and the numbers that met it. Where a bundle branch block, preexcitation or pacing makes ST, T and Q secondary, that is
said instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ecgnet.language import localised, mark, say
from ecgnet.measure import LeadMeasures, Measurements
from ecgnet.reading import wording
from ecgnet.record import Metadata, Sex

Topic = Literal["intervals", "atria", "voltage", "infarction", "st_t", "axis"]
Leads = Mapping[str, LeadMeasures]

CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")
FRONTAL = ("aVL", "I", "−aVR", "II", "aVF", "III")
"""The limb leads in the order in which they are neighbours (part VI); −aVR is aVR turned over."""
Q_GROUPS = (("I", "aVL"), ("V4", "V5", "V6"), ("II", "III", "aVF"))
TERRITORIES = {
    mark("inferior"): ("II", "III", "aVF"),
    mark("high lateral"): ("I", "aVL"),
    mark("septal"): ("V1", "V2"),
    mark("anterior"): ("V3", "V4"),
    mark("lateral"): ("V5", "V6"),
}
"""Names of places on the left ventricle by the leads that look at them."""
GROWN_UP = 16.0
"""Years from which the criteria hold."""
WIDE = 120.0
"""ms from which a bundle branch block is complete."""
LONGEST_P = 160.0
"""ms from its first onset to its last offset over all leads: the 98th percentile of 299 normal ECGs of PTB-XL's folds 1
to 8. The textbook's 120 ms are of single leads, and 71 % of those normal ECGs reach them by this measure."""
BROAD_R = 110.0
"""ms of the R wave in I or V6 from which it is broad, as left bundle branch block makes it (part III names no figure). Of
104 labelled so in PTB-XL's folds 1 to 8 that fulfil the rest, 100 reach it, of 13 others none."""
LONGEST_NORMAL = 110.0
"""ms of a QRS complex, over 16 years (part III)."""


@dataclass(frozen=True, slots=True)
class CriterionMet:
    """A criterion that is met: topic, what it says, the numbers that met it, the leads, and the SCP-ECG statement that
    says the same, "" where there is none."""

    topic: Topic
    text: str
    because: str
    leads: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """findings in the order of the reading; secondary: why ST, T and Q are not judged by criteria, "" where they are;
    st: territory → the ST deviation in mV that is furthest from the baseline in its leads; elevated: leads whose ST
    elevation reaches the UDMI limits in two neighbours."""

    findings: tuple[CriterionMet, ...] = ()
    secondary: str = ""
    st: Mapping[str, float] | None = None
    elevated: tuple[str, ...] = ()

    def of(self, topic: str) -> tuple[CriterionMet, ...]:
        """The findings of one topic."""
        return tuple(finding for finding in self.findings if finding.topic == topic)


def apply_criteria(
    measured: Measurements, metadata: Metadata, *, paced: bool = False, preexcited: bool = False
) -> Criteria:
    """Every criterion on one record's measures by lead. Empty where no beat was measured; never raises."""
    leads = measured.leads
    if not leads:
        return Criteria()
    qrs = measured.qrs.value
    conduction = _conduction(leads, qrs) if not (paced or preexcited) else []
    adult = not is_child(metadata)
    secondary = _secondary(conduction, paced, preexcited)
    findings = [*conduction, *_fascicular(leads, measured.axis.value, qrs, bool(conduction))]
    findings += _atria(leads, measured)
    if adult:
        findings += _voltage(leads, metadata.sex, metadata.age, bool(secondary))
    elevated: tuple[str, ...] = ()
    if not secondary and adult:
        findings += _q_waves(leads)
        st, elevated = _st(leads, metadata)
        findings += st
        findings += _t_waves(leads)
    return Criteria(tuple(findings), secondary, _territories(leads), elevated)


def is_child(metadata: Metadata) -> bool:
    """Whether the patient is known to be too young for the criteria."""
    return metadata.age is not None and metadata.age < GROWN_UP


def _value(leads: Leads, lead: str, name: str) -> float:
    """An amplitude in mV or a duration in ms; NaN where the lead or the wave is not there; "−aVR" is aVR turned
    over."""
    if lead.startswith("−"):
        turned = {"r": "s", "s": "r"}.get(name, name)
        return -_value(leads, lead[1:], turned)
    measures = leads.get(lead)
    found = getattr(measures, name, None) if measures is not None else None
    return math.nan if found is None else float(found)


def _size(leads: Leads, lead: str, name: str) -> float:
    """The absolute amplitude; 0 where there is no such wave."""
    value = abs(_value(leads, lead, name))
    return 0.0 if math.isnan(value) else value


def _mv(value: float) -> str:
    return localised(f"{value:.2f} mV")


def _conduction(leads: Leads, qrs: float | None) -> list[CriterionMet]:
    """Wide QRS complexes by their shape in V1, I and V6 (part III)."""
    if qrs is None or round(qrs) <= LONGEST_NORMAL:
        return []
    complete = round(qrs) >= WIDE
    right = _size(leads, "V1", "r2") >= 0.1 or _size(leads, "V1", "r") > 1.5 * max(
        _size(leads, "V1", "s"), _size(leads, "V1", "q")
    )
    late_s = [lead for lead in ("I", "V6") if _size(leads, lead, "s") >= 0.1]
    negative = _size(leads, "V1", "r") < 0.4 * max(_size(leads, "V1", "s"), _size(leads, "V1", "q"))
    upright = [
        lead
        for lead in ("I", "V6")
        if _size(leads, lead, "r") > 2 * max(_size(leads, lead, "s"), 0.1) and _size(leads, lead, "q") < 0.05
    ]
    broadest = max(_size(leads, lead, "r_duration") for lead in ("I", "V6"))
    broad = broadest >= BROAD_R
    because = say("QRS {qrs:.0f} ms", qrs=qrs)
    if right and late_s and _size(leads, "V1", "r2") + _size(leads, "V1", "r") > 0.1:
        text, code = (
            (say("complete right bundle branch block"), "CRBBB")
            if complete
            else (say("incomplete right bundle branch block"), "IRBBB")
        )
        why = say(
            "{because}, late R in V1, S in {listed}",
            because=because,
            listed=wording.listed(late_s),
        )
    elif complete and negative and len(upright) == 2 and broad:
        text, code = say("complete left bundle branch block"), "CLBBB"
        why = say(
            "{because}, negative V1, upright I and V6 without Q, R of {broadest:.0f} ms",
            because=because,
            broadest=broadest,
        )
    else:
        text, code = say("intraventricular conduction disturbance, unspecific"), "IVCD"
        why = say(
            "{because}, neither the form of a right nor of a left bundle branch block",
            because=because,
        )
    return [CriterionMet("intervals", text, why, code=code)]


def _fascicular(leads: Leads, axis: float | None, qrs: float | None, wide: bool) -> list[CriterionMet]:
    """Left anterior fascicular block: axis -45 to -90°, qR in aVL, QRS below 120 ms (part III)."""
    if axis is None or qrs is None or round(qrs) >= WIDE or not -90 <= axis <= -45:
        return []
    if _size(leads, "aVL", "q") < 0.02 or _size(leads, "aVL", "r") < 0.1:
        return []
    why = say(
        "axis {axis}°, qR in aVL, QRS {qrs:.0f} ms",
        axis=wording.signed(axis),
        qrs=qrs,
    )
    return [CriterionMet("intervals", say("left anterior fascicular block"), why, ("aVL",), "LAFB")]


def _secondary(conduction: Sequence[CriterionMet], paced: bool, preexcited: bool) -> str:
    if paced:
        return say("ST, T and Q are secondary to pacing and are not judged by criteria")
    if preexcited:
        return say("ST, T and Q are secondary to preexcitation and are not judged by criteria")
    if any(finding.code == "CLBBB" for finding in conduction):
        return say("ST, T and Q are secondary to left bundle branch block and are not judged by criteria")
    return ""


def _atria(leads: Leads, measured: Measurements) -> list[CriterionMet]:
    """P of `LONGEST_P` or more (left), P in II above 0.25 mV (right)."""
    found = []
    beats = measured.beats
    lengths = (beats.p_offset - beats.p_onset)[beats.dominant] * 1000 if len(beats) else []
    known = sorted(float(v) for v in lengths if math.isfinite(v))
    if known and measured.pr.measurable:
        length = known[len(known) // 2]
        if length >= LONGEST_P:
            why = say(
                "P {length:.0f} ms over all leads, {longest_p:.0f} or more",
                length=length,
                longest_p=LONGEST_P,
            )
            found.append(CriterionMet("atria", say("prolonged P wave"), why))
    height = _value(leads, "II", "p")
    if measured.pr.measurable and height > 0.25:
        why = say("P in II {mv}, above 0.25", mv=_mv(height))
        found.append(CriterionMet("atria", say("tall P wave, as in right atrial enlargement"), why, ("II",)))
    return found


def _voltage(leads: Leads, sex: Sex | None, age: float | None, secondary: bool) -> list[CriterionMet]:
    """Sokolow-Lyon 1949, Cornell (Casale 1987) and low voltage (part V and II); a voltage alone is not called
    hypertrophy."""
    found = []
    sokolow = _size(leads, "V1", "s") + max(_size(leads, "V5", "r"), _size(leads, "V6", "r"))
    young = age is not None and age < 40
    if sokolow >= 3.5 and not secondary:
        doubt = say("; not reliable under 40 years") if young else ""
        why = say(
            "S in V1 + R in V5 or V6 {mv}, 3.5 or more{doubt}",
            mv=_mv(sokolow),
            doubt=doubt,
        )
        found.append(CriterionMet("voltage", say("high voltage (Sokolow-Lyon)"), why, ("V1", "V5", "V6")))
    cornell, limit = _size(leads, "aVL", "r") + _size(leads, "V3", "s"), 2.0 if sex == "female" else 2.8
    if cornell > limit and not secondary:
        why = say("R in aVL + S in V3 {mv}, above {limit}", mv=_mv(cornell), limit=limit)
        found.append(CriterionMet("voltage", say("high voltage (Cornell)"), why, ("aVL", "V3")))

    def swing(lead: str) -> float:
        up = max(_size(leads, lead, "r"), _size(leads, lead, "r2"))
        return up + max(_size(leads, lead, "q"), _size(leads, lead, "s"))

    for names, limit, what in (
        (("I", "II", "III", "aVR", "aVL", "aVF"), 0.5, say("limb leads")),
        (CHEST, 1.0, say("chest leads")),
    ):
        there = [lead for lead in names if lead in leads]
        if len(there) == len(names) and all(0 < swing(lead) < limit for lead in there):
            why = say(
                "QRS below {limit:g} mV from peak to peak in all {what}",
                limit=limit,
                what=what,
            )
            found.append(
                CriterionMet("voltage", say("low voltage in the {what}", what=what), why, code="LVOLT")
            )
    return found


def _q_waves(leads: Leads) -> list[CriterionMet]:
    """Pathological Q waves (UDMI): 20 ms or QS in V2 and V3, elsewhere 30 ms and 0.1 mV or QS in two neighbours."""

    def qs(lead: str) -> bool:
        return _size(leads, lead, "q") >= 0.1 and _size(leads, lead, "r") < 0.02

    found = []
    septal = [lead for lead in ("V2", "V3") if qs(lead) or _broad_q(leads, lead, 20, 0.05)]
    if len(septal) == 2:
        found.append(_q_finding(leads, septal))
    for group in Q_GROUPS:
        there = [lead for lead in group if qs(lead) or _broad_q(leads, lead, 30, 0.1)]
        if len(there) >= 2:
            found.append(_q_finding(leads, there))
    return found


def _broad_q(leads: Leads, lead: str, duration: float, depth: float) -> bool:
    length = _value(leads, lead, "q_duration")
    return not math.isnan(length) and length >= duration and _size(leads, lead, "q") >= depth


def _q_finding(leads: Leads, names: Sequence[str]) -> CriterionMet:
    parts = [
        say(
            "{lead} {value:.0f} ms, {mv}",
            lead=lead,
            value=_value(leads, lead, "q_duration"),
            mv=_mv(_size(leads, lead, "q")),
        )
        for lead in names
    ]
    text = say("pathological Q waves in {listed}", listed=wording.listed(names))
    return CriterionMet(
        "infarction", text, say("Q: {parts} (UDMI 2018)", parts="; ".join(parts)), tuple(names), "QWAVE"
    )


def st_limit(lead: str, metadata: Metadata) -> float:
    """mV of J point elevation from which it counts, by UDMI 2018; unknown sex is taken as the one with the higher
    limit."""
    if lead not in ("V2", "V3"):
        return 0.1
    if metadata.sex == "female":
        return 0.15
    return 0.25 if metadata.age is not None and metadata.age < 40 else 0.2


def _neighbours(meets: Callable[[str], bool]) -> list[str]:
    """Leads that meet a condition together with a neighbour, in the order of the chest and then of the frontal
    plane."""
    found: list[str] = []
    for order in (CHEST, FRONTAL):
        for a, b in pairwise(order):
            if meets(a) and meets(b):
                found += [lead for lead in (a, b) if lead not in found]
    return found


def _st(leads: Leads, metadata: Metadata) -> tuple[list[CriterionMet], tuple[str, ...]]:
    """ST elevation by the UDMI limits, depression of 0.05 mV or more, horizontal or downsloping, each in two
    neighbours."""

    # Rounded to 0.01 mV, as shown: noise must not decide at a limit.
    def j(lead: str) -> float:
        return round(_value(leads, lead, "j"), 2)

    found = []
    elevated = _neighbours(lambda lead: j(lead) >= st_limit(lead.lstrip("−"), metadata))
    if elevated:
        why = ", ".join(f"{lead} {wording.signed(j(lead), 2)}" for lead in elevated)
        text = say("ST elevation in {listed}", listed=wording.listed(elevated))
        found.append(
            CriterionMet("st_t", text, say("J point {why} mV (UDMI 2018)", why=why), tuple(elevated), "STE_")
        )

    def depressed(lead: str) -> bool:
        later = round(_value(leads, lead, "j60"), 2)
        return j(lead) <= -0.05 and later <= min(j(lead) + 0.01, -0.05)

    low = [lead for lead in _neighbours(depressed) if lead not in elevated]
    if low:
        why = ", ".join(f"{lead} {wording.signed(j(lead), 2)}" for lead in low)
        text = say("ST depression in {listed}", listed=wording.listed(low))
        found.append(
            CriterionMet(
                "st_t", text, say("J point {why} mV, not rising (UDMI 2018)", why=why), tuple(low), "STD_"
            )
        )
    return found, tuple(elevated)


def _t_waves(leads: Leads) -> list[CriterionMet]:
    """T inversion above 0.1 mV in two neighbours with a prominent R wave (UDMI); giant from 1.0 mV (part IV)."""

    def inverted(lead: str) -> bool:
        prominent = _size(leads, lead, "r") > max(_size(leads, lead, "s"), _size(leads, lead, "q"))
        return prominent and _value(leads, lead, "t") < -0.1

    names = _neighbours(inverted)
    if not names:
        return []
    deepest = min(_value(leads, lead, "t") for lead in names)
    why = ", ".join(f"{lead} {wording.signed(_value(leads, lead, 't'), 2)}" for lead in names)
    listed = wording.listed(names)
    if deepest < -1:
        text = say("giant T inversion in {listed}", listed=listed)
    elif deepest < -0.5:
        text = say("deep T inversion in {listed}", listed=listed)
    else:
        text = say("T inversion in {listed}", listed=listed)
    return [CriterionMet("st_t", text, say("T {why} mV (UDMI 2018)", why=why), tuple(names), "INVT")]


def _territories(leads: Leads) -> dict[str, float]:
    """Territory → the J point's deviation in mV that is furthest from the baseline in its leads."""

    def furthest(names: Iterable[str]) -> float:
        known = [v for lead in names if not math.isnan(v := _value(leads, lead, "j"))]
        return max(known, key=abs, default=math.nan)

    found = {name: furthest(names) for name, names in TERRITORIES.items()}
    return {name: value for name, value in found.items() if not math.isnan(value)}
