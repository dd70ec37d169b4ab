"""Data set: what PTB-XL is made of, from its catalogue alone."""

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.figures import dataset
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.statements import STATEMENTS
from ecgnet.ui import charts, library, texts
from ecgnet.ui.frame import ensure_framed, theme

ensure_framed()

HOW_TO_GET = """
#### PTB-XL is not here

21,799 clinical 12-lead ECGs of 10 s from 18,869 patients, with the labels of cardiologists, free to download (CC BY
4.0): [physionet.org/content/ptb-xl/1.0.3](https://physionet.org/content/ptb-xl/1.0.3/). ECGNet's networks were trained
on it. With it, this page shows its make-up, and Browse opens, filters and compares its records.

```
wget -r -N -c -np https://physionet.org/files/ptb-xl/1.0.3/
export ECGNET_PTBXL=$PWD/physionet.org/files/ptb-xl/1.0.3
ecgnet prepare
ecgnet run
```

`records100/` (100 Hz, 0.6 GB) is enough; with `records500/` (2.7 GB) the records are drawn at 500 Hz. A folder
`data/ptbxl` below the one that ECGNet is started in is found without `ECGNET_PTBXL`. `ecgnet prepare` reads the
records once and lets the models answer for all of them.
"""


def make_up(table: pd.DataFrame) -> None:
    """How many records, of whom, by which devices, and the superclasses among them."""
    labels = np.array([[name in row for name in SUPERCLASSES] for row in table["labels"]])
    visits = table["patient"].value_counts()
    st.markdown("#### PTB-XL: what the models were trained and measured on")
    st.markdown(
        f"**{len(table):,}** ECGs of 10 s from **{len(visits):,}** patients, "
        f"{(visits > 1).sum():,} of them with more than one ECG; median age **{table['age'].median():.0f}** years, "
        f"**{100 * (table['sex'] == 'female').mean():.0f} %** women. A record may carry several classes."
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
                theme(),
                "Superclasses",
                {**SUPERCLASS_TITLES, "none": "No diagnostic statement"},
            ),
            "superclasses",
        )
        charts.chart(
            dataset.age_pyramid(table["age"].to_numpy(float, na_value=np.nan), table["sex"], theme()), "ages"
        )
    with two:
        charts.chart(dataset.co_occurrence(labels, SUPERCLASSES, theme()), "together")
        decades = np.floor(table["age"].to_numpy(float, na_value=np.nan) / 10) * 10
        charts.chart(
            dataset.class_shares(
                labels, decades, SUPERCLASSES, theme(), "Superclasses by age", "Age (years, decade from)"
            ),
            "class-by-age",
        )

    one, two = st.columns(2, gap="large")
    with one:
        folds = table["fold"].to_numpy(float, na_value=np.nan)
        charts.chart(
            dataset.class_shares(labels, folds, SUPERCLASSES, theme(), "Superclasses by fold", "Fold"),
            "class-by-fold",
        )
        st.caption(texts.HELP_FOLD + " No patient is in two folds.")
    with two:
        devices = table["device"].replace("", "not told").value_counts()
        charts.chart(
            dataset.count_bars({str(k): int(n) for k, n in devices.items()}, len(table), theme(), "Devices"),
            "devices",
        )


def statements(table: pd.DataFrame) -> None:
    """How many records carry each of the 71 statements."""
    carried = table["statements"].explode().value_counts()
    counts = {code: int(n) for code, n in carried.items() if code in STATEMENTS}
    kinds = {
        code: "Diagnostic" if about.superclass else "Rhythm" if about.rhythm else "Form"
        for code, about in STATEMENTS.items()
    }
    st.markdown("##### The 71 SCP-ECG statements")
    if st.toggle("As a table", key="statements-as-table"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Code": list(counts),
                    "Statement": [STATEMENTS[code].description for code in counts],
                    "Kind": [kinds[code].lower() for code in counts],
                    "Superclass": [STATEMENTS[code].superclass or "–" for code in counts],
                    "Records": list(counts.values()),
                    "Share": [dataset.share(n, len(table)) for n in counts.values()],
                }
            ),
            hide_index=True,
            height="content",
            alt="The statements, their kind, and how many records carry them",
        )
    else:
        words = {code: about.description for code, about in STATEMENTS.items()}
        columns = st.columns(2, gap="large")
        for kind, column in (("Diagnostic", columns[0]), ("Form", columns[1]), ("Rhythm", columns[1])):
            mine = {code: n for code, n in counts.items() if kinds[code] == kind}
            with column:
                charts.chart(
                    dataset.count_bars(mine, len(table), theme(), f"{kind} statements", words),
                    f"{kind}-statements",
                )


faults = library.sources()
if faults.get(library.PTBXL, "absent") is None:
    catalogue = library.table(library.PTBXL)
    make_up(catalogue)
    statements(catalogue)
    st.caption(
        "Source: Wagner et al. 2020, PTB-XL, Scientific Data 7:154, doi 10.13026/kfzx-aw45, CC BY 4.0. Ages above 89 are "
        "stored as unknown."
    )
else:  # no st.stop() here: it would take the notice at the foot of the page along
    if faults.get(library.PTBXL):
        st.warning(faults[library.PTBXL], icon=":material/folder_off:")
    st.markdown(HOW_TO_GET)
