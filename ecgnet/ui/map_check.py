"""The Explain page's test of its own map: against random orders, and against another method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ecgnet.explain import METHODS, Explanation, MapCheck, agreement, check_map
from ecgnet.figures.relevance import map_curves
from ecgnet.ui import models, views
from ecgnet.ui.explained import Asked, explanations, remembered, with_progress
from ecgnet.ui.frame import theme
from ecgnet.ui.kept import remember

BADGES = (("gray", ":material/close:"), ("orange", ":material/remove:"), ("green", ":material/check:"))
HELP = (
    "If the map is right, taking away what it credits most makes the answer fall sooner than taking away pieces at "
    "random, and giving the credited pieces back first restores it sooner (Petsiuk et al. 2018). A piece is a lead's "
    "0.2 s (spectrum: 1 Hz; spectrogram: 17 Hz by 1.7 s); what is taken away has the map's baseline. Judged on the "
    "log-odds, by the mean height of the curves: better than every random order, by more than 5 % of their span."
)
HELP_AGREEMENT = (
    "Rank correlation of two maps' sums: 1, the same order; 0, none in common; −1, reversed. Summed by lead and wave on "
    "the trace, by lead and frequency band on spectra."
)
WORDS = ((0.7, "agree well"), (0.4, "agree in part"), (0.15, "agree little"), (-2.0, "do not agree"))


def check(asked: Asked, explanation: Explanation) -> None:
    """A button that tests the map on screen, its outcome in words and curves, and a comparison with another method."""
    if explanation.modality == "metadata":
        st.info("Patient data are two numbers: see under “What if” how the answer changes with them.")
        return
    st.markdown("##### Is this map any good?", help=HELP)
    key = *asked.key, explanation.modality
    if remembered("checks", key) or st.button(
        "Test it against random orders", icon=":material/experiment:", key="check"
    ):
        _outcome(asked, _tested(asked, explanation, key))
    else:
        st.caption(
            "Takes pieces of the ECG away in the order of the map, and in random orders, and asks the model each time. "
            "A few seconds."
        )
    _agreement(asked, explanation)


def _tested(asked: Asked, explanation: Explanation, key: tuple) -> MapCheck:
    def make() -> MapCheck:
        return with_progress(
            "Taking pieces away and asking the model again…",
            lambda progress: check_map(
                models.predictor(asked.model),
                asked.shown.record,
                explanation,
                beats=asked.beats if asked.against == "normal" else None,
                progress=progress,
            ),
        )

    return remember("checks", key, make)


def _outcome(asked: Asked, found: MapCheck) -> None:
    colour, icon = BADGES[found.passed]
    st.badge(
        f"This map {found.verdict}" if found.passed else f"This map is {found.verdict}",
        color=colour,
        icon=icon,
    )
    one, two = st.columns(2, gap="large")
    curves = found.probabilities
    with one:
        figure = map_curves(
            found.removed,
            curves["deletion"],
            curves["random_deletion"],
            theme(),
            title="Taken away: sooner down is better",
            across="Pieces taken away (%), most credited first",
            target=asked.target,
        )
        views.chart(figure, "deletion")
    with two:
        figure = map_curves(
            found.removed,
            curves["insertion"],
            curves["random_insertion"],
            theme(),
            title="Given back: sooner up is better",
            across="Pieces given back (%), most credited first",
            target=asked.target,
        )
        views.chart(figure, "insertion")


def _agreement(asked: Asked, explanation: Explanation) -> None:
    others = [
        name
        for name, method in METHODS.items()
        if name != asked.method
        and (asked.on_trace or not method.trace_only or explanation.modality == "waveform")
    ]
    other = st.selectbox(
        "Does another method see the same?",
        others,
        None,
        format_func=lambda name: METHODS[name].title,
        placeholder="Choose a method",
        help=HELP_AGREEMENT,
        key=f"other-{asked.method}-{explanation.modality}",
    )
    if other is None:
        return
    found = explanations(replace(asked, method=other)).get(explanation.modality)
    value = agreement(explanation, found, asked.waves, asked.spec) if found is not None else float("nan")
    names = f"{METHODS[asked.method].title} and {METHODS[other].title}"
    if not np.isfinite(value):
        st.markdown(f"{names} cannot be compared here: one of the maps is empty.")
        return
    words = next(words for limit, words in WORDS if value >= limit)
    st.markdown(f"{names} **{words}**: rank correlation {value:.2f}.".replace("-0", "−0"))
