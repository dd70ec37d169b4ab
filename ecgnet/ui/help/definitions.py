"""The glossary: every term of `ecgnet.ui.glossary`, subject by subject."""

from __future__ import annotations

from html import escape

import streamlit as st

from ecgnet.language import say
from ecgnet.ui.glossary import subjects

STYLE = """<style>
.glossary {display: grid; grid-template-columns: 13rem 1fr; gap: .35rem 1.4rem; margin: 0; padding: 0; max-width: 68rem}
.glossary :is(dt, dd) {margin: 0; padding: 0}
.glossary dt {font-weight: 600}
@media (max-width: 640px) {.glossary {grid-template-columns: 1fr} .glossary dd {margin-bottom: .5rem}}
</style>"""


def definitions() -> None:
    """A list a subject, so that the browser's search finds a term."""
    st.markdown(say("## What the words mean"))
    st.html(STYLE)
    for subject, some in subjects().items():
        st.markdown(f"### {subject}")
        rows = "".join(f"<dt>{escape(term.name)}</dt><dd>{escape(term.meaning)}</dd>" for term in some)
        st.html(f'<dl class="glossary">{rows}</dl>')
