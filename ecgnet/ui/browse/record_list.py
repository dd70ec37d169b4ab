"""The list of the records found: a page of it at a time, ordered by any column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.language import Words, localised, mark, say, separators, worded
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record_search import FoundRecords, Index, arrange
from ecgnet.states import NORMAL
from ecgnet.ui import library, selection
from ecgnet.ui.selection import widget_key

ROWS = 12
"""Records a page: what is seen without scrolling."""
MARKED = "background-color: rgba(46, 134, 193, 0.3); font-weight: 600"


@worded("head", "words")
@dataclass(frozen=True)
class Column:
    """A column of the list: its head, its width in pixels, what it is in words, where one orders by it, and whether the
    largest comes first: what is urgent, far from its label or torn between models is sought."""

    head: str
    width: int
    words: str
    falling: bool = False


PROBABILITY_OF = {
    "MI": mark("probability of MI"),
    "STTC": mark("probability of STTC"),
    "CD": mark("probability of CD"),
    "HYP": mark("probability of HYP"),
}
COLUMNS = {
    "number": Column(mark("Record"), 62, mark("record number")),
    "label": Column(mark("Label"), 122, mark("label")),
    "age": Column(mark("Age"), 50, mark("age")),
    "sex": Column(mark("Sex"), 50, mark("sex")),
    "fold": Column(mark("Fold"), 50, mark("fold")),
    "not normal": Column(mark("Not N"), 56, mark("urgency: how likely it is not normal"), True),
    **{
        f"probability {label}": Column(label, 56, PROBABILITY_OF[label], True)
        for label in SUPERCLASSES
        if label != NORMAL
    },
    "label distance": Column(mark("Gap"), 50, mark("gap between model and label"), True),
    "model distance": Column(mark("Span"), 50, mark("span between the models"), True),
}
"""By the name that `Index.orders` has for it."""
SEX_LETTERS = Words({"female": "f", "male": "m"})


def order(source: str) -> tuple[str, bool]:
    """What the list is ordered by, and whether downwards."""
    return st.session_state.get(widget_key(source, "order"), ("number", False))


def listed(source: str, index: Index, *, found: FoundRecords) -> np.ndarray:
    """Row numbers of the records found, in the order chosen."""
    by, descending = order(source)
    return arrange(found.mask, index.orders.get(by), descending=descending)


def to_top(source: str) -> None:
    """Turn the list to its first page, as one expects when it has become another list."""
    st.session_state[widget_key(source, "page")] = 0


def sort_by(source: str, wanted: str) -> None:
    """Order the list; once more by the same turns it round."""
    by, descending = order(source)
    falling = not descending if by == wanted else COLUMNS[wanted].falling
    st.session_state[widget_key(source, "order")] = wanted, falling
    to_top(source)


def choose_order(source: str, index: Index) -> None:
    """A chooser for what the list is ordered by."""
    name = widget_key(source, "order by")
    st.session_state[name] = order(source)[0]
    st.selectbox(
        say("Order of the list"),
        [by for by in COLUMNS if by == "number" or by in index.orders],
        format_func=lambda by: COLUMNS[by].words,
        key=name,
        on_change=lambda: sort_by(source, st.session_state[name]),
        help=say(
            "Urgency: one less the default fusion's probability of a normal ECG; the probabilities are its own. "
            "Gap: the largest distance over the classes between the default fusion's probability and the label, 0 or 1. "
            "Span: the widest range of the seven models' probabilities over the classes. Both lead to ECGs worth a second "
            "look. A column's head orders by that column."
        ),
    )


def show_list(source: str, key: str, *, index: Index, found: FoundRecords, asked: int) -> None:
    """A page of the records found; a click anywhere on a row opens it, one on a column's head orders the list by it.

    key: the record on screen; asked: a number that stands for the filters.
    """
    rows = listed(source, index, found=found)
    if not len(rows):
        st.markdown(say("**0** of {n_index:,} records", n_index=len(index)))
        st.info(say("No record fits these filters; take one away."))
        return
    places = np.flatnonzero(rows == index.row(key))
    place = int(places[0]) if len(places) else None
    pages = -(-len(rows) // ROWS)
    page = st.session_state.get(widget_key(source, "page"))
    page = min(page if page is not None else (place or 0) // ROWS, pages - 1)
    _pager(
        source,
        page,
        pages,
        say(
            "**{n_rows:,}** of {n_index:,} records",
            n_rows=len(rows),
            n_index=len(index),
        ),
    )

    here = slice(page * ROWS, (page + 1) * ROWS)
    by, descending = order(source)
    values = _values(source, index, rows[here], by)
    keys = list(index.keys[rows[here]])
    heads = {name: COLUMNS[name].head + (" ↑↓"[1 + descending] if name == by else "") for name in values}
    frame = pd.DataFrame({heads[name]: column for name, column in values.items()})
    here_now = place - page * ROWS if place is not None else -1
    turn = st.session_state.get("list_turn", 0)
    name = f"list-{source}-{turn}-{page}-{by}-{descending}-{asked}"
    st.dataframe(
        frame.style.apply(lambda column: np.where(np.arange(len(column)) == here_now, MARKED, "")).format(
            precision=2, na_rep="–", decimal=separators()[0]
        ),
        hide_index=True,
        height="content",
        row_height=31,
        on_select=partial(_picked, source, name, keys, {head: by for by, head in heads.items()}),
        selection_mode=["single-cell", "single-column"],
        key=name,
        placeholder="–",
        alt=say(
            "Records found, {start} to {start_2} of {n_rows}: choose a cell to open its record, the head "
            "of a column to order by it.",
            start=here.start + 1,
            start_2=here.start + len(frame),
            n_rows=len(rows),
        ),
        column_config={
            heads[name]: st.column_config.Column(width=COLUMNS[name].width, help=COLUMNS[name].words)
            for name in values
            if source == library.PTBXL
        },
    )


def _values(source: str, index: Index, rows: np.ndarray, by: str) -> dict[str, pd.Series | np.ndarray]:
    """The columns of these rows, by their names in `COLUMNS`; what is ordered by is among them."""
    table = index.table.iloc[rows]
    numbered = source == library.PTBXL
    values = {
        "number": table.index.to_numpy() if numbered else table["title"].to_numpy(),
        "label": table["labels"].map(lambda row: " ".join(row) or "–").to_numpy(),
        "age": pd.array(table["age"].round(), "Int64"),
        "sex": table["sex"].map(dict(SEX_LETTERS)).to_numpy(),
    }
    if by not in values and by in index.orders:
        values.pop("sex")
        values[by] = pd.array(table["fold"], "Int64") if by == "fold" else index.orders[by][rows]
    return values


def _picked(source: str, name: str, keys: list[str], columns: dict[str, str]) -> None:
    picked = st.session_state[name]["selection"]
    if picked["columns"]:
        sort_by(source, columns[picked["columns"][0]])
    elif picked["cells"]:
        key = keys[picked["cells"][0][0]]
        if (source, key) != selection.current():
            selection.select(source, key)
            st.rerun()


def _pager(source: str, page: int, pages: int, words: str) -> None:
    def turn(to: int) -> None:
        st.session_state[widget_key(source, "page")] = to

    def button(name: str, icon: str, help_: str, to: int) -> None:
        st.button(
            "",
            icon=icon,
            key=name,
            type="tertiary",
            help=help_,
            disabled=not 0 <= to < pages,
            on_click=turn,
            args=(to,),
        )

    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        st.markdown(words, width="stretch")
        if pages > 1:
            button("list-back", ":material/chevron_left:", say("Earlier page of the list"), page - 1)
            st.caption(localised(f"{page + 1:,}/{pages:,}"), width="content")
            button("list-on", ":material/chevron_right:", say("Later page of the list"), page + 1)
