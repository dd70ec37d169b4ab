"""Which record is on screen: the same on every page, and in the link; of an upload the link has its number in the visit
alone, which says nothing of it."""

from __future__ import annotations

import streamlit as st
from pandas.api.types import is_integer_dtype

from ecgnet.language import mark, say
from ecgnet.record import RecordError
from ecgnet.ui import link
from ecgnet.ui.escape import plain
from ecgnet.ui.library import DEMO, PTBXL, UPLOADS, Shown, open_shown, sources, table, uploads

CURRENT, LAST = "current", "last_of"
"""Of the session's state: source and key of the record on screen; source → the key that was last on screen of it."""
KINDS = {PTBXL: "ptbxl", DEMO: "demo", UPLOADS: "upload"}
"""A source → what the link calls it."""
UPLOAD_GONE = mark(
    "The ECG of this link was an upload. Uploads stay in the memory of one visit and are kept nowhere else; reloading the "
    "page ends a visit. Upload the file again."
)


def current() -> tuple[str, str]:
    """Source and key of the record on screen: chosen in this visit, else named by the link, else the first one. The key of
    what a link names and is not there is the link's own word (`absent`)."""
    if CURRENT not in st.session_state:
        _put(*(_from_link() or first()))
    source, key = st.session_state[CURRENT]
    if source == UPLOADS and key not in uploads():  # taken away in this visit
        _put(*last_of(first()[0]))
    return st.session_state[CURRENT]


def first() -> tuple[str, str]:
    """The first record of PTB-XL, or of the demo library where that is not here."""
    source = PTBXL if sources().get(PTBXL, "absent") is None else DEMO
    return source, str(table(source).index[0])


def last_of(source: str) -> tuple[str, str]:
    """The record of a source that was last on screen, else its first."""
    kept = st.session_state.get(LAST, {}).get(source, "")
    return source, kept if _holds(source, kept) else str(table(source).index[0])


def _holds(source: str, key: str) -> bool:
    """Whether a source has a record of that key."""
    known = table(source).index
    return key.isdecimal() and int(key) in known if is_integer_dtype(known) else key in known


def select(source: str, key: str | int) -> None:
    """Put a record on screen and into the link."""
    _put(source, str(key))
    _write_link()


def _put(source: str, key: str) -> None:
    st.session_state[CURRENT] = source, key
    st.session_state.setdefault(LAST, {})[source] = key


def keep_link() -> None:
    """Make the link name the record on screen, on whatever page; open the record that the visitor's own link names."""
    opening = link.WRITTEN not in st.session_state
    if link.begin() and (named := _from_link()) is not None:
        _put(*named)
    _write_link(opening)


def _write_link(opening: bool = False) -> None:
    source, key = current()
    if absent() is not None:
        return  # the visitor's link stays what it was
    number = uploads()[key].key.split("/")[1] if source == UPLOADS else key
    named = f"{KINDS[source]}/{number}"
    if opening and not link.values(link.RECORD):
        link.write_on_opening(link.RECORD, named)
    else:
        link.write(link.RECORD, (named,))


def _from_link() -> tuple[str, str] | None:
    """What the link names; None where it names nothing."""
    if not (named := "".join(link.values(link.RECORD))):
        return None
    kind, _, key = named.partition("/")
    if not key and kind.isdigit():
        kind, key = KINDS[PTBXL], kind
    if kind == KINDS[UPLOADS]:
        mine = {shown.key.split("/")[1]: name for name, shown in uploads().items()}
        return (UPLOADS, mine[key]) if key in mine else (first()[0], named)
    source = {KINDS[PTBXL]: PTBXL, KINDS[DEMO]: DEMO}.get(kind)
    if source is None or not key or sources().get(source, "absent") is not None:
        return first()[0], named
    return source, key


def absent() -> str | None:
    """Why what the link names cannot be shown; None where it can."""
    source, key = current()
    if source == UPLOADS or _holds(source, key):
        return None
    kind, _, rest = plain(key, 60).partition("/")
    if kind == KINDS[UPLOADS]:
        return say(UPLOAD_GONE)
    if kind == KINDS[PTBXL] and rest:
        return say(
            "The link names record {rest} of PTB-XL, and PTB-XL is not open on this machine.",
            rest=rest,
        )
    return say(
        "The link names {key}, which is not in {source}. Choose a record from the list.",
        key=plain(key, 60),
        source=source,
    )


def lost_upload() -> str | None:
    """What to say where the link names an upload of a visit that has ended."""
    why = absent()
    return why if why == UPLOAD_GONE else None


def shown() -> Shown:
    """The record on screen. Raises RecordError where the link names one that is not there."""
    if (why := absent()) is not None:
        raise RecordError(why)
    return open_shown(*current())


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
