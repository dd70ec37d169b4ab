"""The models' answers to the record on screen, beside its labels."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.inference import Prediction
from ecgnet.models import REGISTRY
from ecgnet.record import RecordError
from ecgnet.ui import predictors, texts
from ecgnet.ui.charts import chart
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.record.scp import stated


def show_answers(shown: Shown, beside: Callable[[Prediction], None] | None = None) -> list[Prediction]:
    """The seven models' probabilities beside the labels, and the same as a table; `beside` writes what belongs to the
    default model's answer. → the models' answers; none for a record that they cannot read."""
    try:
        found = predictors.predictions(shown)
    except RecordError as error:  # the sheet has said what is missing
        st.markdown("##### What the models say")
        st.info(f"{error} The networks read all twelve leads over the whole window.", icon=":material/info:")
        return []
    _keep_what_stays()
    default = next((p for p in found if p.model == predictors.default_model()), found[0])
    called = texts.superclass_words(default.called) if default.called else "no class above its threshold"
    st.markdown("##### What the models say", help=texts.HELP_PROBABILITY)
    st.markdown(f"{REGISTRY[default.model].title}: **{called}**")
    if default.notes:
        st.caption(" ".join(default.notes))
    if beside is not None:
        beside(default)
    chart(
        figures.comparison_heatmap(found, theme(), predictors.words(), shown.truth, shown.truth_by),
        "heatmap",
        least=640,
    )
    with st.expander("As bars with thresholds, and as a table"):
        chart(
            figures.probability_bars(found, theme(), shown.truth, predictors.words(), shown.truth_by), "bars"
        )
        st.dataframe(prediction_table(found), hide_index=True, width="stretch")
    stated(default)
    return found


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
                "Model": REGISTRY[p.model].title,
                **{
                    f"{n} (%)": round(100 * float(v), 1)
                    for n, v in zip(p.labels, p.probabilities, strict=True)
                },
                "Called": ", ".join(p.called) or "none",
                "Time (ms)": round(p.milliseconds, 1),
                "Device": p.device,
                "Weights": p.weights_id,
            }
            for p in found
        ]
    )
