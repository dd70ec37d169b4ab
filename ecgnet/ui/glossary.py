"""The terms that the app uses and what each means: the glossary of the Help page lists them, and a tooltip that explains
one takes its words from here (`meaning`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecgnet.explain import BASELINES, METHODS
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.reading.wording import STATE_HELP


@dataclass(frozen=True, slots=True)
class Term:
    """A term as the app writes it, and what it means in a sentence or two of plain text."""

    name: str
    meaning: str


CLASSES = {
    "NORM": "No diagnostic finding.",
    "MI": "Signs of an acute or earlier myocardial infarction.",
    "STTC": "ST segment or T wave changed: ischaemia, electrolytes, drugs, or unspecific.",
    "CD": "Conduction disturbance: bundle branch, fascicular or AV block, pre-excitation.",
    "HYP": "Hypertrophy or overload of a ventricle or an atrium.",
}
"""What each superclass holds, in a sentence."""

GLOSSARY: dict[str, tuple[Term, ...]] = {
    "The answer": (
        Term(
            "Superclass",
            "One of five groups into which PTB-XL gathers its diagnostic statements: "
            + ", ".join(f"{title} ({name})" for name, title in SUPERCLASS_TITLES.items())
            + ". An ECG may carry several, or none.",
        ),
        *(Term(f"{SUPERCLASS_TITLES[name]} ({name})", words) for name, words in CLASSES.items()),
        Term(
            "Statement",
            "One of the 71 SCP-ECG statements that PTB-XL's cardiologists chose from: of the diagnosis, of the form of the "
            "waves, or of the rhythm. The networks answer for each of them too.",
        ),
        Term(
            "Calibrated probability",
            "Calibrated on PTB-XL's fold 9: of 100 such ECGs given 0.70, about 70 carried the label. The mark shows from "
            "where a class is present; nothing is normal beside a finding that is present or possible.",
        ),
        *(Term(state.capitalize(), f"Of a class: {words}.") for state, words in STATE_HELP.items()),
        Term(
            "Threshold",
            "The probability from which a model calls a class. The models' own are those with the best F1 on fold 9; the "
            "states above do not use them.",
        ),
    ),
    "How far it holds": (
        Term(
            "Conformal set",
            "The answers that cannot be ruled out for a class: present, absent, or both. The two limits are set on patients "
            "of fold 9 so that the true one is left out of at most one set in ten, for patients like them.",
        ),
        Term(
            "Settled",
            "No class is left open: each conformal set has one answer.",
        ),
        Term(
            "Unfamiliar",
            "Unlike the ECGs that the networks learnt from, by what they saw of it or by its signal: further away than 98 "
            "% of fold 9. Whatever is answered then was not tested on its like.",
        ),
        Term(
            "Set aside",
            "A statement of the networks that contradicts a measurement, the rhythm or its own class. It is not taken "
            "over, and the reason is said.",
        ),
        Term(
            "Site profile",
            "A correction of the probabilities and limits, learnt from a hospital's own labelled ECGs by ecgnet adapt.",
        ),
    ),
    "Measurements": (
        Term("Heart rate", "Mean over the beats that were found."),
        Term("PR", "From the onset of P to the onset of QRS, over all leads."),
        Term("QRS", "From the earliest onset to the latest end of QRS, over all leads."),
        Term("QT", "From the onset of QRS to the end of T, over all leads."),
        Term(
            "QTc Bazett",
            "QT divided by the square root of RR in s; too long at fast, too short at slow rates.",
        ),
        Term("QTc Fridericia", "QT divided by the cube root of RR in s."),
        Term("QRS axis", "Frontal axis of the QRS complex from leads I and aVF: 0° points left, 90° down."),
        Term("Median beat", "At each moment of a beat the median over the beats of one shape."),
    ),
    "Views and models": (
        Term("Waveform", "The 12 leads over time, in mV."),
        Term(
            "Spectrum",
            "Fourier transform of the whole window with a Hann taper, mean removed, amplitude of a sine in mV or dB re 1 "
            "mV: a sine of 1 mV reads 1 mV or 0 dB.",
        ),
        Term(
            "Spectrogram",
            "Short-time Fourier transform, mean removed: Hann window of 0.48 s, a column every 0.08 s, rows 1.56 Hz apart, "
            "amplitude of a sine in dB re 1 mV.",
        ),
        Term(
            "Fusion",
            "Early: all views joined before one network. Intermediate: hidden features of four networks meet midway. "
            "Late: the four networks' answers are weighted and added.",
        ),
        Term(
            "Committee",
            "Models of one view, the waveform, that err differently, their answers weighted and added.",
        ),
        Term("Log-odds", "ln(p / (1 − p)) of a probability p: +1 takes 50 % to 73 %, −1 to 27 %."),
    ),
    "Explanations": (
        Term(
            "Map",
            "What a method credits each point of the ECG with for one answer: orange speaks for the class, blue against it.",
        ),
        Term(
            "Baseline",
            "What an explanation compares the ECG with: " + ", or ".join(BASELINES.values()).lower() + ".",
        ),
        *(Term(method.title, method.tooltip) for method in METHODS.values()),
    ),
    "How good a model is": (
        Term(
            "Fold",
            "PTB-XL's official parts: 1 to 8 for training, 9 for every choice, 10 for the final reading.",
        ),
        Term(
            "Macro AUC",
            "Area under the ROC curve: the chance that the model ranks a record with the finding above one without it; "
            "0.5 is guessing, 1 is perfect. Macro: the mean over the five classes.",
        ),
        Term("Sensitivity", "The share of those with the finding that is called."),
        Term("Specificity", "The share of those without the finding that is not called."),
        Term(
            "F1",
            "The balance (harmonic mean) of precision, the share of calls that are right, and sensitivity, at the models' "
            "own thresholds; the mean over the classes.",
        ),
        Term("Calibration error", "Mean gap between stated probability and share of records with the label."),
        Term(
            "95 % interval",
            "The range that holds the true figure in 95 of 100 such samples of ECGs; a wide one says that there were few.",
        ),
    ),
}
"""By subject, in the order in which one meets them."""


def terms() -> Iterator[Term]:
    """All of them, subject by subject."""
    for some in GLOSSARY.values():
        yield from some


def meaning(name: str) -> str:
    """What a term means, for a tooltip. Raises KeyError for a name that is not in the glossary."""
    return _MEANINGS[name]


_MEANINGS = {term.name: term.meaning for term in terms()}
