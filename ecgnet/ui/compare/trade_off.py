"""Accuracy, cost and explanation quality of every model, and what the study of the fusions recommends."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ecgnet.cards import Card, WeightsError, available, read_card
from ecgnet.figures.trade_off import Point, trade_off_figure
from ecgnet.language import ENGLISH, Words, mark, say, spoken
from ecgnet.metrics import auroc_intervals
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.study_results import Study, StudyError, StudyValue, read_study
from ecgnet.subgroups import EVERYONE, title
from ecgnet.ui import charts, glossary, scores
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table

MACRO, QUALITY = "macro", mark("deletion against random")
QUALITY_HEAD = mark("Deletion against random")
COSTS = Words(
    {
        "parameters": "Parameters (million)",
        "macs": "Multiply-accumulates a record (million)",
        "milliseconds": "CPU time a record (ms)",
    }
)
SHORT = Words({"parameters": "Parameters (million)", "macs": "MACs (million)", "milliseconds": "CPU (ms)"})
MEASURES = {"macs": "macs_million", "milliseconds": "milliseconds"}
"""Kind of cost → the measure of the study of the fusions."""
HELP_QUALITY = mark(
    "What leaving out the samples that the explanation ranks highest does to the answer, against leaving out "
    "as many in random order; above 0 the explanation points at what matters."
)


def study(name: str, faults: list[str]) -> Study | None:
    """A study's results; None where there are none, or none that this version reads: why is then added to `faults`."""
    try:
        return read_study(name)
    except StudyError as error:
        faults.append(str(error))
        return None


def outdated(found: Study | None, cards: dict[str, Card]) -> str:
    """Which models have other weights now than when a study was written, in a sentence; "" where none has, or it does not
    say."""
    other = found.outdated({name: card.checksum for name, card in cards.items()}) if found else []
    if not found or not other:
        return ""
    names = ", ".join(REGISTRY[name].title for name in other)
    return say(
        "Measured on earlier weights of {names}; `ecgnet study {name}` measures those that are here.",
        names=names,
        name=found.name,
    )


@dataclass(frozen=True)
class Area:
    """An AUC with its interval, NaN where unknown."""

    value: float
    low: float = math.nan
    high: float = math.nan

    @classmethod
    def of(cls, found: StudyValue) -> Area:
        """From a study."""
        return cls(found.value, *(math.nan if end is None else end for end in (found.low, found.high)))


def areas(cards: dict[str, Card], group: str) -> tuple[dict[str, dict[str, Area]], list[str]]:
    """Model → class or "macro" → AUC on fold 10 in a subgroup; and a sentence on each thing that is not known.

    For everyone they are the cards'; for a subgroup they are computed from the stored scores, and where a model has none
    the card's macro AUC stands without an interval.
    """
    if group == EVERYONE:
        return {name: _of_card(card) for name, card in cards.items()}, []
    why = []
    try:
        found, _ = scores.of_fold(scores.TEST)
        chosen = scores.of_group(found, group)
    except WeightsError as error:
        found, chosen = None, None
        why.append(
            say(
                "{error} Until then subgroups have the cards' macro AUC alone, without intervals.",
                error=error,
            )
        )
    result = {}
    for name, card in cards.items():
        if chosen is not None and name in chosen.logits:
            values = auroc_intervals(chosen.labels, chosen.probabilities(name, card))
            result[name] = {
                label: Area(*values[:, k])
                for k, label in enumerate((*SUPERCLASSES, MACRO))
                if values[0, k] == values[0, k]
            }
            continue
        if found is not None:
            why.append(found.left_out.get(name, ""))
        known = card.test.subgroups.get(group) if card.test else None
        result[name] = {MACRO: Area(known.macro_auc)} if known else {}
    return result, [line for line in why if line]


def _of_card(card: Card) -> dict[str, Area]:
    if (test := card.test) is None:
        return {}
    found = {label: Area(value, *test.auc_interval[label]) for label, value in test.auc.items()}
    return found | {MACRO: Area(test.macro_auc, *test.macro_auc_interval)}


def accuracy_and_cost() -> None:
    """The section: choose what counts, see every model at its cost, read the recommendation."""
    st.markdown(say("# What accuracy costs"))
    cards = {name: read_card(name) for name in available()}
    faults: list[str] = []
    fusion, explanations = study("fusion", faults), study("explanations", faults)
    gains = explanations.of("deletion_gain") if explanations else {}
    explained = {name: gain.value for name, gain in gains.items()}
    costs = {"parameters": {name: card.parameters / 1e6 for name, card in cards.items()}}
    for cost, measure in MEASURES.items():
        costs[cost] = {name: float(v.value) for name, v in fusion.of(measure).items()} if fusion else {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quality = (
            st.segmented_control(
                say("Accuracy for"),
                (MACRO, *SUPERCLASSES, *(["explanation"] if explained else [])),
                default=MACRO,
                required=True,
                key="cost-quality",
                format_func=lambda name: {MACRO: say("all classes"), "explanation": say("explanations")}.get(
                    name, name
                ),
                help=glossary.meaning("Macro AUC"),
                persist_state="session",
            )
            or MACRO
        )
        group = st.selectbox(
            say("Patients"),
            (EVERYONE, *_groups(cards)),
            key="cost-group",
            format_func=title,
            disabled=quality == "explanation",
            width=180,
            persist_state="session",
        )
        kinds = [kind for kind in COSTS if costs[kind]]
        kind = (
            st.segmented_control(
                say("Against"),
                kinds,
                default=kinds[0],
                required=True,
                key="cost-kind",
                format_func=lambda kind: COSTS[kind].split(" (")[0].removesuffix(" a record"),
                persist_state="session",
            )
            or kinds[0]
        )
    found, why = areas(cards, group or EVERYONE)
    told = {}
    if quality == "explanation":
        told = {name: Area.of(gain) for name, gain in gains.items()}
        why.append(outdated(explanations, cards))
    values = told or {name: by[quality] for name, by in found.items() if quality in by}
    looks = scores.looks()
    points = [
        Point(looks[name], costs[kind][name], v.value, v.low, v.high)
        for name, v in values.items()
        if name in costs[kind] and name in cards
    ]
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        if points:
            what = say(QUALITY_HEAD) if quality == "explanation" else _title(quality, group)
            charts.chart(trade_off_figure(points, theme(), cost=COSTS[kind], quality=what), "trade-off")
            st.caption(
                say(
                    "Whiskers: 95 % intervals. Rings: fusions without age and sex, moved a little to the right "
                    "where they would be hidden. Parameters and cost include the branches."
                )
            )
        else:
            st.info(say("No model has both numbers; choose another class, other patients or another cost."))
        for line in filter(None, (*faults, *why, *_gaps(cards, values, costs, kind, quality))):
            st.caption(f":material/info: {line}")
    with right:
        _recommendation(fusion, outdated(fusion, cards), bool(explained))
    _table(cards, found, costs, explained)


def _groups(cards: dict[str, Card]) -> list[str]:
    known = (card.test.subgroups for card in cards.values() if card.test)
    return list(dict.fromkeys(group for groups in known for group in groups))


def _title(quality: str, group: str) -> str:
    what = say("Macro AUC") if quality == MACRO else say("AUC for {quality}", quality=quality)
    return say("{what}, fold 10", what=what) + (
        "" if group == EVERYONE else say(", {group}", group=say(group))
    )


def _gaps(cards: dict, values: dict, costs: dict, kind: str, quality: str) -> list[str]:
    """Which models are not in the figure, and why."""
    lines = []
    if lacking := [name for name in cards if name not in values]:
        what = say("explanation quality") if quality == "explanation" else say("AUC for this choice")
        lines.append(
            say(
                "No {what}: {title}.",
                what=what,
                title=", ".join(REGISTRY[n].title for n in lacking),
            )
        )
    if lacking := [name for name in cards if name in values and name not in costs[kind]]:
        names = ", ".join(REGISTRY[n].title for n in lacking)
        lines.append(
            say(
                "{split} not measured: {names}; `ecgnet study fusion` measures it.",
                split=COSTS[kind].split(" (")[0],
                names=names,
            )
        )
    absent = [kind for kind in COSTS if not costs[kind]]
    if absent:
        lines.append(
            say(
                "{split}: not measured here; `ecgnet study fusion` writes them to docs/results/fusion.json.",
                split=say(" and ").join(COSTS[kind].split(" (")[0] for kind in absent),
            )
        )
    if missing := [entry.title for name, entry in REGISTRY.items() if name not in cards]:
        lines.append(say("Without weights: {missing}.", missing=", ".join(missing)))
    return lines


def _recommendation(fusion: Study | None, older: str, explained: bool) -> None:
    st.markdown(say("## What the study of the fusions says"))
    if fusion and fusion.findings:
        st.markdown("\n".join(f"- {_with_minus(finding)}" for finding in fusion.findings))
        if spoken() != ENGLISH:
            st.caption(say("These sentences are the study's own, in English."))
        if older:
            st.caption(f":material/history: {older}")
        st.caption(say("docs/results/fusion.md has the tables with paired differences."))
    else:
        st.info(
            say("The study has not been run on these weights: `ecgnet study fusion`."), icon=":material/info:"
        )
    if not explained:
        st.caption(
            say(
                "Explanation quality has not been measured for the strategies yet: `ecgnet study explanations`."
            ),
            help=say(HELP_QUALITY),
        )


def _with_minus(text: str) -> str:
    """A proper minus before numbers."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def _table(cards: dict[str, Card], found: dict, costs: dict, explained: dict[str, float]) -> None:
    rows = []
    for name, card in cards.items():
        macro = found[name].get(MACRO, Area(math.nan))
        row = {
            mark("Model"): REGISTRY[name].title,
            mark("Macro AUC"): macro.value,
            mark("95 % interval"): say("{low:.3f} to {high:.3f}", low=macro.low, high=macro.high)
            if macro.low == macro.low
            else "–",
            **{label: found[name].get(label, Area(math.nan)).value for label in SUPERCLASSES},
            **{SHORT[kind]: values.get(name) for kind, values in costs.items() if values},
            mark("Calibration error"): card.test.expected_calibration_error if card.test else None,
        }
        if explained:
            row[QUALITY_HEAD] = explained.get(name)
        rows.append(row)
    formats = dict(zip(SHORT.values(), ("%.2f", "%.0f", "%.1f"), strict=True))
    table = pd.DataFrame(rows)
    show_table(
        table,
        hide_index=True,
        width="stretch",
        placeholder="–",
        column_config={
            name: st.column_config.NumberColumn(format=formats.get(name, "%.3f"))
            for name in table.select_dtypes("number").columns
        },
    )
    st.caption(
        say(
            "AUC for the patients chosen above; the cost is that of one record, from its samples to the logits; "
            "MACs: multiply-accumulates."
        )
    )
