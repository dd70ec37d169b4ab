"""One model's card: by class, by patient, how it learned, and its limits."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.cards import Card, Metrics
from ecgnet.models import REGISTRY
from ecgnet.ui import charts
from ecgnet.ui.frame import theme
from ecgnet.ui.models.overview import interval

HELP_TASKS = (
    "The second head, in the six tasks of the published benchmark on PTB-XL (Strodthoff et al. 2021): all statements, those "
    "of the diagnosis in three grades, of the waves' form, and of the rhythm."
)

WITHOUT_EPOCHS = {
    "WaveformKernels": "A linear rule, fitted in one step on folds 1 to 8; its penalty was chosen on fold 9.",
    "MeasuredTrees": "Trees, grown one after the other on folds 1 to 8, each on what those before left over.",
}
"""How a network learnt that has no epochs, by its class."""


def show_card(card: Card, test: Metrics) -> None:
    """A card as a page. test: its metrics on fold 10."""
    st.markdown(f"**{card.summary}**")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("## By class, fold 10")
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Class": c,
                        "AUC": test.auc[c],
                        "95 % interval": interval(test.auc_interval[c]),
                        "F1": test.f1[c],
                        "Accuracy": test.accuracy[c],
                        "Calibration error": test.calibration_error[c],
                        "Threshold": threshold,
                    }
                    for c, threshold in zip(card.labels, card.thresholds, strict=True)
                ]
            ).style.format(precision=3),
            hide_index=True,
            width="stretch",
        )
        st.markdown("## By patient, fold 10", help="Macro AUC among the records of that group.")
        st.dataframe(
            pd.DataFrame(
                [{"Group": g, "Records": v.n, "Macro AUC": v.macro_auc} for g, v in test.subgroups.items()]
            ).style.format(precision=3),
            hide_index=True,
            width="stretch",
        )
        if test.tasks:
            st.markdown("## The 71 statements, fold 10", help=HELP_TASKS)
            st.dataframe(
                pd.DataFrame(
                    [
                        {
                            "Task": name,
                            "Macro AUC": task.macro_auc,
                            "95 % interval": interval(task.macro_auc_interval),
                        }
                        for name, task in test.tasks.items()
                    ]
                ).style.format(precision=3),
                hide_index=True,
                width="stretch",
            )
    with right:
        st.markdown("## Learning")
        if card.log:
            charts.chart(figures.learning_curve(card.log, theme()), "learning")
        elif (crossed := card.training.cross_validated_macro_auc) is not None:
            st.markdown(f"Fitted in one step on fold 9; macro AUC there, cross-validated: {crossed:.4f}.")
        else:
            st.markdown(WITHOUT_EPOCHS[REGISTRY[card.name].network])
        st.markdown("## Limits")
        st.markdown("\n".join(f"- {limit}" for limit in card.limits))
    with st.expander("The whole card"):
        st.json(card.content, expanded=1)
