"""What accuracy costs: every model at its cost and its quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.curves import Look
from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import localised, say

ASIDE = 1.025


@dataclass(frozen=True)
class Point:
    """A model: what it costs, how good it is, and the 95 % interval of that, NaN where unknown."""

    look: Look
    cost: float
    value: float
    low: float
    high: float


def trade_off_figure(points: Sequence[Point], theme: Theme, *, cost: str, quality: str) -> go.Figure:
    """Models by cost (across) and quality (upright) with intervals; a line joins those that no other model beats in both.

    cost and quality: the axes' titles with their units. Models without patient data are rings, a little to the right
    where they cost what those with them cost.
    """
    figure = go.Figure()
    front = undominated(points)
    steps = sorted((points[k] for k in front), key=lambda p: p.cost)
    figure.add_trace(
        go.Scatter(
            x=[p.cost for p in steps],
            y=[p.value for p in steps],
            mode="lines",
            line={"color": theme.muted, "width": 1.4, "dash": "dot", "shape": "hv"},
            name=say("no other is cheaper and better"),
            meta={"kind": "front"},
            hoverinfo="skip",
        )
    )
    for p in points:
        colour = theme.model_colour(p.look.colour)
        spread = (
            say(" ({low:.3f} to {high:.3f})", low=p.low, high=p.high) if np.isfinite(p.low + p.high) else ""
        )
        figure.add_trace(
            go.Scatter(
                x=[p.cost * (ASIDE if p.look.dashed and _hidden(p, points) else 1)],
                y=[p.value],
                mode="markers",
                customdata=[p.cost],
                name=p.look.title,
                marker={
                    "size": 13,
                    "color": theme.background if p.look.dashed else colour,
                    "line": {"color": colour, "width": 2.5},
                },
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [p.high - p.value],
                    "arrayminus": [p.value - p.low],
                    "color": colour,
                    "thickness": 1.4,
                    "width": 5,
                }
                if spread
                else None,
                meta={"kind": "model"},
                hovertemplate=f"<b>{p.look.title}</b><br>{quality}: %{{y:.3f}}{spread}<br>"
                f"{cost}: %{{customdata:,.4~g}}<extra></extra>",
            )
        )
    told = "; ".join(
        say(
            "{title}: {value:.3f} at {cost:,.4g}",
            title=p.look.title,
            value=p.value,
            cost=p.cost,
        )
        for p in points
    )
    apply_layout(
        figure,
        theme,
        alt=say("{quality} against {cost}. {told}.", quality=quality, cost=cost, told=told),
        height=430 + 24 * -(-len(points) // 4),
        t=24 * (1 + -(-len(points) // 4)),
        l=76,
    )
    figure.update_layout(legend={"x": 0, "xanchor": "left", "traceorder": "normal"})
    figure.update_xaxes(title_text=cost, type="log", **_ticks([p.cost for p in points]))
    figure.update_yaxes(title_text=quality, tickformat=".3f" if _narrow(points) else ".2f")
    return figure


def _hidden(point: Point, points: Sequence[Point]) -> bool:
    """Whether another model of about the same cost stands where this one does."""
    return any(q is not point and abs(q.cost / point.cost - 1) < ASIDE - 1 for q in points)


def _ticks(costs: Sequence[float]) -> dict:
    """Ticks at 1, 2 and 5 times the powers of ten, and a range with room around the points."""
    if not costs:
        return {}
    low, high = np.log10(min(costs)) - 0.12, np.log10(max(costs)) + 0.12
    places = [m * 10.0**k for k in range(int(np.floor(low)) - 1, int(np.ceil(high)) + 1) for m in (1, 2, 5)]
    shown = [v for v in places if low <= np.log10(v) <= high]
    return {"range": (low, high), "tickvals": shown, "ticktext": [localised(f"{v:,g}") for v in shown]}


def undominated(points: Sequence[Point]) -> list[int]:
    """The numbers of the points that no other one beats both in cost and in quality (the Pareto front)."""
    return [
        k
        for k, p in enumerate(points)
        if not any(
            q.cost <= p.cost and q.value >= p.value and (q.cost < p.cost or q.value > p.value) for q in points
        )
    ]


def _narrow(points: Sequence[Point]) -> bool:
    return bool(points) and max(p.value for p in points) - min(p.value for p in points) < 0.05
