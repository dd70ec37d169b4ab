"""How many of PTB-XL's ECGs carry each of the SCP-ECG statements."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecgnet.figures import dataset
from ecgnet.statements import STATEMENTS
from ecgnet.ui import charts
from ecgnet.ui.frame import theme


def statement_counts(table: pd.DataFrame) -> None:
    """How many records carry each of the 71 statements."""
    carried = table["statements"].explode().value_counts()
    counts = {code: int(n) for code, n in carried.items() if code in STATEMENTS}
    kinds = {
        code: "Diagnostic" if about.superclass else "Rhythm" if about.rhythm else "Form"
        for code, about in STATEMENTS.items()
    }
    st.markdown("## The 71 SCP-ECG statements")
    if st.toggle("As a table", key="statements-as-table"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Code": list(counts),
                    "Statement": [STATEMENTS[code].words for code in counts],
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
        words = {code: about.words for code, about in STATEMENTS.items()}
        columns = st.columns(2, gap="large")
        for kind, column in (("Diagnostic", columns[0]), ("Form", columns[1]), ("Rhythm", columns[1])):
            mine = {code: n for code, n in counts.items() if kinds[code] == kind}
            with column:
                charts.chart(
                    dataset.count_bars(
                        mine, len(table), theme=theme(), title=f"{kind} statements", words=words
                    ),
                    f"{kind}-statements",
                )
