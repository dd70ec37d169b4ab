"""The 12-lead ECG on paper: 25 mm/s and 10 mm/mV in true proportion."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.on_trace import Highlight, Strip, TimeAttention, attention_band, highlight_traces
from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.record import LEADS, Record

Layout = Literal["3x4", "12x1", "6x2"]
GRIDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "3x4": tuple(LEADS[row::3] for row in range(3)),
    "6x2": tuple(LEADS[row::6] for row in range(6)),
    "12x1": tuple((lead,) for lead in LEADS),
}
"""Rows of leads; columns follow one another in time (AHA/ACC/HRS 2007, Circulation 115:1306)."""

SECONDS = 10.0
SECONDS_PER_MV = 0.4  # 10 mm/mV over 25 mm/s
MINOR, MAJOR = (0.04, 0.1), (0.2, 0.5)  # s, mV: squares of 1 mm and of 5 mm
LEAST_GAP = {"3x4": 2.5, "6x2": 2.0, "12x1": 1.5}  # mV between rows
WIDEST_GAP = 8.0
BEFORE, AFTER = 0.6, 0.2  # s of paper around the trace; the calibration pulse stands before it
MARGINS = {"l": 44, "r": 12, "t": 12, "b": 52}
LEGEND_HEIGHT = 32  # pixels


def ecg_sheet(
    record: Record,
    theme: Theme,
    *,
    layout: Layout = "3x4",
    start: float = 0.0,
    width: int = 1100,
    highlight: Highlight | None = None,
    time_attention: TimeAttention | None = None,
) -> go.Figure:
    """Ten seconds of an ECG on paper, from `start` s of the record (set back to a whole square of 0.2 s).

    "3x4" shows 2.5 s a lead and lead II as rhythm strip below, "6x2" 5 s a lead, "12x1" all 10 s. One pair of
    axes: x is the record's time in s, y is mV plus the row's zero line. The height in pixels follows from the
    paper at `width` pixels. `highlight` colours the trace, `time_attention` shades a band below it.
    """
    if layout not in GRIDS:
        raise ValueError(f"layout must be one of {', '.join(GRIDS)}, not {layout!r}")
    start = min(max(start, 0.0), max(0.0, record.duration - SECONDS))
    start = round(np.floor(start / MAJOR[0] + 1e-6) * MAJOR[0], 6)
    end = min(start + SECONDS, record.duration)
    rows = _place(_cut_rows(record, layout, start, end), LEAST_GAP[layout])
    strips = [strip for row in rows for strip in row if len(strip.values)]

    figure = go.Figure()
    if highlight is not None:
        figure.add_traces(list(highlight_traces(strips, highlight, theme)))
    figure.add_traces([_lead_trace(strip, theme, highlight) for strip in strips])
    figure.add_trace(_calibration([row[0].offset for row in rows], start, theme))
    figure.add_trace(_separators(rows, theme))

    bottom = _square(min(s.offset + float(s.values.min()) for s in strips) - 0.6, np.floor)
    bottom = min(bottom, rows[-1][0].offset - 1.0)
    top = _square(max(s.offset + s.top for s in strips) + 0.1, np.ceil)
    if time_attention is not None:
        figure.add_trace(attention_band(time_attention, (bottom - 0.5, bottom), (start, end), theme))
        bottom -= 1.0
    x_range, y_range = (start - BEFORE, start + SECONDS + AFTER), (bottom, top)
    _lay_out(figure, record, theme, layout, x_range, y_range, width, highlight)
    for strip in strips:
        figure.add_annotation(
            x=max(strip.start, start) + 0.04,
            y=strip.offset + strip.label_height,
            text=f"<b>{strip.lead}</b>",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"size": theme.font_size, "color": theme.ink},
            borderpad=0,
        )
    figure.add_annotation(
        x=x_range[1] - 0.06,
        y=bottom + 0.02,
        text="25 mm/s&nbsp;&nbsp;10 mm/mV",
        showarrow=False,
        xanchor="right",
    )
    figure.layout.annotations[-1].update(yanchor="bottom", font={"size": 12, "color": theme.muted})
    if time_attention is not None:
        figure.add_annotation(
            x=start, y=bottom + 0.25, text="attention over time: the stronger the colour, the more"
        )
        figure.layout.annotations[-1].update(
            showarrow=False, xanchor="left", yanchor="middle", font={"size": 12, "color": theme.muted}
        )
    return figure


def _square(value: float, rounding: np.ufunc) -> float:
    return float(rounding(value / MAJOR[1]) * MAJOR[1])


def _cut_rows(record: Record, layout: str, start: float, end: float) -> list[list[Strip]]:
    def cut(lead: str, a: float, b: float, rhythm: bool = False) -> Strip:
        first, last = (int(np.ceil(t * record.fs - 1e-6)) for t in (a, b))
        return Strip(lead, first / record.fs, 1 / record.fs, record.lead(lead)[first:last], 0.0, rhythm)

    grid = GRIDS[layout]
    edges = np.linspace(start, end, len(grid[0]) + 1)
    rows = [[cut(lead, *edges[k : k + 2]) for k, lead in enumerate(row)] for row in grid]
    if layout == "3x4":
        rows.append([cut("II", start, end, rhythm=True)])
    return rows


def _place(rows: list[list[Strip]], least: float) -> list[list[Strip]]:
    """Gives each row its zero line: as close as its neighbour above allows, in whole squares of 0.5 mV."""
    placed, offset = [rows[0]], 0.0
    for above, row in pairwise(rows):
        pairs = ((a, b) for a in above for b in row if len(a.values) and len(b.values))
        touching = [
            b.top - float(a.values.min())
            for a, b in pairs
            if a.start < b.start + len(b.values) * b.step and b.start < a.start + len(a.values) * a.step
        ]
        need = _square(max(touching, default=0.0) + 0.1, np.ceil)
        offset -= min(max(least, need), WIDEST_GAP)
        placed.append([Strip(s.lead, s.start, s.step, s.values, offset, s.rhythm) for s in row])
    return placed


def _lead_trace(strip: Strip, theme: Theme, highlight: Highlight | None) -> go.Scatter:
    data = strip.values
    hover = f"<b>{strip.lead}</b>  %{{x:.2f}} s  %{{customdata:.2f}} mV<extra></extra>"
    if highlight is not None:
        data = np.stack([data, highlight.at(strip)], 1)
        hover = (
            f"<b>{strip.lead}</b>  %{{x:.2f}} s  %{{customdata[0]:.2f}} mV"
            f"<br>attribution to {highlight.target} %{{customdata[1]:+.2f}} of full scale<extra></extra>"
        )
    return go.Scatter(
        x0=strip.start,
        dx=strip.step,
        y=strip.values + np.float32(strip.offset),
        customdata=data,
        mode="lines",
        line={"color": theme.trace, "width": 1.3},
        name=f"{strip.lead} rhythm" if strip.rhythm else strip.lead,
        meta={"offset": strip.offset, "kind": "rhythm" if strip.rhythm else "lead"},
        hovertemplate=hover,
        showlegend=False,
    )


def _calibration(offsets: list[float], start: float, theme: Theme) -> go.Scatter:
    """1 mV for 0.2 s before each row, on whole squares."""
    x = np.array([-0.48, -0.4, -0.4, -0.2, -0.2, -0.12, np.nan]) + start
    y = np.array([0, 0, 1, 1, 0, 0, np.nan])
    return go.Scatter(
        x=np.tile(x, len(offsets)),
        y=np.concatenate([y + offset for offset in offsets]),
        mode="lines",
        line={"color": theme.trace, "width": 1.3},
        name="calibration",
        meta={"kind": "calibration"},
        hoverinfo="skip",
        showlegend=False,
    )


def _separators(rows: list[list[Strip]], theme: Theme) -> go.Scatter:
    """A short stroke where one lead ends and the next begins."""
    strokes = [(s.start, s.offset) for row in rows for s in row[1:]]
    x = np.array([[t, t, np.nan] for t, _ in strokes]).ravel()
    y = np.array([[at - 0.4, at + 0.4, np.nan] for _, at in strokes]).ravel()
    style = {"line": {"color": theme.muted, "width": 1.2}, "hoverinfo": "skip", "showlegend": False}
    return go.Scatter(x=x, y=y, mode="lines", name="separators", meta={"kind": "separator"}, **style)


def _lay_out(
    figure: go.Figure,
    record: Record,
    theme: Theme,
    layout: str,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    width: int,
    highlight: Highlight | None,
) -> None:
    margins = MARGINS | ({"t": MARGINS["t"] + LEGEND_HEIGHT} if highlight else {})
    plot_width = width - MARGINS["l"] - MARGINS["r"]
    height = plot_width * (y_range[1] - y_range[0]) * SECONDS_PER_MV / (x_range[1] - x_range[0])
    below = ", lead II below as rhythm strip" if layout == "3x4" else ""
    colours = f", coloured where it speaks for or against {highlight.target}" if highlight else ""
    grid = layout.replace("x", " by ")
    alt = f"12-lead ECG {record.id} on paper at 25 mm/s and 10 mm/mV, {grid}{below}{colours}."
    apply_layout(figure, theme, alt=alt, height=height + margins["t"] + margins["b"], **margins)
    figure.update_layout(plot_bgcolor=theme.paper, hovermode="closest", hoverdistance=12)
    for axis, (minor, major), limits in (
        (figure.layout.xaxis, (MINOR[0], MAJOR[0]), x_range),
        (figure.layout.yaxis, (MINOR[1], MAJOR[1]), y_range),
    ):
        axis.update(tickmode="linear", tick0=0, dtick=major, range=limits, ticks="", showgrid=True)
        axis.update(gridcolor=theme.grid_major, gridwidth=1, showline=True, mirror=True)
        axis.update(linecolor=theme.grid_major)
        axis.minor.update(tickmode="linear", tick0=0, dtick=minor, showgrid=True, gridcolor=theme.grid_minor)
    figure.update_xaxes(title_text="Time (s), 0.2 s per large square", ticklabelstep=5, tickformat=".3~f")
    figure.update_yaxes(
        title_text="Amplitude, 0.5 mV per large square",
        showticklabels=False,
        scaleanchor="x",
        scaleratio=SECONDS_PER_MV,
        constrain="domain",
        constraintoward="top",
    )
    # By domain, not by range: a page that is laid out in steps would leave more blank paper after each step.
    figure.update_xaxes(constrain="domain", constraintoward="left")
