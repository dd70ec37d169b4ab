"""One patient over time: when the ECGs were taken, and two of them laid over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import ENGLISH, day, day_pattern, say, spoken

BEFORE, AFTER = 0.35, 0.55
"""Seconds of a beat around its R peak."""
MINOR, MAJOR = (0.04, 0.1), (0.2, 0.5)  # s, mV: squares of 1 mm and of 5 mm
SECONDS_PER_MV = 0.4  # 10 mm/mV over 25 mm/s


@dataclass(frozen=True, eq=False)
class ComparedLead:
    """One lead of one ECG: `values` (T,) mV at `fs` Hz, its R peaks (n,) as sample numbers, and a name for the legend."""

    name: str
    values: np.ndarray
    fs: float
    peaks: np.ndarray


def patient_timeline(
    dates: np.ndarray,
    about: np.ndarray,
    *,
    names: Sequence[str],
    labels: Sequence[str],
    shown: int,
    theme: Theme,
) -> go.Figure:
    """The n ECGs of a patient along the years: dates (n,) datetime64, about (n,) bool where a date is a guess (hollow
    marks), names and labels of n; `shown` is the number of the one on screen, which is ringed."""
    guessed = np.asarray(about, bool)
    marks = np.where(guessed, "circle-open", "circle")
    words = [
        f"{name}, {_date(d, guessed=g)}: {label}"
        for name, d, g, label in zip(names, dates, guessed, labels, strict=True)
    ]
    figure = go.Figure(
        go.Scatter(
            x=dates,
            y=np.zeros(len(dates)),
            mode="lines+markers+text",
            line={"color": theme.rule, "width": 2},
            marker={
                "symbol": marks,
                "size": 14,
                "color": theme.models[0],
                "line": {"width": 2, "color": theme.models[0]},
            },
            text=list(labels),
            textposition=[("top center", "bottom center")[k % 2] for k in range(len(dates))],
            textfont={"color": theme.ink},
            customdata=words,
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
            cliponaxis=False,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[dates[shown]],
            y=[0],
            mode="markers",
            marker={"symbol": "circle-open", "size": 26, "line": {"width": 2.5, "color": theme.models[1]}},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    alt = (
        say("Timeline of the patient's {n_dates} ECGs. ", n_dates=len(dates))
        + "; ".join(words)
        + say(". On screen: {names}.", names=names[shown])
    )
    apply_layout(figure, theme, alt=alt, height=130, l=40, r=40, t=12, b=32)
    span = max(np.ptp(dates.astype("datetime64[s]").astype(float)), 30 * 86400.0)
    pad = np.timedelta64(int(0.06 * span), "s")
    figure.update_xaxes(
        type="date", range=[min(dates) - pad, max(dates) + pad], showgrid=False, ticks="outside"
    )
    figure.update_xaxes(
        tickcolor=theme.rule, nticks=6, tickformat=None if spoken() == ENGLISH else day_pattern()
    )
    figure.update_yaxes(visible=False, range=(-1, 1), fixedrange=True)
    return figure


def overlay(
    first: ComparedLead, second: ComparedLead, *, lead: str, theme: Theme, at_peaks: bool
) -> go.Figure:
    """The same lead of two ECGs on one piece of paper, 25 mm/s to 10 mm/mV, each less its median.

    As recorded: up to 10 s of both from their starts. `at_peaks`: every whole beat with its R peak at 0 s, thin, and the
    median beat of each ECG, bold. An ECG without a whole beat draws none.
    """
    figure = go.Figure()
    lowest, highest, drawn = -0.5, 0.5, []
    for strip, colour in zip((first, second), theme.models[:2], strict=True):
        values = strip.values - np.float32(np.nanmedian(strip.values))
        if at_peaks:
            beats, times = cut_beats(values, strip.peaks, fs=strip.fs)
            drawn.append(len(beats))
            for beat in beats:
                figure.add_trace(_line(times, beat, fade(colour, 0.22), 1, strip.name))
                figure.data[-1].update(showlegend=False, hoverinfo="skip")
            if len(beats):
                figure.add_trace(_line(times, np.nanmedian(beats, 0), colour, 2.6, strip.name))
            values = beats
        else:
            values = values[: int(10 * strip.fs)]
            figure.add_trace(_line(np.arange(len(values)) / strip.fs, values, colour, 1.4, strip.name))
        if np.isfinite(values).any():
            lowest, highest = min(lowest, float(np.nanmin(values))), max(highest, float(np.nanmax(values)))
    bottom, top = np.floor(lowest / 0.5) * 0.5, np.ceil(highest / 0.5) * 0.5
    left, right = (-BEFORE - 0.05, AFTER + 0.05) if at_peaks else (-0.1, 10.1)
    how = (
        say(
            "beats aligned at their R peaks, {drawn} of them, median bold",
            drawn=say(" and ").join(map(str, drawn)),
        )
        if at_peaks
        else say("as recorded")
    )
    alt = say(
        "Lead {lead} of {name} and {name_2} on the same paper, {how}.",
        lead=lead,
        name=first.name,
        name_2=second.name,
        how=how,
    )
    width = 640 if at_peaks else 1100
    height = (width - 84) * (top - bottom) * SECONDS_PER_MV / (right - left)
    apply_layout(figure, theme, alt=alt, height=min(height, 520) + 96, l=60, r=24, t=40, b=56)
    figure.update_layout(plot_bgcolor=theme.paper, hovermode="closest")
    for axis, (minor, major), limits in (
        (figure.layout.xaxis, (MINOR[0], MAJOR[0]), (left, right)),
        (figure.layout.yaxis, (MINOR[1], MAJOR[1]), (bottom, top)),
    ):
        axis.update(tickmode="linear", tick0=0, dtick=major, range=limits, gridcolor=theme.grid_major)
        axis.minor.update(tickmode="linear", tick0=0, dtick=minor, showgrid=True, gridcolor=theme.grid_minor)
    from_what = say("from R peak (s)") if at_peaks else "(s)"
    figure.update_xaxes(
        title_text=say("Time {from_what}", from_what=from_what),
        ticklabelstep=1 if at_peaks else 5,
        tickformat=".3~f",
    )
    figure.update_yaxes(
        title_text=f"{lead} (mV)",
        scaleanchor="x",
        scaleratio=SECONDS_PER_MV,
        constrain="domain",
        tickformat=".1f",
    )
    figure.update_xaxes(constrain="domain", constraintoward="left")
    return figure


def cut_beats(values: np.ndarray, peaks: np.ndarray, *, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """(T,) mV and R peaks (n,) in samples → the whole beats (m, S) around them, and their times (S,) in s from the peak."""
    before, after = round(BEFORE * fs), round(AFTER * fs)
    whole = [p for p in np.asarray(peaks, int) if p >= before and p + after < len(values)]
    times = np.arange(-before, after + 1) / fs
    beats = [values[p - before : p + after + 1] for p in whole]
    return np.array(beats, np.float32).reshape(-1, len(times)), times


def _line(x: np.ndarray, y: np.ndarray, colour: str, width: float, name: str) -> go.Scatter:
    return go.Scatter(
        x0=float(x[0]) if len(x) else 0,
        dx=float(x[1] - x[0]) if len(x) > 1 else 1,
        y=y,
        mode="lines",
        line={"color": colour, "width": width},
        name=name,
        hovertemplate=say("{name}<br>%{{x:.2f}} s  %{{y:.2f}} mV<extra></extra>", name=name),
    )


def _date(when: np.datetime64, *, guessed: bool) -> str:
    known = when.astype("datetime64[D]").item()
    return say("about {recorded:%Y}", recorded=known) if guessed else day(known)
