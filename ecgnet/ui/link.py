"""The link of the page names what is on screen, so that a reload, a sent link and the browser's Back and Forward open the
same. Settings change the entry of the browser's history that one is at; a page or a record that is chosen adds one.

What this visit wrote into the link is kept, so that a link which says otherwise is known to be the visitor's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

RECORD = "record"
WRITTEN, FOLLOWED = "link_written", "link_followed"
"""Of the session's state: name → values as this visit last wrote them; whether this run follows the visitor's link."""

_history = st.components.v2.component(
    "history", html="<i></i>", js=Path(__file__).with_name("history.js").read_text("utf-8")
)


def begin() -> bool:
    """Once in every run of a page that keeps the link: whether the link is the visitor's, sent, reloaded or gone back to.

    Streamlit takes the values away when another page is opened; such a link names no record, and is not followed. For
    pages, not for callbacks: clicks in quick succession send an old link.
    """
    written = st.session_state.get(WRITTEN)
    if written is None:
        st.session_state[WRITTEN], followed = {}, True
    else:
        followed = RECORD in st.query_params and any(values(name) != was for name, was in written.items())
    st.session_state[FOLLOWED] = followed
    return followed


def values(name: str) -> tuple[str, ...]:
    """What the link says under a name."""
    return tuple(st.query_params.get_all(name))


def followed() -> bool:
    """Whether this run follows the visitor's link."""
    return st.session_state.get(FOLLOWED, False)


def write(name: str, wanted: Iterable[str]) -> None:
    """Make the link say these values, none of which takes the name away."""
    wanted = tuple(wanted)
    st.session_state.setdefault(WRITTEN, {})[name] = wanted
    if wanted == values(name):
        return
    if wanted:
        st.query_params[name] = wanted[0] if len(wanted) == 1 else wanted
    else:
        del st.query_params[name]


def write_on_opening(name: str, wanted: str) -> None:
    """The same for the first run of a visit: the browser writes it (`keep_history`), since what the server writes before
    the page's own script runs is an entry of its own, which Back would stop at."""
    st.session_state.setdefault(WRITTEN, {})[name] = (wanted,)


def choice(name: str, options: Iterable[str], *, default: str | None = None) -> str | None:
    """What was chosen under a name in this visit or by the link that is followed, else the default, which the link leaves
    out."""
    kept = f"chosen-{name}"
    if followed():
        named = [value for value in values(name) if value in options]
        st.session_state[kept] = named[0] if named else None
    chosen = st.session_state.get(kept) or default
    write(name, () if chosen in (None, default) else (chosen,))
    return chosen


def choose(name: str, value: str | None) -> None:
    """Keep a choice for the next run and for the other pages."""
    st.session_state[f"chosen-{name}"] = value


def keep_history() -> None:
    """At the end of every page: have the browser treat settings as settings, and name the record where a visit begins."""
    st.session_state[FOLLOWED] = False  # a part of the page that is drawn again by itself follows no link
    record = st.session_state.get(WRITTEN, {}).get(RECORD, ())
    with st.container(key="history"):
        _history(data={"name": RECORD, "record": record[0] if record else None}, key="page-history", height=1)
