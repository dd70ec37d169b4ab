"""Waveform, spectrum and spectrogram of one ECG, one at a time."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgnet.language import say
from ecgnet.ui import texts
from ecgnet.ui.frame import fragment
from ecgnet.ui.library import Shown
from ecgnet.ui.record import lead_reversal
from ecgnet.ui.record.spectra_views import spectrogram_view, spectrum_view
from ecgnet.ui.record.waveform_view import waveform_view

VIEWS = ("waveform", "spectrum", "spectrogram")
STYLE = """<style>
.st-key-above-sheet {min-height: 6.2rem; row-gap: .3rem}
.st-key-above-sheet [data-testid=stAlertContainer] {padding: .35rem .8rem}
.st-key-reading-head, .st-key-reading-controls {column-gap: .7rem; row-gap: .2rem}
.st-key-reading-controls [data-testid=stWidgetLabel] {min-height: 0; margin: 0}
.st-key-reading-controls [data-testid=stWidgetLabel] p {font-size: .75rem; line-height: 1.2}
</style>"""


def three_views(shown: Shown) -> DeltaGenerator:
    """Waveform, spectrum and spectrogram, one at a time, and the corrected sheet where that is asked for; a control
    redraws these alone. → the place above them, for what the reading says first: the ECG is what is waited for."""
    above = st.container(key="above-sheet")
    _views(shown, lead_reversal.corrected_reading(shown))
    return above


@fragment
def _views(shown: Shown, other: Shown | None) -> None:
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="bottom", key="reading-head"):
        view = st.segmented_control(
            say("View"),
            VIEWS,
            default="waveform",
            format_func=texts.MODALITY_TITLES.get,
            key="view",
            label_visibility="collapsed",
            required=True,
        )
        beside = st.container(
            horizontal=True, vertical_alignment="bottom", width="stretch", key="reading-controls"
        )
    if view == "spectrum":
        spectrum_view(shown)
    elif view == "spectrogram":
        spectrogram_view(shown)
    else:
        waveform_view(shown, other, beside=beside)
