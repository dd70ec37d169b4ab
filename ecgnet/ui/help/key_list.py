"""The keys, from the list that ? shows."""

from __future__ import annotations

from html import escape

import streamlit as st

from ecgnet.language import say
from ecgnet.ui.keys import KEYS, Key

STYLE = """<style>
.key-list {columns: 3 20rem; column-gap: 2.4rem; max-width: 80rem}
.key-list section {break-inside: avoid; margin-bottom: 1rem}
.key-list dl {display: grid; grid-template-columns: 4.6rem 1fr; gap: .25rem .6rem; margin: 0; padding: 0}
.key-list :is(dt, dd) {margin: 0; padding: 0}
.stApp .key-list h3 {margin: 0}
.key-list kbd {padding: .05rem .4rem;
  border: 1px solid color-mix(in srgb, currentColor 35%, transparent); border-radius: .25rem}
</style>"""
SHOWN = {"ArrowLeft": "←", "ArrowRight": "→"}


def key_list() -> None:
    """By what they are for."""
    st.markdown(say("## Keys"))
    st.markdown(
        say("They work on every page while nothing is typed. Two letters are pressed one after the other.")
    )
    sections = "".join(
        f"<section><h3>{escape(say(subject))}</h3>{_rows(some)}</section>" for subject, some in KEYS.items()
    )
    st.html(f'{STYLE}<div class="key-list">{sections}</div>')


def _rows(some: tuple[Key, ...]) -> str:
    rows = "".join(
        f"<dt>{' '.join(f'<kbd>{escape(SHOWN.get(one, one))}</kbd>' for one in key.press.split())}</dt>"
        f"<dd>{escape(key.words)}</dd>"
        for key in some
    )
    return f"<dl>{rows}</dl>"
