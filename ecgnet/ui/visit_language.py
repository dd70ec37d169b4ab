"""The language of a visit: the link's (`?lang=de`), else what was chosen, else English; the browser's is offered on top."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ecgnet import language
from ecgnet.language import ENGLISH, NAMES, languages, say
from ecgnet.ui import link

NAME = "lang"
"""In the link, and the key of the control."""
CHOSEN = "language"
"""Of the session's state."""

_lang = st.components.v2.component(
    "language", html="<i></i>", js=Path(__file__).with_name("language.js").read_text("utf-8")
)


def listen() -> None:
    """Once in every run, before anything is worded: take the language of the link where it is the visitor's."""
    language.ask(_of_visit)
    linked = [value for value in link.values(NAME) if value in languages()]
    if linked and tuple(linked) != st.session_state.get(link.WRITTEN, {}).get(NAME):
        _choose(linked[0])


def keep() -> None:
    """At the end of every page: write the language into the link, and onto the document, for screen readers."""
    spoken = language.spoken()
    link.write(NAME, () if spoken == ENGLISH else (spoken,))
    with st.container(key="language-of-document"):
        _lang(data={"lang": spoken}, key="document-language", height=1)


def offer() -> None:
    """Where nothing was chosen yet and the browser speaks another language than the page: one click to that one."""
    wanted = _of_browser()
    if CHOSEN not in st.session_state and wanted != language.spoken():
        st.button(
            NAMES[wanted],
            icon=":material/translate:",
            type="tertiary",
            key="language-offered",
            on_click=_choose,
            args=(wanted,),
        )


def chooser() -> None:
    """The choice, where there is one."""
    if len(languages()) < 2:
        return
    st.session_state[NAME] = language.spoken()
    st.segmented_control(
        say("Language"),
        languages(),
        format_func=lambda name: NAMES.get(name, name),
        required=True,
        key=NAME,
        label_visibility="collapsed",
        on_change=lambda: _choose(st.session_state[NAME]),
    )


def _of_visit() -> str | None:
    """The language chosen in the visit whose script runs in this thread; None elsewhere."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return st.session_state.get(CHOSEN)


def _of_browser() -> str:
    try:
        locale = st.context.locale or ENGLISH
    except Exception:  # a test without a browser has none
        locale = ENGLISH
    wanted = locale.partition("-")[0].lower()
    return wanted if wanted in languages() else ENGLISH


def _choose(wanted: str) -> None:
    st.session_state[CHOSEN] = wanted
