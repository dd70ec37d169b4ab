"""What the views' controls share: one of a few, kept in the link, and which part of a longer record is shown."""

from __future__ import annotations

import streamlit as st

from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint


def choose_one(label: str, options: list[str], *, default: str, key: str, help: str | None = None) -> str:
    """One of a few, kept in the link under its key; the words on the buttons are those in the link."""
    return (
        st.segmented_control(
            label, options, default=default, key=key, help=help, required=True, bind="query-params"
        )
        or default
    )


def start_shown(shown: Shown, window: float) -> float:
    """Where the part that is shown begins, in s; asked for when the record is longer."""
    last = round(shown.record.duration - window, 3)
    if last <= 0.2:
        return 0.0
    key = f"from-{fingerprint(shown.record)}"
    if st.session_state.get(key, 0.0) > last:
        st.session_state[key] = last
    return st.slider("From (s)", 0.0, last, step=min(0.2, last), key=key)
