"""How many ECGs PTB-XL has, of whom, by which devices, and the superclasses among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.figures import dataset
from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.ui import charts, glossary
from ecgnet.ui.frame import theme


def make_up(table: pd.DataFrame) -> None:
    """How many records, of whom, by which devices, and the superclasses among them."""
    labels = np.array([[name in row for name in SUPERCLASSES] for row in table["labels"]])
    visits = table["patient"].value_counts()
    st.markdown(say("# PTB-XL: what the models were trained and measured on"))
    st.markdown(
        say(
            "**{n_table:,}** ECGs of 10 s from **{n_visits:,}** patients, {sum:,} of them with more than "
            "one ECG; median age **{median:.0f}** years, **{mean:.0f} %** women. A record may carry "
            "several classes.",
            n_table=len(table),
            n_visits=len(visits),
            sum=(visits > 1).sum(),
            median=table["age"].median(),
            mean=100 * (table["sex"] == "female").mean(),
        )
    )

    one, two = st.columns(2, gap="large")
    with one:
        counts = dict(zip(SUPERCLASSES, labels.sum(0).tolist(), strict=True)) | {
            "none": int((~labels.any(1)).sum())
        }
        charts.chart(
            dataset.count_bars(
                counts,
                len(table),
                theme=theme(),
                title=say("Superclasses"),
                words={**SUPERCLASS_TITLES, "none": say("No diagnostic statement")},
            ),
            "superclasses",
        )
        charts.chart(
            dataset.age_pyramid(table["age"].to_numpy(float, na_value=np.nan), table["sex"], theme=theme()),
            "ages",
        )
    with two:
        charts.chart(dataset.co_occurrence(labels, SUPERCLASSES, theme=theme()), "together")
        decades = np.floor(table["age"].to_numpy(float, na_value=np.nan) / 10) * 10
        charts.chart(
            dataset.class_shares(
                labels,
                decades,
                names=SUPERCLASSES,
                theme=theme(),
                title=say("Superclasses by age"),
                axis=say("Age (years, decade from)"),
            ),
            "class-by-age",
        )

    one, two = st.columns(2, gap="large")
    with one:
        folds = table["fold"].to_numpy(float, na_value=np.nan)
        charts.chart(
            dataset.class_shares(
                labels,
                folds,
                names=SUPERCLASSES,
                theme=theme(),
                title=say("Superclasses by fold"),
                axis=say("Fold"),
            ),
            "class-by-fold",
        )
        st.caption(glossary.meaning("Fold") + say(" No patient is in two folds."))
    with two:
        devices = table["device"].replace("", say("not told")).value_counts()
        charts.chart(
            dataset.count_bars(
                {str(k): int(n) for k, n in devices.items()}, len(table), theme=theme(), title=say("Devices")
            ),
            "devices",
        )
