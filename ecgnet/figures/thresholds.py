"""What moving a threshold does: sensitivity and specificity along it, predictive values along the prevalence."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import say

HEIGHT = 350  # pixels


def threshold_figure(
    thresholds: np.ndarray,
    sensitivity: np.ndarray,
    *,
    specificity: np.ndarray,
    theme: Theme,
    label: str,
    chosen: float,
    card: float,
) -> go.Figure:
    """Sensitivity and specificity with their intervals along the threshold; thresholds (K,), the others (K, 3): value, low
    and high. chosen: the threshold asked for; card: the model's own."""
    figure = go.Figure()
    for name, values, k in ((say("sensitivity"), sensitivity, 1), (say("specificity"), specificity, 0)):
        _band(figure, 100 * np.asarray(thresholds), 100 * np.asarray(values), name, theme, k)
    _upright(figure, 100 * card, say("its own"), theme.muted, "dot", theme)
    _upright(figure, 100 * chosen, say("chosen"), theme.ink, "solid", theme)
    at = int(np.argmin(np.abs(np.asarray(thresholds) - chosen)))
    alt = say(
        "Sensitivity and specificity for {label} along the threshold; at {chosen:.1f} % about "
        "{sensitivity:.0f} % and {specificity:.0f} %.",
        label=label,
        chosen=100 * chosen,
        sensitivity=100 * sensitivity[at][0],
        specificity=100 * specificity[at][0],
    )
    apply_layout(figure, theme, alt=alt, height=HEIGHT, t=44)
    figure.update_layout(hovermode="x unified", legend={"x": 0, "xanchor": "left", "y": 1.06})
    figure.update_xaxes(title_text=say("Threshold (% probability)"), range=(0, 100), dtick=20)
    figure.update_yaxes(title_text="%", range=(-1, 102), dtick=20)
    return figure


def predictive_figure(
    prevalences: np.ndarray,
    ppv: np.ndarray,
    *,
    npv: np.ndarray,
    theme: Theme,
    label: str,
    chosen: float,
    fold: float,
) -> go.Figure:
    """PPV and NPV with their intervals along the prevalence; prevalences (K,), the others (K, 3). chosen: the prevalence
    asked for; fold: that of the records counted."""
    figure = go.Figure()
    for name, values, k in (("PPV", ppv, 3), ("NPV", npv, 2)):
        _band(figure, 100 * np.asarray(prevalences), 100 * np.asarray(values), name, theme, k)
    if np.isfinite(fold):
        _upright(figure, 100 * fold, say("fold"), theme.muted, "dot", theme)
    _upright(figure, 100 * chosen, say("chosen"), theme.ink, "solid", theme)
    known = np.isfinite(np.asarray(ppv)[:, 0])
    alt = say(
        "PPV and NPV for {label} along the prevalence; the chosen one is {chosen:.1f} %.",
        label=label,
        chosen=100 * chosen,
    )
    if known.any():
        at = int(np.argmin(np.where(known, np.abs(np.asarray(prevalences) - chosen), np.inf)))
        alt = alt[:-1] + say(
            ", where they are about {ppv:.0f} % and {npv:.0f} %.",
            ppv=100 * ppv[at][0],
            npv=100 * npv[at][0],
        )
    apply_layout(figure, theme, alt=alt, height=HEIGHT, t=44)
    figure.update_layout(hovermode="x unified", legend={"x": 0, "xanchor": "left", "y": 1.06})
    figure.update_xaxes(title_text=say("Prevalence (%)"), range=(0, 100), dtick=20)
    figure.update_yaxes(title_text="%", range=(-1, 102), dtick=20)
    return figure


def _band(figure: go.Figure, x: np.ndarray, values: np.ndarray, name: str, theme: Theme, k: int) -> None:
    """A line in its interval."""
    colour = theme.model_colour(k)
    value, low, high = values.T
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_trace(go.Scatter(x=x, y=low, meta={"kind": "low", "of": name}, **edge))
    figure.add_trace(
        go.Scatter(
            x=x,
            y=high,
            fill="tonexty",
            fillcolor=fade(colour, 0.2),
            meta={"kind": "high", "of": name},
            **edge,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=x,
            y=value,
            mode="lines",
            name=name,
            line={"color": colour, "width": 2.2, "dash": "dash" if k in (0, 2) else "solid"},
            customdata=np.stack([low, high], 1),
            meta={"kind": "value", "of": name},
            hovertemplate=say(
                "{name} %{{y:.1f}} % (%{{customdata[0]:.1f}} to %{{customdata[1]:.1f}})<extra></extra>",
                name=name,
            ),
        )
    )


def _upright(figure: go.Figure, x: float, words: str, colour: str, dash: str, theme: Theme) -> None:
    figure.add_shape(
        type="line",
        x0=x,
        x1=x,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": colour, "width": 1.6, "dash": dash},
        name=words,
    )
    figure.add_annotation(
        x=x,
        y=0,
        yref="paper",
        text=words,
        showarrow=False,
        xanchor="left" if x < 80 else "right",
        yanchor="bottom" if words == "chosen" else "top",
        yshift=2 if words == "chosen" else 34,
        font={"color": colour, "size": 12},
        name=words,
    )
