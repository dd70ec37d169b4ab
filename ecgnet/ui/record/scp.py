"""The SCP-ECG statements that a model makes, under the superclass that each belongs to."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgnet.inference import Prediction
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.statements import STATEMENTS

HELP = (
    "SCP-ECG statements (EN 1064) whose calibrated probability reaches the statement's own threshold, set on fold 9. "
    "Rare statements are judged with less certainty than the five superclasses."
)


def by_group(prediction: Prediction) -> dict[str, list[tuple[str, float]]]:
    """Superclass, "Form" or "Rhythm" → its statements at or above threshold, description and probability, the most
    probable first. A statement of the form of the waves that is diagnostic too stands under its superclass."""
    groups: dict[str, list[tuple[str, float]]] = {name: [] for name in (*SUPERCLASSES, "Form", "Rhythm")}
    for code, probability in prediction.stated.items():
        statement = STATEMENTS[code]
        group = statement.superclass or ("Rhythm" if statement.rhythm else "Form")
        groups[group].append((statement.description, probability))
    return {name: found for name, found in groups.items() if found}


def stated(prediction: Prediction) -> None:
    """The list on screen: "CD: complete right bundle branch block 0.93"; none for a model whose card sets no thresholds,
    of which nothing can be said."""
    if not np.isfinite(prediction.statement_thresholds).any():
        return
    groups = by_group(prediction)
    st.markdown("##### Statements", help=HELP)
    if not groups:
        st.caption("No statement reaches its threshold.")
        return
    for name, found in groups.items():
        words = " · ".join(f"{description} {probability:.2f}" for description, probability in found)
        st.markdown(f"**{name}:** {words}")
