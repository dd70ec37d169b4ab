"""A reader study in two pictures: AUC alone and aided, and the answers that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ecgnet.estimate import Estimate
from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import say

TICKS = 10
"""Up to so many answers each has a tick; of more Plotly chooses whole numbers by itself."""


def gain_figure(gains: Mapping[str, Estimate], *, theme: Theme) -> go.Figure:
    """AUC aided minus alone, averaged over readers, with its interval: a row a class."""
    figure = go.Figure()
    labels = list(gains)[::-1]
    values = [gains[label] for label in labels]
    figure.add_trace(
        go.Scatter(
            x=[v.value for v in values],
            y=labels,
            mode="markers",
            marker={"size": 10, "color": theme.supports},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [v.high - v.value for v in values],
                "arrayminus": [v.value - v.low for v in values],
                "color": theme.supports,
            },
            hovertemplate=say("%{y}: %{x:+.3f}<extra></extra>"),
            showlegend=False,
        )
    )
    figure.add_vline(x=0, line={"color": theme.muted, "width": 1})
    told = "; ".join(
        say(
            "{label} {value:+.3f} ({low:+.3f} to {high:+.3f})",
            label=label,
            value=v.value,
            low=v.low,
            high=v.high,
        )
        for label, v in gains.items()
    )
    apply_layout(
        figure,
        theme,
        alt=say("AUC aided minus alone: {told}.", told=told),
        height=90 + 44 * len(labels),
        t=16,
        l=80,
    )
    figure.update_xaxes(
        title_text=say("AUC aided − alone (95 % interval)"), gridcolor=theme.rule, zeroline=False
    )
    figure.update_yaxes(gridcolor=theme.rule)
    return figure


def changes_figure(
    kinds: Sequence[str], right_wrong: Sequence[int], *, wrong_right: Sequence[int], theme: Theme
) -> go.Figure:
    """How many answers changed from right to wrong, and from wrong to right, by what was shown: (K,) each."""
    figure = go.Figure()
    for name, counts, colour in (
        (say("right → wrong"), right_wrong, theme.opposes),
        (say("wrong → right"), wrong_right, theme.supports),
    ):
        figure.add_trace(
            go.Bar(
                x=list(counts),
                y=list(kinds),
                orientation="h",
                name=name,
                marker={"color": colour},
                hovertemplate="%{y}: %{x} " + name + "<extra></extra>",
            )
        )
    told = "; ".join(
        say(
            "{kind}: {harmed} from right to wrong, {helped} from wrong to right",
            kind=kind,
            harmed=harmed,
            helped=helped,
        )
        for kind, harmed, helped in zip(kinds, right_wrong, wrong_right, strict=True)
    )
    apply_layout(
        figure,
        theme,
        alt=say("Answers that changed. {told}.", told=told),
        height=100 + 62 * len(kinds),
        t=40,
        l=170,
    )
    figure.update_layout(barmode="group", legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"})
    most = max([1, *right_wrong, *wrong_right])
    figure.update_xaxes(
        title_text=say("Answers"), range=[0, 1.05 * most], tickformat="d", gridcolor=theme.rule
    )
    if most <= TICKS:  # else ticks of halves are written as whole numbers, each of them twice
        figure.update_xaxes(tick0=0, dtick=1)
    figure.update_yaxes(autorange="reversed")
    return figure
