"""All models side by side, as measured on fold 10."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ecgnet.cards import Card, Metrics
from ecgnet.language import mark, say
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import glossary
from ecgnet.ui.tables import show_table


def interval(low_high: tuple[float, float]) -> str:
    """A 95 % interval as text."""
    return say("{low:.3f} to {high:.3f}", low=low_high[0], high=low_high[1])


def overview(cards: Mapping[str, tuple[Card, Metrics]]) -> None:
    """A row a model; cards: each model's card and metrics on fold 10, by its name."""
    show_table(
        pd.DataFrame(
            [
                {
                    mark("Model"): say(card.title) + (say(" (default)") if name == DEFAULT else ""),
                    mark("Macro AUC"): test.macro_auc,
                    mark("95 % interval"): interval(test.macro_auc_interval),
                    **{f"AUC {c}": test.auc[c] for c in SUPERCLASSES},
                    mark("Macro F1"): test.macro_f1,
                    mark("Mean accuracy"): test.mean_accuracy,
                    mark("Calibration error"): test.expected_calibration_error,
                    mark("Parameters"): card.parameters,
                }
                for name, (card, test) in cards.items()
            ]
        ),
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            mark("Macro AUC"): st.column_config.NumberColumn(
                format="%.3f", help=glossary.meaning("Macro AUC")
            ),
            **{
                f"AUC {c}": st.column_config.NumberColumn(format="%.3f", help=glossary.CLASSES[c])
                for c in SUPERCLASSES
            },
            mark("Macro F1"): st.column_config.NumberColumn(
                format="%.3f",
                help=glossary.meaning("F1"),
            ),
            mark("Mean accuracy"): st.column_config.NumberColumn(
                format="%.3f",
                help=say("Share of records judged rightly, mean over classes, at the thresholds."),
            ),
            mark("Calibration error"): st.column_config.NumberColumn(
                format="%.4f", help=glossary.meaning("Calibration error")
            ),
            mark("Parameters"): st.column_config.NumberColumn(
                format="localized", help=say("Fusions of branches count the branches too.")
            ),
        },
    )
    _, test = next(iter(cards.values()))
    st.caption(
        say(
            "Measured on PTB-XL's fold {fold}, {n:,} records with at least one superclass; intervals "
            "from 1,000 bootstrap samples. Thresholds and calibration come from fold 9.",
            fold=test.fold,
            n=test.n,
        )
    )
