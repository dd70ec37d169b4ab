"""Heat maps of attribution and their colour bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme
from ecgnet.language import say


def middles(n: int, first: float, *, last: float) -> np.ndarray:
    """(n,) middles of n equal spans between first and last."""
    edges = np.linspace(first, last, n + 1)
    return (edges[1:] + edges[:-1]) / 2


def diverging(
    values: np.ndarray,
    x: np.ndarray,
    *,
    y: np.ndarray,
    theme: Theme,
    target: str,
    names: Sequence[str] = (),
    scale: float | None = None,
) -> go.Heatmap:
    """Attributions as colour: orange for the target, blue against it, full at the 99.5th percentile."""
    scale = scale or float(np.percentile(np.abs(values), 99.5)) or float(np.abs(values).max()) or 1.0
    bar = colourbar(say("attribution"), theme)
    bar.update(
        tickmode="array",
        tickvals=[-scale, 0, scale],
        ticktext=[say("against {target}", target=target), "0", say("for {target}", target=target)],
    )
    where = "<b>%{customdata}</b>  %{x:.1f} Hz" if names else say("%{x:.2f} s  %{y:.1f} Hz")
    return go.Heatmap(
        x=x,
        y=y,
        z=values,
        zmin=-scale,
        zmax=scale,
        customdata=np.repeat(np.asarray(names)[:, None], values.shape[1], 1).tolist() if names else None,
        colorscale=theme.diverging,
        colorbar=bar,
        name="attribution",
        hovertemplate=where + say("  attribution %{z:.2g}<extra></extra>"),
    )


def colourbar(title: str, theme: Theme) -> dict:
    small = {"size": theme.font_size - 2, "color": theme.muted}
    return {
        "title": {"text": title, "font": small, "side": "right"},
        "tickfont": small,
        "thickness": 12,
        "outlinewidth": 0,
        "x": 1.01,
    }


def fit_colourbars(figure: go.Figure) -> None:
    """Sets each heatmap's colour bar beside its own panel."""
    for trace in figure.select_traces(selector={"type": "heatmap"}):
        low, high = figure.layout["yaxis" + (trace.yaxis or "y")[1:]].domain
        trace.colorbar.update(y=(low + high) / 2, len=(high - low) * 1.02, yanchor="middle", ypad=0)
