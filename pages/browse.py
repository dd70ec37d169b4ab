"""Browse: find a record and read it."""

import pandas as pd
import streamlit as st

from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.ui import library, selection, texts, views
from ecgnet.ui.frame import ensure_framed

ensure_framed()

faults = library.sources()
ready = [name for name, fault in faults.items() if fault is None]
for fault in filter(None, faults.values()):
    st.warning(f"{fault} The demo library is open meanwhile.", icon=":material/folder_off:")
source, key = selection.current()

finder, reader = st.columns([1, 2.7], gap="medium")

with finder:
    if len(ready) > 1:
        chosen = st.segmented_control("Records from", ready, default=source, required=True, key="source")
        if chosen and chosen != source:
            source, key = chosen, str(library.table(chosen).index[0])
            selection.select(source, key)
    table = library.table(source)
    text = st.text_input(
        "Search", placeholder="number, patient or word of the report", key=f"search-{source}"
    ).strip()
    labels = st.multiselect(
        "Superclass",
        [*SUPERCLASSES, "none"],
        key=f"labels-{source}",
        format_func=lambda name: SUPERCLASS_TITLES.get(name, "No superclass"),
        help="Records that carry every class chosen here.",
    )
    view = table
    with st.expander("More filters"):
        sexes = st.pills("Sex", ["female", "male"], selection_mode="multi", key=f"sex-{source}")
        ages = st.slider("Age (years)", 0, 100, (0, 100), key=f"age-{source}")
        folds = (
            st.pills("Fold", range(1, 11), selection_mode="multi", key=f"fold-{source}", help=texts.HELP_FOLD)
            if source == library.PTBXL
            else []
        )
    if text:
        words = view["report"].str.contains(text, case=False, regex=False)
        words |= view["title"].str.contains(text, case=False, regex=False)
        if text.isdigit():
            words = (view.index.astype(str) == text) | (view["patient"] == int(text)).fillna(False) | words
        view = view[words.to_numpy(bool)]
    if labels:
        wanted = set(labels) - {"none"}
        keep = view["labels"].map(lambda row: wanted <= set(row) and not ("none" in labels and row))
        view = view[keep.astype(bool)]
    if sexes:
        view = view[view["sex"].isin(sexes)]
    if ages != (0, 100):
        view = view[view["age"].between(*ages).fillna(False).astype(bool)]
    if folds:
        view = view[view["fold"].isin(folds)]
    st.caption(f"{len(view):,} of {len(table):,} records")

    keys = view.index.astype(str)
    place = keys.get_loc(key) if key in keys else None
    back, forth = st.columns(2)
    step = 0
    if back.button(
        "Previous",
        icon=":material/chevron_left:",
        width="stretch",
        shortcut="Left",
        disabled=place in (None, 0),
    ):
        step = -1
    if forth.button(
        "Next",
        icon=":material/chevron_right:",
        width="stretch",
        shortcut="Right",
        disabled=place in (None, len(keys) - 1),
    ):
        step = 1
    if step and place is not None:
        place += step
        key = keys[place]
        selection.select(source, key)
        st.session_state["table_turn"] = st.session_state.get("table_turn", 0) + 1
    if len(view):
        numbered = source == library.PTBXL
        labels_shown = view["labels"].map(" ".join)
        columns = (
            {"Record": view.index, "Label": labels_shown}
            if numbered
            else {"Label": labels_shown, "Record": view["title"]}
        )
        if numbered:
            columns |= {"Fold": view["fold"]}
        columns |= {"Age": view["age"].round().astype("Int64"), "Sex": view["sex"]}
        turn = st.session_state.get("table_turn", 0)
        event = st.dataframe(
            pd.DataFrame(columns),
            hide_index=True,
            width="stretch",
            height=430,
            on_select="rerun",
            selection_mode="single-row",
            selection_default={"selection": {"rows": [place] if place is not None else []}},
            key=f"table-{source}-{turn}-{hash((text, *labels, *sexes, *ages, *folds))}",
            alt="Records that fit the filters; select a row to read it.",
        )
        rows = event.selection.rows
        if rows and keys[rows[0]] != key:
            key = keys[rows[0]]
            selection.select(source, key)
            st.rerun()
    else:
        st.info("No record fits these filters; take one away.")

with reader:
    selection.keep_link()
    shown = selection.shown()
    views.head(shown)
    views.three_views(shown)
    views.answers(shown)
    if source == library.PTBXL and (others := selection.other_records(int(key))):
        other = st.pills("Other ECGs of this patient", others, key=f"others-{key}")
        if other:
            selection.select(source, other)
            st.rerun()
