"""One model's card: by class, by patient, how it learned, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import charts
from ecgnet.ui.frame import theme
from ecgnet.ui.models.overview import interval


def show_card(card: Mapping[str, Any]) -> None:
    """The content of a card as a page."""
    st.markdown(f"**{card['summary']}**")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### By class, fold 10")
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Class": c,
                        "AUC": card["test"]["auc"][c],
                        "95 % interval": interval(card["test"]["auc_interval"][c]),
                        "F1": card["test"]["f1"][c],
                        "Accuracy": card["test"]["accuracy"][c],
                        "Calibration error": card["test"]["calibration_error"][c],
                        "Threshold": card["thresholds"][c],
                    }
                    for c in SUPERCLASSES
                ]
            ),
            hide_index=True,
            width="stretch",
        )
        st.markdown("##### By patient, fold 10", help="Macro AUC among the records of that group.")
        st.dataframe(
            pd.DataFrame(
                [
                    {"Group": g, "Records": v["n"], "Macro AUC": v["macro_auc"]}
                    for g, v in card["test"]["subgroups"].items()
                ]
            ),
            hide_index=True,
            width="stretch",
        )
    with right:
        st.markdown("##### Learning")
        if card["log"]:
            charts.chart(figures.learning_curve(card["log"], theme()), "learning")
        else:
            st.markdown(
                "Fitted in one step on fold 9; macro AUC there, cross-validated: "
                f"{max(card['training']['best']['cross_validated_macro_auc'].values()):.4f}."
            )
        st.markdown("##### Limits")
        st.markdown("\n".join(f"- {limit}" for limit in card["limits"]))
    with st.expander("The whole card"):
        st.json(card, expanded=1)
