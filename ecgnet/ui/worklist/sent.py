"""A scored table that a visitor opens from the Upload page: a list of this visit alone, in memory."""

from __future__ import annotations

from hashlib import sha256

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import Listing, open_sent
from ecgnet.language import say
from ecgnet.ui.escape import plain
from ecgnet.ui.worklist import SENT

_TURN = "worklist-sent-turn"


def sent() -> tuple[Listing, str] | None:
    """The list that this visitor opened, and what stands for it in keys; None for none."""
    return st.session_state.get(SENT)


def close() -> None:
    """Forget it."""
    st.session_state.pop(SENT, None)


def way_in() -> None:
    """On the Upload page: takes the tables and opens them."""
    with st.expander(say("Scored ECGs as a work list"), icon=":material/checklist:"):
        if (opened := sent()) is not None:
            st.success(
                say(
                    "{n_index:,} ECGs are open: see the page Work list.",
                    n_index=len(opened[0].index),
                ),
                icon=":material/check:",
            )
            st.button(say("Close the list"), key="worklist-sent-close", on_click=close)
            return
        turn = st.session_state.get(_TURN, 0)
        files = st.file_uploader(
            say("A zip of the folder that `ecgnet score` wrote, or parts of its table `ecgs`"),
            accept_multiple_files=True,
            max_upload_size=50,
            key=f"worklist-files-{turn}",
        )
        st.caption(
            say("The tables hold answers, no signals: drop an ECG's file above to see it from the list.")
        )
        if not files:
            return
        tables = {file.name: file.getvalue() for file in files}
        try:
            with st.spinner(say("Opening the work list…")):
                listing = open_sent(tables)
        except ArchiveError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        digest = sha256(b"".join(sha256(data).digest() for data in tables.values())).hexdigest()[:16]
        st.session_state[SENT] = listing, digest
        st.session_state[_TURN] = turn + 1  # Streamlit keeps the files until the uploader has another key
        st.rerun()
