"""The parts of a page that show one record: its head, its three views and the models' answers."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ecgnet import figures
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.record import LEADS
from ecgnet.ui import models, texts
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown

SHEET_TITLES = {"3x4": "3 × 4 + rhythm", "6x2": "6 × 2", "12x1": "12 × 1"}


PLOT = {"displaylogo": False, "scrollZoom": False}


def chart(figure: go.Figure, key: str) -> None:
    """Draw a figure as it is, with its description for screen readers."""
    st.plotly_chart(figure, theme=None, key=key, alt=figure.layout.meta["alt"], config=PLOT)


def sheet(figure: go.Figure, key: str) -> None:
    """Draw an ECG sheet: its height follows the width on screen, so that the paper keeps its proportion and ends where
    the ECG does."""
    layout = figure.layout
    (left, right), (bottom, top) = layout.xaxis.range, layout.yaxis.range
    steepness = (top - bottom) * layout.yaxis.scaleratio / (right - left)
    across, along = layout.margin.l + layout.margin.r, layout.margin.t + layout.margin.b
    figure.update_layout(height=None, autosize=True)
    st.html(
        f"<style>.st-key-{key}-room {{container-type: inline-size}} "
        f".st-key-{key}-room :is([data-testid=stElementContainer]:has(.stPlotlyChart), [data-testid=stFullScreenFrame], "
        f".stPlotlyChart) {{height: calc((100cqw - {across}px) * {steepness:.4f} + {along}px) !important; flex: none}}"
        "</style>"
    )
    with st.container(key=f"{key}-room"):
        st.plotly_chart(figure, theme=None, key=key, alt=layout.meta["alt"], config=PLOT, height="stretch")


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


def three_views(shown: Shown) -> None:
    """Waveform, spectrum and spectrogram, one at a time."""
    record = shown.record
    view = st.segmented_control(
        "View",
        ["waveform", "spectrum", "spectrogram"],
        default="waveform",
        format_func=texts.MODALITY_TITLES.get,
        key="view",
        label_visibility="collapsed",
        required=True,
    )
    if view == "spectrum":
        leads = st.pills(
            "Leads", LEADS, selection_mode="multi", default=["II", "V1", "V5"], key="spectrum_leads"
        )
        made, arrays = models.modalities(shown)
        figure = figures.spectrum_figure(
            arrays["spectrum"], made.frequencies, theme(), leads=sort_leads(leads) or LEADS
        )
        chart(figure, "spectrum")
        st.caption(texts.HELP_SPECTRUM)
    elif view == "spectrogram":
        lead = st.pills("Lead", LEADS, default="II", key="spectrogram_lead", required=True) or "II"
        made, arrays = models.modalities(shown)
        figure = figures.spectrogram_figure(
            arrays["spectrogram"], made.bins, made.times, lead, theme(), waveform=arrays["waveform"]
        )
        chart(figure, "spectrogram")
        st.caption(texts.HELP_SPECTROGRAM)
    else:
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        layout = left.segmented_control(
            "Layout",
            list(SHEET_TITLES),
            default="3x4",
            format_func=SHEET_TITLES.get,
            key="layout",
            required=True,
            label_visibility="collapsed",
        )
        start = 0.0
        if record.duration > 10.2:
            start = right.slider("From (s)", 0.0, float(record.duration - 10), 0.0, 0.2, key="sheet_start")
        sheet(figures.ecg_sheet(record, theme(), layout=layout or "3x4", start=start), "sheet")


def sort_leads(leads: list[str]) -> list[str]:
    """In the order of the standard display."""
    return [lead for lead in LEADS if lead in leads]


def answers(shown: Shown) -> None:
    """The seven models' probabilities beside the labels, and the same as a table."""
    found = models.predictions(shown)
    default = next((p for p in found if p.model == models.default_model()), found[0])
    called = texts.superclass_words(default.called) if default.called else "no class above its threshold"
    st.markdown("##### What the models say", help=texts.HELP_PROBABILITY)
    st.markdown(f"{REGISTRY[default.model].title}: **{called}**")
    if default.notes:
        st.caption(" ".join(default.notes))
    chart(figures.comparison_heatmap(found, theme(), words(), shown.truth, shown.truth_by), "heatmap")
    with st.expander("As bars with thresholds, and as a table"):
        chart(figures.probability_bars(found, theme(), shown.truth, words(), shown.truth_by), "bars")
        st.dataframe(prediction_table(found), hide_index=True, width="stretch")


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
