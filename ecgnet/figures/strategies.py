"""Models side by side on one record: probabilities with intervals, what each part contributed, two models apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.predictions import LABELLED
from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import localised, say

if TYPE_CHECKING:
    from ecgnet.inference import Prediction

ROW = 34  # pixels


def strategy_bars(
    prediction: Prediction,
    theme: Theme,
    *,
    truth: tuple[str, ...] | None,
    titles: Mapping[str, str],
    intervals: np.ndarray | None = None,
    colour: int = 0,
) -> go.Figure:
    """One model's calibrated probabilities in percent, a bar a superclass, pale where the class is not present; an upright
    stroke stands where it begins to be; made to stand in columns: every such figure has the same rows and the same axis.

    intervals: (5, 2), low and high of each, 0 to 1, NaN where unknown, drawn as whiskers; truth: the record's labels,
    marked; colour: the model's number.
    """
    labels = prediction.labels
    percent = 100 * np.asarray(prediction.probabilities, float)
    limits = 100 * np.asarray(prediction.thresholds, float)
    called = [label in prediction.called for label in labels]
    hue = theme.model_colour(colour)
    rows = np.arange(len(labels))
    said = [_with_interval(label, p, t, None) for label, p, t in zip(labels, percent, limits, strict=True)]
    figure = go.Figure()
    edge = percent
    if intervals is not None:
        ends = 100 * np.asarray(intervals, float)
        said = [_with_interval(*one) for one in zip(labels, percent, limits, ends, strict=True)]
        edge = np.fmax(percent, ends[:, 1])
    hover = [
        f"<b>{titles.get(label, label)}</b><br>{words}" for label, words in zip(labels, said, strict=True)
    ]
    figure.add_trace(
        go.Bar(
            x=percent,
            y=rows,
            orientation="h",
            width=0.62,
            meta={"kind": "probability"},
            marker={"color": [hue if yes else fade(hue, 0.35) for yes in called], "line": {"width": 0}},
            hovertext=hover,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    if intervals is not None:
        known = np.isfinite(ends).all(1)
        gap = np.full(known.sum(), np.nan)
        for kind, ink, width in (("interval rim", theme.background, 4), ("interval", theme.ink, 1.5)):
            figure.add_trace(
                go.Scatter(
                    x=np.stack([*ends[known].T, gap], 1).ravel(),
                    y=np.repeat(rows[known], 3).astype(float),
                    mode="lines+markers",
                    line={"color": ink, "width": width},
                    marker={"symbol": "line-ns", "size": 9, "line": {"color": ink, "width": width}},
                    meta={"kind": kind},
                    hoverinfo="skip",
                )
            )
    strokes = np.stack([limits, limits, np.full(len(rows), np.nan)], 1).ravel()
    heights = np.stack([rows - 0.4, rows + 0.4, np.full(len(rows), np.nan)], 1).ravel()
    for kind, ink, width in (("rim", theme.background, 5), ("threshold", theme.ink, 2)):
        figure.add_trace(
            go.Scatter(
                x=strokes,
                y=heights,
                mode="lines",
                line={"color": ink, "width": width},
                meta={"kind": kind},
                hoverinfo="skip",
            )
        )
    crossed = (limits >= edge) & (limits - edge < 14)
    figure.add_trace(
        go.Scatter(
            x=np.where(crossed, limits, edge) + 1,
            y=rows,
            mode="text",
            text=[_percent(p, yes) for p, yes in zip(percent, called, strict=True)],
            textposition="middle right",
            textfont={"color": theme.ink},
            cliponaxis=False,
            meta={"kind": "number"},
            hoverinfo="skip",
        )
    )
    apply_layout(
        figure,
        theme,
        alt=f"{titles.get(prediction.model, prediction.model)}: {'; '.join(said)}.",
        height=ROW * len(rows) + 62,
        l=70,
        r=14,
        t=6,
        b=48,
    )
    figure.update_layout(showlegend=False, barmode="overlay")
    figure.update_xaxes(title_text=say("Probability (%)"), range=(0, 118), tickvals=list(range(0, 101, 25)))
    figure.update_yaxes(
        tickvals=list(rows),
        ticktext=[f"{LABELLED} {name}" if truth and name in truth else name for name in labels],
        tickfont={"color": theme.ink, "size": theme.font_size},
        range=(len(rows) - 0.5, -0.5),
        showgrid=False,
    )
    return figure


def _with_interval(label: str, p: float, limit: float, ends: np.ndarray | None) -> str:
    words = say(
        "{label} {p:.1f} %, present from {limit:.1f} %",
        label=label,
        p=p,
        limit=limit,
    )
    if ends is not None and np.isfinite(ends).all():
        words += say(
            "; of similar records {ends:.0f} to {ends_2:.0f} % carry the label",
            ends=ends[0],
            ends_2=ends[1],
        )
    return words


def _percent(value: float, called: bool) -> str:
    """Whole percent; never a bare 0 or 100, which no model can know."""
    text = "&lt;1" if value < 0.5 else "&gt;99" if value > 99.5 else f"{value:.0f}"
    return f"<b>{text}</b>" if called else text


def contribution_bars(
    parts: Mapping[str, float], theme: Theme, *, title: str, axis: str, digits: int = 2, signed: bool = True
) -> go.Figure:
    """What each part did, a bar a part on an axis through 0: orange for, blue against; one colour where `signed` is off.

    parts: name → value in the unit that `axis` names; NaN is told as not read.
    """
    names = list(parts)
    values = np.array([parts[name] for name in names], float)
    known = np.isfinite(values)
    colours = [(theme.supports if v >= 0 else theme.opposes) if signed else theme.models[0] for v in values]
    sign = "+" if signed else ""
    words = [
        localised(f"{v:{sign}.{digits}f}").replace("-", "−") if k else say("not read")
        for v, k in zip(values, known, strict=True)
    ]
    drawn = np.nan_to_num(values)
    figure = go.Figure(
        go.Bar(
            x=drawn,
            y=names,
            orientation="h",
            width=0.6,
            marker={"color": colours, "line": {"width": 0}},
            text=words,
            textposition="outside",
            textfont={"color": theme.ink},
            cliponaxis=False,
            hovertemplate="<b>%{y}</b>: %{text}<extra></extra>",
        )
    )
    told = ", ".join(f"{name} {word}" for name, word in zip(names, words, strict=True))
    apply_layout(figure, theme, alt=f"{title}: {told}.", height=28 * len(names) + 62, l=118, r=14, t=6, b=48)
    reach = float(np.abs(drawn).max(initial=10.0**-digits))
    low = -1.35 * reach if (drawn < 0).any() else 0.0
    figure.update_layout(showlegend=False)
    figure.update_xaxes(
        title_text=axis,
        range=(low, 1.35 * reach if (drawn > 0).any() else 0.35 * reach),
        zeroline=True,
        zerolinecolor=theme.muted,
        nticks=5,
    )
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False, tickfont={"color": theme.ink})
    return figure


def dumbbell(
    first: np.ndarray,
    second: np.ndarray,
    *,
    rows: Sequence[str],
    names: tuple[str, str],
    theme: Theme,
    axis: str,
    marks: tuple[np.ndarray, np.ndarray] | None = None,
    intervals: tuple[np.ndarray, np.ndarray] | None = None,
    bounds: tuple[float, float] | None = None,
) -> go.Figure:
    """Two models' values, a row a class, joined by a line: how far they are apart, and which way.

    first, second: (R,); marks: thresholds of both (R,), short upright strokes in their colours; intervals: (R, 2) of both.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    places = np.arange(len(rows))
    gaps = np.full(len(rows), np.nan)
    figure = go.Figure(
        go.Scatter(
            x=np.stack([first, second, gaps], 1).ravel(),
            y=np.repeat(places, 3).astype(float),
            mode="lines",
            line={"color": fade(theme.muted, 0.55), "width": 5},
            meta={"kind": "gap"},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for k, (name, values, shift) in enumerate(zip(names, (first, second), (-0.16, 0.16), strict=True)):
        colour = theme.model_colour(k)
        spread = {}
        if intervals is not None:
            ends = np.asarray(intervals[k], float)
            spread = {
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": ends[:, 1] - values,
                    "arrayminus": values - ends[:, 0],
                    "color": colour,
                    "thickness": 1.5,
                    "width": 4,
                }
            }
        figure.add_trace(
            go.Scatter(
                x=values,
                y=places + (shift if intervals is not None else 0),
                mode="markers",
                name=name,
                marker={"color": colour, "size": 13, "symbol": ("circle", "diamond")[k]},
                meta={"kind": "value"},
                customdata=list(rows),
                hovertemplate=f"<b>%{{customdata}}</b><br>{name}: %{{x:.3g}}<extra></extra>",
                **spread,
            )
        )
        if marks is not None:
            at = np.asarray(marks[k], float)
            half = (-0.36, -0.08) if k == 0 else (0.08, 0.36)
            figure.add_trace(
                go.Scatter(
                    x=np.stack([at, at, gaps], 1).ravel(),
                    y=np.stack([places + half[0], places + half[1], gaps], 1).ravel(),
                    mode="lines",
                    line={"color": colour, "width": 2.5},
                    name=say("its threshold (above)") if k == 0 else say("its threshold (below)"),
                    meta={"kind": "threshold"},
                    hoverinfo="skip",
                    showlegend=False,
                )
            )
    told = "; ".join(
        say("{row}: {a:.3g} and {b:.3g}", row=row, a=a, b=b)
        for row, a, b in zip(rows, first, second, strict=True)
        if np.isfinite(a + b)
    )
    apply_layout(
        figure,
        theme,
        alt=say(
            "{axis} by {names} and by {names_2}. {told}.",
            axis=axis,
            names=names[0],
            names_2=names[1],
            told=told,
        ),
        height=46 * len(rows) + 104,
        l=76,
        r=20,
        t=40,
        b=48,
    )
    figure.update_layout(legend={"x": 0, "xanchor": "left"})
    figure.update_xaxes(title_text=axis, **({"range": bounds} if bounds else {}))
    figure.update_yaxes(
        tickvals=list(places),
        ticktext=list(rows),
        range=(len(rows) - 0.5, -0.5),
        showgrid=False,
        tickfont={"color": theme.ink, "size": theme.font_size},
    )
    return figure
