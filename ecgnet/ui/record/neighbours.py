"""Records of PTB-XL that look like the one on screen to the default fusion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.language import mark, say
from ecgnet.statements import STATEMENTS
from ecgnet.ui import library, predictors
from ecgnet.ui.library import Shown
from ecgnet.ui.selection import go_to
from ecgnet.ui.tables import show_table

SHOWN = 8
HELP = mark(
    "Nearest neighbours by the cosine between what the output layer of the default fusion sees of each record: 1 is the "
    "same direction, 0 unrelated. Other patients only. They are alike to the model, not necessarily to a reader."
)


def alike(shown: Shown, source: str, *, key: str) -> None:
    """The records of other patients that are most like this one, with their labels; a click opens one."""
    stored = library.stored_answers_in_use()
    if stored is None or not stored.computed.any():
        if library.sources().get(library.PTBXL, "absent") is None:
            with st.expander(say("Records like this one"), icon=":material/hub:"):
                st.markdown(
                    say("`ecgnet prepare` computes what they are found by, once for the whole data set.")
                )
        return
    table = library.table(library.PTBXL)
    allowed = np.ones(len(table), bool)
    row = None
    if source == library.PTBXL:
        row = stored.row(int(key))
        allowed = (table["patient"] != table.at[int(key), "patient"]).to_numpy(bool)
    if row is not None:
        features = np.asarray(stored.features[row], np.float32)
    else:
        answers = {p.model: p.features for p in predictors.predictions(shown)}
        features = answers.get(stored.default, np.zeros(0))
        if features.shape != stored.features.shape[1:]:
            return
    rows, cosines = stored.nearest(features, SHOWN, allowed=allowed)
    st.markdown(say("## Records like this one"), help=say(HELP))
    if (done := int(stored.computed.sum())) < len(table):
        st.caption(
            say(
                "Among the {done:,} of {n_table:,} records computed so far; `ecgnet prepare` does the rest.",
                done=done,
                n_table=len(table),
            )
        )
    st.markdown(_agreement(table.iloc[rows]["labels"], shown.truth))
    _table(table.iloc[rows], cosines, str(hash(shown.key)))


def _agreement(labels: pd.Series, truth: tuple[str, ...] | None) -> str:
    """How the neighbours are labelled, in words."""
    counts = labels.explode().dropna().value_counts()
    words = ", ".join(
        say("{name} {n} of {total}", name=name, n=n, total=len(labels)) for name, n in counts.items()
    ) or say("none has a superclass")
    same = (
        say(
            "; {labels} with this record's label",
            labels=sum(set(row) == set(truth) for row in labels),
        )
        if truth
        else ""
    )
    return say("Labelled {words}{same}.", words=words, same=same)


def _stated(codes: tuple[str, ...]) -> str:
    return ", ".join(STATEMENTS[code].words if code in STATEMENTS else code for code in codes)


def _table(rows: pd.DataFrame, cosines: np.ndarray, key: str) -> None:
    name = f"alike-{key}"

    def opened() -> None:
        if cells := st.session_state[name]["selection"]["cells"]:
            go_to(library.PTBXL, int(rows.index[cells[0][0]]))

    show_table(
        pd.DataFrame(
            {
                mark("Record"): rows.index,
                mark("Similarity"): cosines.round(3),
                mark("Label"): rows["labels"].map(lambda row: " ".join(row) or "–"),
                mark("Statements"): rows["statements"].map(_stated),
                mark("Age"): rows["age"].round().astype("Int64"),
                mark("Sex"): rows["sex"],
                mark("Patient"): rows["patient"],
                mark("Fold"): rows["fold"],
                mark("Report"): rows["report"],
            }
        ),
        hide_index=True,
        height="content",
        on_select=opened,
        selection_mode="single-cell",
        key=name,
        placeholder="–",
        alt=say("Records most like this one; choose a cell to open its record"),
        column_config={
            mark("Similarity"): st.column_config.ProgressColumn(
                min_value=0, max_value=1, format="%.2f", width="small"
            ),
            mark("Patient"): st.column_config.NumberColumn(format="%d", width="small"),
            mark("Record"): st.column_config.NumberColumn(format="%d", width="small"),
            mark("Report"): st.column_config.Column(width="large"),
        },
    )
