"""Shares of a whole: of leads, of modalities."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import say


def share_bars(shares: Mapping[str, float], theme: Theme, *, title: str) -> go.Figure:
    """A horizontal bar per name, in the order given; shares between -1 and 1 are shown in percent.

    Negative shares, as signed attributions give them, take the colour of what speaks against.
    """
    names = list(shares)
    percent = np.array([shares[name] for name in names], float) * 100
    signed = bool((percent < 0).any())
    plain = theme.models[0]
    colours = [theme.opposes if p < 0 else theme.supports if signed else plain for p in percent]
    figure = go.Figure(
        go.Bar(
            x=percent,
            y=names,
            orientation="h",
            marker={"color": colours, "line": {"width": 0}},
            text=[f"{p:+.0f} %".replace("-", "−") if signed else f"{p:.0f} %" for p in percent],
            textposition="outside",
            textfont={"color": theme.ink},
            cliponaxis=False,
            width=0.68,
            hovertemplate="<b>%{y}</b>  %{x:.1f} %<extra></extra>",
        )
    )
    listed = ", ".join(f"{name} {p:.0f} %" for name, p in zip(names, percent, strict=True))
    longest = max((len(name) for name in names), default=0)
    apply_layout(
        figure,
        theme,
        alt=f"{title}: {listed}.",
        height=26 * len(names) + 120,
        l=24 + min(220, 8 * longest),
        r=56,
    )
    figure.update_layout(title_text=title)
    reach = float(np.abs(percent).max(initial=1e-9)) * (1.3 if signed else 1.12)  # room for the numbers
    figure.update_xaxes(
        title_text=say("Share (%)"),
        range=(-reach if signed else 0, reach),
        zeroline=signed,
        zerolinecolor=theme.muted,
    )
    figure.update_yaxes(
        autorange="reversed", showgrid=False, type="category", tickfont={"color": theme.ink}, dtick=1
    )
    return figure
