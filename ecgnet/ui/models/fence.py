"""Behind what files are read on this server."""

from __future__ import annotations

import streamlit as st

from ecgnet.language import say
from ecgnet.readers import Fence, fence


@st.cache_resource(show_spinner=False)
def _held() -> Fence | None:
    return fence()


def show_fence() -> None:
    """One line: what keeps a hostile file in its process on this machine."""
    held = _held()
    if held is None:
        st.caption(say("No process to read files in can be started on this server: uploads are not read."))
    else:
        st.caption(
            say(
                "Uploaded files are read in a process of their own: {words}",
                words=held.words,
            )
        )
