"""The Explain page in words: what a map says, before it is looked at."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgnet.explain import METHODS, Explanation, lead_wave_sums, summarise, waves_in_words
from ecgnet.explain.question import calibrated, target_index
from ecgnet.language import say
from ecgnet.ui import predictors
from ecgnet.ui.explain.maps import MapRequest
from ecgnet.ui.texts import chance_in_words

LITTLE = 1.0
"""Log-odds; a smaller change of the answer is said to be small."""


def in_short(asked: MapRequest, explanation: Explanation) -> None:
    """The leads for and against, the wave that weighs most, and what normal beats would have been answered."""
    sentences = list(summarise(explanation))
    waves = asked.waves if explanation.modality == "waveform" else None
    if waves is not None and not METHODS[asked.method].sensitivity:
        sentences.append(waves_in_words(lead_wave_sums(explanation.values, waves), asked.target)[0])
    if asked.against == "normal":
        predictor = predictors.predictor(asked.model)
        logits = np.array([explanation.baseline_logit, explanation.logit])
        normal, here = calibrated(predictor, logits, place=target_index(predictor, asked.target))
        change = explanation.logit - explanation.baseline_logit
        sentences.append(
            against_normal(asked.target, float(normal), here=float(here), alike=abs(change) < LITTLE)
        )
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def against_normal(target: str, normal: float, *, here: float, alike: bool) -> str:
    """The probabilities for normal beats and for this ECG, as a sentence on what the colours show."""
    usual, found = chance_in_words(normal), chance_in_words(here)
    said = say(
        "Normal beats in the same rhythm would get {usual} for {target}, this ECG gets {found}: ",
        usual=usual,
        target=target,
        found=found,
    )
    if alike:
        return say(
            "{said}nearly the same, so the colours show small things. To see what {target} stands on at "
            "all, compare with a flat line.",
            said=said,
            target=target,
        )
    return say("{said}the colours show what makes the difference.", said=said)
