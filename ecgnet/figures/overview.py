"""A long recording from far away: heart rate and envelope over time, and the models' answers for its windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import say
from ecgnet.windows import SECONDS, Survey, clock

STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 14400)
"""Seconds between ticks that people count in."""
MOST_TICKS = 9
HEIGHT = {"probability": 150, "rate": 96, "envelope": 96}  # pixels
MARGINS = {"l": 64, "r": 16, "t": 8, "b": 44}
LEGEND = 28  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class WindowScores:
    """One model's probabilities along a recording.

    starts: (N,) s; probabilities: (N, 5) as `labels`, NaN for a window that is not scored.
    """

    labels: tuple[str, ...]
    starts: np.ndarray
    probabilities: np.ndarray


def overview_figure(
    found: Survey,
    theme: Theme,
    *,
    start: float,
    scores: WindowScores | None = None,
    titles: Mapping[str, str] | None = None,
) -> go.Figure:
    """Heart rate in beats a minute and the envelope of one lead in mV over the whole recording; the window of 10 s from
    `start` s is marked; with `scores`, the models' probabilities above.

    Every panel has points to click on, invisible, one a stretch: their x is the middle of the stretch in s.
    """
    panels = ["probability", "rate", "envelope"] if scores else ["rate", "envelope"]
    heights = [HEIGHT[name] for name in panels]
    figure = make_subplots(
        rows=len(panels),
        cols=1,
        shared_xaxes=True,
        row_heights=[h / sum(heights) for h in heights],
        vertical_spacing=16 / sum(heights),
    )
    if scores:
        _probabilities(figure, scores, theme, titles or {})
    _rate(figure, found, theme, panels.index("rate") + 1)
    _envelope(figure, found, theme, len(panels))

    margins = MARGINS | ({"t": LEGEND} if scores else {})
    alt = say(
        "{sentence} The window from {clock} to {clock_2} is marked.",
        sentence=_sentence(found),
        clock=clock(start),
        clock_2=clock(start + SECONDS),
    )
    height = sum(heights) + 16 * (len(panels) - 1) + margins["t"] + margins["b"]
    apply_layout(figure, theme, alt=alt, height=height, **margins)
    figure.update_layout(hovermode="x", hoverdistance=-1, dragmode="zoom", legend_traceorder="normal")
    places = np.arange(0, found.duration + 1e-6, _step(found.duration))
    figure.update_xaxes(
        range=(0, found.duration),
        tickvals=places,
        ticktext=[_tick(t, found.duration) for t in places],
        showspikes=False,
    )
    figure.update_xaxes(
        title_text=say("Time from the start ({form})", form=_form(found.duration)), row=len(panels), col=1
    )
    figure.update_yaxes(fixedrange=True, nticks=4)
    figure.add_shape(
        type="rect",
        x0=start,
        x1=min(start + SECONDS, found.duration),
        xref="x",
        y0=0,
        y1=1,
        yref="paper",
        fillcolor=fade(theme.models[1], 0.25),
        line={"color": theme.models[1], "width": 1.5},
        layer="above",
    )
    return figure


def _sentence(found: Survey) -> str:
    rates = found.trend_mean[np.isfinite(found.trend_mean)]
    span = (
        say(
            "between {min:.0f} and {max:.0f} beats a minute",
            min=rates.min(),
            max=rates.max(),
        )
        if len(rates)
        else say("not known")
    )
    return say(
        "A recording of {clock} (h:min:s), heart rate {span}, with the envelope of lead {lead}.",
        clock=clock(found.duration),
        span=span,
        lead=found.lead,
    )


def _rate(figure: go.Figure, found: Survey, theme: Theme, row: int) -> None:
    times, colour = found.trend_times, theme.models[0]
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    if len(times) < len(found.starts):
        figure.add_trace(go.Scatter(x=times, y=found.trend_low, **band), row, 1)
        figure.add_trace(
            go.Scatter(x=times, y=found.trend_high, fill="tonexty", fillcolor=fade(colour, 0.25), **band),
            row,
            1,
        )
    figure.add_trace(
        go.Scatter(
            x=times,
            y=found.trend_mean,
            mode="lines",
            name=say("heart rate"),
            line={"color": colour, "width": 1.6},
            hoverinfo="skip",
            showlegend=False,
        ),
        row,
        1,
    )
    texts = [
        say("{clock}  <b>{rate:.0f}/min</b>", clock=clock(t), rate=rate)
        if np.isfinite(rate)
        else say("{clock}  heart rate not known", clock=clock(t))
        for t, rate in zip(times, found.trend_mean, strict=True)
    ]
    known = found.trend_mean[np.isfinite(found.trend_mean)]
    middle = float(np.median(known)) if len(known) else 60.0
    _to_click(figure, times, np.where(np.isfinite(found.trend_mean), found.trend_mean, middle), texts, row)
    highest = np.concatenate([found.trend_high, found.trend_low])
    highest = highest[np.isfinite(highest)]
    low, high = (highest.min(), highest.max()) if len(highest) else (40.0, 100.0)
    figure.update_yaxes(
        title_text=say("Rate (/min)"), range=(max(0, min(low - 5, 45)), max(high + 5, 105)), row=row, col=1
    )


def _envelope(figure: go.Figure, found: Survey, theme: Theme, row: int) -> None:
    times = (found.edges[1:] + found.edges[:-1]) / 2
    edge = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
    edge["line"] = {"color": theme.trace, "width": 0.6}
    figure.add_trace(go.Scatter(x=times, y=found.low, **edge), row, 1)
    figure.add_trace(
        go.Scatter(x=times, y=found.high, fill="tonexty", fillcolor=fade(theme.trace, 0.35), **edge), row, 1
    )
    texts = [
        say("{clock}  {low:.1f} to {high:.1f} mV", clock=clock(t), low=low, high=high)
        if np.isfinite(low)
        else say("{clock}  not recorded", clock=clock(t))
        for t, low, high in zip(times, found.low, found.high, strict=True)
    ]
    _to_click(figure, times, np.nan_to_num((found.low + found.high) / 2), texts, row)
    known = np.concatenate([found.low, found.high])
    known = known[np.isfinite(known)]
    # A single artefact of many mV would press everything else flat.
    low, high = np.percentile(known, (0.5, 99.5)) if len(known) else (-1.0, 1.0)
    room = max(0.1 * (high - low), 0.1)
    figure.update_yaxes(title_text=f"{found.lead} (mV)", range=(low - room, high + room), row=row, col=1)


def _probabilities(figure: go.Figure, scores: WindowScores, theme: Theme, titles: Mapping[str, str]) -> None:
    middles = scores.starts + SECONDS / 2
    for k, label in enumerate(scores.labels):
        figure.add_trace(
            go.Scatter(
                x=middles,
                y=100 * scores.probabilities[:, k],
                mode="lines+markers" if len(middles) <= 60 else "lines",
                name=label,
                line={"color": theme.model_colour(k), "width": 1.8},
                marker={"size": 5, "color": theme.model_colour(k)},
                selected={"marker": {"opacity": 1}},
                unselected={"marker": {"opacity": 1}},
                hoverinfo="skip",
            ),
            1,
            1,
        )
    texts = []
    for t, row in zip(scores.starts, scores.probabilities, strict=True):
        lines = [
            f"{titles.get(label, label)} {100 * p:.0f} %"
            for label, p in zip(scores.labels, row, strict=True)
            if np.isfinite(p)
        ]
        texts.append("<br>".join([f"<b>{clock(t)}</b>", *(lines or [say("not scored")])]))
    _to_click(figure, middles, np.full(len(middles), 50.0), texts, 1)
    figure.update_yaxes(title_text=say("Probability (%)"), range=(-4, 104), row=1, col=1)


def _to_click(figure: go.Figure, x: np.ndarray, y: np.ndarray, texts: list[str], row: int) -> None:
    """Points that are felt, not seen: only markers can be clicked on in Streamlit."""
    unseen = {"marker": {"opacity": 0}}
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker={"opacity": 0, "size": 12},
            selected=unseen,
            unselected=unseen,
            text=texts,
            hovertemplate="%{text}<extra></extra>",
            meta={"kind": say("to click")},
            showlegend=False,
        ),
        row,
        1,
    )


def _step(duration: float) -> float:
    return next((step for step in STEPS if duration / step <= MOST_TICKS), 3600 * np.ceil(duration / 36000))


def _form(duration: float) -> str:
    return "s" if duration <= 120 else "min:s" if duration < 3600 else "h:min"


def _tick(seconds: float, duration: float) -> str:
    whole = round(seconds)
    if duration <= 120:
        return str(whole)
    if duration < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole // 60 % 60:02d}"
