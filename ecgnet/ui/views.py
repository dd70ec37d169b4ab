"""The parts of a page that show one record: its head, its three views and the models' answers."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.inference import Prediction
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.record import RecordError
from ecgnet.ui import models, texts
from ecgnet.ui.charts import chart, sheet
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.reading import three_views
from ecgnet.ui.statements import stated

__all__ = ["answers", "chart", "head", "prediction_table", "sheet", "three_views", "words"]


def words() -> dict[str, str]:
    """Labels and model names → what people read on figures."""
    return {**SUPERCLASS_TITLES, **models.titles()}


def head(shown: Shown) -> None:
    """Title, patient, labels and what the reader noted."""
    record = shown.record
    who = [
        f"{record.metadata.age:.0f} years" if record.metadata.age is not None else "age unknown",
        record.metadata.sex or "sex unknown",
        f"{record.duration:g} s at {record.fs:g} Hz",
    ]
    st.markdown(f"#### {shown.title}")
    line = " · ".join(who)
    if shown.truth is not None:
        line += f" · **{shown.truth_by}: {texts.superclass_words(shown.truth)}**"
    st.markdown(line)
    st.caption(shown.description)
    if record.notes:
        with st.expander(f"How this record was read ({len(record.notes)})", icon=":material/info:"):
            for note in record.notes:
                st.markdown(f"- {note}")


def answers(shown: Shown, beside: Callable[[Prediction], None] | None = None) -> list[Prediction]:
    """The seven models' probabilities beside the labels, and the same as a table; `beside` writes what belongs to the
    default model's answer. → the models' answers; none for a record that they cannot read."""
    try:
        found = models.predictions(shown)
    except RecordError as error:  # the sheet has said what is missing
        st.markdown("##### What the models say")
        st.info(f"{error} The networks read all twelve leads over the whole window.", icon=":material/info:")
        return []
    _keep_what_stays()
    default = next((p for p in found if p.model == models.default_model()), found[0])
    called = texts.superclass_words(default.called) if default.called else "no class above its threshold"
    st.markdown("##### What the models say", help=texts.HELP_PROBABILITY)
    st.markdown(f"{REGISTRY[default.model].title}: **{called}**")
    if default.notes:
        st.caption(" ".join(default.notes))
    if beside is not None:
        beside(default)
    chart(
        figures.comparison_heatmap(found, theme(), words(), shown.truth, shown.truth_by), "heatmap", least=640
    )
    with st.expander("As bars with thresholds, and as a table"):
        chart(figures.probability_bars(found, theme(), shown.truth, words(), shown.truth_by), "bars")
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
