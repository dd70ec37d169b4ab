"""Many records at once: probabilities by record, class and model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import say

if TYPE_CHECKING:
    from ecgnet.figures.curves import Look

ROW = 24  # pixels
ANYWHERE = -1
"""Plotly's word for no limit: a click anywhere on a cell is one on its middle; by default only within 20 pixels of it."""
LABELLED = "●"
SHADES = {"light": ("#f4f7fa", "#56b4e9"), "dark": ("#11161c", "#1d6fa5")}
"""From 0 to 100 %, so that the theme's ink reads on all of it."""


def record_set_figure(
    probabilities: np.ndarray,
    calls: np.ndarray,
    *,
    records: Sequence[str],
    labels: tuple[str, ...],
    looks: Sequence[Look],
    theme: Theme,
    truth: np.ndarray | None = None,
) -> go.Figure:
    """Records (rows) by class and, within it, by model (columns): the calibrated probability in percent as number and
    colour, bold where the class is present; a dot marks the known label.

    probabilities: (N, M, 5), NaN where a model did not answer; calls: (N, M, 5) bool, which classes are
    present; truth: (N, 5) bool, or None. Invisible
    points, a cell each, carry the row's number in their custom data, to be clicked on.
    """
    n, m, c = probabilities.shape
    percent = 100 * probabilities.transpose(0, 2, 1).reshape(n, c * m)
    bold = np.asarray(calls, bool).transpose(0, 2, 1).reshape(n, c * m)
    gap = 0.35
    columns = np.arange(c * m) + gap * (np.arange(c * m) // m)
    known = np.zeros((n, c), bool) if truth is None else np.asarray(truth, bool)
    marks = np.repeat(known, m, 1) & (np.arange(c * m) % m == 0)
    texts = [
        [_cell(p, yes, d) for p, yes, d in zip(row, called, dots, strict=True)]
        for row, called, dots in zip(percent, bold, marks, strict=True)
    ]
    titles = [look.title for look in looks]
    hover = [
        [
            f"<b>{record}</b><br>{titles[k % m]}, {labels[k // m]}: {_chance(p, called[k])}"
            for k, p in enumerate(row)
        ]
        for record, row, called in zip(records, percent, bold, strict=True)
    ]
    low, high = SHADES[theme.name]
    rows = np.arange(n)
    figure = go.Figure(
        go.Heatmap(
            x=columns,
            y=rows,
            z=percent,
            zmin=0,
            zmax=100,
            colorscale=[[0, low], [1, high]],
            colorbar={
                "title": {"text": "%", "side": "right"},
                "thickness": 12,
                "len": min(1.0, 200 / (ROW * n + 1)),
                "y": 1,
                "yanchor": "top",
                "outlinewidth": 0,
            },
            text=texts,
            texttemplate="%{text}",
            textfont={"size": 12, "color": theme.ink},
            xgap=2,
            ygap=2,
            hoverinfo="skip",
            hoverongaps=False,
        )
    )
    unseen = {"marker": {"opacity": 0}}
    figure.add_trace(
        go.Scatter(
            x=np.tile(columns, n),
            y=np.repeat(rows, c * m),
            mode="markers",
            marker={"opacity": 0, "size": 16, "symbol": "square"},
            selected=unseen,
            unselected=unseen,
            text=[words for row in hover for words in row],
            customdata=np.repeat(rows, c * m),
            hovertemplate="%{text}<extra></extra>",
            meta={"kind": say("to click")},
            showlegend=False,
        )
    )
    widest = float(np.ptp(probabilities[0], axis=0).max()) if n and np.isfinite(probabilities[0]).all() else 0
    alt = say(
        "Probabilities of {n} records in {labels} by {titles}; the models are furthest apart on "
        "{records}, by {widest:.0f} percent.",
        n=n,
        labels=", ".join(labels),
        titles=", ".join(titles),
        records=records[0] if n else "none",
        widest=100 * widest,
    )
    apply_layout(
        figure,
        theme,
        alt=alt,
        height=ROW * n + 84,
        l=24 + min(230, 8 * max((len(r) for r in records), default=4)),
        r=70,
        t=62,
        b=10,
        own={"showlegend": False, "dragmode": False, "hoverdistance": ANYWHERE},
    )
    middle = [columns[k * m : (k + 1) * m].mean() for k in range(c)]
    for name, x in zip(labels, middle, strict=True):
        figure.add_annotation(
            x=x,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=30,
            text=f"<b>{name}</b>",
            showarrow=False,
            name="class",
        )
    figure.update_xaxes(
        tickvals=columns,
        ticktext=[str(k % m + 1) for k in range(c * m)] if m > 1 else [""] * c,
        side="top",
        showgrid=False,
        range=(-0.6, columns[-1] + 0.6),
        fixedrange=True,
    )
    figure.update_yaxes(
        tickvals=rows,
        ticktext=list(records),
        range=(n - 0.5, -0.5),
        showgrid=False,
        tickfont={"color": theme.ink},
        fixedrange=True,
    )
    return figure


def _chance(percent: float, present: bool) -> str:
    if not np.isfinite(percent):
        return say("not judged")
    if present:
        return say("{percent:.1f} %, present", percent=percent)
    return say("{percent:.1f} %", percent=percent)


def _cell(percent: float, present: bool, labelled: bool) -> str:
    if not np.isfinite(percent):
        return "–"
    words = f"<b>{percent:.0f}</b>" if present else f"{percent:.0f}"
    return f"{LABELLED}{words}" if labelled else words
