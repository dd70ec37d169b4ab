"""The head of a record: what it is, of whom, and how it was read."""

from __future__ import annotations

import streamlit as st

from ecgnet.ui import texts
from ecgnet.ui.library import Shown


def head(shown: Shown) -> None:
    """Title, patient, labels and what the reader noted."""
    record = shown.record
    who = [
        f"{record.metadata.age:.0f} years" if record.metadata.age is not None else "age unknown",
        record.metadata.sex or "sex unknown",
        f"{record.duration:g} s at {record.fs:g} Hz",
    ]
    st.markdown(f"#### {shown.title}")
    line = " · ".join(who)
    if shown.truth is not None:
        line += f" · **{shown.truth_by}: {texts.superclass_words(shown.truth)}**"
    st.markdown(line)
    st.caption(shown.description)
    if record.notes:
        with st.expander(f"How this record was read ({len(record.notes)})", icon=":material/info:"):
            for note in record.notes:
                st.markdown(f"- {note}")
