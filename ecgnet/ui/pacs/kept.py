"""The archive as one visit asks it: a connection that stays open from click to click."""

from __future__ import annotations

import streamlit as st

from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.pacs import Archive, open_archive
from ecgnet.language import say

KEPT = "pacs-archive"
"""The key of the visit's archive. One a visit: an HTTP session is not for several threads at once."""


def archive() -> Archive:
    """The archive that is set up. Raises ConnectionFault where there is none, or its settings cannot be used."""
    if KEPT not in st.session_state:
        st.session_state[KEPT] = open_archive()
    found = st.session_state[KEPT]
    if found is None:
        raise ConnectionFault(say("No archive is set up: put its address into ECGNET_DICOMWEB."))
    return found
