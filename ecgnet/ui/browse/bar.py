"""One list on every page that shows one record: the drawer that holds it, and the bar with the way to the record before
and to the next."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgnet.language import mark, say
from ecgnet.record import RecordError
from ecgnet.ui import journal, selection
from ecgnet.ui.browse import finder
from ecgnet.ui.library import Shown

STYLE = """<style>
.st-key-record-head > :first-child {min-width: min(100%, 22rem)}
[data-testid=stExpandSidebarButton] {width: auto; padding: 0 .5rem}
[data-testid=stExpandSidebarButton]::after {content: "RECORDS"; font-size: .875rem; padding-left: .2rem}
</style>"""


def drawer() -> DeltaGenerator:
    """The list in the drawer at the left: before the record, so that another one can be chosen where
    this one cannot be drawn. → the drawer, for what a page adds."""
    st.html(STYLE.replace("RECORDS", say("Records")))
    with st.sidebar:
        finder.panel()
    return st.sidebar


def open_record(part: Callable[[Shown], Shown] = lambda shown: shown) -> tuple[Shown, DeltaGenerator]:
    """The record on screen, or the part of it that a page shows, with its title and the keys to its neighbours in the
    list. → it, and the room beside the keys. Raises RecordError, behind the keys, where the link names one that is not
    there."""
    try:
        shown = part(selection.shown())
    except RecordError:
        _bar(say("No such record"))
        raise
    journal.opened(shown, say("chosen among the uploads"))
    return shown, _bar(shown.title)


def _bar(title: str) -> DeltaGenerator:
    with st.container(horizontal=True, key="record-head"):
        with st.container():
            st.markdown(f"# {title}")
        beside = st.container(horizontal=True, width="content")
    with beside:
        for label, icon, key, by in (
            (mark("Previous"), ":material/chevron_left:", "Left", -1),
            (mark("Next"), ":material/chevron_right:", "Right", 1),
        ):
            st.button(
                say(label), icon=icon, shortcut=key, key=label.lower(), on_click=finder.move, args=(by,)
            )
    return beside
