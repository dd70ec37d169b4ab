"""Every word that a structured reading says, in one place, ready to be translated.

Words are chosen as readers write them; numbers keep their units. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecgnet.statements import STATEMENTS

NOTICE = "Research use only, not a diagnosis."

TOPICS = {
    "quality": "Technical quality",
    "rate": "Rate",
    "rhythm": "Rhythm",
    "axis": "Axis",
    "intervals": "Intervals and conduction",
    "atria": "P wave and atria",
    "voltage": "QRS voltage and hypertrophy",
    "infarction": "Q waves and infarction",
    "st_t": "ST segment and T wave",
    "pacing": "Pacing",
    "other": "Other statements",
    "comparison": "Comparison",
    "recorder": "What the recorder stated",
    "conclusion": "Conclusion",
}
"""Topics of the reading in the order in which readers write them."""

MEASURES = {
    "heart_rate": "Heart rate",
    "pr": "PR interval",
    "qrs": "QRS duration",
    "qt": "QT interval",
    "qtc_bazett": "QTc (Bazett)",
    "qtc_fridericia": "QTc (Fridericia)",
    "axis": "QRS axis",
}
MEASURES_SHORT = {
    "heart_rate": "Heart rate",
    "pr": "PR",
    "qrs": "QRS",
    "qt": "QT",
    "qtc_bazett": "QTc Bazett",
    "qtc_fridericia": "QTc Fridericia",
    "axis": "QRS axis",
}
"""Where there is little room, on screen and in print; the glossary says under these how each is made."""
FLAGS = {"low": "low", "high": "high", "urgent": "urgent", "critical": "critical"}
FLAG_SIGNS = {"low": "↓", "high": "↑", "urgent": "‼", "critical": "‼"}

CLASSES = {
    "NORM": "Normal ECG",
    "MI": "Myocardial infarction",
    "STTC": "ST/T change",
    "CD": "Conduction disturbance",
    "HYP": "Hypertrophy",
}
CLASSES_WITHIN = {
    "NORM": "normal ECG",
    "MI": "myocardial infarction",
    "STTC": "ST/T change",
    "CD": "conduction disturbance",
    "HYP": "hypertrophy",
}
"""The same within a sentence."""
STATE_HELP = {
    "present": "more likely than not, and as probable in at most 10 % of those without it",
    "possible": "as probable in at most 10 % of those without it, yet less likely than not",
    "open": "seen with and without it: read it yourself",
    "absent": "as improbable in at most 10 % of those who have it",
}

RHYTHMS = {
    "SR": "sinus rhythm",
    "SBRAD": "sinus bradycardia",
    "STACH": "sinus tachycardia",
    "SARRH": "sinus rhythm, irregular (sinus arrhythmia)",
    "AFIB": "atrial fibrillation",
    "AFLT": "atrial flutter",
    "PACE": "paced rhythm",
    "SVTAC": "supraventricular tachycardia",
    "PSVT": "paroxysmal supraventricular tachycardia",
}
REGULARITY = {
    "regular": "regular",
    "irregular": "irregular",
    "irregularly irregular": "irregularly irregular",
    "several shapes": "irregular, with beats of several shapes",
}
REPEATING = "irregular in a pattern that repeats itself"
P_FOUND = "P waves before most beats"
P_NOT_FOUND = "no steady P waves"
REGULAR_TACHYCARDIA = (
    "regular tachycardia without P waves: atrial flutter or supraventricular tachycardia likely, not certain"
)
ESCAPE = (
    "slow regular rhythm without P waves before its beats: AV block or escape rhythm possible, not certain"
)
GRADES = {
    "normal": "Normal ECG",
    "otherwise normal": "Otherwise normal ECG",
    "borderline": "Borderline ECG",
    "abnormal": "Abnormal ECG",
    "not diagnostic": "Not diagnostic",
}


BASE_OPEN = "basic rhythm not certain"
UNLIKE_PACED = "these beats come irregularly, as those of a pacemaker do not"
PACEMAKER_STATED = "the recorder states a pacemaker, no paced rhythm was found here"
CHILD = (
    "Under 16 years no limits and no criteria are applied, and the networks learnt from adults almost alone: read this ECG "
    "yourself."
)
NORMAL_UNSURE = "by the networks, not certain"
NOT_WHILE_PACED = "not to be relied on in a paced ECG"


def number(value: float, digits: int = 0, *, sign: str = "-") -> str:
    """A number with its minus as printers set it, and never "−0.00"; sign "+": with a plus too."""
    return f"{round(value, digits) + 0.0:{sign}.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, the minus as printers set it: "+0.10", "−0.16"."""
    return number(value, digits, sign="+")


def clause(sentence: str) -> str:
    """A sentence as a part of another one: "The T wave has no clear end." → "the T wave has no clear end"."""
    words = sentence.strip().removesuffix(".")
    return words[0].lower() + words[1:] if words[1:2].islower() else words


def network_absent(title: str, p: float) -> str:
    """That the network sees nothing of the kind of a criterion that is met."""
    return f"the network: {title} absent, {probability(p)}"


def network_instead(texts: Sequence[str]) -> str:
    """What the network states where a criterion says another form of the same."""
    return f"the network instead: {listed(texts)}"


def more_likely(code: str, p: float) -> str:
    """Why one of two statements that exclude each other is set aside."""
    return f"{STATEMENTS[code].words}, {probability(p)}, is more likely"


def probability(p: float) -> str:
    """0.123 → "12 %"; never "0 %" or "100 %" for what is neither."""
    percent = 100 * p
    return "< 1 %" if percent < 1 else "> 99 %" if percent > 99 else f"{percent:.0f} %"


def stated(code: str, p: float) -> str:
    """A network's statement: "atrial fibrillation stated (82 %)"."""
    return f"{STATEMENTS[code].words} {probability(p)}"


def unnamed_rhythm(regularity: str) -> str:
    """The rhythm where it has no name."""
    return f"{regularity}; origin not certain" if regularity else "rhythm not determined"


def other_shape(count: int) -> str:
    """Beats that look otherwise and come in time."""
    return f"{count} beat{'s' if count > 1 else ''} of another shape, not early"


def contradicted(measured: str, stated: str) -> str:
    """A rhythm that the P waves speak for and a network against."""
    return f"{RHYTHMS[measured]} by its P waves, {RHYTHMS[stated]} by the networks: not certain"


def uncertain_rhythm(name: str) -> str:
    """A name that not everything supports."""
    return f"{name} likely, not certain"


def premature(count: int, origin: str, *, pattern: str) -> str:
    """ "3 premature beats, ventricular by their shape; bigeminy"."""
    shape = {
        "ventricular": ", ventricular by their shape" if count > 1 else ", ventricular by its shape",
        "supraventricular": ", supraventricular by their shape"
        if count > 1
        else ", supraventricular by its shape",
        "unknown": "",
    }[origin]
    if not count:
        return f"{pattern}: every {'second' if pattern == 'bigeminy' else 'third'} beat of another shape, not early"
    kind = f"{count} premature beat{'s' if count > 1 else ''}{shape}"
    return f"{pattern}: {kind}" if pattern else kind


def spikes(led: int, beats: int) -> str:
    """Why a rhythm is paced."""
    return f"spikes before {led} of {beats} beats"


def pause(seconds: float) -> str:
    """A pause."""
    return f"a pause of {seconds:.1f} s"


def block(code: str) -> str:
    """An AV block of second or third degree, as a part of the rhythm."""
    return STATEMENTS[code].words


def listed(names: Sequence[str]) -> str:
    """ "I", "I and II", "I, II and V1"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def axis(degrees: float) -> str:
    """The frontal QRS axis in words, by AHA/ACCF/HRS 2009 part III."""
    if -30 <= degrees <= 90:
        return "normal axis"
    if degrees > 120:
        return "marked right axis deviation"
    if degrees > 90:
        return "right axis deviation"
    if degrees >= -45:
        return "left axis deviation"
    if degrees >= -90:
        return "marked left axis deviation"
    return "extreme axis deviation"
