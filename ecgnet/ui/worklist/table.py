"""A page of the list: of the tables, the rows and columns that are shown alone are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.archive.worklist import DOUBTS, Listing, file_label, read_rows
from ecgnet.language import ENGLISH, Words, mark, say, spoken
from ecgnet.reading.wording import FLAGS
from ecgnet.ui.tables import show_table
from ecgnet.ui.worklist import signed
from ecgnet.ui.worklist.filters import PAGE

ROWS = 50
"""ECGs a page."""
FEW = 14
"""Rows that are seen without scrolling."""
COLUMNS = Words(
    {
        "conclusion": "Conclusion",
        "rhythm": "Rhythm",
        "heart_rate_per_min": "Heart rate (1/min)",
        "qrs_ms": "QRS (ms)",
        "qtc_fridericia_ms": "QTc Fridericia (ms)",
        "age_years": "Age (years)",
        "sex": "Sex",
        "file": "File",
        "exam": "Exam",
        "critical": "Critical",
        "critical_level": "Level",
    }
)
"""Columns of the tables that are read, and their heads."""
SHOWN = [name for name in COLUMNS if name not in ("critical", "critical_level", "file", "exam")]


def page_of_list(listing: Listing, found: np.ndarray, *, name: str, on_open: Callable[[int], None]) -> None:
    """The page that the list is turned to; a click anywhere on a row opens it. name: stands for list and filters."""
    pages = max(1, -(-len(found) // ROWS))
    page = min(st.session_state.get(PAGE, 0), pages - 1)
    _pager(
        page,
        pages,
        say(
            "**{n_found:,}** of {n_index:,} ECGs",
            n_found=len(found),
            n_index=len(listing.index),
        ),
    )
    if not len(found):
        st.info(say("No ECG fits these filters; take one away."), icon=":material/filter_alt_off:")
        return
    here = found[page * ROWS : (page + 1) * ROWS]
    said = read_rows(listing, here, columns=list(COLUMNS)).to_pylist()
    signs = listing.index.take(here).to_pylist()
    frame = pd.DataFrame(
        {
            mark("Why here"): [_why(row, sign) for row, sign in zip(said, signs, strict=True)],
            **signed.column(listing, here),
            **{COLUMNS[column]: [row[column] for row in said] for column in SHOWN},
            mark("Span (%)"): [None if sign["span"] is None else 100 * sign["span"] for sign in signs],
            mark("Unfamiliarity"): [sign["unfamiliarity"] for sign in signs],
            COLUMNS["file"]: [file_label(row) for row in said],
        }
    )
    if spoken() != ENGLISH:
        st.caption(
            say("Critical values, conclusion and rhythm stand as ecgnet score wrote them, in English.")
        )
    frame.index = range(page * ROWS + 1, page * ROWS + 1 + len(frame))
    key = f"worklist-{name}-{page}"

    def picked() -> None:
        if cells := st.session_state[key]["selection"]["cells"]:
            on_open(int(here[cells[0][0]]))

    show_table(
        frame,
        height=560 if len(frame) > FEW else "content",
        on_select=picked,
        selection_mode="single-cell",
        key=key,
        placeholder="–",
        alt=say(
            "ECGs {page} to {page_2} of {n_found}: choose a cell to read its ECG.",
            page=page * ROWS + 1,
            page_2=page * ROWS + len(frame),
            n_found=len(found),
        ),
        column_config={
            mark("Why here"): st.column_config.TextColumn(width="medium"),
            COLUMNS["conclusion"]: st.column_config.TextColumn(width="large"),
            **{
                COLUMNS[name]: st.column_config.NumberColumn(format="%.0f")
                for name in ("heart_rate_per_min", "qrs_ms", "qtc_fridericia_ms", "age_years")
            },
            mark("Span (%)"): st.column_config.NumberColumn(
                format="%.0f", help=say("Widest range of the models' probabilities over the five classes.")
            ),
            mark("Unfamiliarity"): st.column_config.NumberColumn(
                format="%.2f", help=say("Distance from the ECGs learnt from; 1 is the limit.")
            ),
        },
    )


def _why(row: dict[str, Any], sign: dict[str, Any]) -> str:
    """What puts an ECG before others."""
    level = row["critical_level"]
    parts = [f"{FLAGS[level].capitalize()}: {', '.join(row['critical'])}"] if level else []
    parts += [] if sign["readable"] else [say("not readable")]
    parts += [words for doubt, words in DOUBTS.items() if sign[doubt]]
    return "; ".join(parts)


def _pager(page: int, pages: int, words: str) -> None:
    def turn(to: int) -> None:
        st.session_state[PAGE] = to

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words, width="stretch")
        for label, icon, to in (
            (mark("Earlier"), ":material/chevron_left:", page - 1),
            (mark("Later"), ":material/chevron_right:", page + 1),
        ):
            st.button(
                say(label),
                icon=icon,
                key=f"worklist-{label}",
                type="tertiary",
                disabled=not 0 <= to < pages,
                on_click=turn,
                args=(to,),
            )
        st.caption(say("page {page:,} of {pages:,}", page=page + 1, pages=pages), width="content")
