"""Periods one after the other beside the reference: how often each class is found, and observed over expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import say


@dataclass(frozen=True, eq=False)
class Course:
    """One class over P periods. values, low, high (P,): with their 95 % interval, NaN where nothing is known; reference:
    what they are compared with; alarmed (P,) bool."""

    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    reference: float
    alarmed: np.ndarray


def course_figure(
    courses: Mapping[str, Course], periods: Sequence[str], *, theme: Theme, what: str, percent: bool
) -> go.Figure:
    """A panel a class, side by side on one scale. periods: their beginnings; what: the axis' title; percent: of shares."""
    figure = make_subplots(
        rows=1, cols=len(courses), shared_yaxes=True, subplot_titles=list(courses), horizontal_spacing=0.02
    )
    scale, unit = (100, " %") if percent else (1, "")
    for k, (label, course) in enumerate(courses.items(), 1):
        colour = theme.model_colour(0)
        colours = np.where(course.alarmed, theme.model_colour(1), colour)
        y = scale * course.values
        figure.add_trace(
            go.Scatter(
                x=list(periods),
                y=y,
                mode="lines+markers",
                line={"color": fade(colour, 0.6), "width": 1.6},
                marker={
                    "color": colours.tolist(),
                    "size": np.where(course.alarmed, 11, 7).tolist(),
                    "symbol": np.where(course.alarmed, "diamond", "circle").tolist(),
                },
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": scale * course.high - y,
                    "arrayminus": y - scale * course.low,
                    "color": fade(colour, 0.6),
                    "thickness": 1.2,
                    "width": 2,
                },
                showlegend=False,
                hovertemplate=say(
                    "<b>{label}</b>, from %{{x}}: %{{y:.{percent}f}}{unit}<extra></extra>",
                    label=label,
                    percent=0 if percent else 2,
                    unit=unit,
                ),
            ),
            1,
            k,
        )
        if np.isfinite(course.reference):
            figure.add_hline(
                scale * course.reference,
                line={"color": theme.muted, "dash": "dash", "width": 1},
                row=1,
                col=k,
            )
    alarmed = [label for label, course in courses.items() if course.alarmed.any()]
    words = say("; alarms for {alarmed}", alarmed=", ".join(alarmed)) if alarmed else say("; no alarm")
    apply_layout(
        figure,
        theme,
        alt=say(
            "{what} over {n_periods} periods{words}.",
            what=what,
            n_periods=len(periods),
            words=words,
        ),
        height=330,
        l=64,
        t=34,
        b=64,
    )
    figure.update_xaxes(type="category", nticks=6, tickangle=-40, tickfont={"size": 11})
    figure.update_yaxes(rangemode="tozero")
    figure.update_yaxes(title_text=what, col=1)
    return figure
