"""Who has signed the ECGs of the list, where there is a journal of readers: a column, and a filter that finds those whose
readers differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from ecgnet.archive import worklist
from ecgnet.archive.worklist import Listing, Wanted, read_rows
from ecgnet.language import Words, say
from ecgnet.overread.database import DatabaseError
from ecgnet.overread.review import State
from ecgnet.ui import journal
from ecgnet.ui.escape import plain
from ecgnet.ui.worklist.filters import PAGE

STATES: dict[State, str] = Words(
    {
        "unsigned": "signed by nobody",
        "signed": "signed",
        "agreed": "overread, agreed",
        "differing": "readers differ",
        "adjudicated": "decided",
    }
)
WANTED = "worklist-signed-wanted"
"""The key of the states that are asked for, which stays while an ECG is read."""


def wanted_states() -> tuple[State, ...]:
    """The control; none without a journal. → the states that are asked for, () for all."""
    if _standings() is None:
        return ()
    before = st.session_state.get(WANTED, ())
    asked = tuple(
        st.pills(
            say("Readers"),
            list(STATES),
            selection_mode="multi",
            default=before,
            format_func=STATES.get,
            key="worklist-signed",
        )
    )
    if asked != before:
        st.session_state[WANTED] = asked
        st.session_state[PAGE] = 0
    return asked


def choose(listing: Listing, wanted: Wanted) -> np.ndarray:
    """`archive.worklist.choose`, of those whose readers are in the states asked for."""
    found = worklist.choose(listing, wanted)
    states = st.session_state.get(WANTED, ())
    standings = _standings() if states else None
    if standings is None:
        return found
    return found[[standings.get(ecg, "unsigned") in states for ecg in subjects(listing, found)]]


def column(listing: Listing, rows: np.ndarray) -> dict[str, list[str]]:
    """The column of these rows, nothing without a journal."""
    standings = _standings()
    if standings is None:
        return {}
    states = (standings.get(ecg, "unsigned") for ecg in subjects(listing, rows))
    return {"Readers": ["" if state == "unsigned" else STATES[state] for state in states]}


def subjects(listing: Listing, rows: np.ndarray) -> Sequence[str]:
    """The hashes of the ECGs' samples, as the journal names them."""
    return read_rows(listing, rows, columns=["signal_sha256"])["signal_sha256"].to_pylist()


def _standings() -> Mapping[str, State] | None:
    try:
        return journal.standings()
    except DatabaseError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
