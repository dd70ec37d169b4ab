"""The ECG on paper with its controls: layout, speed, gain, filter, beat marks and calipers."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgnet import figures
from ecgnet.language import mark, say
from ecgnet.paper import DEFAULTS, SheetSettings
from ecgnet.signal import BANDS, DisplayFilter
from ecgnet.ui import texts
from ecgnet.ui.charts import file_name, sheet
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint
from ecgnet.ui.record import calipers, measurements
from ecgnet.ui.record.view_controls import choose_one, start_shown, switch

DIAGNOSTIC = 150.0  # Hz, the band's upper limit that the standard asks for


def waveform_view(shown: Shown, other: Shown | None, *, beside: DeltaGenerator) -> None:
    """The sheet, and the corrected one below it where there is another. beside: the place next to the choice of views,
    for the controls and what the pointer measures."""
    record = shown.record
    with beside:
        layout = choose_one(say("Layout"), figures.LAYOUTS, default=DEFAULTS.layout, key="layout")
        speed = choose_one(
            "mm/s",
            [f"{v:g}" for v in figures.SPEEDS],
            default=f"{DEFAULTS.speed:g}",
            key="speed",
            help=say(texts.HELP_SPEED),
        )
        gain = choose_one(
            "mm/mV",
            [f"{v:g}" for v in figures.GAINS],
            default=f"{DEFAULTS.gain:g}",
            key="gain",
            help=say(texts.HELP_GAIN),
        )
        more = st.popover(say("More"), icon=":material/tune:")
    with more:
        band = choose_one(
            say("Filter (Hz)"),
            list(BANDS),
            default=DEFAULTS.display.band,
            key="filter",
            help=say(texts.HELP_BAND),
        )
        order = choose_one(
            say("Limb leads"), figures.ORDERS, default=DEFAULTS.order, key="order", help=say(texts.HELP_ORDER)
        )
        notch = choose_one(
            say("Notch (Hz)"),
            [mark("off"), "50", "60"],
            default="off",
            key="notch",
            help=say(texts.HELP_NOTCH),
        )
        marks = switch(say("Beat marks"), key="marks", help=say(texts.HELP_MARKS))
    display = DisplayFilter(band, None if notch == "off" else float(notch))
    settings = SheetSettings(layout, order, float(speed), float(gain), display)
    paper = settings.paper
    start = start_shown(shown, paper.window)
    span = start, min(start + paper.window, record.duration)
    with more:
        caliper = calipers.by_numbers(record, display, span=span, key=f"caliper-{fingerprint(record)}")
    with beside:
        kept = f"{fingerprint(record)}-{start:g}"
        calipers.by_pointer("sheet", kept, tall=paper.millivolts(10), theme=theme())

    def draw(each: Shown, key: str) -> None:
        figure = figures.ecg_sheet(
            each.record,
            theme(),
            settings=settings,
            start=start,
            beats=measurements.beats_in(each, span) if marks else None,
            caliper=caliper,
        )
        sheet(figure, key, name=file_name(each.record.id, *key.split("-")[1:], layout))

    if other is not None:
        st.markdown(say("**As recorded**"))
    draw(shown, "sheet")
    if other is not None:
        st.markdown(say("**Corrected by calculation**"))
        draw(other, "sheet-corrected")
    if layout != "12x1" and record.duration < paper.window / 2:
        st.caption(
            say(
                "The record is {duration:g} s long: 12x1 shows all of it in every lead.",
                duration=record.duration,
            )
        )
    if display != DEFAULTS.display and (notes := display.notes(record.fs)):
        st.caption(" ".join(notes))
    elif record.fs / 2 < DIAGNOSTIC:
        st.caption(
            say(
                "Bandwidth up to {fs:g} Hz: {fs_2:g} samples a second hold nothing above.",
                fs=record.fs / 2,
                fs_2=record.fs,
            )
        )
