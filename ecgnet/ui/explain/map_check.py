"""The Explain page's test of its own map: against random orders, and against another method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ecgnet.explain import CARRIED, METHODS, Explanation, MapCheck, agreement, check_map, evidence
from ecgnet.figures.relevance import map_curves
from ecgnet.language import mark, say
from ecgnet.ui import charts, predictors
from ecgnet.ui.explain.maps import BUSY, MapRequest, attributed, carried, explanations
from ecgnet.ui.explain.what_if import ask_no_further
from ecgnet.ui.frame import theme
from ecgnet.ui.memory import remember, remembered
from ecgnet.ui.waiting import with_progress

BADGES = (("gray", ":material/close:"), ("orange", ":material/remove:"), ("green", ":material/check:"))
HELP = mark(
    "If the map is right, taking away what it credits most makes the answer fall sooner than taking away pieces at "
    "random, and giving the credited pieces back first restores it sooner (Petsiuk et al. 2018). A piece is a lead's "
    "0.2 s (spectrum: 1 Hz; spectrogram: 17 Hz by 1.7 s); what is taken away has the map's baseline. Judged on the "
    "log-odds, by the mean height of the curves: better than every random order, by more than 5 % of their span."
)
HELP_KNOWN = mark(
    "From the study of the explanations, on records of fold 10. A map that a network with random weights gives as well "
    "shows the ECG, not what the network learned (Adebayo et al. 2018)."
)
HELP_AGREEMENT = mark(
    "Rank correlation of two maps' sums: 1, the same order; 0, none in common; −1, reversed. Summed by lead and wave on "
    "the trace, by lead and frequency band on spectra."
)
QUICK = "input_x_gradient", "saliency"
"""Compared with first: one pass back through the network."""
WORDS = (
    (0.7, mark("agree well")),
    (0.4, mark("agree in part")),
    (0.15, mark("agree little")),
    (-2.0, mark("do not agree")),
)


def check(asked: MapRequest, explanation: Explanation) -> None:
    """The map on screen tested against random orders, what is known of its method, and another method beside it."""
    if explanation.modality == "metadata":
        st.info(
            say("Patient data are two numbers: see under “Another patient” how the answer changes with them.")
        )
        return
    st.markdown(say("## Is this map any good?"), help=say(HELP))
    _outcome(asked, _tested(asked, explanation, (*asked.key, explanation.modality)))
    if not METHODS[asked.method].sensitivity:
        st.caption(say("What is taken away becomes {baseline}.", baseline=explanation.baseline))
    _known(asked, explanation)
    _agreement(asked, explanation)


def _known(asked: MapRequest, explanation: Explanation) -> None:
    """What the study of the explanations found for this method on this view of this model."""
    st.markdown(say("## The method on many ECGs"), help=say(HELP_KNOWN))
    if carried(asked.model, asked.on_trace):
        st.caption(CARRIED)
        return
    found = evidence(predictors.predictor(asked.model).model.card, explanation.modality).get(asked.method)
    if found is None:
        st.caption(say("Not measured for this method, this view and these weights of the model."))
        return
    st.badge(
        say("passed its tests") if not found.faults else say("failed a test"),
        color="green" if not found.faults else "orange",
        icon=":material/check:" if not found.faults else ":material/remove:",
    )
    st.markdown(found.sentence)


def _tested(asked: MapRequest, explanation: Explanation, key: tuple) -> MapCheck:
    def make() -> MapCheck:
        return with_progress(
            say("Taking pieces away and asking the model again…"),
            lambda progress: check_map(
                predictors.predictor(asked.model),
                asked.shown.record,
                explanation=explanation,
                beats=asked.beats if asked.against == "normal" else None,
                progress=progress,
            ),
            stop=ask_no_further,
        )

    return remember("checks", key, make=make)


def _outcome(asked: MapRequest, found: MapCheck) -> None:
    colour, icon = BADGES[found.passed]
    st.badge(
        say("This map {verdict}", verdict=found.verdict)
        if found.passed
        else say("This map is {verdict}", verdict=found.verdict),
        color=colour,
        icon=icon,
    )
    told = {
        "deletion": (
            say("Taken away: sooner down is better"),
            say("Pieces taken away (%), most credited first"),
        ),
        "insertion": (
            say("Given back: sooner up is better"),
            say("Pieces given back (%), most credited first"),
        ),
    }
    for column, (way, (title, across)) in zip(st.columns(2, gap="large"), told.items(), strict=True):
        figure = map_curves(
            found.removed,
            found.probabilities[way],
            random=found.probabilities[f"random_{way}"],
            theme=theme(),
            title=title,
            across=across,
            target=asked.target,
        )
        with column:
            charts.chart(figure, way)


def _agreement(asked: MapRequest, explanation: Explanation) -> None:
    quick = next(name for name in QUICK if name != asked.method)
    others = [
        name
        for name, method in METHODS.items()
        if name not in (asked.method, quick)
        and (asked.on_trace or not method.trace_only or explanation.modality == "waveform")
    ]
    key = f"other-{asked.method}-{explanation.modality}"
    other = st.selectbox(
        say("Does another method see the same?"),
        [quick, *others],
        format_func=lambda name: METHODS[name].title,
        help=say(HELP_AGREEMENT),
        key=key,
    )
    if METHODS[asked.method].drawn:
        _another_seed(asked, explanation)
    if other is None:
        return

    def stop() -> None:
        st.session_state[key] = quick

    name = explanation.modality
    across = METHODS[other].trace_only and not asked.on_trace and carried(asked.model, True)
    if across:  # on the view the map would be credited for less than the other one
        asked = replace(asked, on_trace=True)
        explanation = explanations(asked, (name,), stop=stop)[name]
    found = explanations(replace(asked, method=other), (name,), stop=stop).get(name)
    value = (
        agreement(explanation, found, waves=asked.waves, spec=asked.spec)
        if found is not None
        else float("nan")
    )
    st.markdown(
        _alike(
            say("{title} and {title_2}", title=METHODS[asked.method].title, title_2=METHODS[other].title),
            value,
        )
    )
    if across:
        st.caption(
            say(
                "{title} is always drawn on the trace, with the credits of all views, and is compared with "
                "{title_2} on the trace, not with the map above.",
                title=METHODS[other].title,
                title_2=METHODS[asked.method].title,
            )
        )


def _alike(names: str, value: float) -> str:
    if not np.isfinite(value):
        return say("{names} cannot be compared here: one of the maps is empty.", names=names)
    words = next(say(words) for limit, words in WORDS if value >= limit)
    return say(
        "{names} **{words}**: rank correlation {value:.2f}.",
        names=names,
        words=words,
        value=value,
    ).replace("-0", "−0")


def _another_seed(asked: MapRequest, explanation: Explanation) -> None:
    """The same method with other random numbers, for methods that draw some."""
    key = *asked.key, say("another seed")
    if not remembered("maps", key) and not st.button(
        say("Draw it again with other random numbers"), icon=":material/casino:", key="seed"
    ):
        return
    name = explanation.modality

    def make() -> dict[str, Explanation]:
        words = say("Other random numbers: {busy}", busy=say(BUSY))
        return attributed(asked, words, views=(name,), stop=lambda: None, seed=1)

    again = remember("maps", key, make=make)
    value = agreement(explanation, again[name], waves=asked.waves, spec=asked.spec)
    st.markdown(_alike(say("The map and its repetition with other random numbers"), value))
