"""Every text of the app that more than one place shows, in plain words."""

from __future__ import annotations

from ecgnet.figures import NOTICE as NOTICE
from ecgnet.ptbxl import SUPERCLASS_TITLES

SUPERCLASS_HELP = {
    "NORM": "No diagnostic finding.",
    "MI": "Signs of an acute or earlier myocardial infarction.",
    "STTC": "ST segment or T wave changed: ischaemia, electrolytes, drugs, or unspecific.",
    "CD": "Conduction disturbance: bundle branch, fascicular or AV block, pre-excitation.",
    "HYP": "Hypertrophy or overload of a ventricle or an atrium.",
}

MODALITY_TITLES = {
    "waveform": "Waveform",
    "spectrum": "Spectrum",
    "spectrogram": "Spectrogram",
    "metadata": "Patient data",
}

HELP_PROBABILITY = (
    "Calibrated on PTB-XL's fold 9: of 100 such ECGs given 0.70, about 70 carried the label. The mark shows "
    "from where a class is present; nothing is normal beside a finding that is present or possible."
)
HELP_AUC = (
    "Area under the ROC curve: the chance that the model ranks a record with the finding above one without it; "
    "0.5 is guessing, 1 is perfect. Macro: the mean over the five classes."
)
HELP_FOLD = "PTB-XL's official parts: 1 to 8 for training, 9 for every choice, 10 for the final reading."
HELP_SPECTRUM = (
    "Fourier transform of the whole window with a Hann taper, mean removed, amplitude of a sine in mV or dB re 1 mV: a "
    "sine of 1 mV reads 1 mV or 0 dB."
)
HELP_SPECTROGRAM = (
    "Short-time Fourier transform, mean removed: Hann window of 0.48 s, a column every 0.08 s, rows 1.56 Hz apart, "
    "amplitude of a sine in dB re 1 mV."
)
HELP_BAND = (
    "Display only: the models always read the record itself. Zero-phase, so that no wave moves. 0.05 to 150 Hz is the "
    "band for diagnosis, 0.5 to 40 Hz a monitor's: it may lower R waves and shift the ST segment (AHA/ACC/HRS 2007)."
)
HELP_NOTCH = (
    "Takes out the mains' hum, 2 Hz wide; display only. Needs more than twice as many samples a second."
)
HELP_ORDER = "Cabrera: aVL, I, −aVR, II, aVF, III, from left to inferior; −aVR is aVR turned round."
HELP_SPEED = "Paper speed. The sheet is 250 mm wide: 20, 10 or 5 s."
HELP_GAIN = "Paper height of 1 mV."
HELP_MARKS = (
    "Where the measurements set the beginning and the end of P, QRS and T, and each R: check them here."
)

HELP_RATE = "Mean over the beats that were found."
HELP_PR = "From the onset of P to the onset of QRS, over all leads."
HELP_QRS = "From the earliest onset to the latest end of QRS, over all leads."
HELP_QT = "From the onset of QRS to the end of T, over all leads."
HELP_BAZETT = "QT divided by the square root of RR in s; too long at fast, too short at slow rates."
HELP_FRIDERICIA = "QT divided by the cube root of RR in s."
HELP_AXIS = "Frontal axis of the QRS complex from leads I and aVF: 0° points left, 90° down."

HELP_FUSION = (
    "Early: all views joined before one network. Intermediate: hidden features of four networks meet midway. "
    "Late: the four networks' answers are weighted and added."
)


def superclass_words(names: tuple[str, ...] | list[str]) -> str:
    """("MI", "CD") → "Myocardial infarction (MI), Conduction disturbance (CD)"; nothing → "no superclass"."""
    return ", ".join(f"{SUPERCLASS_TITLES[n]} ({n})" for n in names) or "no superclass"
