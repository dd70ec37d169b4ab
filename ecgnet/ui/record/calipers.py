"""Calipers on the sheet: by pointer in the browser, and by numbers for who has no pointer."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ecgnet.figures import Caliper, Theme
from ecgnet.language import mark, say, separators
from ecgnet.record import LEADS, Record
from ecgnet.signal import DisplayFilter

HTML = """<div><button type="button" aria-pressed="false"></button>
<output aria-live="polite"></output></div>"""
CSS = """
div {display: flex; align-items: center; gap: .7rem; min-height: 2.1rem; font-family: var(--st-font)}
button {font: inherit; font-size: .875rem; padding: .3rem .75rem; cursor: pointer; color: var(--st-text-color);
  background: transparent; border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius)}
button:hover, button:focus-visible {border-color: var(--st-primary-color); color: var(--st-primary-color)}
button[aria-pressed=true] {border-color: var(--st-primary-color); color: var(--st-primary-color);
  background: color-mix(in srgb, var(--st-primary-color) 12%, transparent)}
output {font-size: .875rem; font-variant-numeric: tabular-nums; color: var(--st-text-color)}
"""

_calipers = st.components.v2.component(
    "calipers", html=HTML, css=CSS, js=Path(__file__).with_name("calipers.js").read_text("utf-8")
)


def by_pointer(chart: str, record: str, *, tall: float, theme: Theme) -> None:
    """The switch for the calipers of the sheet drawn under the key `chart`, and what they read.

    `record` stands for what is on screen: when it changes, the points are forgotten. `tall`: height of the uprights,
    mV.
    """
    _calipers(
        data={
            "room": f".st-key-{chart}-room",
            "record": record,
            "tall": tall,
            "colour": theme.supports,
            "paper": theme.paper,
            "point": separators()[0],
            "words": {
                "calipers": say("Calipers"),
                "how": say(
                    "Two clicks on a lead, a drag, or the arrow keys: time, voltage and rate between two samples"
                ),
                "arrows": say("Calipers: arrow keys move the second point by a sample, with Shift by ten"),
                "begin": say("Click two points of a lead, or drag from one to the other."),
                "lacking": say("not recorded"),
            },
        },
        key=f"{chart}-calipers",
    )


def by_numbers(
    record: Record, display: DisplayFilter, *, span: tuple[float, float], key: str
) -> Caliper | None:
    """Ask for a lead and two times in s within `span`. → the caliper, or None until all three are there."""
    st.markdown(say("**Calipers by numbers**"), help=say("For the keyboard: a lead and two moments."))
    leads = [lead for lead in LEADS if lead not in record.missing]
    lead = st.selectbox(
        say("Lead"), leads, leads.index("II") if "II" in leads else 0, key=f"{key}-lead", format_func=say
    )
    times = [
        st.number_input(
            f"{say(word)} (s)",
            0.0,
            record.duration,
            value=None,
            step=1 / record.fs,
            format="%.3f",
            placeholder=f"{at:.3f}",
            key=f"{key}-{word}",
        )
        for word, at in zip(
            (mark("First point"), mark("Second point")), (span[0] + 1, span[0] + 2), strict=True
        )
    ]
    if lead is None or None in times:
        st.caption(say("Both points are set back to the nearest sample; Enter draws them."))
        return None
    first, second = times
    caliper = Caliper.at(record, lead, start=first, end=second, display=display)
    st.markdown(f"**{caliper.words}**")
    if not (span[0] <= min(times) and max(times) <= span[1]):
        st.caption(say("A point lies outside the part that is shown; it is measured, not drawn."))
    return caliper
