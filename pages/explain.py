"""Explain: why a model answered as it did, in the terms an ECG is read in."""

import streamlit as st

from ecgnet import figures
from ecgnet.explain import (
    BASELINES,
    METHODS,
    Explanation,
    ExplanationError,
    best_method,
    lead_shares,
    modality_shares,
    modality_sums,
    summarise,
    why_not,
)
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.record import RecordError
from ecgnet.ui import charts, predictors, selection, texts
from ecgnet.ui.explain import by_wave, in_words, map_check, maps, what_if
from ecgnet.ui.explain.maps import BEST, SHADES, Asked
from ecgnet.ui.frame import ensure_framed, theme
from ecgnet.ui.library import Shown
from ecgnet.ui.record import cautions
from ecgnet.ui.record.head import head
from ecgnet.weights import WeightsError

SECTIONS = ("Summary", "By wave", "Without a lead", "Another patient", "Is it any good?")
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
        help=texts.HELP_FUSION,
    )
    prediction = predictors.predictions(shown, (model,))[0]
    likely = SUPERCLASSES[int(prediction.probabilities.argmax())]
    target = two.segmented_control(
        "Why this probability of",
        SUPERCLASSES,
        default=likely,
        required=True,
        key=f"target-{shown.key}-{model}",
        help=" · ".join(f"{name}: {title}" for name, title in SUPERCLASS_TITLES.items()),
    )
    wanted = three.selectbox(
        "Method",
        [BEST, *METHODS],
        format_func=lambda name: "Best for the view" if name == BEST else METHODS[name].title,
        key="method",
        help="**Best for the view**: the method whose maps held up best when this model was tested.\n\n"
        + "\n\n".join(f"**{m.title}**: {m.tooltip}" for m in METHODS.values()),
    )
    target = target or likely
    st.markdown(
        f"**{SUPERCLASS_TITLES[target]}: {100 * prediction.probability(target):.0f} %** by {predictors.titles()[model]}"
        + (" (called)" if target in prediction.called else " (below its threshold)")
    )
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-controls"):
        view = st.container(width="content")
        only_trace = wanted != BEST and METHODS[wanted].trace_only
        on = st.segmented_control(
            "Draw on",
            ("the view", "the trace"),
            default="the view",
            key="draw-on",
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
            required=True,
            disabled=sensitive or not beating,
            help=HELP_AGAINST,
        )
        shade = st.segmented_control(
            "Shade below", list(SHADES), default="Attention", key="shade", required=True, help=HELP_SHADE
        )
        coloured = st.toggle(
            "Colour", value=True, key="coloured", help="What moved this answer, for or against."
        )
    on_trace = only_trace or on == "the trace"
    with view:
        views_there = maps.drawn_on(model, on_trace)
        modality = st.segmented_control(
            "View",
            views_there,
            default=views_there[0],
            format_func=texts.MODALITY_TITLES.get,
            key=f"modality-{model}-{on_trace}",
            required=True,
        )
    modality = modality if modality in views_there else views_there[0]
    carried = maps.carried(model, on_trace)
    method, why = (
        best_method(card, modality, carried)
        if wanted == BEST
        else (wanted, why_not(card, modality, wanted, carried))
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
    found = maps.explanations(asked)
    in_words.in_short(asked, found[modality])
    maps.draw(asked, found[modality], coloured, shade or "none")
    if why:
        st.caption(f"{METHODS[method].title}. {why}")
    if not beating:
        st.caption("Compared with a flat line: too few beats were found to set normal ones in their place.")
    more(asked, found, modality)
    return asked


@st.fragment
def more(asked: Asked, found: dict[str, Explanation], modality: str) -> None:
    """What goes with the map, one section at a time; a choice here does not draw the map again."""
    section = st.segmented_control(
        "More", SECTIONS, default=SECTIONS[0], key="section", required=True, label_visibility="collapsed"
    )
    try:
        _section(section, asked, found, modality)
    except (ExplanationError, RecordError, WeightsError) as error:  # a fragment runs outside the page's frame
        st.info(str(error), icon=":material/info:")


def _section(section: str | None, asked: Asked, found: dict[str, Explanation], modality: str) -> None:
    if section == "By wave":
        by_wave.by_wave(asked, found[modality])
    elif section == "Without a lead":
        what_if.without(asked)
    elif section == "Another patient":
        what_if.other_patient(asked)
    elif section == "Is it any good?":
        map_check.check(asked, found[modality])
    else:
        summary(asked, found, modality)


def summary(asked: Asked, found: dict[str, Explanation], modality: str) -> None:
    """In words; shares of the views and of the leads."""
    explanation, target = found[modality], asked.target
    one, two = st.columns(2, gap="large")
    with one:
        st.markdown("##### In words")
        st.markdown("\n".join(f"- {sentence}" for sentence in summarise(explanation)))
        if explanation.completeness_error is not None:
            st.caption(
                f"The parts add up to the change of the answer within {100 * explanation.completeness_error:.1f} %.",
                help="Completeness: the attributions of all views should sum to the difference between the model's "
                "output for this record and for what it is compared with (Sundararajan et al. 2017).",
            )
        st.caption(f"Compared with: {explanation.baseline}.")
        if len(found) > 1 and not METHODS[asked.method].sensitivity:
            title = "Share of each view in the map"
            shares = {texts.MODALITY_TITLES[k]: v for k, v in modality_shares(found).items()}
            charts.chart(figures.share_bars(shares, theme(), title), "modality-shares")
            net = ", ".join(f"{texts.MODALITY_TITLES[k]} {v:+.1f}" for k, v in modality_sums(found).items())
            st.caption(
                f"Net effect, for (+) or against (−) {target}: {net.replace('-', '−')} (log-odds).",
                help="Parts that speak for and against cancel here; in the bars they add up. One log-odds unit moves a "
                "probability of 50 % to 73 %.",
            )
    with two:
        if modality != "metadata":
            title = f"Share of each lead, {texts.MODALITY_TITLES[modality].lower()}"
            charts.chart(figures.share_bars(lead_shares(explanation), theme(), title), "lead-shares")
        attention = predictors.attentions(asked.shown, asked.model)
        if "modalities" in attention:
            heard = attention["modalities"]
            shares = {
                predictors.titles().get(k, "Patient data"): float(v)
                for k, v in zip(heard.labels, heard.values, strict=True)
            }
            charts.chart(figures.share_bars(shares, theme(), heard.title), "heard")
            st.caption(heard.sentence)


ensure_framed()
left, right = st.columns([3, 1], vertical_alignment="top")
with right:
    shown = selection.pick()
with left:
    head(shown)
try:
    if cautions.withheld(shown):
        charts.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
    else:
        ask(shown)
except RecordError as error:  # what the record lacks; the ECG itself can still be read
    st.info(f"{error} The networks read all twelve leads over the whole window.", icon=":material/info:")
    charts.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
