"""Plotly figures on a page: in proportion, described for screen readers, and saved under a name that says what they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from ecgnet.language import mark, say

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEAST_WIDTH, LEAST_BESIDE = 780, 560
"""Pixels below which a sheet is scrolled instead of made smaller, in a small window and in one that has room for something
beside it: a small square is then 2.7 and 1.9 pixels wide."""
SMALL = "(max-width: 1000px)"
"""A window that is small."""
FLAT = 0.7
"""Height over width of a sheet that fits below what is said above it."""
ABOVE_SHEET, ABOVE_PAGE = "var(--above, 24rem)", "5rem"
"""The window's height that head, conclusion and controls take, as the browser measures it, and that the bar of the pages
takes."""
LEAST_SHARE = 0.75
"""Of the room's width that a flat sheet keeps, however much stands above it."""
SWIPE = mark("← The ECG goes on to the right: swipe it sideways →")

_sheet = st.components.v2.component(
    "sheet", html="<i></i>", js=Path(__file__).with_name("sheet.js").read_text("utf-8")
)
_svg_button = st.components.v2.component(
    "svg_button", html="<i></i>", js=Path(__file__).with_name("svg_button.js").read_text("utf-8")
)


def chart(figure: go.Figure, key: str, *, name: str | None = None, least: int | None = None) -> None:
    """Draw a figure as it is, with its description for screen readers. `name` is for the file of a saved image; a screen
    of less than `least` pixels scrolls sideways."""
    if least is not None:
        room = f".st-key-{key}-room"
        st.html(
            f"<style>{room} {{overflow-x: auto}} {room} :is([data-testid=stElementContainer]:has(.stPlotlyChart), "
            f"[data-testid=stFullScreenFrame], .stPlotlyChart) {{min-width: {least}px}}</style>"
        )
    with st.container(key=f"{key}-room"):
        st.plotly_chart(
            figure, theme=None, key=key, alt=figure.layout.meta["alt"], config=config(name or _named(key))
        )
    _offer_svg(key)


def sheet(figure: go.Figure, key: str, *, name: str | None = None) -> None:
    """Draw an ECG sheet: its height follows the width on screen, so that the paper keeps its proportion and ends where
    the ECG does, but for one that would not fit the window, which becomes narrower. On a screen too narrow to read it is
    scrolled sideways; on the whole screen it is as large as fits. A click on a lead zooms on it (`sheet.js`)."""
    layout = figure.layout
    (left, right), (bottom, top) = layout.xaxis.range, layout.yaxis.range
    steepness = (top - bottom) * layout.yaxis.scaleratio / (right - left)
    across, along = layout.margin.l + layout.margin.r, layout.margin.t + layout.margin.b
    figure.update_layout(height=None, autosize=True)
    room = f".st-key-{key}-room"
    full = "max(100cqw, var(--least))"
    least, above = (
        (f"{LEAST_SHARE} * {full}", ABOVE_SHEET)
        if steepness < FLAT
        else (f"min({LEAST_WIDTH}px, {full})", ABOVE_PAGE)
    )
    st.html(
        f"<style>{room} {{container-type: inline-size; overflow-x: auto; gap: 0; --steep: {steepness:.4f}; "
        f"--least: {LEAST_BESIDE}px}} @media {SMALL} {{{room} {{--least: {LEAST_WIDTH}px}}}} "
        f"{room} :is([data-testid=stElementContainer]:has(.stPlotlyChart), [data-testid=stFullScreenFrame], "
        ".stPlotlyChart) {"
        f"--high: calc((100dvh - {above} - {along}px) / var(--steep) + {across}px); "
        f"--wide: min({full}, max({least}, var(--high))); "
        f"width: var(--wide) !important; min-width: var(--wide); "
        f"height: calc((var(--wide) - {across}px) * var(--steep) + {along}px) !important; flex: none}}"
        f"{room}[data-zoomed] :is([data-testid=stElementContainer], [data-testid=stFullScreenFrame], .stPlotlyChart) "
        f"{{--high: calc((100dvh - {ABOVE_SHEET} - {along}px) / var(--steep) + {across}px); "
        f"--wide: min({full}, max({LEAST_SHARE} * {full}, var(--high)))}}"
        f"{room}:has([aria-label='Close fullscreen']) .stPlotlyChart {{width: 100% !important; height: 100% !important}}"
        f"{room}:has([aria-label='Close fullscreen']) [data-testid=stFullScreenFrame] {{"
        "width: 100vw !important; height: 100dvh !important}"
        f"{room} .nsewdrag {{cursor: zoom-in !important}} {room}[data-zoomed] .nsewdrag {{cursor: zoom-out !important}}"
        f"@media (pointer: coarse) {{{room} .draglayer {{pointer-events: none}}}}"  # a finger scrolls
        f"{room} > :has(.ecgnet-swipe) {{display: none}} "
        f"@media {SMALL} {{@container (max-width: {LEAST_WIDTH - 1}px) {{{room} > :has(.ecgnet-swipe) {{"
        "display: block; position: sticky; left: 0; width: 100cqw; font-size: .8rem}}}"
        "</style>"
    )
    with st.container(key=f"{key}-room"):
        st.html(f'<div class="ecgnet-swipe">{say(SWIPE)}</div>')
        st.plotly_chart(
            figure,
            theme=None,
            key=key,
            alt=layout.meta["alt"],
            config=config(name or _named(key)),
            height="stretch",
        )
    with st.container(key=f"sheetjs-{key}"):
        _sheet(
            data={"words": {"whole": say("‹ All leads (Esc); here: {lead}")}},
            key=f"sheetjs-of-{key}",
            height=1,
        )
    _offer_svg(key)


def config(name: str) -> dict[str, Any]:
    """Plotly's settings: no logo, and images as large as on screen (PNG at twice the pixels)."""
    image = {"format": "png", "filename": name, "width": None, "height": None, "scale": 2}
    return {"displaylogo": False, "scrollZoom": False, "toImageButtonOptions": image}


def file_name(*parts: str) -> str:
    """Parts → a file's name without its ending: letters, digits, dots and hyphens."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", " ".join(("ecgnet", *parts))).strip("-.")


def _named(view: str) -> str:
    return file_name(str(st.session_state.get("current", ("", ""))[-1]), view)


def _offer_svg(key: str) -> None:
    with st.container(key=f"svg-{key}"):
        _svg_button(
            data={"words": {"png": say("Save as PNG"), "svg": say("Save as SVG")}},
            key=f"svg-button-{key}",
            height=1,
        )
