"""All models side by side, as measured on fold 10."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ecgnet.cards import Card, Metrics
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import glossary


def interval(low_high: tuple[float, float]) -> str:
    """A 95 % interval as text."""
    return f"{low_high[0]:.3f} to {low_high[1]:.3f}"


def overview(cards: Mapping[str, tuple[Card, Metrics]]) -> None:
    """A row a model; cards: each model's card and metrics on fold 10, by its name."""
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Model": card.title + (" (default)" if name == DEFAULT else ""),
                    "Macro AUC": test.macro_auc,
                    "95 % interval": interval(test.macro_auc_interval),
                    **{f"AUC {c}": test.auc[c] for c in SUPERCLASSES},
                    "Macro F1": test.macro_f1,
                    "Mean accuracy": test.mean_accuracy,
                    "Calibration error": test.expected_calibration_error,
                    "Parameters": card.parameters,
                }
                for name, (card, test) in cards.items()
            ]
        ),
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Macro AUC": st.column_config.NumberColumn(format="%.3f", help=glossary.meaning("Macro AUC")),
            **{
                f"AUC {c}": st.column_config.NumberColumn(format="%.3f", help=glossary.CLASSES[c])
                for c in SUPERCLASSES
            },
            "Macro F1": st.column_config.NumberColumn(
                format="%.3f",
                help=glossary.meaning("F1"),
            ),
            "Mean accuracy": st.column_config.NumberColumn(
                format="%.3f", help="Share of records judged rightly, mean over classes, at the thresholds."
            ),
            "Calibration error": st.column_config.NumberColumn(
                format="%.4f", help=glossary.meaning("Calibration error")
            ),
            "Parameters": st.column_config.NumberColumn(
                format="localized", help="Fusions of branches count the branches too."
            ),
        },
    )
    _, test = next(iter(cards.values()))
    st.caption(
        f"Measured on PTB-XL's fold {test.fold}, {test.n:,} records with at least one superclass; intervals from "
        "1,000 bootstrap samples. Thresholds and calibration come from fold 9."
    )
