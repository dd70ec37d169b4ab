"""The list as it is filtered and ordered, as a file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st

from ecgnet.archive.worklist import MOST, Listing, as_csv, as_parquet, exported_columns, read_rows
from ecgnet.language import say
from ecgnet.ui import journal
from ecgnet.ui.texts import NOTICE
from ecgnet.ui.worklist import signed
from ecgnet.ui.worklist.printing import forget, printing


def export(listing: Listing, found: np.ndarray, *, name: str) -> None:
    """Buttons for CSV and Parquet, made when they are pressed, and for one PDF. name: of the list and its filters."""
    if not len(found):
        forget()
        return

    def table() -> pa.Table:
        return read_rows(listing, found[:MOST], columns=exported_columns(listing))

    cut = (
        say(
            " The first {most:,} ECGs of the list: the tables themselves hold all.",
            most=MOST,
        )
        if len(found) > MOST
        else ""
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, mime, made in (
            ("CSV", "text/csv", as_csv),
            ("Parquet", "application/vnd.apache.parquet", as_parquet),
        ):
            st.download_button(
                say("The list as {kind}", kind=kind),
                journal.leaving_list(
                    lambda made=made: made(table()),
                    lambda: signed.subjects(listing, found[:MOST]),
                    what=f"{kind} of a work list",
                ),
                file_name=f"worklist.{kind.lower()}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"worklist-export-{kind}",
            )
        st.caption(f"{say(NOTICE)}{cut}")
    if listing.sources_here:
        printing(listing, found, name=name)
