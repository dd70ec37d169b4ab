"""The list that all visitors share, opened once for each state of its folder."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import Listing, open_listing, state_of
from ecgnet.language import Late
from ecgnet.ui.worklist import scored_folder


def listing_of(folder: str) -> tuple[Listing, str]:
    """The ECGs of the folder as it was within the last minute, and its state. Raises ArchiveError."""
    state = _state(folder)
    return _opened(folder, state), state


def open_ahead() -> None:
    """Open the list that the app was started with, for whoever comes first; what cannot be opened is told on the page."""
    if folder := scored_folder():
        with suppress(ArchiveError):
            _opened(folder, state_of(folder))


@st.cache_data(ttl=60, show_spinner=False)  # while a run goes on, its folder changes every few seconds
def _state(folder: str) -> str:
    return state_of(folder)


@st.cache_resource(max_entries=1, show_spinner=Late("Opening the work list…"))
def _opened(folder: str, state: str) -> Listing:
    return open_listing(folder)
