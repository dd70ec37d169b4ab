"""Accuracy, cost and explanation quality of every model, and what the study of the fusions recommends."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from ecgnet.figures.trade_off import Point, trade_off_figure
from ecgnet.folders import RESULTS
from ecgnet.metrics import auroc_intervals
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import charts, scores, texts
from ecgnet.ui.frame import theme
from ecgnet.weights import Card, WeightsError, available, read_card

MACRO, QUALITY = "macro", "deletion against random"
COSTS = {
    "parameters": "Parameters (million)",
    "macs": "Multiply-accumulates a record (million)",
    "milliseconds": "CPU time a record (ms)",
}
SHORT = {"parameters": "Parameters (million)", "macs": "MACs (million)", "milliseconds": "CPU (ms)"}
COLUMNS = {"macs": "multiply-accumulates (million)", "milliseconds": "CPU (ms a record)"}
HELP_QUALITY = (
    "What leaving out the samples that the explanation ranks highest does to the answer, against leaving out "
    "as many in random order; above 0 the explanation points at what matters."
)


def study(name: str, folder: Path | None = None) -> dict[str, Any] | None:
    """A study's tables and findings, as `ecgnet study NAME` wrote them; None when there are none that can be read."""
    try:
        found = json.loads(((folder or RESULTS) / f"{name}.json").read_text("utf-8"))
        return found if isinstance(found.get("tables"), list) else None
    except (OSError, ValueError, AttributeError):
        return None


def cells(found: dict[str, Any] | None, name: str, caption: str = "") -> dict[str, Any]:
    """Model → its cell in the first table that has that column and, in its caption, that word. Models may stand in the table
    by title or by name."""
    by_title = {entry.title: model for model, entry in REGISTRY.items()}
    for table in (found or {}).get("tables", []):
        rows = table.get("rows", [])
        if caption.lower() in str(table.get("caption", "")).lower() and any(name in row for row in rows):
            named = {by_title.get(row.get("model"), row.get("model")): row.get(name) for row in rows}
            return {model: cell for model, cell in named.items() if model in REGISTRY}
    return {}


def column(found: dict[str, Any] | None, name: str, caption: str = "") -> dict[str, float]:
    """`cells` that are numbers."""
    numbers = {model: v for model, v in cells(found, name, caption).items() if isinstance(v, (int, float))}
    return {model: float(v) for model, v in numbers.items() if math.isfinite(v)}


def outdated(found: dict[str, Any] | None, cards: dict[str, Card]) -> str:
    """Which models have other weights now than when a study was written, in a sentence; "" where none has, or it does not
    say."""
    kept = (found or {}).get("weights", {})
    other = [
        n for n, card in cards.items() if kept.get(n, card.content["checksum"]) != card.content["checksum"]
    ]
    if not other:
        return ""
    names = ", ".join(REGISTRY[name].title for name in other)
    return f"Measured on earlier weights of {names}; `ecgnet study {found['study']}` measures those that are here."


def interval(text: Any) -> tuple[float, float]:
    """ "+0.012 to +0.034" → its two numbers; NaN for anything else."""
    ends = re.fullmatch(r"([+−-]?[\d.]+) to ([+−-]?[\d.]+)", str(text))
    return tuple(float(v.replace("−", "-")) for v in ends.groups()) if ends else (math.nan, math.nan)


@dataclass(frozen=True)
class Area:
    """An AUC with its interval, NaN where unknown."""

    value: float
    low: float = math.nan
    high: float = math.nan


def areas(cards: dict[str, Card], group: str) -> tuple[dict[str, dict[str, Area]], list[str]]:
    """Model → class or "macro" → AUC on fold 10 in a subgroup; and a sentence on each thing that is not known.

    For everyone they are the cards'; for a subgroup they are computed from the stored scores, and where a model has none
    the card's macro AUC stands without an interval.
    """
    if group == scores.EVERYONE:
        return {name: _of_card(card) for name, card in cards.items()}, []
    why = []
    try:
        found, _ = scores.of_fold(scores.TEST)
        chosen = scores.of_group(found, group)
    except WeightsError as error:
        found, chosen = None, None
        why.append(f"{error} Until then subgroups have the cards' macro AUC alone, without intervals.")
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
        known = card.content.get("test", {}).get("subgroups", {}).get(group, {})
        result[name] = {MACRO: Area(known["macro_auc"])} if "macro_auc" in known else {}
    return result, [line for line in why if line]


def _of_card(card: Card) -> dict[str, Area]:
    test = card.content.get("test", {})
    found = {
        label: Area(value, *test.get("auc_interval", {}).get(label, (math.nan, math.nan)))
        for label, value in test.get("auc", {}).items()
    }
    if "macro_auc" in test:
        found[MACRO] = Area(test["macro_auc"], *test.get("macro_auc_interval", (math.nan, math.nan)))
    return found


def accuracy_and_cost() -> None:
    """The section: choose what counts, see every model at its cost, read the recommendation."""
    st.markdown("#### What accuracy costs")
    cards = {name: read_card(name) for name in available()}
    fusion, explained = study("fusion"), column(study("explanations"), QUALITY, "strategies")
    costs = {"parameters": {name: card.content["parameters"] / 1e6 for name, card in cards.items()}}
    costs |= {kind: column(fusion, name) for kind, name in COLUMNS.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quality = (
            st.segmented_control(
                "Accuracy for",
                (MACRO, *SUPERCLASSES, *(["explanation"] if explained else [])),
                default=MACRO,
                required=True,
                key="cost-quality",
                format_func=lambda name: {MACRO: "all classes", "explanation": "explanations"}.get(
                    name, name
                ),
                help=texts.HELP_AUC,
                persist_state="session",
            )
            or MACRO
        )
        group = st.selectbox(
            "Patients",
            (scores.EVERYONE, *_groups(cards)),
            key="cost-group",
            format_func=lambda name: name if "5" not in name else f"{name} years",
            disabled=quality == "explanation",
            width=180,
            persist_state="session",
        )
        kinds = [kind for kind in COSTS if costs[kind]]
        kind = (
            st.segmented_control(
                "Against",
                kinds,
                default=kinds[0],
                required=True,
                key="cost-kind",
                format_func=lambda kind: COSTS[kind].split(" (")[0].removesuffix(" a record"),
                persist_state="session",
            )
            or kinds[0]
        )
    found, why = areas(cards, group or scores.EVERYONE)
    told = {}
    if quality == "explanation":
        spans = cells(study("explanations"), "95 %", "strategies")
        told = {name: Area(value, *interval(spans.get(name))) for name, value in explained.items()}
        why.append(outdated(study("explanations"), cards))
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
            title = QUALITY.capitalize() if quality == "explanation" else _title(quality, group)
            charts.chart(trade_off_figure(points, theme(), cost=COSTS[kind], quality=title), "trade-off")
            st.caption(
                "Whiskers: 95 % intervals. Rings: fusions without age and sex, moved a little to the right "
                "where they would be hidden. Parameters and cost include the branches."
            )
        else:
            st.info("No model has both numbers; choose another class, other patients or another cost.")
        for line in filter(None, (*why, *_gaps(cards, values, costs, kind, quality))):
            st.caption(f":material/info: {line}")
    with right:
        _recommendation(fusion, outdated(fusion, cards), bool(explained))
    _table(cards, found, costs, explained)


def _groups(cards: dict[str, Card]) -> list[str]:
    known = (card.content.get("test", {}).get("subgroups", {}) for card in cards.values())
    return list(dict.fromkeys(group for groups in known for group in groups))


def _title(quality: str, group: str) -> str:
    what = "Macro AUC" if quality == MACRO else f"AUC for {quality}"
    return f"{what}, fold 10" + ("" if group == scores.EVERYONE else f", {group}")


def _gaps(cards: dict, values: dict, costs: dict, kind: str, quality: str) -> list[str]:
    """Which models are not in the figure, and why."""
    lines = []
    if lacking := [name for name in cards if name not in values]:
        what = "explanation quality" if quality == "explanation" else "AUC for this choice"
        lines.append(f"No {what}: {', '.join(REGISTRY[n].title for n in lacking)}.")
    if lacking := [name for name in cards if name in values and name not in costs[kind]]:
        names = ", ".join(REGISTRY[n].title for n in lacking)
        lines.append(
            f"{COSTS[kind].split(' (')[0]} not measured: {names}; `ecgnet study fusion` measures it."
        )
    absent = [kind for kind in COSTS if not costs[kind]]
    if absent:
        lines.append(
            f"{' and '.join(COSTS[kind].split(' (')[0] for kind in absent)}: not measured here; `ecgnet study "
            "fusion` writes them to docs/results/fusion.json."
        )
    if missing := [entry.title for name, entry in REGISTRY.items() if name not in cards]:
        lines.append(f"Without weights: {', '.join(missing)}.")
    return lines


def _recommendation(fusion: dict[str, Any] | None, older: str, explained: bool) -> None:
    st.markdown("##### What the study of the fusions says")
    if fusion and fusion.get("findings"):
        st.markdown("\n".join(f"- {_with_minus(finding)}" for finding in fusion["findings"]))
        if older:
            st.caption(f":material/history: {older}")
        st.caption("docs/results/fusion.md has the tables with paired differences.")
    else:
        st.info("The study has not been run on these weights: `ecgnet study fusion`.", icon=":material/info:")
    if not explained:
        st.caption(
            "Explanation quality has not been measured for the strategies yet: `ecgnet study explanations`.",
            help=HELP_QUALITY,
        )


def _with_minus(text: str) -> str:
    """A proper minus before numbers."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def _table(cards: dict[str, Card], found: dict, costs: dict, explained: dict[str, float]) -> None:
    rows = []
    for name, card in cards.items():
        macro = found[name].get(MACRO, Area(math.nan))
        row = {
            "Model": REGISTRY[name].title,
            "Macro AUC": macro.value,
            "95 % interval": f"{macro.low:.3f} to {macro.high:.3f}" if macro.low == macro.low else "–",
            **{label: found[name].get(label, Area(math.nan)).value for label in SUPERCLASSES},
            **{SHORT[kind]: values.get(name) for kind, values in costs.items() if values},
            "Calibration error": card.content.get("test", {}).get("expected_calibration_error"),
        }
        if explained:
            row[QUALITY.capitalize()] = explained.get(name)
        rows.append(row)
    formats = dict(zip(SHORT.values(), ("%.2f", "%.0f", "%.1f"), strict=True))
    table = pd.DataFrame(rows)
    st.dataframe(
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
        "AUC for the patients chosen above; the cost is that of one record, from its samples to the logits; "
        "MACs: multiply-accumulates."
    )
