"""Whether what models state holds: calibration curves, and the four cells of calls at a threshold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecgnet.figures.curves import HEIGHT, Look, diagonal, legend_inside
from ecgnet.figures.theme import Theme, apply_layout, fade, luminance, mix
from ecgnet.language import localised, mark, say
from ecgnet.operating import Counts, Reliability


def reliability_figure(
    curves: Mapping[str, Reliability], looks: Mapping[str, Look], *, theme: Theme, label: str
) -> go.Figure:
    """Stated probability against the share that carries the label, with 95 % intervals, and below how many records each bin
    holds."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.04)
    diagonal(figure, theme, name=say("as stated"))
    for k, (name, bins) in enumerate(curves.items()):
        colour = theme.model_colour(looks[name].colour)
        figure.add_trace(
            go.Scatter(
                x=bins.stated,
                y=bins.share,
                mode="lines+markers",
                name=looks[name].title,
                line=looks[name].line(theme, 1.6),
                marker={"color": colour, "size": 7},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": bins.high - bins.share,
                    "arrayminus": bins.share - bins.low,
                    "color": fade(colour, 0.7),
                    "thickness": 1.4,
                    "width": 3,
                },
                customdata=np.stack([bins.counts, bins.low, bins.high], 1),
                meta={"kind": "curve", "model": name},
                hovertemplate=say(
                    "<b>{title}</b><br>stated %{{x:.3f}}, observed %{{y:.3f}} (%{{customdata[1]:.3f}} to "
                    "%{{customdata[2]:.3f}})<br>%{{customdata[0]}} records<extra></extra>",
                    title=looks[name].title,
                ),
            ),
            1,
            1,
        )
        width = 0.085 / len(curves)
        figure.add_trace(
            go.Bar(
                x=np.minimum((bins.stated * 10).astype(int), 9) / 10 + 0.0075 + width * (k + 0.5),
                y=bins.counts,
                width=width,
                marker={"color": colour, "opacity": 0.55 if looks[name].dashed else 1, "line": {"width": 0}},
                meta={"kind": "counts", "model": name},
                showlegend=False,
                hovertemplate=say("%{y} records<extra></extra>"),
            ),
            2,
            1,
        )
    told = "; ".join(
        f"{looks[name].title}: "
        + ", ".join(
            say("stated {s:.2f} observed {o:.2f}", s=s, o=o) for s, o in zip(b.stated, b.share, strict=True)
        )
        for name, b in curves.items()
    )
    apply_layout(
        figure,
        theme,
        alt=say("Calibration for {label}. {told}.", label=label, told=told),
        height=HEIGHT + 80,
        t=16,
    )
    figure.update_xaxes(range=(0, 1), dtick=0.2)
    figure.update_xaxes(title_text=say("Stated probability"), row=2, col=1)
    figure.update_yaxes(title_text=say("Share with the label"), range=(-0.02, 1.02), dtick=0.2, row=1, col=1)
    figure.update_yaxes(title_text=say("Records"), type="log", tickvals=[1, 10, 100, 1000], row=2, col=1)
    most = max((bins.counts.max() for bins in curves.values() if len(bins.counts)), default=1)
    figure.update_yaxes(range=(-0.1, np.log10(most) + 0.15), row=2, col=1)
    legend_inside(figure, theme, x=0, y=1)
    return figure


CELLS = (
    mark("called,<br>with label"),
    mark("missed,<br>with label"),
    mark("called,<br>without label"),
    mark("left,<br>without label"),
)


def confusion_figure(
    counts: Mapping[str, Counts], looks: Mapping[str, Look], *, theme: Theme, label: str
) -> go.Figure:
    """A row a model: the four cells of label against call, coloured by their share of the records with, or without, the
    label."""
    names = list(counts)
    cells = np.array(
        [[c.true_positive, c.false_negative, c.false_positive, c.true_negative] for c in counts.values()],
        float,
    )
    groups = np.array([[c.with_label] * 2 + [c.without_label] * 2 for c in counts.values()], float)
    shares = np.divide(cells, groups, out=np.full_like(cells, np.nan), where=groups > 0)
    low = theme.paper if theme.name == "dark" else "#f4f7fa"
    rows, columns = np.arange(len(names)), np.array([0, 1, 2.15, 3.15])
    figure = go.Figure(
        go.Heatmap(
            x=columns,
            y=rows,
            z=shares,
            zmin=0,
            zmax=1,
            colorscale=[[0, low], [1, theme.models[0]]],
            showscale=False,
            xgap=4,
            ygap=4,
            customdata=cells,
            hovertemplate=say("%{customdata:,.0f} records, %{z:.1%}<extra></extra>"),
        )
    )
    figure.update_layout(
        annotations=[
            {
                "x": columns[c],
                "y": r,
                "text": localised(f"<b>{cells[r, c]:,.0f}</b> ({shares[r, c]:.0%})")
                if groups[r, c]
                else say("none"),
                "showarrow": False,
                "font": {"color": _ink(low, theme, shares[r, c])},
            }
            for r in rows
            for c in range(4)
        ]
    )
    told = "; ".join(
        say(
            "{title}: {true_positive} found, {false_negative} missed, {false_positive} called wrongly, "
            "{true_negative} rightly left",
            title=looks[name].title,
            true_positive=c.true_positive,
            false_negative=c.false_negative,
            false_positive=c.false_positive,
            true_negative=c.true_negative,
        )
        for name, c in counts.items()
    )
    apply_layout(
        figure,
        theme,
        alt=say("Calls for {label}. {told}.", label=label, told=told),
        height=46 * len(names) + 80,
        l=230,
        r=14,
        t=52,
        b=14,
    )
    figure.update_xaxes(
        tickvals=columns,
        ticktext=tuple(map(say, CELLS)),
        side="top",
        showgrid=False,
        tickfont={"color": theme.ink},
    )
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[looks[name].title for name in names],
        range=(len(names) - 0.5, -0.5),
        showgrid=False,
        tickfont={"color": theme.ink},
    )
    return figure


def _ink(low: str, theme: Theme, share: float) -> str:
    """Dark or white, whichever reads on a cell of this share."""
    if not np.isfinite(share):
        return theme.muted
    return "#10151a" if luminance(mix(low, theme.models[0], share=share)) > 0.196 else "#ffffff"
