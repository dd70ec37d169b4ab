"""The 12-lead ECG on paper, in true proportion."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.beat_marks import beat_marks
from ecgnet.figures.caliper import Caliper, caliper_trace
from ecgnet.figures.on_trace import Highlight, TimeAttention, attention_band, highlight_traces
from ecgnet.figures.strips import WIDEST_GAP, DrawnStrip, cut, place, square
from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import say
from ecgnet.measure import Beats
from ecgnet.paper import AS_RECORDED, Paper, SheetSettings, grid
from ecgnet.record import Record

PULSE = 0.2  # s
BEFORE, AFTER = 15.0, 5.0  # mm of paper around the trace; the calibration pulse stands before it
MARGINS = {"l": 12, "r": 12, "t": 12, "b": 50}
LEGEND_HEIGHT = 32  # pixels


def ecg_sheet(
    record: Record,
    theme: Theme,
    *,
    settings: SheetSettings = AS_RECORDED,
    start: float = 0.0,
    width: int = 1100,
    beats: Beats | None = None,
    caliper: Caliper | None = None,
    highlight: Highlight | None = None,
    time_attention: TimeAttention | None = None,
) -> go.Figure:
    """250 mm of an ECG on paper, from `start` s of the record (set back to a whole large square).

    At 25 mm/s that is 10 s: "3x4" shows 2.5 s a lead and a rhythm strip below, "6x2" 5 s a lead, "12x1" all of it.
    The order "cabrera" sorts the limb leads by their angle and draws −aVR. One pair of axes: x is the record's time in
    s, y is mV plus the row's zero line. The height in pixels follows from the paper at `width` pixels. A lead or stretch
    that was not recorded is left blank and said. `beats` marks the waves, `caliper` draws two points, `highlight`
    colours the trace, `time_attention` shades a band below it.

    Raises ValueError for an unknown layout or order and a speed or gain that is not above 0.
    """
    layout, order, display, paper = settings.layout, settings.order, settings.display, settings.paper
    names = grid(layout, order)
    start, end = paper.span(start, record.duration)
    rows = place(
        cut(record, names, paper=paper, display=display, span=(start, end), rhythm=layout == "3x4"), layout
    )
    every = [strip for row in rows for strip in row]
    strips = [strip for strip in every if strip.recorded]

    traces: list[go.Scatter | go.Heatmap] = []
    notes: list[dict] = []
    if highlight is not None:
        traces += highlight_traces(strips, highlight, theme=theme)
    traces += [_lead_trace(strip, theme, highlight) for strip in strips]
    traces += [
        _calibration([row[0].offset for row in rows], start, paper, theme),
        _separators(rows, paper, theme),
    ]
    if beats is not None:
        traces += beat_marks(strips, beats, theme=theme)
    if caliper is not None and (drawn := caliper_trace(strips, caliper, theme=theme)) is not None:
        traces.append(drawn)
        low = float(np.nanmin(np.asarray(drawn.y, float)))
        how = {"name": "caliper", "yanchor": "top", "font": {"size": 13, "color": theme.supports}}
        notes.append(_note(min(caliper.start, caliper.end), low, f"<b>{caliper.words}</b>", theme, **how))
    bottom, top = _heights(rows, paper)
    if time_attention is not None:
        height = paper.millivolts(5)
        traces.append(
            attention_band(time_attention, (bottom - height, bottom), shown=(start, end), theme=theme)
        )
        bottom -= 2 * height
    before = _pulse_begins(paper) - paper.seconds(5)
    x_range, y_range = (start + before, start + paper.window + paper.seconds(AFTER)), (bottom, top)
    stamp = f"{paper.caption} {display.caption(record.fs)}"
    alt = _describe(record, layout, order, stamp, every, (start, end), highlight)
    legend = highlight is not None or beats is not None
    notes += _names(every, y_range, paper, theme)
    low, right = bottom + paper.millivolts(0.4), x_range[1] - paper.seconds(1.5)
    notes.append(_note(right, low, stamp, theme, xanchor="right", name="stamp"))
    if time_attention is not None:
        middle = bottom + paper.millivolts(2.5)
        said = say("attention over time: the stronger the colour, the more")
        notes.append(_note(start, middle, said, theme, yanchor="middle", name="attention"))
    figure = go.Figure(traces)
    _lay_out(figure, theme, paper, alt, x_range, y_range, width, legend, notes)
    return figure


def _heights(rows: list[list[DrawnStrip]], paper: Paper) -> tuple[float, float]:
    """The paper's lower and upper edge in mV: all that is drawn, within reason."""
    widest = paper.millivolts(WIDEST_GAP)
    low = min(s.offset + max(s.low, -widest) for row in rows for s in row) - paper.millivolts(6)
    high = max(s.offset + min(s.top, widest) for row in rows for s in row)
    high = max(high, 1.0) + paper.millivolts(1)  # the first pulse fits, too
    low = min(square(low, paper, rounding=np.floor), rows[-1][0].offset - paper.millivolts(10))
    return low, square(high, paper, rounding=np.ceil)


def _lead_trace(strip: DrawnStrip, theme: Theme, highlight: Highlight | None) -> go.Scatter:
    data = strip.values
    hover = f"<b>{strip.label}</b>  %{{x:.3f}} s  %{{customdata:.3f}} mV<extra></extra>"
    if highlight is not None:
        data = np.stack([data, highlight.at(strip)], 1)
        hover = say(
            "<b>{label}</b>  %{{x:.3f}} s  %{{customdata[0]:.3f}} mV<br>attribution to {target} "
            "%{{customdata[1]:+.2f}} of full scale<extra></extra>",
            label=strip.label,
            target=highlight.target,
        )
    return go.Scatter(
        x0=strip.start,
        dx=strip.step,
        y=strip.values + np.float32(strip.offset),
        customdata=data,
        mode="lines",
        line={"color": theme.trace, "width": 1.3},
        name=say("{label} rhythm", label=strip.label) if strip.rhythm else strip.label,
        meta={"offset": strip.offset, "kind": "rhythm" if strip.rhythm else "lead", "lead": strip.label},
        hovertemplate=hover,
        showlegend=False,
    )


def _pulse_begins(paper: Paper) -> float:
    """Where the calibration pulse rises, in s before the trace: on a large square, clear of the trace."""
    side = paper.seconds(5)
    return -side * np.ceil((PULSE + paper.seconds(3)) / side)


def _calibration(offsets: list[float], start: float, paper: Paper, theme: Theme) -> go.Scatter:
    """1 mV for 0.2 s before each row, on whole squares."""
    foot, rise = paper.seconds(2), _pulse_begins(paper)
    x = np.array([-foot, 0, 0, PULSE, PULSE, PULSE + foot, np.nan]) + rise + start
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


def _separators(rows: list[list[DrawnStrip]], paper: Paper, theme: Theme) -> go.Scatter:
    """A short stroke where one lead ends and the next begins."""
    strokes = [(s.start, s.offset) for row in rows for s in row[1:]]
    half = paper.millivolts(4)
    x = np.array([[t, t, np.nan] for t, _ in strokes]).ravel()
    y = np.array([[at - half, at + half, np.nan] for _, at in strokes]).ravel()
    style = {"line": {"color": theme.muted, "width": 1.2}, "hoverinfo": "skip", "showlegend": False}
    return go.Scatter(x=x, y=y, mode="lines", name="separators", meta={"kind": "separator"}, **style)


def _names(strips: list[DrawnStrip], y_range: tuple[float, float], paper: Paper, theme: Theme) -> list[dict]:
    """Each lead's name above its trace, and what is not drawn and why."""
    notes = []
    ink = {"size": theme.font_size, "color": theme.ink}
    for strip in strips:
        x, y = strip.start + paper.seconds(1), strip.offset + strip.label_height
        notes.append(_note(x, y, f"<b>{strip.label}</b>", theme, name="lead", font=ink))
        if not strip.recorded:
            said = say("{label}: not recorded", label=strip.label)
            notes.append(_note(x, strip.offset, said, theme, yanchor="middle", name="missing"))
        low, high = strip.offset + strip.low, strip.offset + strip.high
        if high > y_range[1] or low < y_range[0]:
            said = say(
                "{label} leaves the paper: {low:.1f} to {high:.1f} mV",
                label=strip.label,
                low=strip.low,
                high=strip.high,
            ).replace("-", "−")
            y = min(y, y_range[1] - paper.millivolts(5))
            notes.append(_note(x + paper.seconds(10), y, said, theme, name="clipped"))
    return notes


def _note(x: float, y: float, text: str, theme: Theme, **how: object) -> dict:
    """Words on the paper, by default small, with their lower left corner at x s and y mV."""
    common = {"xanchor": "left", "yanchor": "bottom", "font": {"size": 12, "color": theme.muted}}
    return {"x": x, "y": y, "text": text, "showarrow": False, "borderpad": 0, **common, **how}


def _describe(
    record: Record,
    layout: str,
    order: str,
    stamp: str,
    strips: list[DrawnStrip],
    span: tuple[float, float],
    highlight: Highlight | None,
) -> str:
    rhythm = next(
        (say(", lead {label} below as rhythm strip", label=s.label) for s in strips if s.rhythm), ""
    )
    cabrera = say(", limb leads in Cabrera order") if order == "cabrera" else ""
    means = ""
    if highlight:
        means = say(highlight.words[0]) + (say(" or against") if len(set(highlight.words)) > 1 else "")
    colours = (
        say(
            ", coloured where it {means} {target}",
            means=means,
            target=highlight.target,
        )
        if highlight
        else ""
    )
    absent = [s.label for s in strips if not s.recorded and not s.rhythm]
    missing = say(" Not recorded: {absent}.", absent=", ".join(absent)) if absent else ""
    return say(
        "12-lead ECG {id} on paper at {stamp}, {layout}{rhythm}{cabrera}, from {span:g} to "
        "{span_2:g} s{colours}.{missing}",
        id=record.id,
        stamp=stamp,
        layout=layout.replace("x", " by "),
        rhythm=rhythm,
        cabrera=cabrera,
        span=span[0],
        span_2=span[1],
        colours=colours,
        missing=missing,
    )


def _lay_out(
    figure: go.Figure,
    theme: Theme,
    paper: Paper,
    alt: str,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    width: int,
    legend: bool,
    notes: list[dict],
) -> None:
    margins = MARGINS | ({"t": MARGINS["t"] + LEGEND_HEIGHT} if legend else {})
    plot_width = width - MARGINS["l"] - MARGINS["r"]
    height = plot_width * (y_range[1] - y_range[0]) * paper.ratio / (x_range[1] - x_range[0])
    words = say(
        "Time (s); large squares {seconds:g} s × {millivolts:g} mV",
        seconds=paper.seconds(5),
        millivolts=paper.millivolts(5),
    )
    every = 10 if paper.speed > 25 else 5  # a number each second, or each other one on slow paper
    # By domain, not by range: a page that is laid out in steps would leave more blank paper after each step.
    across = {
        "title": {"text": words},
        "ticklabelstep": every,
        "tickformat": ".3~f",
        "constraintoward": "left",
    }
    up = {"showticklabels": False, "scaleanchor": "x", "scaleratio": paper.ratio, "constraintoward": "top"}
    own = {
        "plot_bgcolor": theme.paper,
        "hovermode": "closest",
        "hoverdistance": 12,
        "xaxis": _squares(paper.seconds, x_range, theme) | across,
        "yaxis": _squares(paper.millivolts, y_range, theme) | up,
        "annotations": notes,
    }
    height += margins["t"] + margins["b"]
    apply_layout(figure, theme, alt=alt, height=height, own=own, **margins)


def _squares(unit: Callable[[float], float], limits: tuple[float, float], theme: Theme) -> dict:
    """An axis whose grid is millimetre paper; `unit` turns mm into the axis's unit."""
    small = {
        "tickmode": "linear",
        "tick0": 0,
        "dtick": unit(1),
        "showgrid": True,
        "gridcolor": theme.grid_minor,
    }
    large = {
        "tickmode": "linear",
        "tick0": 0,
        "dtick": unit(5),
        "showgrid": True,
        "gridcolor": theme.grid_major,
    }
    edge = {"ticks": "", "gridwidth": 1, "showline": True, "mirror": True, "linecolor": theme.grid_major}
    return {"range": limits, "constrain": "domain", "minor": small, **large, **edge}
