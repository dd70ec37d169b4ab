"""Texts of the app that more than one place shows, in plain words; what a term means is in glossary.py."""

from __future__ import annotations

from ecgnet.figures import NOTICE as NOTICE
from ecgnet.language import Words, mark, say
from ecgnet.ptbxl import SUPERCLASS_TITLES

MODALITY_TITLES = Words(
    {
        "waveform": "Waveform",
        "spectrum": "Spectrum",
        "spectrogram": "Spectrogram",
        "metadata": "Patient data",
    }
)

MODALITIES_WITHIN = Words(
    {
        "waveform": "waveform",
        "spectrum": "spectrum",
        "spectrogram": "spectrogram",
        "metadata": "patient data",
    }
)
"""The same within a sentence."""

HELP_BAND = mark(
    "Display only: the models always read the record itself. Zero-phase, so that no wave moves. 0.05 to 150 Hz is the "
    "band for diagnosis, 0.5 to 40 Hz a monitor's: it may lower R waves and shift the ST segment (AHA/ACC/HRS 2007)."
)
HELP_NOTCH = mark(
    "Takes out the mains' hum, 2 Hz wide; display only. Needs more than twice as many samples a second."
)
HELP_ORDER = mark("Cabrera: aVL, I, −aVR, II, aVF, III, from left to inferior; −aVR is aVR turned round.")
HELP_SPEED = mark("Paper speed. The sheet is 250 mm wide: 20, 10 or 5 s.")
HELP_GAIN = mark("Paper height of 1 mV.")
HELP_MARKS = mark(
    "Where the measurements set the beginning and the end of P, QRS and T, and each R: check them here."
)


def superclass_words(names: tuple[str, ...] | list[str]) -> str:
    """("MI", "CD") → "Myocardial infarction (MI), Conduction disturbance (CD)"; nothing → "no superclass"."""
    return ", ".join(f"{SUPERCLASS_TITLES[n]} ({n})" for n in names) or say("no superclass")


def chance_in_words(probability: float) -> str:
    """A probability within a sentence: "97 %"; never certain: "under 1 %", "over 99 %".

    >>> chance_in_words(0.972), chance_in_words(0.9999)
    ('97 %', 'over 99 %')
    """
    rounded = round(100 * probability)
    return say("under 1 %") if rounded < 1 else say("over 99 %") if rounded > 99 else f"{rounded} %"
