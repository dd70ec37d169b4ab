"""The journal of readers on the pages, where `ECGNET_DB` is set: who has signed what is on screen, and what is written down
of opening and sending it. PTB-XL's and the demo library's ECGs are nobody's secret: of those signatures alone are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.overread import audit, chain
from ecgnet.overread.database import Database, DatabaseError, database
from ecgnet.overread.review import ADJUDICATED, SIGNED, Review, State, review
from ecgnet.overread.review import standings as review_standings
from ecgnet.ui import login
from ecgnet.ui.escape import plain
from ecgnet.ui.library import Shown

T = TypeVar("T")
SEEN = "journal-opened"
"""The key of the records that this visit has opened."""


def journal() -> Database | None:
    """The database that is set up, None where there is none. Raises DatabaseError."""
    return database()


def review_of(reading: Reading) -> Review | None:
    """Who has signed this reading, None where there is no journal. Raises DatabaseError."""
    if (store := journal()) is None:
        return None
    with store.reading() as connection:
        return review(connection, reading)


def standings() -> dict[str, State] | None:
    """ECG, by the hash of its samples → who stands where on it; None where there is no journal. Raises DatabaseError."""
    if (store := journal()) is None:
        return None
    with store.reading() as connection:
        last = chain.last(connection, kinds=(SIGNED, ADJUDICATED, chain.ERASED))
    return _standings(store.name, last)


@st.cache_data(max_entries=2, show_spinner=False)
def _standings(name: str, last: int) -> dict[str, State]:
    """As of the entry `last` of the journal `name`: a list asks with every click, and 10,000 signatures take a second."""
    store = journal()
    if store is None:
        return {}
    with store.reading() as connection:
        return review_standings(connection)


def opened(shown: Shown, origin: str) -> None:
    """Write down that an ECG came on screen, once a visit; where that fails, the ECG stands and the fault is said. origin:
    by which way."""
    seen = st.session_state.setdefault(SEEN, set())
    if not _is_a_patients(shown) or shown.key in seen:
        return
    try:
        if (store := journal()) is not None:
            audit.opened(store, shown.record, reader=login.current(), origin=origin)
            seen.add(shown.key)
    except DatabaseError as error:
        st.error(
            say(
                "That this ECG was opened could not be written down. {error}",
                error=plain(str(error)),
            ),
            icon=":material/error:",
        )


def leaving(
    shown: Shown, make: Callable[[], T], *, what: str, to: str = "file", signed: bool = False
) -> Callable[[], T]:
    """`make`, after which it is written down that what it made leaves; called outside the page's script. Where that cannot
    be written, nothing leaves. Raises DatabaseError."""
    store, reader = journal() if _is_a_patients(shown) else None, login.current()

    def made() -> T:
        content = make()
        if store is not None:
            audit.sent(store, shown.record, reader=reader, what=what, to=to, signed=signed)
        return content

    return made


def leaving_list(
    make: Callable[[], T], subjects: Callable[[], Sequence[str]], *, what: str
) -> Callable[[], T]:
    """As `leaving`, for a list of ECGs. subjects: what gives the hashes of their samples."""
    store, reader = journal(), login.current()

    def made() -> T:
        content = make()
        if store is not None:
            audit.sent_list(store, subjects(), reader=reader, what=what)
        return content

    return made


def did_not_arrive(shown: Shown, *, what: str, to: str) -> None:
    """Behind `leaving`: it was refused there. Raises DatabaseError."""
    store = journal() if _is_a_patients(shown) else None
    if store is not None:
        audit.failed(store, shown.record, reader=login.current(), what=what, to=to)


def _is_a_patients(shown: Shown) -> bool:
    return shown.key.startswith("upload/")
