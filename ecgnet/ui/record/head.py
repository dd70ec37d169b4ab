"""The head of a record: what it is, of whom, and how it was read."""

from __future__ import annotations

import streamlit as st

from ecgnet.ui import texts
from ecgnet.ui.library import Shown

STYLE = """<style>
.st-key-record-line {column-gap: 1rem; row-gap: 0}
.st-key-record-line [data-testid=stPopover] button {min-height: 0; padding: 0 .2rem; font-size: .9rem}
</style>"""


def title(shown: Shown) -> None:
    """What the record is called."""
    st.markdown(f"# {shown.title}")


def about(shown: Shown) -> None:
    """One line where there is room for it: the patient, the labels, how the record was read, and what it is."""
    record = shown.record
    who = [
        f"{record.metadata.age:.0f} years" if record.metadata.age is not None else "age unknown",
        record.metadata.sex or "sex unknown",
        f"{record.duration:g} s at {record.fs:g} Hz",
    ]
    line = " · ".join(who)
    if shown.truth is not None:
        line += f" · **{shown.truth_by}: {texts.superclass_words(shown.truth)}**"
    with st.container(horizontal=True, vertical_alignment="center", key="record-line"):
        st.html(STYLE)
        st.markdown(line, width="content")
        if record.notes:
            with st.popover(
                f"How it was read ({len(record.notes)})", icon=":material/info:", type="tertiary"
            ):
                for note in record.notes:
                    st.markdown(f"- {note}")
        st.caption(shown.description, width="content")
