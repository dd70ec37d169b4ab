"""The question that the Explain page asks, by the controls above the map, and its map."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ecgnet import figures
from ecgnet.explain import (
    BASELINES,
    METHODS,
    best_method,
    why_not,
)
from ecgnet.inference import Prediction
from ecgnet.language import mark, say
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.reading import wording
from ecgnet.ui import glossary, link, predictors, texts
from ecgnet.ui.escape import plain
from ecgnet.ui.explain import in_words, maps
from ecgnet.ui.explain.maps import BEST, SHADES, MapRequest
from ecgnet.ui.explain.sections import below, beside
from ecgnet.ui.library import Shown
from ecgnet.ui.record import readings
from ecgnet.ui.record.view_controls import choose_one
from ecgnet.weights import WeightsError

HELP_ON = mark(
    "The view: each point of the waveform, spectrum or spectrogram that the model read. The trace: spectrum and "
    "spectrogram are computed from the trace, so their credits can be carried back to it, to the sample."
)
HELP_AGAINST = mark(
    "What the answer is compared with. Flat line: 0 mV in every lead. Normal beats: the mean normal beat of the beat atlas "
    "(PTB-XL, by sex) at this record's own beats; the map then shows what differs from it."
)
BESIDE = 1180
"""Pixels from which the reasons stand beside the ECG; below, under it."""
WIDTHS = {"12x1": (1.3, 1.0)}
"""Of the map and its reasons, by layout: a tall sheet is no wider than the window is high."""
WIDE = (1.9, 1.0)
STYLE = f"""<style>
.st-key-map-controls {{column-gap: 1.1rem; row-gap: .2rem}}
.st-key-map-room {{container-type: inline-size}}
.st-key-reasons {{position: sticky; top: 4rem; max-height: calc(100dvh - 5rem); overflow: hidden auto}}
@container (max-width: {BESIDE - 1}px) {{
  .st-key-map-room [data-testid=stHorizontalBlock]:has(.st-key-map-itself) {{flex-direction: column}}
  .st-key-map-room [data-testid=stColumn]:has(> * .st-key-map-itself, > * .st-key-reasons) {{width: 100%; flex: none}}
  .st-key-reasons {{position: static; max-height: none}}
}}
</style>"""


def ask(shown: Shown) -> MapRequest:
    """The question, by the controls above the map; the map, its reasons beside it, and what else can be asked below."""
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-controls"):
        first = st.container(width="content")
        names = [name for name in REGISTRY if name in predictors.titles()]
        model = st.selectbox(
            say("Model"),
            names,
            names.index(predictors.default_model()),
            format_func=predictors.titles().get,
            key="explained-model",
            persist_state="session",
            help=glossary.meaning("Fusion"),
            width=270,
        )
        place = st.container(width="content")
        layout = choose_one(say("Layout"), figures.LAYOUTS, default="12x1", key="map-layout")
        more_of_it = st.popover(say("More"), icon=":material/tune:")
    leading = predictors.default_model()
    reading = readings.reading_of(shown, readings.answers(shown, tuple(dict.fromkeys((model, leading)))))
    prediction = next((answer for answer in reading.predictions if answer.model == model), None)
    if prediction is None:
        raise WeightsError(
            say(
                "{titles} cannot answer; the reason stands above.",
                titles=predictors.titles()[model],
            )
        )
    with first:
        target = _target(shown, model, prediction)
    card = predictors.predictor(model).model.card
    beating = maps.rhythm(shown, card.spec)
    with more_of_it:
        how = _how(beating)
    with place:
        modality = _view(model, how.on_trace)
    carried = maps.carried(model, how.on_trace)
    method, why = (
        best_method(card, modality, carried=carried)
        if how.method == BEST
        else (how.method, why_not(card, modality, method=how.method, carried=carried))
    )
    asked = MapRequest(
        shown,
        model,
        target,
        method,
        on_trace=how.on_trace,
        against="normal"
        if how.against == "normal" and beating and not METHODS[method].sensitivity
        else "zero",
        prediction=prediction,
        spec=card.spec,
    )
    with st.container(key="map-room"):
        left, right = st.columns(WIDTHS.get(layout, WIDE) if modality == "waveform" else WIDE, gap="medium")
    with right.container(key="reasons"):
        st.markdown(
            say(
                "**{superclass_titles}: {chance_in_words}** by {titles}, {states}",
                superclass_titles=SUPERCLASS_TITLES[target],
                chance_in_words=texts.chance_in_words(prediction.probability(target)),
                titles=predictors.titles()[model],
                states=wording.STATES[prediction.states[target]],
            )
        )
        st.caption(
            say(
                "The reading of this ECG: {text}.",
                text=plain(reading.conclusion.text, 300),
            )
        )
        reasons = st.container()
    with left.container(key="map-itself"):
        found = maps.explanations(asked, (modality,))[modality]
        maps.draw(asked, found, layout=layout, coloured=how.coloured, shade=how.shade)
        if why:
            st.caption(f"{METHODS[method].title}. {why}")
        if not beating:
            st.caption(
                say("Compared with a flat line: too few beats were found to set normal ones in their place.")
            )
    with reasons:
        in_words.in_short(asked, found)
        beside(asked, found)
    below(asked, found)
    return asked


def _target(shown: Shown, model: str, prediction: Prediction) -> str:
    """The class whose probability is to be explained: the visitor's, else the likeliest."""
    likely = SUPERCLASSES[int(prediction.probabilities.argmax())]
    asked_for = f"target-{shown.key}-{model}"
    target = st.segmented_control(
        say("Why this probability of"),
        SUPERCLASSES,
        default=link.choice("class", SUPERCLASSES) or likely,
        required=True,
        key=asked_for,
        on_change=lambda: link.choose("class", st.session_state[asked_for]),
        help=" · ".join(f"{name}: {title}" for name, title in SUPERCLASS_TITLES.items()),
        format_func=say,
    )
    return target or likely


@dataclass(frozen=True)
class How:
    """How the map is made and drawn: `method` a name or BEST, `against` and `shade` as the page calls them."""

    method: str
    on_trace: bool
    against: str
    shade: str
    coloured: bool


def _how(beating: bool) -> How:
    """Method, baseline and shading, which few visitors change. beating: whether normal beats can be compared with."""
    wanted = st.selectbox(
        say("Method"),
        [BEST, *METHODS],
        format_func=lambda name: say("Best for the view") if name == BEST else METHODS[name].title,
        key="method",
        persist_state="session",
        help=say("**Best for the view**: the method whose maps held up best when this model was tested.\n\n")
        + "\n\n".join(f"**{m.title}**: {m.tooltip}" for m in METHODS.values()),
    )
    only_trace = wanted != BEST and METHODS[wanted].trace_only
    on = st.segmented_control(
        say("Draw on"),
        (mark("the view"), mark("the trace")),
        default=mark("the view"),
        key="draw-on",
        persist_state="session",
        required=True,
        disabled=only_trace,
        help=say(HELP_ON),
        format_func=say,
    )
    sensitive = wanted != BEST and METHODS[wanted].sensitivity
    against = st.segmented_control(
        say("Compared with"),
        list(BASELINES),
        default="normal",
        format_func=BASELINES.get,
        key="against",
        persist_state="session",
        required=True,
        disabled=sensitive or not beating,
        help=say(HELP_AGAINST),
    )
    shade = st.segmented_control(
        say("Shade below"),
        list(SHADES),
        default=mark("Attention"),
        key="shade",
        persist_state="session",
        required=True,
        help=" ".join(f"{say(name)}: {words}." for name, words in SHADES.items() if words),
        format_func=say,
    )
    coloured = st.toggle(
        say("Colour"),
        value=True,
        key="coloured",
        persist_state="session",
        help=say("What moved this answer, for or against."),
    )
    return How(wanted, only_trace or on == "the trace", against or "normal", shade or "none", coloured)


def _view(model: str, on_trace: bool) -> str:
    """Which of the views that the map is drawn on is looked at."""
    views_there = maps.drawn_on(model, on_trace)
    chosen_view = link.choice("map", texts.MODALITY_TITLES)
    drawn_on = f"modality-{model}-{on_trace}"
    modality = st.segmented_control(
        say("View"),
        views_there,
        default=chosen_view if chosen_view in views_there else views_there[0],
        format_func=texts.MODALITY_TITLES.get,
        key=drawn_on,
        required=True,
        on_change=lambda: link.choose("map", st.session_state[drawn_on]),
    )
    return modality if modality in views_there else views_there[0]
