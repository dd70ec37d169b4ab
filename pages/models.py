"""Models: the cards of the shipped weights."""

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.folders import RESTORE
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import charts, texts
from ecgnet.ui.frame import ensure_framed, theme
from ecgnet.weights import WeightsError, read_card

ensure_framed()

st.markdown("#### Models and what they were measured to do")
cards, faults = {}, []
for name in REGISTRY:
    try:
        cards[name] = read_card(name).content
    except WeightsError as error:
        faults.append(str(error))
for fault in faults:
    st.warning(fault, icon=":material/warning:")
if not cards:
    raise WeightsError(f"weights/ holds no model; {RESTORE}.")


def interval(low_high: list[float]) -> str:
    """A 95 % interval as text."""
    return f"{low_high[0]:.3f} to {low_high[1]:.3f}"


st.dataframe(
    pd.DataFrame(
        [
            {
                "Model": card["title"] + (" (default)" if name == DEFAULT else ""),
                "Macro AUC": card["test"]["macro_auc"],
                "95 % interval": interval(card["test"]["macro_auc_interval"]),
                **{f"AUC {c}": card["test"]["auc"][c] for c in SUPERCLASSES},
                "Macro F1": card["test"]["macro_f1"],
                "Mean accuracy": card["test"]["mean_accuracy"],
                "Calibration error": card["test"]["expected_calibration_error"],
                "Parameters": card["parameters"],
            }
            for name, card in cards.items()
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
test = next(iter(cards.values()))["test"]
st.caption(
    f"Measured on PTB-XL's fold {test['fold']}, {test['n']:,} records with at least one superclass; intervals from 1,000 "
    "bootstrap samples. Thresholds and calibration come from fold 9."
)

name = st.selectbox(
    "Card",
    list(cards),
    format_func=lambda n: cards[n]["title"],
    index=list(cards).index(DEFAULT) if DEFAULT in cards else 0,
)
card = cards[name]
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
