"""Reading one ECG: its measurements, and waveform, spectrum or spectrogram with their controls."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgnet import figures
from ecgnet.paper import DEFAULTS, SheetSettings
from ecgnet.record import LEADS
from ecgnet.signal import BANDS, DisplayFilter, amplitude_spectrum, decibel, spectrogram
from ecgnet.ui import texts
from ecgnet.ui.charts import chart, file_name, sheet
from ecgnet.ui.frame import fragment, theme
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint
from ecgnet.ui.record import calipers, lead_reversal, measurements

VIEWS = ("waveform", "spectrum", "spectrogram")
PART = 10.0  # s that spectrum and spectrogram are made of
DIAGNOSTIC = 150.0  # Hz, the band's upper limit that the standard asks for
STYLE = """<style>
.st-key-above-sheet {min-height: 6.2rem}
.st-key-reading-head, .st-key-reading-controls {column-gap: .9rem; row-gap: .2rem}
.st-key-reading-controls [data-testid=stWidgetLabel] p {font-size: .8rem}
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
    with st.container(horizontal=True, vertical_alignment="center", key="reading-head"):
        view = st.segmented_control(
            "View",
            VIEWS,
            default="waveform",
            format_func=texts.MODALITY_TITLES.get,
            key="view",
            label_visibility="collapsed",
            required=True,
        )
        beside = st.container(horizontal=True, vertical_alignment="center", width="stretch")
    if view in ("spectrum", "spectrogram"):
        {"spectrum": _spectrum, "spectrogram": _spectrogram}[view](shown)
    else:
        _waveform(shown, other, beside)


def _waveform(shown: Shown, other: Shown | None, beside: DeltaGenerator) -> None:
    record = shown.record
    with st.container(horizontal=True, vertical_alignment="bottom", key="reading-controls"):
        layout = _choose("Layout", figures.LAYOUTS, DEFAULTS.layout, "layout")
        speed = _choose(
            "mm/s", [f"{v:g}" for v in figures.SPEEDS], f"{DEFAULTS.speed:g}", "speed", texts.HELP_SPEED
        )
        gain = _choose(
            "mm/mV", [f"{v:g}" for v in figures.GAINS], f"{DEFAULTS.gain:g}", "gain", texts.HELP_GAIN
        )
        band = _choose("Filter (Hz)", list(BANDS), DEFAULTS.display.band, "filter", texts.HELP_BAND)
        more = st.popover("More", icon=":material/tune:")
    with more:
        order = _choose("Limb leads", figures.ORDERS, DEFAULTS.order, "order", texts.HELP_ORDER)
        notch = _choose("Notch (Hz)", ["off", "50", "60"], "off", "notch", texts.HELP_NOTCH)
        marks = st.toggle("Beat marks", key="marks", bind="query-params", help=texts.HELP_MARKS)
    display = DisplayFilter(band, None if notch == "off" else float(notch))
    settings = SheetSettings(layout, order, float(speed), float(gain), display)
    paper = settings.paper
    start = _from(shown, paper.window)
    span = start, min(start + paper.window, record.duration)
    with more:
        caliper = calipers.by_numbers(record, display, span, f"caliper-{fingerprint(record)}")
    with beside:
        kept = f"{fingerprint(record)}-{start:g}"
        calipers.by_pointer("sheet", kept, paper.millivolts(10), theme())
        if record.fs / 2 < DIAGNOSTIC:
            limit = f"{record.fs:g} samples a second hold nothing above {record.fs / 2:g} Hz."
            st.badge(f"bandwidth up to {record.fs / 2:g} Hz", color="gray", help=limit)

    def draw(each: Shown, key: str) -> None:
        figure = figures.ecg_sheet(
            each.record,
            theme(),
            settings,
            start=start,
            beats=measurements.beats_in(each, span) if marks else None,
            caliper=caliper,
        )
        sheet(figure, key, file_name(each.record.id, *key.split("-")[1:], layout))

    if other is not None:
        st.markdown("**As recorded**")
    draw(shown, "sheet")
    if other is not None:
        st.markdown("**Corrected by calculation**")
        draw(other, "sheet-corrected")
    if layout != "12x1" and record.duration < paper.window / 2:
        st.caption(f"The record is {record.duration:g} s long: 12x1 shows all of it in every lead.")
    # The badge has said what the sampling rate leaves of the default filter.
    if display != DEFAULTS.display and (notes := display.notes(record.fs)):
        st.caption(" ".join(notes))


def _choose(label: str, options: list[str], default: str, key: str, help: str | None = None) -> str:
    """One of a few, kept in the link under its key; the words on the buttons are those in the link."""
    return (
        st.segmented_control(
            label, options, default=default, key=key, help=help, required=True, bind="query-params"
        )
        or default
    )


def _from(shown: Shown, window: float) -> float:
    """Where the part that is shown begins, in s; asked for when the record is longer."""
    last = round(shown.record.duration - window, 3)
    if last <= 0.2:
        return 0.0
    key = f"from-{fingerprint(shown.record)}"
    if st.session_state.get(key, 0.0) > last:
        st.session_state[key] = last
    return st.slider("From (s)", 0.0, last, step=min(0.2, last), key=key)


def _part(shown: Shown) -> tuple[float, int, int]:
    """The 10 s that the spectra are made of: where they begin in s, and their first and last sample."""
    record = shown.record
    start = _from(shown, PART)
    first = round(start * record.fs)
    return start, first, min(first + round(PART * record.fs), record.n_samples)


def _spectrum(shown: Shown) -> None:
    record = shown.record
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "Leads",
            ["All", *LEADS],
            selection_mode="multi",
            default=["II", "V1", "V5"],
            key="spectrum_leads",
            help="All twelve, or those chosen.",
        )
        scale = _choose("Amplitude", ["dB", "mV"], "dB", "scale")
    leads = LEADS if "All" in chosen else sort_leads(chosen) or LEADS
    start, first, last = _part(shown)
    frequencies, amplitude = amplitude_spectrum(record.signal[:, first:last], record.fs)
    unit = "mV" if scale == "mV" else "dB re 1 mV"
    figure = figures.spectrum_figure(
        amplitude if unit == "mV" else decibel(amplitude),
        frequencies,
        theme(),
        leads=leads,
        unit=unit,
        heart_rate=measurements.measurements(shown).heart_rate.value,
    )
    chart(figure, "spectrum", file_name(record.id, "spectrum"))
    length = (last - first) / record.fs
    st.caption(
        f"{texts.HELP_SPECTRUM} {length:g} s from {start:g} s on, {1 / length:.2g} Hz apart." + _blanks(shown)
    )


def _spectrogram(shown: Shown) -> None:
    record = shown.record
    there = [lead for lead in LEADS if lead not in record.missing]
    default = "II" if "II" in there else there[0]
    lead = st.pills("Lead", there, default=default, key="spectrogram_lead", required=True) or default
    _, first, last = _part(shown)
    signal = record.signal[:, first:last]
    bins, times, amplitude = spectrogram(signal, record.fs)
    figure = figures.spectrogram_figure(
        decibel(amplitude), bins, times, lead, theme(), waveform=signal, fs=record.fs, start=first / record.fs
    )
    chart(figure, "spectrogram", file_name(record.id, lead, "spectrogram"))
    st.caption(texts.HELP_SPECTROGRAM + _blanks(shown))


def _blanks(shown: Shown) -> str:
    """What the spectra lack, as sentences that follow another one."""
    record = shown.record
    said = f" Not recorded: {', '.join(record.missing)}." if record.missing else ""
    if record.gaps:
        said += (
            f" Gaps in {', '.join(record.gaps)} are bridged by straight lines, and blank in the spectrogram."
        )
    return said


def sort_leads(leads: list[str]) -> list[str]:
    """In the order of the standard display."""
    return [lead for lead in LEADS if lead in leads]
