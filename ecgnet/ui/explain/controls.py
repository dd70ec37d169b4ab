"""The question that the Explain page asks, by the controls above the map, and its map."""

from __future__ import annotations

import streamlit as st

from ecgnet.explain import (
    BASELINES,
    METHODS,
    best_method,
    why_not,
)
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.ui import link, predictors, texts
from ecgnet.ui.escape import plain
from ecgnet.ui.explain import in_words, maps
from ecgnet.ui.explain.maps import BEST, SHADES, Asked
from ecgnet.ui.explain.sections import more
from ecgnet.ui.library import Shown
from ecgnet.ui.record import readings
from ecgnet.weights import WeightsError

HELP_ON = (
    "The view: each point of the waveform, spectrum or spectrogram that the model read. The trace: spectrum and "
    "spectrogram are computed from the trace, so their credits can be carried back to it, to the sample."
)
HELP_AGAINST = (
    "What the answer is compared with. Flat line: 0 mV in every lead. Normal beats: the mean normal beat of the beat atlas "
    "(PTB-XL, by sex) at this record's own beats; the map then shows what differs from it."
)
HELP_SHADE = " ".join(f"{name}: {words}." for name, words in SHADES.items() if words)
STYLE = "<style>.st-key-map-controls {column-gap: 1.1rem; row-gap: .2rem}</style>"


def ask(shown: Shown) -> Asked:
    """The question, by the controls above the map, and the model's answer in words."""
    one, two, three = st.columns([1.3, 1.6, 1.1])
    names = [name for name in REGISTRY if name in predictors.titles()]
    model = one.selectbox(
        "Model",
        names,
        names.index(predictors.default_model()),
        format_func=predictors.titles().get,
        key="explained-model",
        persist_state="session",
        help=texts.HELP_FUSION,
    )
    leading = predictors.default_model()
    reading = readings.reading_of(shown, readings.answers(shown, tuple(dict.fromkeys((model, leading)))))
    prediction = next((answer for answer in reading.predictions if answer.model == model), None)
    if prediction is None:
        raise WeightsError(f"{predictors.titles()[model]} cannot answer; the reason stands above.")
    likely = SUPERCLASSES[int(prediction.probabilities.argmax())]
    chosen_target = link.choice("class", SUPERCLASSES)
    asked_for = f"target-{shown.key}-{model}"
    target = two.segmented_control(
        "Why this probability of",
        SUPERCLASSES,
        default=chosen_target or likely,
        required=True,
        key=asked_for,
        on_change=lambda: link.choose("class", st.session_state[asked_for]),
        help=" · ".join(f"{name}: {title}" for name, title in SUPERCLASS_TITLES.items()),
    )
    wanted = three.selectbox(
        "Method",
        [BEST, *METHODS],
        format_func=lambda name: "Best for the view" if name == BEST else METHODS[name].title,
        key="method",
        persist_state="session",
        help="**Best for the view**: the method whose maps held up best when this model was tested.\n\n"
        + "\n\n".join(f"**{m.title}**: {m.tooltip}" for m in METHODS.values()),
    )
    target = target or likely
    st.markdown(
        f"**{SUPERCLASS_TITLES[target]}: {100 * prediction.probability(target):.0f} %** by {predictors.titles()[model]}"
        f", {prediction.states[target]}"
    )
    st.caption(f"The reading of this ECG: {plain(reading.conclusion.text, 300)}.")
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-controls"):
        view = st.container(width="content")
        only_trace = wanted != BEST and METHODS[wanted].trace_only
        on = st.segmented_control(
            "Draw on",
            ("the view", "the trace"),
            default="the view",
            key="draw-on",
            persist_state="session",
            required=True,
            disabled=only_trace,
            help=HELP_ON,
        )
        sensitive = wanted != BEST and METHODS[wanted].sensitivity
        card = predictors.predictor(model).model.card
        beating = maps.rhythm(shown, card.spec)
        against = st.segmented_control(
            "Compared with",
            list(BASELINES),
            default="normal",
            format_func=BASELINES.get,
            key="against",
            persist_state="session",
            required=True,
            disabled=sensitive or not beating,
            help=HELP_AGAINST,
        )
        shade = st.segmented_control(
            "Shade below",
            list(SHADES),
            default="Attention",
            key="shade",
            persist_state="session",
            required=True,
            help=HELP_SHADE,
        )
        coloured = st.toggle(
            "Colour",
            value=True,
            key="coloured",
            persist_state="session",
            help="What moved this answer, for or against.",
        )
    on_trace = only_trace or on == "the trace"
    with view:
        views_there = maps.drawn_on(model, on_trace)
        chosen_view = link.choice("map", texts.MODALITY_TITLES)
        drawn_on = f"modality-{model}-{on_trace}"
        modality = st.segmented_control(
            "View",
            views_there,
            default=chosen_view if chosen_view in views_there else views_there[0],
            format_func=texts.MODALITY_TITLES.get,
            key=drawn_on,
            required=True,
            on_change=lambda: link.choose("map", st.session_state[drawn_on]),
        )
    modality = modality if modality in views_there else views_there[0]
    carried = maps.carried(model, on_trace)
    method, why = (
        best_method(card, modality, carried=carried)
        if wanted == BEST
        else (wanted, why_not(card, modality, method=wanted, carried=carried))
    )
    asked = Asked(
        shown,
        model,
        target,
        method,
        on_trace=on_trace,
        against="normal" if against == "normal" and beating and not METHODS[method].sensitivity else "zero",
        prediction=prediction,
        spec=card.spec,
    )
    found = maps.explanations(asked, (modality,))[modality]
    in_words.in_short(asked, found)
    maps.draw(asked, found, coloured=coloured, shade=shade or "none")
    if why:
        st.caption(f"{METHODS[method].title}. {why}")
    if not beating:
        st.caption("Compared with a flat line: too few beats were found to set normal ones in their place.")
    more(asked, found)
    return asked
