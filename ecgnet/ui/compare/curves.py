"""ROC, precision-recall, calibration and decision curves, and what was called at the thresholds, of several models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.figures.calibration import confusion_figure, reliability_figure
from ecgnet.figures.curves import decision_figure, precision_recall_figure, roc_figure
from ecgnet.fold_scores import FoldScores
from ecgnet.language import Words, mark, say
from ecgnet.metrics import auroc_intervals, calibration_error
from ecgnet.models import REGISTRY
from ecgnet.operating import (
    average_precision,
    brier,
    count,
    net_benefit,
    precision_recall,
    reliability,
    roc,
    wilson,
)
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.ui import charts, scores
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table

THRESHOLDS = np.arange(1, 100) / 100
HELP = Words(
    {
        "ROC": "Sensitivity against the share of false calls, over all thresholds; the dot is the model's own threshold.",
        mark(
            "Precision-recall"
        ): "How many of the calls are right, at each sensitivity; tells more than ROC where a class is rare.",
        mark(
            "Calibration"
        ): "Of the records given a probability, how many carry the label: on the diagonal, what is stated "
        "holds.",
        mark("Confusion"): "Calls at each model's own threshold, chosen on fold 9.",
        mark(
            "Decision"
        ): "Net benefit (Vickers and Elkin 2006): true positives a record, less the false ones weighed by "
        "the odds of the threshold probability, that is of how many false calls one is ready to take for a hit.",
    }
)


@dataclass(frozen=True, eq=False)
class CurveQuestion:
    """The records, one class of them, and the models' probabilities (N,) for it, with their own thresholds."""

    found: FoldScores
    label: str
    truth: np.ndarray
    probabilities: dict[str, np.ndarray]
    thresholds: dict[str, float]
    where: str


def curves() -> None:
    """The section: choose models, class, fold, patients and the kind of curve; only that kind is computed."""
    st.markdown(say("# How well the models tell the classes apart"))
    one, two, three = st.columns([2.2, 1, 1])
    with two:
        fold = scores.choose_fold("curves-fold")
    found, cards = scores.of_fold(fold)
    with three:
        group = scores.choose_group(found, "curves-group")
    with one:
        names = scores.choose_models(
            say("Models"), found.models, default=scores.default_models(found.models), key="curves-models"
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = scores.choose_class("curves-class")
        kind = (
            st.segmented_control(
                say("Curve"),
                list(KINDS),
                default="ROC",
                required=True,
                key="curves-kind",
                persist_state="session",
                format_func=say,
            )
            or "ROC"
        )
    scores.say_who_is_left_out(found)
    if not names:
        st.info(say("Choose at least one model."), icon=":material/info:")
        return
    chosen = scores.of_group(found, group)
    asked = CurveQuestion(
        chosen,
        SUPERCLASSES[k],
        chosen.labels[:, k],
        {name: chosen.probabilities(name, cards[name])[:, k] for name in names},
        {name: float(cards[name].thresholds[k]) for name in names},
        say("fold {fold}", fold=fold)
        + ("" if group == scores.EVERYONE else say(", {group}", group=say(group))),
    )
    n = int(asked.truth.sum())
    st.markdown(
        say(
            "**{superclass_titles} ({label})**: {n:,} of {n_chosen:,} records on {where} carry it.",
            superclass_titles=SUPERCLASS_TITLES[asked.label],
            label=asked.label,
            n=n,
            n_chosen=len(chosen),
            where=asked.where,
        )
    )
    if not 0 < n < len(chosen):
        have = say("None of these records carries") if n == 0 else say("Every one of these records carries")
        st.info(
            say(
                "{have} {label}, so there is nothing to tell apart: choose another class or other patients.",
                have=have,
                label=asked.label,
            ),
            icon=":material/info:",
        )
        return
    left, right = st.columns([2.6, 1], gap="large")
    with left:
        KINDS[kind](asked)
    with right:
        st.markdown(f"## {kind}\n{HELP[kind]}")


def _roc(asked: CurveQuestion) -> None:
    areas, points = {}, {}
    for name, p in asked.probabilities.items():
        areas[name] = tuple(auroc_intervals(asked.truth[:, None], p[:, None])[:, 0])
        counts = count(asked.truth, p, threshold=asked.thresholds[name])
        points[name] = (1 - counts.specificity.value, counts.sensitivity.value)
    found = {name: roc(asked.truth, p) for name, p in asked.probabilities.items()}
    charts.chart(
        roc_figure(found, scores.looks(), theme=theme(), label=asked.label, areas=areas, points=points), "roc"
    )
    st.caption(say("Intervals after DeLong. Dots: the models' own thresholds, chosen on fold 9."))


def _precision_recall(asked: CurveQuestion) -> None:
    found = {name: precision_recall(asked.truth, p) for name, p in asked.probabilities.items()}
    points = {}
    for name, p in asked.probabilities.items():
        counts = count(asked.truth, p, threshold=asked.thresholds[name])
        called = counts.true_positive + counts.false_positive
        if called:
            points[name] = (counts.sensitivity.value, counts.true_positive / called)
    charts.chart(
        precision_recall_figure(
            found,
            scores.looks(),
            theme=theme(),
            label=asked.label,
            areas={name: average_precision(curve) for name, curve in found.items()},
            prevalence=float(asked.truth.mean()),
            points=points,
        ),
        "precision-recall",
    )
    st.caption(say("PPV at the prevalence of these records; Operating points gives it at any other."))


def _calibration(asked: CurveQuestion) -> None:
    found = {name: reliability(asked.truth, p) for name, p in asked.probabilities.items()}
    charts.chart(reliability_figure(found, scores.looks(), theme=theme(), label=asked.label), "calibration")
    st.caption(
        say(
            "Bins of 10 points; whiskers are 95 % intervals (Wilson); below, the records a bin (logarithmic). "
            "Bins with few records say little."
        )
    )
    rows = [
        {
            mark("Model"): REGISTRY[name].title,
            mark("Mean stated"): p.mean(),
            mark("Observed"): asked.truth.mean(),
            mark("Calibration error"): calibration_error(asked.truth[:, None], p[:, None])[0],
            mark("Brier score"): brier(asked.truth, p),
        }
        for name, p in asked.probabilities.items()
    ]
    _table(rows)


def _confusion(asked: CurveQuestion) -> None:
    found = {
        name: count(asked.truth, p, threshold=asked.thresholds[name])
        for name, p in asked.probabilities.items()
    }
    charts.chart(
        confusion_figure(found, scores.looks(), theme=theme(), label=asked.label), "confusion", least=640
    )
    rows = []
    for name, c in found.items():
        called = wilson(c.true_positive, c.true_positive + c.false_positive)
        rows.append(
            {
                mark("Model"): REGISTRY[name].title,
                mark("Threshold"): asked.thresholds[name],
                mark("Sensitivity"): say(
                    "{value:.3f} ({low:.3f} to {high:.3f})",
                    value=c.sensitivity.value,
                    low=c.sensitivity.low,
                    high=c.sensitivity.high,
                ),
                mark("Specificity"): say(
                    "{value:.3f} ({low:.3f} to {high:.3f})",
                    value=c.specificity.value,
                    low=c.specificity.low,
                    high=c.specificity.high,
                ),
                mark("PPV here"): say("nothing is called")
                if np.isnan(called.value)
                else say(
                    "{value:.3f} ({low:.3f} to {high:.3f})",
                    value=called.value,
                    low=called.low,
                    high=called.high,
                ),
            }
        )
    _table(rows)
    st.caption(say("Each model at its own threshold (best F1 on fold 9); 95 % intervals (Wilson)."))


def _decision(asked: CurveQuestion) -> None:
    found = {
        name: net_benefit(asked.truth, p, thresholds=THRESHOLDS) for name, p in asked.probabilities.items()
    }
    charts.chart(decision_figure(found, scores.looks(), theme=theme(), label=asked.label), "decision")
    st.caption(
        say(
            "At a threshold probability of 10 % one takes nine false calls for a hit. A model is worth using "
            "where its curve lies above both “treat all” and “treat none”. The prevalence is that of these "
            "records."
        ),
    )


def _table(rows: list[dict]) -> None:
    table = pd.DataFrame(rows)
    numbers = table.select_dtypes("number").columns
    show_table(
        table,
        hide_index=True,
        width="stretch",
        column_config={name: st.column_config.NumberColumn(format="%.3f") for name in numbers},
    )


KINDS: dict[str, Callable[[CurveQuestion], None]] = {
    "ROC": _roc,
    mark("Precision-recall"): _precision_recall,
    mark("Calibration"): _calibration,
    mark("Confusion"): _confusion,
    mark("Decision"): _decision,
}
