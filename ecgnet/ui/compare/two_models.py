"""Any two models against each other: on the ECG on screen, and on fold 10."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgnet.explain import VIEWS
from ecgnet.explain.strategies import differences
from ecgnet.figures.strategies import dumbbell
from ecgnet.inference import Prediction
from ecgnet.language import localised, say
from ecgnet.metrics import auroc_gains, auroc_intervals
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.record import RecordError
from ecgnet.ui import charts, predictors, scores
from ecgnet.ui.compare import contributions
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.record import cautions, readings
from ecgnet.weights import WeightsError

FEW = 0.05
"""A smaller difference of two probabilities is told together with others."""


def two_models(shown: Shown) -> None:
    """The section: choose two, read the differences, see them, then how both do on fold 10."""
    ready = tuple(name for name in REGISTRY if name in predictors.titles())
    left, middle, right = st.columns([5, 5, 1], vertical_alignment="bottom")
    with left:
        first = scores.choose_model(say("One model"), ready, default=predictors.default_model(), key="first")
    with middle:
        second = scores.choose_model(say("The other"), ready, default="waveform_cnn", key="second")
    right.button(
        "",
        icon=":material/swap_horiz:",
        help=say("Swap the two"),
        on_click=_swap,
        args=(first, second),
        key="swap",
    )
    if first == second:
        st.info(say("Choose two different models to compare them."), icon=":material/info:")
        return
    here, there = st.columns([1, 1], gap="large")
    with here:
        st.markdown(say("## On this ECG"))
        try:
            _on_record(shown, (first, second))
        except RecordError as error:
            st.info(
                say("{error} Fold 10 beside it compares the two all the same.", error=error),
                icon=":material/info:",
            )
    with there:
        st.markdown(say("## On fold 10"), help=say(scores.HELP_FOLD))
        try:
            _on_fold((first, second))
        except WeightsError as error:
            st.info(str(error), icon=":material/info:")


def _swap(first: str, second: str) -> None:
    st.session_state["first"], st.session_state["second"] = second, first


def _on_record(shown: Shown, names: tuple[str, str]) -> None:
    if cautions.withheld(shown):
        return
    found = readings.answers(shown, names)
    if len(found) < 2:
        st.info(say("Only one of the two can answer here; the reason stands above."), icon=":material/info:")
        return
    one, two = found
    if one.called != two.called:
        titles = predictors.titles()
        for difference in differences(
            found, contributions.left_out_of(shown, found), left=VIEWS, titles=titles
        ):
            caller, other = difference.callers[0], difference.others[0]
            st.warning(
                say(
                    "{titles} calls **{superclass_titles}**, {titles_2} does not. {cause}",
                    titles=titles[caller],
                    superclass_titles=SUPERCLASS_TITLES[difference.label],
                    titles_2=titles[other],
                    cause=difference.cause,
                ),
                icon=":material/compare_arrows:",
            )
    else:
        st.success(
            say(
                "Both call the same: {called}.",
                called=", ".join(one.called) or say("no class"),
            ),
            icon=":material/check:",
        )
    st.markdown("\n".join(f"- {line}" for line in said(one, two)))
    charts.chart(
        dumbbell(
            100 * one.probabilities,
            100 * two.probabilities,
            rows=one.labels,
            names=(REGISTRY[one.model].title, REGISTRY[two.model].title),
            theme=theme(),
            axis=say("Probability (%)"),
            marks=(100 * one.thresholds, 100 * two.thresholds),
            bounds=(-2, 102),
        ),
        "versus",
    )
    st.caption(
        say(
            "Upright strokes: from where a class is present, the first model's above the line, the other's below it."
        )
    )


def said(one: Prediction, two: Prediction) -> list[str]:
    """The differences of two answers a class, in words, the largest first."""
    gaps = one.probabilities - two.probabilities
    lines = []
    for k in np.argsort(-np.abs(gaps), kind="stable"):
        label = one.labels[k]
        called = [label in p.called for p in (one, two)]
        if abs(gaps[k]) >= FEW or called[0] != called[1]:
            percent = [round(100 * float(p.probabilities[k])) for p in (one, two)]
            first, second = (
                f"{v} %{say(' (called)') if c else ''}" for v, c in zip(percent, called, strict=True)
            )
            points = abs(percent[0] - percent[1])
            apart = (
                say("{points} points more", points=points)
                if gaps[k] > 0
                else say("{points} points less", points=points)
            )
            lines.append(
                say(
                    "**{label}**: {first} against {second}, {apart}.",
                    label=label,
                    first=first,
                    second=second,
                    apart=apart,
                )
            )
    rest = [label for label in one.labels if not any(line.startswith(f"**{label}**") for line in lines)]
    if rest:
        lines.append(say("{rest}: within {few:.0f} points.", rest=", ".join(rest), few=100 * FEW))
    return lines


def _on_fold(names: tuple[str, str]) -> None:
    found, cards = scores.of_fold(scores.TEST)
    if lacking := [name for name in names if name not in cards]:
        scores.say_who_is_left_out(found, tuple(lacking))
        return
    one, two = (found.probabilities(name, cards[name]) for name in names)
    gain, low, high = auroc_gains(found.labels, two, second=one)
    first, second = auroc_intervals(found.labels, one), auroc_intervals(found.labels, two)
    titles = tuple(REGISTRY[name].title for name in names)
    verdict = (
        say("more than chance explains")
        if low[-1] > 0 or high[-1] < 0
        else say("no difference that this fold can tell from chance")
    )
    st.markdown(
        say(
            "Macro AUC {first:.3f} against {second:.3f}: {gain} ({low} to {high}), {verdict}.",
            first=first[0, -1],
            second=second[0, -1],
            gain=_signed(gain[-1]),
            low=_signed(low[-1]),
            high=_signed(high[-1]),
            verdict=verdict,
        ),
        help=say("The same records, so that the difference is paired; its 95 % interval after DeLong."),
    )
    said = [cards[name].state_limits.codes(p) == 0 for name, p in zip(names, (one, two), strict=True)]
    same = (said[0] == said[1]).all(1)
    telling = [
        say(
            "**{label}** {gain} ({low} to {high})",
            label=label,
            gain=_signed(gain[k]),
            low=_signed(low[k]),
            high=_signed(high[k]),
        )
        for k, label in enumerate(SUPERCLASSES)
        if low[k] > 0 or high[k] < 0
    ]
    st.markdown(
        say(
            "- They call the same classes on {mean:.0f} % of {n_found:,} records.\n- AUC differs beyond "
            "chance in {telling}.",
            mean=100 * same.mean(),
            n_found=len(found),
            telling=", ".join(telling) if telling else say("no class"),
        )
    )
    charts.chart(
        dumbbell(
            first[0],
            second[0],
            rows=(*SUPERCLASSES, say("macro")),
            names=titles,
            theme=theme(),
            axis=say("AUC, fold 10"),
            intervals=(first[1:].T, second[1:].T),
        ),
        "versus-fold",
    )
    st.caption(
        say(
            "Whiskers: 95 % intervals of each area; overlapping ones may still differ, since the records are the same."
        )
    )


def _signed(value: float) -> str:
    return localised(f"{value:+.3f}").replace("-", "−")
