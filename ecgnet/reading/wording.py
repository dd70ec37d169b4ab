"""Every word that a structured reading says, in one place, ready to be translated.

Words are chosen as readers write them; numbers keep their units. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecgnet.language import Words, localised, mark, say, say_n, within
from ecgnet.statements import STATEMENTS

NOTICE = mark("Research use only, not a diagnosis.")

TOPICS = Words(
    {
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
)
"""Topics of the reading in the order in which readers write them."""

MEASURES = Words(
    {
        "heart_rate": "Heart rate",
        "pr": "PR interval",
        "qrs": "QRS duration",
        "qt": "QT interval",
        "qtc_bazett": "QTc (Bazett)",
        "qtc_fridericia": "QTc (Fridericia)",
        "axis": "QRS axis",
    }
)
MEASURES_SHORT = Words(
    {
        "heart_rate": "Heart rate",
        "pr": "PR",
        "qrs": "QRS",
        "qt": "QT",
        "qtc_bazett": "QTc Bazett",
        "qtc_fridericia": "QTc Fridericia",
        "axis": "QRS axis",
    }
)
"""Where there is little room, on screen and in print; the glossary says under these how each is made."""
FLAGS = Words({"low": "low", "high": "high", "urgent": "urgent", "critical": "critical"})
FLAG_SIGNS = {"low": "↓", "high": "↑", "urgent": "‼", "critical": "‼"}

CLASSES = Words(
    {
        "NORM": "Normal ECG",
        "MI": "Myocardial infarction",
        "STTC": "ST/T change",
        "CD": "Conduction disturbance",
        "HYP": "Hypertrophy",
    }
)
CLASSES_WITHIN = Words(
    {
        "NORM": "normal ECG",
        "MI": "myocardial infarction",
        "STTC": "ST/T change",
        "CD": "conduction disturbance",
        "HYP": "hypertrophy",
    }
)
"""The same within a sentence."""
STATE_HELP = Words(
    {
        "present": "more likely than not, and as probable in at most 10 % of those without it",
        "possible": "as probable in at most 10 % of those without it, yet less likely than not",
        "open": "seen with and without it: read it yourself",
        "absent": "as improbable in at most 10 % of those who have it",
    }
)

RHYTHMS = Words(
    {
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
)
REGULARITY = Words(
    {
        "regular": "regular",
        "irregular": "irregular",
        "irregularly irregular": "irregularly irregular",
        "several shapes": "irregular, with beats of several shapes",
    }
)
PATTERNS = Words({"bigeminy": "bigeminy", "trigeminy": "trigeminy"})
STATES = Words({"present": "present", "possible": "possible", "open": "open", "absent": "absent"})
"""The states of a class, as they are read beside its name."""
SEXES = Words({"female": "female", "male": "male", "unknown": "unknown"})
REPEATING = mark("irregular in a pattern that repeats itself")
P_FOUND = mark("P waves before most beats")
P_NOT_FOUND = mark("no steady P waves")
REGULAR_TACHYCARDIA = mark(
    "regular tachycardia without P waves: atrial flutter or supraventricular tachycardia likely, not certain"
)
ESCAPE = mark(
    "slow regular rhythm without P waves before its beats: AV block or escape rhythm possible, not certain"
)
GRADES = Words(
    {
        "normal": "Normal ECG",
        "otherwise normal": "Otherwise normal ECG",
        "borderline": "Borderline ECG",
        "abnormal": "Abnormal ECG",
        "not diagnostic": "Not diagnostic",
    }
)


BASE_OPEN = mark("basic rhythm not certain")
UNLIKE_PACED = mark("these beats come irregularly, as those of a pacemaker do not")
PACEMAKER_STATED = mark("the recorder states a pacemaker, no paced rhythm was found here")
CHILD = mark(
    "Under 16 years no limits and no criteria are applied, and the networks learnt from adults almost alone: read this ECG "
    "yourself."
)
NORMAL_UNSURE = mark("by the networks, not certain")
NOT_WHILE_PACED = mark("not to be relied on in a paced ECG")


def number(value: float, digits: int = 0, *, sign: str = "-") -> str:
    """A number with its minus as printers set it, and never "−0.00"; sign "+": with a plus too."""
    return localised(f"{round(value, digits) + 0.0:{sign}.{digits}f}".replace("-", "−"))


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, the minus as printers set it: "+0.10", "−0.16"."""
    return number(value, digits, sign="+")


def clause(sentence: str) -> str:
    """A sentence as a part of another one: "The T wave has no clear end." → "the T wave has no clear end"."""
    words = sentence.strip().removesuffix(".")
    return within(words) if words[1:2].islower() else words


def network_absent(title: str, p: float) -> str:
    """That the network sees nothing of the kind of a criterion that is met."""
    return say(
        "the network: {title} absent, {probability}",
        title=title,
        probability=probability(p),
    )


def network_instead(texts: Sequence[str]) -> str:
    """What the network states where a criterion says another form of the same."""
    return say("the network instead: {listed}", listed=listed(texts))


def more_likely(code: str, p: float) -> str:
    """Why one of two statements that exclude each other is set aside."""
    return say(
        "{words}, {probability}, is more likely",
        words=STATEMENTS[code].words,
        probability=probability(p),
    )


def probability(p: float) -> str:
    """0.123 → "12 %"; never "0 %" or "100 %" for what is neither."""
    percent = 100 * p
    return "< 1 %" if percent < 1 else "> 99 %" if percent > 99 else f"{percent:.0f} %"


def stated(code: str, p: float) -> str:
    """A network's statement: "atrial fibrillation stated (82 %)"."""
    return f"{STATEMENTS[code].words} {probability(p)}"


def unnamed_rhythm(regularity: str) -> str:
    """The rhythm where it has no name."""
    return (
        say("{regularity}; origin not certain", regularity=regularity)
        if regularity
        else say("rhythm not determined")
    )


def other_shape(count: int) -> str:
    """Beats that look otherwise and come in time."""
    return say_n("{n} beat of another shape, not early", "{n} beats of another shape, not early", n=count)


def contradicted(measured: str, stated: str) -> str:
    """A rhythm that the P waves speak for and a network against."""
    return say(
        "{rhythms} by its P waves, {rhythms_2} by the networks: not certain",
        rhythms=RHYTHMS[measured],
        rhythms_2=RHYTHMS[stated],
    )


def uncertain_rhythm(name: str) -> str:
    """A name that not everything supports."""
    return say("{name} likely, not certain", name=name)


def premature(count: int, origin: str, *, pattern: str) -> str:
    """ "3 premature beats, ventricular by their shape; bigeminy"."""
    if not count:
        if pattern == "bigeminy":
            return say("bigeminy: every second beat of another shape, not early")
        return say("trigeminy: every third beat of another shape, not early")
    if origin == "ventricular":
        kind = say_n(
            "{n} premature beat, ventricular by its shape",
            "{n} premature beats, ventricular by their shape",
            n=count,
        )
    elif origin == "supraventricular":
        kind = say_n(
            "{n} premature beat, supraventricular by its shape",
            "{n} premature beats, supraventricular by their shape",
            n=count,
        )
    else:
        kind = say_n("{n} premature beat", "{n} premature beats", n=count)
    return f"{PATTERNS[pattern]}: {kind}" if pattern else kind


def spikes(led: int, beats: int) -> str:
    """Why a rhythm is paced."""
    return say("spikes before {led} of {beats} beats", led=led, beats=beats)


def pause(seconds: float) -> str:
    """A pause."""
    return say("a pause of {seconds:.1f} s", seconds=seconds)


def block(code: str) -> str:
    """An AV block of second or third degree, as a part of the rhythm."""
    return STATEMENTS[code].words


def listed(names: Sequence[str]) -> str:
    """ "I", "I and II", "I, II and V1"."""
    if len(names) < 2:
        return "".join(names)
    return say("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])


def axis(degrees: float) -> str:
    """The frontal QRS axis in words, by AHA/ACCF/HRS 2009 part III."""
    if -30 <= degrees <= 90:
        return say("normal axis")
    if degrees > 120:
        return say("marked right axis deviation")
    if degrees > 90:
        return say("right axis deviation")
    if degrees >= -45:
        return say("left axis deviation")
    if degrees >= -90:
        return say("marked left axis deviation")
    return say("extreme axis deviation")
