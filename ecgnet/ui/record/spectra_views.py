"""Spectrum and spectrogram of 10 s of the ECG, with their controls."""

from __future__ import annotations

import streamlit as st

from ecgnet import figures
from ecgnet.language import say
from ecgnet.record import LEADS
from ecgnet.signal import amplitude_spectrum, decibel, spectrogram
from ecgnet.ui import glossary
from ecgnet.ui.charts import chart, file_name
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.record import measurements
from ecgnet.ui.record.view_controls import choose_one, start_shown

PART = 10.0  # s that spectrum and spectrogram are made of


def spectrum_view(shown: Shown) -> None:
    """The amplitude spectrum of the leads chosen."""
    record = shown.record
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            say("Leads"),
            [say("All"), *LEADS],
            selection_mode="multi",
            default=["II", "V1", "V5"],
            key="spectrum_leads",
            help=say("All twelve, or those chosen."),
            format_func=say,
        )
        scale = choose_one(say("Amplitude"), ["dB", "mV"], default="dB", key="scale")
    leads = LEADS if "All" in chosen else _in_order(chosen) or LEADS
    start, first, last = _part(shown)
    frequencies, amplitude = amplitude_spectrum(record.signal[:, first:last], record.fs)
    unit = "mV" if scale == "mV" else say("dB re 1 mV")
    figure = figures.spectrum_figure(
        amplitude if unit == "mV" else decibel(amplitude),
        frequencies,
        theme=theme(),
        leads=leads,
        unit=unit,
        heart_rate=measurements.measurements(shown).heart_rate.value,
    )
    chart(figure, "spectrum", name=file_name(record.id, "spectrum"))
    length = (last - first) / record.fs
    st.caption(
        say(
            "{meaning} {length:g} s from {start:g} s on, {length_2:.2g} Hz apart.",
            meaning=glossary.meaning("Spectrum"),
            length=length,
            start=start,
            length_2=1 / length,
        )
        + _blanks(shown)
    )


def spectrogram_view(shown: Shown) -> None:
    """The spectrogram of the lead chosen, under its trace."""
    record = shown.record
    there = [lead for lead in LEADS if lead not in record.missing]
    default = "II" if "II" in there else there[0]
    lead = (
        st.pills(say("Lead"), there, default=default, key="spectrogram_lead", required=True, format_func=say)
        or default
    )
    _, first, last = _part(shown)
    signal = record.signal[:, first:last]
    bins, times, amplitude = spectrogram(signal, record.fs)
    figure = figures.spectrogram_figure(
        decibel(amplitude),
        bins,
        times=times,
        lead=lead,
        theme=theme(),
        waveform=signal,
        fs=record.fs,
        start=first / record.fs,
    )
    chart(figure, "spectrogram", name=file_name(record.id, lead, "spectrogram"))
    st.caption(glossary.meaning("Spectrogram") + _blanks(shown))


def _part(shown: Shown) -> tuple[float, int, int]:
    """The 10 s that the spectra are made of: where they begin in s, and their first and last sample."""
    record = shown.record
    start = start_shown(shown, PART)
    first = round(start * record.fs)
    return start, first, min(first + round(PART * record.fs), record.n_samples)


def _blanks(shown: Shown) -> str:
    """What the spectra lack, as sentences that follow another one."""
    record = shown.record
    said = say(" Not recorded: {missing}.", missing=", ".join(record.missing)) if record.missing else ""
    if record.gaps:
        said += say(
            " Gaps in {gaps} are bridged by straight lines, and blank in the spectrogram.",
            gaps=", ".join(record.gaps),
        )
    return said


def _in_order(leads: list[str]) -> list[str]:
    """In the order of the standard display."""
    return [lead for lead in LEADS if lead in leads]
