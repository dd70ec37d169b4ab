"""Every text of the app that more than one place shows, in plain words."""

from __future__ import annotations

from ecgnet.ptbxl import SUPERCLASS_TITLES

NOTICE = "Research use only, not a diagnosis."

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
    "Calibrated on PTB-XL's fold 9: of 100 such ECGs given 0.70, about 70 carried the label. The mark is the threshold "
    "above which the model calls the class (best F1 on fold 9)."
)
HELP_AUC = (
    "Area under the ROC curve: the chance that the model ranks a record with the finding above one without it; "
    "0.5 is guessing, 1 is perfect. Macro: the mean over the five classes."
)
HELP_FOLD = "PTB-XL's official parts: 1 to 8 for training, 9 for every choice, 10 for the final reading."
HELP_SPECTRUM = (
    "Fourier transform of the whole 10 s window with a Hann taper, 0.1 Hz apart, amplitude in dB re 1 mV: a sine of "
    "1 mV reads 0 dB."
)
HELP_SPECTROGRAM = (
    "Short-time Fourier transform: Hann window of 0.48 s, a column every 0.08 s, amplitude in dB re 1 mV."
)
HELP_FUSION = (
    "Early: all views joined before one network. Intermediate: hidden features of four networks meet midway. "
    "Late: the four networks' answers are weighted and added."
)


def superclass_words(names: tuple[str, ...] | list[str]) -> str:
    """("MI", "CD") → "Myocardial infarction (MI), Conduction disturbance (CD)"; nothing → "no superclass"."""
    return ", ".join(f"{SUPERCLASS_TITLES[n]} ({n})" for n in names) or "no superclass"
