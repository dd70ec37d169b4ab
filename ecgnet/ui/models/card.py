"""One model's card: by class, by patient, how it learned, and its limits."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.cards import Card, Metrics
from ecgnet.language import Words, mark, say
from ecgnet.models import REGISTRY
from ecgnet.ui import charts
from ecgnet.ui.frame import theme
from ecgnet.ui.models.overview import interval
from ecgnet.ui.tables import show_table

HELP_TASKS = mark(
    "The second head, in the six tasks of the published benchmark on PTB-XL (Strodthoff et al. 2021): all statements, those "
    "of the diagnosis in three grades, of the waves' form, and of the rhythm."
)

WITHOUT_EPOCHS = Words(
    {
        "WaveformKernels": "A linear rule, fitted in one step on folds 1 to 8; its penalty was chosen on fold 9.",
        "MeasuredTrees": "Trees, grown one after the other on folds 1 to 8, each on what those before left over.",
    }
)
"""How a network learnt that has no epochs, by its class."""


def show_card(card: Card, test: Metrics) -> None:
    """A card as a page. test: its metrics on fold 10."""
    st.markdown(f"**{say(card.summary)}**")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(say("## By class, fold 10"))
        show_table(
            pd.DataFrame(
                [
                    {
                        mark("Class"): c,
                        "AUC": test.auc[c],
                        mark("95 % interval"): interval(test.auc_interval[c]),
                        "F1": test.f1[c],
                        mark("Accuracy"): test.accuracy[c],
                        mark("Calibration error"): test.calibration_error[c],
                        mark("Threshold"): threshold,
                    }
                    for c, threshold in zip(card.labels, card.thresholds, strict=True)
                ]
            ),
            precision=3,
            hide_index=True,
            width="stretch",
        )
        st.markdown(say("## By patient, fold 10"), help=say("Macro AUC among the records of that group."))
        show_table(
            pd.DataFrame(
                [
                    {mark("Group"): say(g), mark("Records"): v.n, mark("Macro AUC"): v.macro_auc}
                    for g, v in test.subgroups.items()
                ]
            ),
            precision=3,
            hide_index=True,
            width="stretch",
        )
        if test.tasks:
            st.markdown(say("## The 71 statements, fold 10"), help=say(HELP_TASKS))
            show_table(
                pd.DataFrame(
                    [
                        {
                            mark("Task"): say(name),
                            mark("Macro AUC"): task.macro_auc,
                            mark("95 % interval"): interval(task.macro_auc_interval),
                        }
                        for name, task in test.tasks.items()
                    ]
                ),
                precision=3,
                hide_index=True,
                width="stretch",
            )
    with right:
        st.markdown(say("## Learning"))
        if card.log:
            charts.chart(figures.learning_curve(card.log, theme()), "learning")
        elif (crossed := card.training.cross_validated_macro_auc) is not None:
            st.markdown(
                say(
                    "Fitted in one step on fold 9; macro AUC there, cross-validated: {crossed:.4f}.",
                    crossed=crossed,
                )
            )
        else:
            st.markdown(WITHOUT_EPOCHS[REGISTRY[card.name].network])
        st.markdown(say("## Limits"))
        st.markdown("\n".join(f"- {say(limit)}" for limit in card.limits))
    with st.expander(say("The whole card")):
        st.json(card.content, expanded=1)
