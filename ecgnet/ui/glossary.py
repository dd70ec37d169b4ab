"""The terms that the app uses and what each means: the glossary of the Help page lists them, and a tooltip that explains
one takes its words from here (`meaning`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ecgnet.explain import BASELINES, METHODS
from ecgnet.language import ENGLISH, Words, say, speaking, spoken, within
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.reading.wording import STATE_HELP, STATES


@dataclass(frozen=True, slots=True)
class Term:
    """A term as the app writes it, and what it means in a sentence or two of plain text."""

    name: str
    meaning: str


CLASSES = Words(
    {
        "NORM": "No diagnostic finding.",
        "MI": "Signs of an acute or earlier myocardial infarction.",
        "STTC": "ST segment or T wave changed: ischaemia, electrolytes, drugs, or unspecific.",
        "CD": "Conduction disturbance: bundle branch, fascicular or AV block, pre-excitation.",
        "HYP": "Hypertrophy or overload of a ventricle or an atrium.",
    }
)
"""What each superclass holds, in a sentence."""


def subjects() -> dict[str, tuple[Term, ...]]:
    """The terms by subject, in the order in which one meets them."""
    return {
        say("The answer"): (
            Term(
                say("Superclass"),
                say("One of five groups into which PTB-XL gathers its diagnostic statements: ")
                + ", ".join(f"{title} ({name})" for name, title in SUPERCLASS_TITLES.items())
                + say(". An ECG may carry several, or none."),
            ),
            *(Term(f"{SUPERCLASS_TITLES[name]} ({name})", words) for name, words in CLASSES.items()),
            Term(
                say("Statement"),
                say(
                    "One of the 71 SCP-ECG statements that PTB-XL's cardiologists chose from: of the diagnosis, of the "
                    "form of the "
                    "waves, or of the rhythm. The networks answer for each of them too."
                ),
            ),
            Term(
                say("Calibrated probability"),
                say(
                    "Calibrated on PTB-XL's fold 9: of 100 such ECGs given 0.70, about 70 carried the label. The mark "
                    "shows from "
                    "where a class is present; nothing is normal beside a finding that is present or possible."
                ),
            ),
            *(
                Term(STATES[state].capitalize(), say("Of a class: {words}.", words=words))
                for state, words in STATE_HELP.items()
            ),
            Term(
                say("Threshold"),
                say(
                    "The probability from which a model calls a class. The models' own are those with the best F1 on fold "
                    "9; the "
                    "states above do not use them."
                ),
            ),
        ),
        say("How far it holds"): (
            Term(
                say("Conformal set"),
                say(
                    "The answers that cannot be ruled out for a class: present, absent, or both. The two limits are set "
                    "on patients "
                    "of fold 9 so that the true one is left out of at most one set in ten, for patients like them."
                ),
            ),
            Term(
                say("Settled"),
                say("No class is left open: each conformal set has one answer."),
            ),
            Term(
                say("Unfamiliar"),
                say(
                    "Unlike the ECGs that the networks learnt from, by what they saw of it or by its signal: further away "
                    "than 98 "
                    "% of fold 9. Whatever is answered then was not tested on its like."
                ),
            ),
            Term(
                say("Set aside"),
                say(
                    "A statement of the networks that contradicts a measurement, the rhythm or its own class. It is "
                    "not taken "
                    "over, and the reason is said."
                ),
            ),
            Term(
                say("Site profile"),
                say(
                    "A correction of the probabilities and limits, learnt from a hospital's own labelled ECGs by "
                    "ecgnet adapt."
                ),
            ),
        ),
        say("Measurements"): (
            Term(say("Heart rate"), say("Mean over the beats that were found.")),
            Term(say("PR"), say("From the onset of P to the onset of QRS, over all leads.")),
            Term("QRS", say("From the earliest onset to the latest end of QRS, over all leads.")),
            Term("QT", say("From the onset of QRS to the end of T, over all leads.")),
            Term(
                say("QTc Bazett"),
                say("QT divided by the square root of RR in s; too long at fast, too short at slow rates."),
            ),
            Term(say("QTc Fridericia"), say("QT divided by the cube root of RR in s.")),
            Term(
                say("QRS axis"),
                say("Frontal axis of the QRS complex from leads I and aVF: 0° points left, 90° down."),
            ),
            Term(say("Median beat"), say("At each moment of a beat the median over the beats of one shape.")),
        ),
        say("Views and models"): (
            Term(say("Waveform"), say("The 12 leads over time, in mV.")),
            Term(
                say("Spectrum"),
                say(
                    "Fourier transform of the whole window with a Hann taper, mean removed, amplitude of a sine in mV or "
                    "dB re 1 "
                    "mV: a sine of 1 mV reads 1 mV or 0 dB."
                ),
            ),
            Term(
                say("Spectrogram"),
                say(
                    "Short-time Fourier transform, mean removed: Hann window of 0.48 s, a column every 0.08 s, rows 1.56 "
                    "Hz apart, "
                    "amplitude of a sine in dB re 1 mV."
                ),
            ),
            Term(
                say("Fusion"),
                say(
                    "Early: all views joined before one network. Intermediate: hidden features of four networks meet "
                    "midway. "
                    "Late: the four networks' answers are weighted and added."
                ),
            ),
            Term(
                say("Committee"),
                say(
                    "Models of one view, the waveform, that err differently, their answers weighted and added."
                ),
            ),
            Term(
                say("Log-odds"), say("ln(p / (1 − p)) of a probability p: +1 takes 50 % to 73 %, −1 to 27 %.")
            ),
        ),
        say("Explanations"): (
            Term(
                say("Map"),
                say(
                    "What a method credits each point of the ECG with for one answer: orange speaks for the class, blue "
                    "against it."
                ),
            ),
            Term(
                say("Baseline"),
                say("What an explanation compares the ECG with: ")
                + say(", or ").join(map(within, BASELINES.values()))
                + ".",
            ),
            *(Term(method.title, method.tooltip) for method in METHODS.values()),
        ),
        say("How good a model is"): (
            Term(
                say("Fold"),
                say(
                    "PTB-XL's official parts: 1 to 8 for training, 9 for every choice, 10 for the final reading."
                ),
            ),
            Term(
                say("Macro AUC"),
                say(
                    "Area under the ROC curve: the chance that the model ranks a record with the finding above one "
                    "without it; "
                    "0.5 is guessing, 1 is perfect. Macro: the mean over the five classes."
                ),
            ),
            Term(say("Sensitivity"), say("The share of those with the finding that is called.")),
            Term(say("Specificity"), say("The share of those without the finding that is not called.")),
            Term(
                "F1",
                say(
                    "The balance (harmonic mean) of precision, the share of calls that are right, and sensitivity, at the "
                    "models' "
                    "own thresholds; the mean over the classes."
                ),
            ),
            Term(
                say("Calibration error"),
                say("Mean gap between stated probability and share of records with the label."),
            ),
            Term(
                say("95 % interval"),
                say(
                    "The range that holds the true figure in 95 of 100 such samples of ECGs; a wide one says that there "
                    "were few."
                ),
            ),
        ),
    }


def terms() -> Iterator[Term]:
    """All of them, subject by subject."""
    for some in subjects().values():
        yield from some


def meaning(name: str) -> str:
    """What a term, named in English, means, for a tooltip. Raises KeyError for a name that is not in the glossary."""
    return _meanings(spoken())[name]


@cache
def _meanings(language: str) -> dict[str, str]:
    with speaking(ENGLISH):
        names = [term.name for term in terms()]
    with speaking(language):
        return dict(zip(names, (term.meaning for term in terms()), strict=True))
