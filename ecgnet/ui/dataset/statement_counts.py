"""How many of PTB-XL's ECGs carry each of the SCP-ECG statements."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecgnet.figures import dataset
from ecgnet.language import Words, mark, say
from ecgnet.statements import STATEMENTS
from ecgnet.ui import charts
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table

TITLES = Words(
    {
        mark("Diagnostic"): "Diagnostic statements",
        mark("Form"): "Form statements",
        mark("Rhythm"): "Rhythm statements",
    }
)
KINDS = Words({mark("Diagnostic"): "diagnostic", mark("Form"): "form", mark("Rhythm"): "rhythm"})


def statement_counts(table: pd.DataFrame) -> None:
    """How many records carry each of the 71 statements."""
    carried = table["statements"].explode().value_counts()
    counts = {code: int(n) for code, n in carried.items() if code in STATEMENTS}
    kinds = {
        code: "Diagnostic" if about.superclass else "Rhythm" if about.rhythm else "Form"
        for code, about in STATEMENTS.items()
    }
    st.markdown(say("## The 71 SCP-ECG statements"))
    if st.toggle(say("As a table"), key="statements-as-table"):
        show_table(
            pd.DataFrame(
                {
                    mark("Code"): list(counts),
                    mark("Statement"): [STATEMENTS[code].words for code in counts],
                    mark("Kind"): [KINDS[kinds[code]] for code in counts],
                    mark("Superclass"): [STATEMENTS[code].superclass or "–" for code in counts],
                    mark("Records"): list(counts.values()),
                    mark("Share"): [dataset.share(n, len(table)) for n in counts.values()],
                }
            ),
            hide_index=True,
            height="content",
            alt=say("The statements, their kind, and how many records carry them"),
        )
    else:
        words = {code: about.words for code, about in STATEMENTS.items()}
        columns = st.columns(2, gap="large")
        for kind, column in (
            ("Diagnostic", columns[0]),
            ("Form", columns[1]),
            ("Rhythm", columns[1]),
        ):
            mine = {code: n for code, n in counts.items() if kinds[code] == kind}
            with column:
                charts.chart(
                    dataset.count_bars(
                        mine,
                        len(table),
                        theme=theme(),
                        title=TITLES[kind],
                        words=words,
                    ),
                    f"{kind}-statements",
                )
