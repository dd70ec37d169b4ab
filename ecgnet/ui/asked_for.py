"""The link that somebody asked for who had to log in first: kept by the browser's tab, and gone back to after the login."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_asked_for = st.components.v2.component(
    "asked_for", html="<i></i>", js=Path(__file__).with_name("asked_for.js").read_text("utf-8")
)


def keep() -> None:
    """At the door: what this visit asks for."""
    _mount(admitted=False)


def go_back_to_it() -> None:
    """Behind the door: leave the start page, to which the login came back, for what was asked for."""
    _mount(admitted=True)


def _mount(*, admitted: bool) -> None:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    with st.container(key="asked-for"):
        _asked_for(
            data={"admitted": admitted, "start": f"/{base}" if base else ""}, key="asked-for-link", height=1
        )
