"""What a data set is made of: classes, their company, ages and sexes, folds, devices and statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout, luminance, mix
from ecgnet.language import localised, mark, say

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
"""A mark a class, so that no class is told by its colour alone."""
YEARS = 5
"""Width of an age group."""


def count_bars(
    counts: Mapping[str, int], total: int, *, theme: Theme, title: str, words: Mapping[str, str] | None = None
) -> go.Figure:
    """A horizontal bar per name, in the order given: how many of `total` records have it, and the share in percent.
    words: a code → what is written in its place; the code is then shown on hovering."""
    codes, values = list(counts), list(counts.values())
    names = [(words or {}).get(code, code) for code in codes]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": theme.models[0], "line": {"width": 0}},
            text=[f"{localised(f'{n:,}')} ({share(n, total)})" for n in values],
            textposition="outside",
            textfont={"color": theme.ink},
            cliponaxis=False,
            width=0.7,
            customdata=codes if words else [""] * len(codes),
            hovertemplate=say("<b>%{y}</b> %{customdata}<br>%{x:,} records<extra></extra>"),
        )
    )
    listed = ", ".join(
        f"{name} {localised(f'{n:,}')} ({share(n, total)})" for name, n in zip(names, values, strict=True)
    )
    longest = max((len(name) for name in names), default=0)
    alt = say(
        "{title}, of {total:,} records: {listed}.",
        title=title,
        total=total,
        listed=listed,
    )
    apply_layout(
        figure,
        theme,
        alt=alt,
        height=25 * len(names) + 108,
        l=24 + min(310, (7 if words else 9) * longest),
        r=110,
    )
    figure.update_layout(title_text=title)
    figure.update_xaxes(title_text=say("Records"), rangemode="tozero", tickformat=",")
    figure.update_yaxes(
        autorange="reversed", type="category", showgrid=False, tickfont={"color": theme.ink}, dtick=1
    )
    return figure


def share(n: int, total: int) -> str:
    """A part of a whole in percent, with as many digits as it needs to not read as nothing."""
    percent = 100 * n / max(total, 1)
    return localised(
        f"{percent:.0f} %" if percent >= 10 or not n else f"{percent:.1f} %" if percent >= 0.1 else "< 0.1 %"
    )


def co_occurrence(labels: np.ndarray, names: Sequence[str], *, theme: Theme) -> go.Figure:
    """labels (N, K) of 0 and 1: of the records with the row's class, how many, and what share, have the column's too.

    On the diagonal stand the records that have the row's class and no other.
    """
    labels = np.asarray(labels) > 0
    both = labels.T.astype(int) @ labels.astype(int)
    totals = both.diagonal().copy()
    alone = (labels & (labels.sum(1, keepdims=True) == 1)).sum(0)
    np.fill_diagonal(both, alone)
    percent = 100 * both / np.maximum(totals, 1)[:, None]
    figure = go.Figure(
        go.Heatmap(
            z=percent,
            x=list(names),
            y=list(names),
            zmin=0,
            zmax=100,
            colorscale=[[0, theme.neutral], [1, theme.models[0]]],
            customdata=both,
            hovertemplate=say("of %{y}, %{z:.1f} % with %{x} (%{customdata:,} records)<extra></extra>"),
            xgap=3,
            ygap=3,
            colorbar={"title": {"text": say("Share of<br>the row (%)")}, "thickness": 12, "outlinewidth": 0},
        )
    )
    for row, column in np.ndindex(percent.shape):
        bright = luminance(mix(theme.neutral, theme.models[0], share=percent[row, column] / 100)) > 0.18
        figure.add_annotation(
            x=names[column],
            y=names[row],
            text=say(
                "{both:,}<br>{percent:.0f} %",
                both=both[row, column],
                percent=percent[row, column],
            ),
            showarrow=False,
            font={"color": "#101418" if bright else "#ffffff", "size": theme.font_size - 1},
        )
    told = "; ".join(
        say(
            "{names} {totals:,} records, alone {percent:.0f} %, ",
            names=names[r],
            totals=totals[r],
            percent=percent[r, r],
        )
        + ", ".join(
            say("with {names} {percent:.0f} %", names=names[c], percent=percent[r, c])
            for c in range(len(names))
            if c != r
        )
        for r in range(len(names))
    )
    title = say("Superclasses together")
    apply_layout(figure, theme, alt=f"{title}: {told}.", height=430, l=70, t=52, b=64)
    figure.update_layout(title_text=title)
    figure.update_xaxes(
        title_text=say("… that also have (diagonal: no other class)"), showgrid=False, constrain="domain"
    )
    figure.update_yaxes(title_text=say("Of the records with"), autorange="reversed", showgrid=False)
    figure.update_xaxes(tickfont={"color": theme.ink})
    figure.update_yaxes(tickfont={"color": theme.ink})
    return figure


def age_pyramid(ages: np.ndarray, sexes: Sequence[str | None], *, theme: Theme) -> go.Figure:
    """Ages (N,) in years, NaN where unknown, by sex: women to the left, men to the right, in groups of five years."""
    ages, sexes = np.asarray(ages, float), np.asarray(sexes, object)
    edges = np.arange(0, 100 + YEARS, YEARS)
    middles = edges[:-1] + YEARS / 2
    figure, told, widest = go.Figure(), [], 1
    for k, (sex, side) in enumerate(((mark("female"), -1), (mark("male"), 1))):
        mine = ages[(sexes == sex) & np.isfinite(ages)]
        counts = np.histogram(mine, edges)[0]
        widest = max(widest, int(counts.max(initial=0)))
        figure.add_trace(
            go.Bar(
                x=side * counts,
                y=middles,
                orientation="h",
                name=say(sex),
                width=YEARS * 0.86,
                marker={
                    "color": theme.model_colour(k),
                    "line": {"width": 0},
                    "pattern": {
                        "solidity": 0.15,
                        "shape": ("", "/")[k],
                        "fgcolor": theme.background,
                        "fillmode": "overlay",
                    },
                },
                customdata=np.stack([counts, edges[:-1], edges[1:] - 1], 1),
                hovertemplate=say(
                    "{sex}, %{{customdata[1]}} to %{{customdata[2]}} years: %{{customdata[0]:,}} "
                    "records<extra></extra>",
                    sex=say(sex),
                ),
            )
        )
        told.append(
            f"{localised(f'{len(mine):,}')} {say(sex)}"
            + (say(", median {median:.0f} years", median=np.median(mine)) if len(mine) else "")
        )
    unknown = int((~np.isfinite(ages)).sum())
    title = say("Age and sex")
    alt = say(
        "{title}: {told}; age unknown or over 89 in {unknown:,} records. Bars of {years} years.",
        title=title,
        told="; ".join(told),
        unknown=unknown,
        years=YEARS,
    )
    apply_layout(figure, theme, alt=alt, height=430, l=64, t=52)
    step = max(1, round(widest / 3, -max(0, len(str(widest)) - 2)))
    ticks = np.arange(0, widest + step, step)
    values = np.concatenate([-ticks[:0:-1], ticks])
    figure.update_layout(title_text=title, barmode="overlay", bargap=0)
    figure.update_xaxes(
        title_text=say("Records"), tickvals=values, ticktext=[localised(f"{abs(v):,.0f}") for v in values]
    )
    figure.update_yaxes(title_text=say("Age (years)"), range=(0, 95), dtick=10)
    return figure


def class_shares(
    labels: np.ndarray, groups: np.ndarray, *, names: Sequence[str], theme: Theme, title: str, axis: str
) -> go.Figure:
    """The share of each class in each group of records: labels (N, K) of 0 and 1, groups (N,) of numbers, NaN left out.

    A line and a mark a class; `axis` names the groups and their unit. Groups of fewer than 20 records are left out.
    """
    labels, groups = np.asarray(labels) > 0, np.asarray(groups, float)
    found, sizes = np.unique(groups[np.isfinite(groups)], return_counts=True)
    found, sizes = found[sizes >= 20], sizes[sizes >= 20]
    percent = np.array([100 * labels[groups == g].mean(0) for g in found]).reshape(
        len(found), labels.shape[1]
    )
    figure = go.Figure()
    for k, name in enumerate(names):
        figure.add_trace(
            go.Scatter(
                x=found,
                y=percent[:, k],
                mode="lines+markers",
                name=name,
                line={"color": theme.model_colour(k), "width": 1.8},
                marker={"symbol": SYMBOLS[k % len(SYMBOLS)], "size": 9},
                customdata=sizes,
                hovertemplate=say(
                    "<b>{name}</b> %{{y:.1f}} % of %{{customdata:,}} records<extra>%{{x}}</extra>", name=name
                ),
            )
        )
    told = "; ".join(
        say(
            "{name} from {min:.0f} to {max:.0f} %",
            name=name,
            min=percent[:, k].min(),
            max=percent[:, k].max(),
        )
        for k, name in enumerate(names)
        if len(found)
    )
    apply_layout(figure, theme, alt=f"{title}: {told}.", height=380, l=64, t=76)
    figure.update_layout(title_text=title, hovermode="x unified", legend={"y": 1.01})
    figure.update_xaxes(title_text=axis, tickvals=found)
    figure.update_yaxes(title_text=say("Share of the records (%)"), rangemode="tozero")
    return figure
