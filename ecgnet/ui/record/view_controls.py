"""What the views' controls share: one of a few, kept in the link, and which part of a longer record is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from ecgnet.language import localised, say
from ecgnet.ui import link
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint

LabelVisibility = Literal["visible", "hidden", "collapsed"]


def choose_one(
    label: str,
    options: Sequence[str],
    *,
    default: str,
    key: str,
    help: str | None = None,
    label_visibility: LabelVisibility = "visible",
) -> str:
    """One of a few, kept through the visit and in the link under its key, where the default is left out."""
    st.session_state[key] = link.choice(key, options, default=default)
    return st.segmented_control(
        label,
        options,
        key=key,
        help=help,
        required=True,
        label_visibility=label_visibility,
        on_change=lambda: link.choose(key, st.session_state[key]),
        format_func=lambda option: localised(say(option)),
    )


def switch(label: str, *, key: str, help: str | None = None) -> bool:
    """On or off, off by default, kept as `choose_one` does."""
    st.session_state[key] = link.choice(key, ("true",)) is not None
    return st.toggle(
        label,
        key=key,
        help=help,
        on_change=lambda: link.choose(key, "true" if st.session_state[key] else None),
    )


def start_shown(shown: Shown, window: float) -> float:
    """Where the part that is shown begins, in s; asked for when the record is longer."""
    last = round(shown.record.duration - window, 3)
    if last <= 0.2:
        return 0.0
    key = f"from-{fingerprint(shown.record)}"
    if st.session_state.get(key, 0.0) > last:
        st.session_state[key] = last
    return st.slider(say("From (s)"), 0.0, last, step=min(0.2, last), key=key)
