"""Which measurements moved the answer, for models that read what was measured."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecgnet.explain import MeasuredCredit, measured_credits
from ecgnet.figures.strategies import contribution_bars
from ecgnet.language import mark, say
from ecgnet.reading import wording
from ecgnet.ui import charts, predictors
from ecgnet.ui.explain.maps import MapRequest
from ecgnet.ui.frame import theme
from ecgnet.ui.memory import record_key, remember
from ecgnet.ui.record.findings import MEASURES
from ecgnet.ui.waiting import patiently

SHOWN = 12
"""Bars; the others are summed."""
HELP = mark(
    "Trees ask one measurement after the other. A credit is the measurement's Shapley value: what it adds on average, "
    "whichever of the measurements are compared first; all credits together are the change of the trees' answer, as it "
    "counts in the model's (Lundberg et al. 2020)."
)
OF_BEATS = {
    "rr_deviation": (mark("Spread of RR"), "s"),
    "rr_step": (mark("RR from beat to beat"), "s"),
    "beats": (mark("Beats"), ""),
    "other_beats": (mark("Beats of another shape"), ""),
    "led_by_spikes": (mark("Beats behind a spike"), ""),
}
UNITS = dict.fromkeys(("pr", "qrs", "qt", "qtc_bazett", "qtc_fridericia"), "ms") | {
    "heart_rate": "/min",
    "axis": "°",
}
DIGITS = {"mV": 2, "s": 2}


def by_measurement(asked: MapRequest) -> None:
    """Bars of the strongest, each with what was measured."""
    target = asked.target

    def make() -> list[MeasuredCredit]:
        beats = asked.beats if asked.against == "normal" else None
        network = predictors.predictor(asked.model)
        with st.spinner(say("Asking the trees for each measurement…")):
            return patiently(
                lambda: measured_credits(
                    network, asked.shown.record, target=target, against=asked.against, beats=beats
                ),
                explains=True,
            )

    key = (*record_key(asked.shown), asked.model, target, asked.against)
    found = remember("measured-credits", key, make=make)
    st.markdown(say("## By measurement"), help=say(HELP))
    if not found:
        st.info(say("No measurement moved the answer for {target}.", target=target))
        return
    bars = strongest(found)
    figure = contribution_bars(
        bars,
        theme(),
        title=say("What each measurement adds"),
        axis=say("For or against {target} (log-odds)", target=target),
    )
    charts.chart(figure, "by-measurement")
    st.caption(say("Beside what the ECG is compared with; automated measurements, verify."))


def strongest(found: Sequence[MeasuredCredit]) -> dict[str, float]:
    """The first `SHOWN` credits, in logits, by measurement in words, and the sum of the others; together the sum of all."""
    bars: dict[str, float] = {}
    for credit in found[:SHOWN]:
        name = measured_in_words(
            credit
        )  # a wave's voltage and duration bear one name where neither could be measured
        bars[name] = bars.get(name, 0.0) + credit.credit
    if rest := found[SHOWN:]:
        bars[f"{len(rest)} others"] = sum(credit.credit for credit in rest)
    return bars


def measured_in_words(credit: MeasuredCredit) -> str:
    """A measurement with its value: "R in V5 2.10 mV", "QRS duration 152 ms"."""
    lead, _, wave = credit.column.rpartition(" ")
    if lead:
        title, unit = MEASURES[wave]
        title = say("{title} in {lead}", title=say(title), lead=lead)
    elif wave in wording.MEASURES:
        title, unit = wording.MEASURES[wave], UNITS[wave]
    else:
        title, unit = OF_BEATS[wave]
        title = say(title)
    if credit.value is None:
        return say("{title} not measurable", title=title)
    number = wording.number(
        credit.value, DIGITS.get(unit, 0 if float(credit.value).is_integer() or unit else 2)
    )
    space = "" if unit in ("°", "/min", "") else " "
    return f"{title} {number}{space}{unit}"
