"""Which record is on screen: the same on every page, and in the link, but for uploads, which never enter one."""

from __future__ import annotations

import streamlit as st

from ecgnet.ui.library import DEMO, PTBXL, UPLOADS, Shown, open_shown, sources, table

LINK = "record"
WRITTEN = "link_written"
"""The key of the link that this visit last put into the address: another one there is the visitor's, who went back."""


def current() -> tuple[str, str]:
    """Source and key of the record on screen: chosen in this visit, else named by the link, else the first one."""
    if "current" not in st.session_state:
        st.session_state["current"] = _from_link() or _first()
    source, key = st.session_state["current"]
    if source == UPLOADS and key not in st.session_state.get("uploads", {}):
        st.session_state["current"] = source, key = _first()
    return source, key


def select(source: str, key: str | int) -> None:
    """Put a record on screen and, unless it is an upload, into the link."""
    st.session_state["current"] = source, str(key)
    _write_link()


def keep_link() -> None:
    """Make the link name the record on screen, on whatever page; where the browser's Back or Forward has changed the
    link, open the record that it names. For pages, not for callbacks: clicks in quick succession send an old link."""
    moved = "current" in st.session_state and st.query_params.get(LINK) != st.session_state.get(WRITTEN)
    if moved and (named := _from_link()) is not None:
        st.session_state["current"] = named
        st.session_state.pop("pick_source", None)  # it would choose its own source again
    _write_link()


def _write_link() -> None:
    source, key = current()
    if source == UPLOADS:
        st.query_params.pop(LINK, None)
    elif st.query_params.get(LINK) != (link := f"{'ptbxl' if source == PTBXL else 'demo'}/{key}"):
        st.query_params[LINK] = link
    st.session_state[WRITTEN] = st.query_params.get(LINK)


def shown() -> Shown:
    """The record on screen."""
    return open_shown(*current())


def _from_link() -> tuple[str, str] | None:
    kind, _, key = st.query_params.get(LINK, "").partition("/")
    if not key and kind.isdigit():
        kind, key = "ptbxl", kind
    source = {"ptbxl": PTBXL, "demo": DEMO}.get(kind)
    if source is None or sources().get(source, "absent") is not None:
        return None
    known = table(source).index.astype(str)
    if key not in known:
        st.warning(f"The link names {key}, which is not in {source}; the first record is shown.")
        return None
    return source, key


def _first() -> tuple[str, str]:
    source = PTBXL if sources().get(PTBXL, "absent") is None else DEMO
    return source, str(table(source).index[0])


def pick() -> Shown:
    """A compact chooser for pages that are not about finding records. → the record on screen."""
    keep_link()
    ready = [name for name, fault in sources().items() if fault is None]
    source, key = current()
    with st.popover(":material/folder_open: Change record"):
        chosen = (
            st.segmented_control("From", ready, default=source, key="pick_source", required=True) or source
        )
        if chosen == PTBXL:
            known = table(PTBXL).index
            value = int(key) if source == PTBXL else int(known[0])
            number = st.number_input(
                "ecg_id", int(known.min()), int(known.max()), value, help="PTB-XL's number of the record"
            )
            wanted = str(number)
            if int(number) not in known:
                st.caption(f"PTB-XL has no record {number}.")
                wanted = str(value)
        else:
            names = table(chosen)["title"].to_dict()
            place = list(names).index(key) if key in names else 0
            wanted = st.selectbox("Record", list(names), place, format_func=names.get)
        if (chosen, wanted) != (source, key):
            select(chosen, wanted)
            st.rerun()
    return shown()


def widget_key(source: str, name: str) -> str:
    """The key of one of the finder's widgets or settings; every source has its own."""
    return f"find-{source}-{name}"


def go_to(source: str, key: str | int) -> None:
    """Open a record from anywhere but the list itself: the list then turns to its page."""
    select(source, key)
    st.session_state["list_turn"] = st.session_state.get("list_turn", 0) + 1
    follow(source)


def follow(source: str) -> None:
    """Let the list show the page of the record on screen again, wherever it was turned to."""
    st.session_state.pop(widget_key(source, "page"), None)
