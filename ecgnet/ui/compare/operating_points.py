"""Operating points: what a threshold finds and misses, and what a call is worth where the finding is rarer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.estimate import Estimate
from ecgnet.figures.thresholds import predictive_figure, threshold_figure
from ecgnet.language import localised, mark, say
from ecgnet.models import REGISTRY
from ecgnet.operating import Counts, count, predictive_values, threshold_for
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.ui import charts, predictors, scores
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table
from ecgnet.weights import Card

GRID = np.arange(0, 101) / 100
BY = (mark("its own"), mark("by threshold"), mark("by sensitivity"), mark("by specificity"))
HELP_BY = mark(
    "Its own: best F1 on fold 9. By sensitivity or specificity: the threshold that reaches it on fold 9; what it reaches on "
    "fold 10 is then read there, and may differ."
)
HELP_PREVALENCE = mark(
    "Share of those examined who have the finding. Sensitivity and specificity are taken to stay as they are, which they do "
    "only as far as your patients resemble PTB-XL's."
)


def operating_point() -> None:
    """The section: choose model, class, threshold, fold and prevalence; read what follows."""
    st.markdown(say("# What a threshold does"))
    one, two, three = st.columns([2, 1, 1.1])
    with two:
        fold = scores.choose_fold("operating-fold")
    found, cards = scores.of_fold(fold)
    with three:
        group = scores.choose_group(found, "operating-group")
    with one:
        model = scores.choose_model(
            say("Model"), found.models, default=predictors.default_model(), key="operating-model"
        )
    scores.say_who_is_left_out(found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = scores.choose_class("operating-class")
        by = (
            st.segmented_control(
                say("Threshold"),
                BY,
                default=BY[0],
                required=True,
                key="operating-by",
                help=say(HELP_BY),
                persist_state="session",
                format_func=say,
            )
            or BY[0]
        )
    card, label = cards[model], SUPERCLASSES[k]
    places = st.columns(2, gap="large")
    with places[0]:
        threshold, words = _threshold(by, model, card, k)
    chosen = scores.of_group(found, group)
    truth, p = chosen.labels[:, k], chosen.probabilities(model, card)[:, k]
    own = float(truth.mean()) if len(truth) else 0.0
    with places[by != BY[0]]:  # the model's own threshold has no slider
        prevalence = _prevalence(own, f"{label}-{fold}-{group}")
    where = say("fold {fold}", fold=fold) + (
        "" if group == scores.EVERYONE else say(", {group}", group=say(group))
    )
    st.markdown(
        say(
            "**{title}, {superclass_titles} ({label})**: {words} Read on {where}, {n_truth:,} records, "
            "{sum:,} with the label.",
            title=REGISTRY[model].title,
            superclass_titles=SUPERCLASS_TITLES[label],
            label=label,
            words=words,
            where=where,
            n_truth=len(truth),
            sum=int(truth.sum()),
        )
    )
    counts = count(truth, p, threshold=threshold)
    ppv, npv = predictive_values(counts, prevalence)
    _numbers(counts, ppv, npv, prevalence, label)
    one, two = st.columns(2, gap="large")
    with one:
        along = [count(truth, p, threshold=t) for t in GRID]
        charts.chart(
            threshold_figure(
                GRID,
                np.array([c.sensitivity for c in along]),
                specificity=np.array([c.specificity for c in along]),
                theme=theme(),
                label=label,
                chosen=threshold,
                card=float(card.thresholds[k]),
            ),
            "along-threshold",
        )
    with two:
        values = [predictive_values(counts, q) for q in GRID]
        charts.chart(
            predictive_figure(
                GRID,
                np.array([v[0] for v in values]),
                npv=np.array([v[1] for v in values]),
                theme=theme(),
                label=label,
                chosen=prevalence,
                fold=own,
            ),
            "along-prevalence",
        )
    _cells(counts, where)


def _threshold(by: str, model: str, card: Card, k: int) -> tuple[float, str]:
    """The threshold asked for, and in words how it was found."""
    own = float(card.thresholds[k])
    if by == BY[0]:
        return own, say(
            "called from {own:.1f} % on, the model's own threshold (best F1 on fold 9).",
            own=100 * own,
        )
    if by == BY[1]:
        chosen = st.slider(
            say("Call from this probability on (%)"),
            0.0,
            100.0,
            round(100 * own, 1),
            0.5,
            key=f"at-{model}-{k}",
        )
        return chosen / 100, say("called from {chosen:.1f} % on, as you chose.", chosen=chosen)
    what = by.removeprefix("by ")
    wanted = st.slider(
        say("Sensitivity on fold 9 (%)") if what == "sensitivity" else say("Specificity on fold 9 (%)"),
        50.0,
        100.0,
        95.0,
        0.5,
        key=f"wanted-{what}",
    )
    known, cards = scores.of_fold(scores.VALIDATION)
    truth = known.labels[:, k]
    try:
        found = threshold_for(truth, known.probabilities(model, cards[model])[:, k], **{what: wanted / 100})
    except ValueError as error:
        return own, say(
            "{error}, on fold 9; the model's own threshold ({own:.1f} %) stands in.",
            error=error,
            own=100 * own,
        )
    if what == "sensitivity":
        return found, say(
            "called from {found:.1f} % on, chosen on fold 9 for a sensitivity of {wanted:g} % there.",
            found=100 * found,
            wanted=wanted,
        )
    return found, say(
        "called from {found:.1f} % on, chosen on fold 9 for a specificity of {wanted:g} % there.",
        found=100 * found,
        wanted=wanted,
    )


def _prevalence(own: float, key: str) -> float:
    """The prevalence to read predictive values at, by default that of the records."""
    chosen = st.slider(
        say("Prevalence where you would use it (%)"),
        0.0,
        100.0,
        round(100 * own, 1),
        0.1,
        key=f"prevalence-{key}",
        help=say(HELP_PREVALENCE),
    )
    return chosen / 100


def _numbers(counts: Counts, ppv: Estimate, npv: Estimate, prevalence: float, label: str) -> None:
    tiles = (
        (say("Sensitivity"), counts.sensitivity, say("Of those with the label, the share that is called.")),
        (say("Specificity"), counts.specificity, say("Of those without it, the share that is not called.")),
        ("PPV", ppv, say("Of those called, the share that has it, at the chosen prevalence (Bayes).")),
        (
            "NPV",
            npv,
            say("Of those not called, the share that does not have it, at the chosen prevalence (Bayes)."),
        ),
    )
    for column, (name, rate, words) in zip(st.columns(4), tiles, strict=True):
        column.metric(
            name,
            localised(f"{100 * rate.value:.1f} %") if rate.value == rate.value else "–",
            help=words,
            border=True,
        )
        column.caption(
            say(
                "95 %: {low:.1f} to {high:.1f} %",
                low=100 * rate.low,
                high=100 * rate.high,
            )
            if rate.value == rate.value
            else say("not known")
        )
    st.markdown(
        "\n".join(
            f"- {line}"
            for line in operating_points_in_words(counts, ppv, npv=npv, prevalence=prevalence, label=label)
        )
    )
    st.caption(
        say(
            "Intervals: Wilson for sensitivity and specificity; delta method on the log-odds for PPV and NPV "
            "(Mercaldo et al. 2007). They tell the uncertainty of these records alone, not of other hospitals."
        )
    )


def operating_points_in_words(
    counts: Counts, ppv: Estimate, *, npv: Estimate, prevalence: float, label: str
) -> list[str]:
    """What the numbers mean for a thousand patients, and why one of them is not known."""
    lines = []
    if not counts.with_label:
        lines.append(
            say(
                "None of these records carries {label}: sensitivity, PPV and NPV are not known.",
                label=label,
            )
        )
    if not counts.without_label:
        lines.append(
            say(
                "Every one of these records carries {label}: specificity, PPV and NPV are not known.",
                label=label,
            )
        )
    if lines:
        return lines
    if prevalence in (0, 1):
        who = say("nobody") if prevalence == 0 else say("everybody")
        return [
            say(
                "At a prevalence of {prevalence:.0f} % {who} has {label}: there is nothing to predict, so "
                "PPV and NPV are left out. Sensitivity and specificity do not depend on it.",
                prevalence=100 * prevalence,
                who=who,
                label=label,
            )
        ]
    found = 1000 * prevalence * counts.sensitivity.value
    missed = 1000 * prevalence - found
    wrong = 1000 * (1 - prevalence) * (1 - counts.specificity.value)
    called = found + wrong
    lines.append(
        say(
            "Of 1,000 such patients {prevalence:.0f} have {label}: {called:.0f} are called, {found:.0f} "
            "of them rightly; {missed:.0f} are missed.",
            prevalence=1000 * prevalence,
            label=label,
            called=called,
            found=found,
            missed=missed,
        )
    )
    if ppv.value != ppv.value:
        lines.append(say("Nothing is called at this threshold, so that a call has no PPV."))
    elif ppv.value > 0:
        lines.append(say("Calls to read for one that is right: {value:.1f}.", value=1 / ppv.value))
    if npv.value != npv.value:
        lines.append(say("Everything is called at this threshold, so that there is no NPV."))
    elif npv.value < 1:
        lines.append(
            say(
                "One in {value:,.0f} of those not called has {label} after all.",
                value=1 / (1 - npv.value),
                label=label,
            )
        )
    return lines


def _cells(counts: Counts, where: str) -> None:
    with st.expander(say("The four cells, {where}", where=where), icon=":material/grid_on:"):
        show_table(
            pd.DataFrame(
                {
                    "": [say("With the label"), say("Without it")],
                    mark("Called"): [counts.true_positive, counts.false_positive],
                    mark("Not called"): [counts.false_negative, counts.true_negative],
                    mark("All"): [counts.with_label, counts.without_label],
                }
            ),
            hide_index=True,
            width="content",
        )
