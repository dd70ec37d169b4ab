"""What goes with a map: beside it the shares and sums by wave; below it the what-ifs and the test of the map."""

from __future__ import annotations

import streamlit as st

from ecgnet import figures
from ecgnet.explain import (
    METHODS,
    Explanation,
    lead_shares,
    lead_sums,
    modality_shares,
    modality_sums,
    reads_measurements,
)
from ecgnet.language import localised, mark, say
from ecgnet.ui import charts, predictors, texts
from ecgnet.ui.explain import by_measurement, by_wave, map_check, what_if
from ecgnet.ui.explain.maps import MapRequest, explanations
from ecgnet.ui.frame import fragment, theme

REASONS = (mark("Summary"), mark("By wave"))
BY_MEASUREMENT = mark("By measurement")
"""A reason more, of models that read what was measured."""
ASKED_FURTHER = (mark("Without a lead"), mark("Another patient"), mark("Is it any good?"))


@fragment
def beside(asked: MapRequest, explanation: Explanation) -> None:
    """The reasons beside the map: in words and shares, by wave, or by measurement; a choice here does not draw the map
    again."""
    reasons = (*REASONS, BY_MEASUREMENT) if reads_measurements(asked.model) else REASONS
    if st.session_state.get("section", REASONS[0]) not in reasons:
        st.session_state["section"] = REASONS[0]  # chosen for a model that read what was measured
    section = st.segmented_control(
        say("Reasons"),
        reasons,
        default=REASONS[0],
        key="section",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        format_func=say,
    )
    if section == "By wave":
        by_wave.by_wave(asked, explanation)
    elif section == BY_MEASUREMENT:
        by_measurement.by_measurement(asked)
    else:
        summary(asked, explanation)


@fragment
def below(asked: MapRequest, explanation: Explanation) -> None:
    """What can be asked further, one thing at a time, over the page's whole width; nothing until it is asked."""
    section = st.segmented_control(
        say("Ask further"), ASKED_FURTHER, key=what_if.FURTHER, persist_state="session", format_func=say
    )
    if section == "Without a lead":
        what_if.without(asked)
    elif section == "Another patient":
        what_if.other_patient(asked)
    elif section == "Is it any good?":
        map_check.check(asked, explanation)


def summary(asked: MapRequest, explanation: Explanation) -> None:
    """What each lead and each view adds. The maps of the other views are made last, when all else is there."""
    _leads(asked, explanation)
    st.caption(say("Compared with: {baseline}.", baseline=explanation.baseline))
    _shares_of_views(asked)


def _leads(asked: MapRequest, explanation: Explanation) -> None:
    """What each lead adds, for and against apart, and which view the network listened to."""
    modality = explanation.modality
    if modality != "metadata":
        view = texts.MODALITIES_WITHIN[modality]
        sensitive = METHODS[asked.method].sensitivity
        title = (
            say("Share of each lead, {view}", view=view)
            if sensitive
            else say("Each lead for (+) or against (−), {view}", view=view)
        )
        shares = lead_shares(explanation) if sensitive else lead_sums(explanation)
        charts.chart(figures.share_bars(shares, theme(), title=title), "lead-shares")
    attention = predictors.attentions(asked.shown, asked.model)
    if "modalities" in attention:
        heard = attention["modalities"]
        shares = {
            predictors.titles().get(k, say("Patient data")): float(v)
            for k, v in zip(heard.labels, heard.values, strict=True)
        }
        charts.chart(figures.share_bars(shares, theme(), title=heard.title), "heard")
        st.caption(heard.sentence)


def _without_other_views() -> None:
    """Leave the section that compares the views, since it takes too long; what is answered already is kept."""
    st.session_state["section"] = "By wave"


def _shares_of_views(asked: MapRequest) -> None:
    """How exact all views' maps are together, and how much each of them counts."""
    found, target = explanations(asked, stop=_without_other_views), asked.target
    missed = next(iter(found.values())).completeness_error
    if missed is not None:
        st.caption(
            say(
                "The parts add up to the change of the answer within {missed:.1f} %.",
                missed=100 * missed,
            ),
            help=say(
                "Completeness: the attributions of all views should sum to the difference between the model's "
                "output for this record and for what it is compared with (Sundararajan et al. 2017)."
            ),
        )
    if len(found) > 1 and not METHODS[asked.method].sensitivity:
        title = say("Share of each view in the map")
        shares = {texts.MODALITY_TITLES[k]: v for k, v in modality_shares(found).items()}
        charts.chart(figures.share_bars(shares, theme(), title=title), "modality-shares")
        net = ", ".join(
            f"{texts.MODALITY_TITLES[k]} {localised(f'{v:+.1f}').replace('-', '−')}"
            for k, v in modality_sums(found).items()
        )
        st.caption(
            say(
                "Net effect, for (+) or against (−) {target}: {net} (log-odds).",
                target=target,
                net=net,
            ),
            help=say(
                "Parts that speak for and against cancel here; in the bars they add up. One log-odds unit moves a "
                "probability of 50 % to 73 %."
            ),
        )
