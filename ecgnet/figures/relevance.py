"""Relevance summed up: grids of leads and waves, of what was left out and models, and the curves that test a map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.heat import colourbar
from ecgnet.figures.theme import Theme, apply_layout, fade, luminance, mix
from ecgnet.language import localised, say

ROW = 27  # pixels


def relevance_grid(
    values: np.ndarray,
    rows: Sequence[str],
    *,
    columns: Sequence[str],
    theme: Theme,
    title: str,
    ends: tuple[str, str],
    unit: str,
    written: np.ndarray | None = None,
    scale: float | None = None,
) -> go.Figure:
    """values (R, C) as colour on the diverging scale, 0 in the middle, NaN blank; a number in each cell and on hover.

    ends: what the two ends of the scale mean, the lower first; unit: of the numbers, for hovering; written (R, C): what
    stands in the cells where it is not the values; scale: the value of full colour, by default the largest.
    """
    values = np.asarray(values, float)
    known = np.abs(values[np.isfinite(values)])
    scale = scale or float(known.max(initial=0.0)) or 1.0
    numbers = values if written is None else np.asarray(written, float)
    sign = "+" if written is None else ""
    words = [[_number(v, sign) if np.isfinite(v) else "" for v in row] for row in numbers]
    bar = colourbar("", theme)
    bar.update(tickmode="array", tickvals=[-scale, 0, scale], ticktext=[ends[0], "0", ends[1]], len=0.9)
    figure = go.Figure(
        go.Heatmap(
            x=list(columns),
            y=list(rows),
            z=values,
            zmin=-scale,
            zmax=scale,
            customdata=words,
            colorscale=theme.diverging,
            colorbar=bar,
            xgap=2,
            ygap=2,
            name="relevance",
            hoverongaps=False,
            hovertemplate="<b>%{y}</b>, %{x}: %{customdata} " + unit + "<extra></extra>",
        )
    )
    notes = [
        {
            "x": columns[c],
            "y": rows[r],
            "text": words[r][c] or "–",
            "showarrow": False,
            "name": "number",
            "font": {"size": theme.font_size - 2, "color": _readable(values[r, c] / scale, theme)},
        }
        for r in range(len(rows))
        for c in range(len(columns))
    ]
    apply_layout(
        figure,
        theme,
        alt=f"{title}: {_strongest(values, rows, columns, words)}",
        height=ROW * len(rows) + 86,
        own={
            "title": {"text": title},
            "annotations": notes,
            "xaxis": {
                "side": "bottom",
                "showgrid": False,
                "tickfont": {"color": theme.ink},
                "type": "category",
            },
            "yaxis": {
                "autorange": "reversed",
                "showgrid": False,
                "tickfont": {"color": theme.ink},
                "type": "category",
                "dtick": 1,
            },
        },
        l=24 + min(230, 8 * max(map(len, rows))),
        r=128,
        t=42,
        b=44,
    )
    return figure


def _number(value: float, sign: str) -> str:
    """Two digits after the point, with a proper minus; nothing that rounds to zero has a sign."""
    text = f"{value:{sign}.2f}"
    return "0" if float(text) == 0 else localised(text).replace("-", "−")


def _readable(share: float, theme: Theme) -> str:
    """Black or white, whichever stands out from the cell's colour at -1 to 1 of full scale."""
    if not np.isfinite(share):
        return theme.muted
    end = theme.supports if share > 0 else theme.opposes
    light = luminance(mix(theme.neutral, end, share=min(abs(share), 1.0)))
    return "#101010" if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "#ffffff"


def _strongest(
    values: np.ndarray, rows: Sequence[str], columns: Sequence[str], words: list[list[str]], top: int = 5
) -> str:
    order = np.argsort(-np.nan_to_num(np.abs(values)), axis=None)[:top]
    places = [np.unravel_index(k, values.shape) for k in order]
    return (
        "strongest "
        + ", ".join(f"{rows[r]} {columns[c]} {words[r][c] or 'unknown'}" for r, c in places)
        + "."
    )


def map_curves(
    share: np.ndarray,
    curve: np.ndarray,
    *,
    random: np.ndarray,
    theme: Theme,
    title: str,
    across: str,
    target: str,
) -> go.Figure:
    """A probability (n,) as pieces go or come in the map's order, beside random orders (r, n); share (n,) of 0 to 1."""
    percent = 100 * np.asarray(share, float)
    figure = go.Figure()
    for k, row in enumerate(random):
        figure.add_trace(
            go.Scatter(
                x=percent,
                y=row,
                mode="lines",
                line={"color": fade(theme.muted, 0.7), "width": 1.2, "dash": "dot"},
                name=say("random order"),
                legendgroup="random",
                showlegend=k == 0,
                hovertemplate=say("random order: %{y:.2f} at %{x:.0f} %<extra></extra>"),
            )
        )
    figure.add_trace(
        go.Scatter(
            x=percent,
            y=curve,
            mode="lines+markers",
            line={"color": theme.supports, "width": 2.4},
            marker={"size": 6},
            name=say("in the map's order"),
            hovertemplate=say("the map's order: %{y:.2f} at %{x:.0f} %<extra></extra>"),
        )
    )
    half = len(percent) // 2
    alt = say(
        "{title}: with half of the pieces the probability of {target} is {curve:.2f} in the map's "
        "order, {mean:.2f} in random order.",
        title=title,
        target=target,
        curve=curve[half],
        mean=np.mean(random, 0)[half],
    )
    apply_layout(
        figure,
        theme,
        alt=alt,
        height=300,
        own={
            "title": {"text": title, "y": 0.97, "yanchor": "top"},
            "xaxis": {"title": {"text": across}, "range": (-2, 102)},
            "yaxis": {
                "title": {"text": say("Probability of {target}", target=target)},
                "range": (-0.02, 1.02),
            },
        },
        t=72,
    )
    return figure


def patient_curves(
    ages: np.ndarray,
    lines: dict[str, np.ndarray],
    *,
    theme: Theme,
    target: str,
    threshold: float | None = None,
    here: tuple[float, float] | None = None,
) -> go.Figure:
    """A probability over age (n,) in years, a line (n,) for each name; here: this patient's age and probability."""
    figure = go.Figure()
    for k, (name, values) in enumerate(lines.items()):
        figure.add_trace(
            go.Scatter(
                x=ages,
                y=values,
                mode="lines",
                line={"color": theme.model_colour(k), "width": 2, "dash": "solid" if k == 0 else "dash"},
                name=name,
                hovertemplate=say("{name}, %{{x:.0f}} years: %{{y:.2f}}<extra></extra>", name=name),
            )
        )
    if threshold is not None:
        figure.add_trace(
            go.Scatter(
                x=[ages[0], ages[-1]],
                y=[threshold, threshold],
                mode="lines",
                line={"color": theme.muted, "width": 1.2, "dash": "dot"},
                name=say("threshold"),
                hovertemplate=say("threshold {threshold:.2f}<extra></extra>", threshold=threshold),
            )
        )
    if here is not None:
        figure.add_trace(
            go.Scatter(
                x=[here[0]],
                y=[here[1]],
                mode="markers",
                marker={"color": theme.ink, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
                name=say("this patient"),
                hovertemplate=say("this patient, %{x:.0f} years: %{y:.2f}<extra></extra>"),
            )
        )
    listed = "; ".join(
        say(
            "{name} {values:.2f} at {ages:.0f} and {values_2:.2f} at {ages_2:.0f} years",
            name=name,
            values=values[0],
            ages=ages[0],
            values_2=values[-1],
            ages_2=ages[-1],
        )
        for name, values in lines.items()
    )
    apply_layout(
        figure,
        theme,
        alt=say(
            "Probability of {target} for this ECG if the patient were of another age or sex: {listed}.",
            target=target,
            listed=listed,
        ),
        height=280,
        own={
            "xaxis": {"title": {"text": say("Age (years)")}, "range": (float(ages[0]), float(ages[-1]))},
            "yaxis": {
                "title": {"text": say("Probability of {target}", target=target)},
                "range": (-0.02, 1.02),
            },
        },
    )
    return figure
