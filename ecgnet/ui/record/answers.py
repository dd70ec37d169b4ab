"""The models' answers to the record on screen, beside its labels."""

from __future__ import annotations

import gc

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.inference import Prediction
from ecgnet.language import mark, say
from ecgnet.models import REGISTRY
from ecgnet.ui import glossary, predictors
from ecgnet.ui.charts import chart
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.record import readings
from ecgnet.ui.tables import show_table
from ecgnet.ui.unfolding import unfolding


def answers_to(shown: Shown) -> list[Prediction]:
    """The seven models' answers to the record on screen. Raises RecordError for one that they cannot read."""
    found = readings.answers(shown)
    _keep_what_stays()
    return found


def side_by_side(shown: Shown, found: list[Prediction]) -> None:
    """The models' probabilities beside the labels, as a heat map, as bars and as a table."""
    st.markdown(say("## What the models say"), help=glossary.meaning("Calibrated probability"))
    chart(
        figures.comparison_heatmap(
            found, theme(), titles=predictors.words(), truth=shown.truth, truth_by=shown.truth_by
        ),
        "heatmap",
        least=640,
    )
    unfolding(say("As bars, and as a table"), "answers-otherwise", draw=lambda: _bars_and_table(shown, found))


def _bars_and_table(shown: Shown, found: list[Prediction]) -> None:
    chart(
        figures.probability_bars(
            found, theme(), truth=shown.truth, titles=predictors.words(), truth_by=shown.truth_by
        ),
        "bars",
    )
    show_table(prediction_table(found), hide_index=True, width="stretch")


@st.cache_resource(show_spinner=False)
def _keep_what_stays() -> None:
    """Spare libraries, catalogue and weights, now that they are loaded, from garbage collection, once a server.

    Streamlit collects after every run and holds the last figures back meanwhile: 0.2 s of each click without this.
    """
    gc.freeze()


def prediction_table(found: list) -> pd.DataFrame:
    """One row a model: probabilities in percent, time and device."""
    return pd.DataFrame(
        [
            {
                mark("Model"): REGISTRY[p.model].title,
                **{
                    f"{n} (%)": round(100 * float(v), 1)
                    for n, v in zip(p.labels, p.probabilities, strict=True)
                },
                mark("Present"): ", ".join(p.called) or say("none"),
                mark("Time (ms)"): round(p.milliseconds, 1),
                mark("Device"): p.device,
                mark("Weights"): p.weights_id,
            }
            for p in found
        ]
    )
