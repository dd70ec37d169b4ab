"""Parts of a page that are made only when they are looked at."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecgnet.ui.frame import fragment


@fragment
def unfolding(label: str, key: str, *, draw: Callable[[], None], icon: str | None = None) -> None:
    """An expander, closed at first, that draws its contents while it is open. A fragment: opening it draws only itself.

    key: of the expander, whose value in the session's state is whether it is open; it stays as it is for the next record.
    """
    with st.expander(label, key=key, icon=icon, on_change="rerun"):
        if st.session_state.get(key):
            draw()
