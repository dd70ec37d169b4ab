"""All models side by side, as measured on fold 10."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ecgnet.cards import Card, Metrics
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import texts


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
            "Macro AUC": st.column_config.NumberColumn(format="%.3f", help=texts.HELP_AUC),
            **{
                f"AUC {c}": st.column_config.NumberColumn(format="%.3f", help=texts.SUPERCLASS_HELP[c])
                for c in SUPERCLASSES
            },
            "Macro F1": st.column_config.NumberColumn(
                format="%.3f",
                help="Mean over classes of the balance of precision and sensitivity at the thresholds.",
            ),
            "Mean accuracy": st.column_config.NumberColumn(
                format="%.3f", help="Share of records judged rightly, mean over classes, at the thresholds."
            ),
            "Calibration error": st.column_config.NumberColumn(
                format="%.4f", help="Mean gap between stated probability and share of records with the label."
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
