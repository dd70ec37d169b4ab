"""The files without an answer, and why."""

from __future__ import annotations

import pyarrow.compute as pc
import streamlit as st

from ecgnet.archive.dataset import open_refusals
from ecgnet.archive.refusals import KINDS
from ecgnet.language import Words, say
from ecgnet.ui.tables import show_table

MOST = 1000
HEADS = Words({"file": "File", "exam": "Exam", "kind": "Kind", "reason": "Reason"})


def refusals(folder: str) -> None:
    """The table of the refusals. Raises ArchiveError for a folder without one."""
    table = open_refusals(folder)
    kind = st.selectbox(
        say("Kind"), [None, *KINDS], format_func=lambda k: KINDS[k] if k else say("any"), key="worklist-kind"
    )
    fits = None if kind is None else pc.field("kind") == kind
    count = table.count_rows(filter=fits)
    more = say("; the first {most:,} are shown, `refusals/` has all", most=MOST) if count > MOST else ""
    st.markdown(
        say(
            "**{count:,}** files, or ECGs in files, without an answer{more}",
            count=count,
            more=more,
        )
    )
    if count:
        found = table.head(MOST, columns=list(HEADS), filter=fits).to_pandas()
        found["kind"] = found["kind"].map(KINDS)
        show_table(
            found.rename(columns=HEADS),
            hide_index=True,
            placeholder="–",
            alt=say("Files without an answer, of what kind, and why."),
            column_config={HEADS["reason"]: st.column_config.TextColumn(width="large")},
        )
