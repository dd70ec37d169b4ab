"""How models do on a fold: ROC, precision-recall and decision curves, and how a model is drawn on all of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import localised, say
from ecgnet.operating import Curve, NetBenefit

HEIGHT = 480  # pixels


@dataclass(frozen=True)
class Look:
    """How a model is drawn: its title, the number of its colour, and dashed or not, so that ten models stay apart."""

    title: str
    colour: int = 0
    dashed: bool = False

    def line(self, theme: Theme, width: float = 2.2) -> dict:
        """Plotly's line."""
        return {
            "color": theme.model_colour(self.colour),
            "width": width,
            "dash": "dash" if self.dashed else "solid",
        }


def roc_figure(
    curves: Mapping[str, Curve],
    looks: Mapping[str, Look],
    *,
    theme: Theme,
    label: str,
    areas: Mapping[str, tuple[float, float, float]],
    points: Mapping[str, tuple[float, float]] | None = None,
) -> go.Figure:
    """ROC curves of several models for one class; areas: AUC with its interval, in the legend; points: 1 − specificity and
    sensitivity at each model's own threshold, marked."""
    figure = go.Figure()
    diagonal(figure, theme, name="guessing")
    for name, curve in curves.items():
        value, low, high = areas[name]
        _curve(
            figure,
            curve,
            looks[name],
            theme,
            f"{looks[name].title}: " + localised(f"{value:.3f} ({low:.3f}–{high:.3f})"),
            say("1 − specificity %{x:.3f}<br>sensitivity %{y:.3f}"),
        )
        if points and name in points:
            _point(figure, points[name], looks[name], theme)
    told = "; ".join(f"{looks[name].title} {localised(f'{areas[name][0]:.3f}')}" for name in curves)
    apply_layout(
        figure,
        theme,
        alt=say(
            "ROC curves for {label}; area under the curve: {told}.",
            label=label,
            told=told,
        ),
        height=HEIGHT,
        t=16,
    )
    _unit_axes(figure, say("1 − specificity"), say("Sensitivity"))
    _legend_below(figure, theme, say("AUC (95 % interval)"))
    return figure


def precision_recall_figure(
    curves: Mapping[str, Curve],
    looks: Mapping[str, Look],
    *,
    theme: Theme,
    label: str,
    areas: Mapping[str, float],
    prevalence: float,
    points: Mapping[str, tuple[float, float]] | None = None,
) -> go.Figure:
    """Precision against recall of several models for one class, with the prevalence as the line of guessing; points: recall
    and precision at each model's own threshold."""
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=[0, 1],
            y=[prevalence, prevalence],
            mode="lines",
            line={"color": theme.muted, "width": 1, "dash": "dot"},
            name=say("guessing: {prevalence:.3f}", prevalence=prevalence),
            meta={"kind": "guessing"},
            hoverinfo="skip",
        )
    )
    for name, curve in curves.items():
        _curve(
            figure,
            curve,
            looks[name],
            theme,
            f"{looks[name].title}: {localised(f'{areas[name]:.3f}')}",
            say("sensitivity %{x:.3f}<br>PPV %{y:.3f}"),
        )
        if points and name in points:
            _point(figure, points[name], looks[name], theme)
    told = "; ".join(f"{looks[name].title} {localised(f'{areas[name]:.3f}')}" for name in curves)
    apply_layout(
        figure,
        theme,
        alt=say(
            "Precision-recall curves for {label}; average precision: {told}; guessing {prevalence:.3f}.",
            label=label,
            told=told,
            prevalence=prevalence,
        ),
        height=HEIGHT,
        t=16,
    )
    _unit_axes(figure, say("Sensitivity (recall)"), say("PPV (precision)"))
    _legend_below(figure, theme, say("Average precision"))
    return figure


def decision_figure(
    curves: Mapping[str, NetBenefit], looks: Mapping[str, Look], *, theme: Theme, label: str
) -> go.Figure:
    """Net benefit against the threshold probability, with treating all and treating none."""
    figure = go.Figure()
    first = next(iter(curves.values()))
    top = max(float(np.nanmax(c.model)) for c in curves.values())
    top = max(top, float(first.everyone.max()), 0.01)
    for words, values, dash in (
        (say("treat all"), first.everyone, "dot"),
        (say("treat none"), np.zeros_like(first.thresholds), "dashdot"),
    ):
        figure.add_trace(
            go.Scatter(
                x=100 * first.thresholds,
                y=values,
                mode="lines",
                name=words,
                line={"color": theme.muted, "width": 1.6, "dash": dash},
                meta={"kind": words},
                hovertemplate=say("{words}: %{{y:.3f}}<extra></extra>", words=words),
            )
        )
    for name, curve in curves.items():
        figure.add_trace(
            go.Scatter(
                x=100 * curve.thresholds,
                y=curve.model,
                mode="lines",
                name=looks[name].title,
                line=looks[name].line(theme),
                meta={"kind": "curve", "model": name},
                hovertemplate=f"<b>{looks[name].title}</b>: %{{y:.3f}}<extra></extra>",
            )
        )
    alt = say(
        "Decision curves for {label}: net benefit of {title} against treating all and treating none.",
        label=label,
        title=", ".join(looks[name].title for name in curves),
    )
    apply_layout(figure, theme, alt=alt, height=HEIGHT, t=16)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(title_text=say("Threshold probability (%)"), range=(0, 100), dtick=20)
    figure.update_yaxes(
        title_text=say("Net benefit (true positives a record)"), range=(-0.25 * top, 1.08 * top)
    )
    legend_inside(figure, theme, x=1, y=1)
    return figure


def _curve(figure: go.Figure, curve: Curve, look: Look, theme: Theme, words: str, hover: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=curve.x,
            y=curve.y,
            mode="lines",
            name=words,
            line=look.line(theme),
            customdata=np.minimum(curve.thresholds, 1),
            meta={"kind": "curve"},
            hovertemplate=say(
                "<b>{title}</b><br>{hover}<br>threshold %{{customdata:.3f}}<extra></extra>",
                title=look.title,
                hover=hover,
            ),
        )
    )


def _point(figure: go.Figure, at: tuple[float, float], look: Look, theme: Theme) -> None:
    marker = {
        "color": theme.model_colour(look.colour),
        "size": 11,
        "line": {"color": theme.ink, "width": 1.5},
    }
    figure.add_trace(
        go.Scatter(
            x=[at[0]],
            y=[at[1]],
            mode="markers",
            marker=marker,
            meta={"kind": "threshold"},
            showlegend=False,
            hovertemplate=say(
                "<b>{title}</b> at its threshold: %{{x:.3f}}, %{{y:.3f}}<extra></extra>", title=look.title
            ),
        )
    )


def diagonal(figure: go.Figure, theme: Theme, *, name: str) -> None:
    """The dotted line from (0, 0) to (1, 1)."""
    figure.add_trace(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name=name,
            line={"color": theme.muted, "width": 1, "dash": "dot"},
            meta={"kind": "guessing"},
            hoverinfo="skip",
        )
    )


def _unit_axes(figure: go.Figure, x: str, y: str) -> None:
    figure.update_xaxes(title_text=x, range=(-0.01, 1.01), dtick=0.2)
    figure.update_yaxes(title_text=y, range=(-0.01, 1.02), dtick=0.2)


def _legend_below(figure: go.Figure, theme: Theme, title: str) -> None:
    """The legend under the plot, an entry a line, for words that would hide the curves of a narrow screen."""
    lines = 1 + sum(trace.showlegend is not False for trace in figure.data)
    room, below = 21 * lines, figure.layout.margin.b
    plot = figure.layout.height - figure.layout.margin.t - below
    figure.update_layout(
        height=figure.layout.height + room,
        margin_b=below + room,
        legend={
            "orientation": "v",
            "x": 0,
            "xanchor": "left",
            "y": -54 / plot,
            "yanchor": "top",
            "font": {"size": theme.font_size - 1},
            "title": {"text": title, "font": {"size": theme.font_size - 1}},
        },
    )
    figure.update_annotations(selector={"name": "notice"}, yshift=2 - below - room)


def legend_inside(figure: go.Figure, theme: Theme, *, x: int, y: int, title: str = "") -> None:
    """The legend in a corner where no curve runs."""
    figure.update_layout(
        legend={
            "orientation": "v",
            "x": abs(x - 0.015),
            "xanchor": ("left", "right")[x],
            "y": abs(y - 0.02),
            "yanchor": ("bottom", "top")[y],
            "bgcolor": fade(theme.background, 0.8),
            "font": {"size": theme.font_size - 1},
            "title": {"text": title, "font": {"size": theme.font_size - 1}},
        }
    )
