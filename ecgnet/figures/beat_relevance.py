"""The average beat of each lead, coloured by what spoke for and against a finding, on ECG paper."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures import beat_paper
from ecgnet.figures.beat_paper import ROWS
from ecgnet.figures.on_trace import LEVELS
from ecgnet.figures.theme import Theme, fade
from ecgnet.language import mark, say
from ecgnet.record import LEADS
from ecgnet.signal import stretches

WAVES = {"P": ("p_onset", "p_offset"), "QRS": ("qrs_onset", "qrs_offset"), "T": ("t_onset", "t_offset")}


def beat_relevance(
    times: np.ndarray,
    signal: np.ndarray,
    *,
    values: np.ndarray,
    theme: Theme,
    target: str,
    count: int,
    marks: Mapping[str, float] | None = None,
    words: tuple[str, str] = (mark("speaks for"), mark("speaks against")),
) -> go.Figure:
    """times (n,) s from R; signal (12, n) mV; values (12, n), attribution of each sample, coloured at full scale from
    their 99.5th percentile on. Limb leads above, chest leads below, each in a column of its own, in true proportion.

    count: beats in the average; marks: boundary → s from R, drawn as brackets under each row; words: what the two
    colours mean.
    """
    scale = float(np.percentile(np.abs(values), 99.5)) or float(np.abs(values).max()) or 1.0
    scaled = np.clip(values / scale, -1, 1)
    places = beat_paper.places(times, signal)
    heights = beat_paper.offsets(signal)
    traces = [*_coloured(times, signal, scaled, places, theme, target, words)]
    traces += [_line(times, signal, scaled, places, theme, target)]
    low = heights[1] + min(float(signal[6:].min()), 0.0) - 0.45
    if marks:
        traces += _brackets(marks, places, signal, theme)
    notes = _wave_names(marks or {}, places, signal, theme) + beat_paper.names(times, signal, theme=theme)
    top = heights[0] + max(float(signal[:6].max()), 0.5) + 0.5
    figure = go.Figure(traces)
    alt = _describe(times, values, count, target)
    beat_paper.lay_out(figure, theme, alt=alt, times=times, heights=(low, top), notes=notes)
    return figure


def _coloured(
    times: np.ndarray,
    signal: np.ndarray,
    scaled: np.ndarray,
    places: Mapping[str, tuple[float, float]],
    theme: Theme,
    target: str,
    words: tuple[str, str],
) -> list[go.Scatter]:
    """A broad line under the beats; one trace a sign and level."""
    traces = []
    for sign, colour, word in ((1, theme.supports, say(words[0])), (-1, theme.opposes, say(words[1]))):
        for level, (least, most, opacity, width) in enumerate(LEVELS):
            x, y = [np.array([np.nan])], [np.array([np.nan])]
            for lead, (left, height) in places.items():
                k = LEADS.index(lead)
                middle = sign * (scaled[k, 1:] + scaled[k, :-1]) / 2
                for a, b in stretches((middle >= least) & (middle < most)):
                    x += [left + times[a : b + 1], [np.nan]]
                    y += [height + signal[k, a : b + 1], [np.nan]]
            traces.append(
                go.Scatter(
                    x=np.concatenate(x),
                    y=np.concatenate(y),
                    mode="lines",
                    line={"color": fade(colour, opacity), "width": width + 1},
                    name=f"{word} {target}",
                    legendgroup=word,
                    showlegend=level == len(LEVELS) - 1 and (sign == 1 or bool((scaled < 0).any())),
                    hoverinfo="skip",
                    meta={"kind": "relevance", "sign": sign, "level": level},
                )
            )
    return traces


def _line(
    times: np.ndarray,
    signal: np.ndarray,
    scaled: np.ndarray,
    places: Mapping[str, tuple[float, float]],
    theme: Theme,
    target: str,
) -> go.Scatter:
    x, y, hover = [], [], []
    for lead, (left, height) in places.items():
        k = LEADS.index(lead)
        x += [*(left + times), None]
        y += [*(height + signal[k]), None]
        hover += [
            say(
                "<b>{lead}</b>  {t:+.0f} ms from R  {v:.2f} mV<br>{s:+.2f} of full colour for {target}",
                lead=lead,
                t=1000 * t,
                v=v,
                s=s,
                target=target,
            )
            for t, v, s in zip(times, signal[k], scaled[k], strict=True)
        ] + [""]
    return go.Scatter(
        x=x,
        y=y,
        customdata=hover,
        mode="lines",
        line={"color": theme.trace, "width": 1.4},
        name=say("average beat"),
        showlegend=False,
        meta={"kind": "beat"},
        hovertemplate="%{customdata}<extra></extra>",
    )


def _brackets(
    marks: Mapping[str, float], places: Mapping[str, tuple[float, float]], signal: np.ndarray, theme: Theme
) -> list[go.Scatter]:
    """P, QRS and T under every beat, from onset to end."""
    traces = []
    for wave, ends in WAVES.items():
        if not all(end in marks for end in ends):
            continue
        x, y = [], []
        for lead, (left, height) in places.items():
            row = next(row for row in ROWS if lead in row)
            low = height + float(signal[[LEADS.index(name) for name in row]].min()) - 0.15
            a, b = (left + marks[end] for end in ends)
            x += [a, a, b, b, None]
            y += [low, low - 0.1, low - 0.1, low, None]
        traces.append(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                line={"color": theme.muted, "width": 1.2},
                name=wave,
                showlegend=False,
                meta={"kind": "wave", "wave": wave},
                hovertemplate=say(
                    "{wave}: {marks:+.0f} to {marks_2:+.0f} ms from R<extra></extra>",
                    wave=wave,
                    marks=1000 * marks[ends[0]],
                    marks_2=1000 * marks[ends[1]],
                ),
            )
        )
    return traces


def _wave_names(
    marks: Mapping[str, float], places: Mapping[str, tuple[float, float]], signal: np.ndarray, theme: Theme
) -> list[dict]:
    """P, QRS and T under the brackets of each row's first lead."""
    notes = []
    for row in ROWS:
        left, height = places[row[0]]
        low = height + float(signal[[LEADS.index(name) for name in row]].min()) - 0.27
        for wave, ends in WAVES.items():
            if all(end in marks for end in ends):
                middle = left + (marks[ends[0]] + marks[ends[1]]) / 2
                font = {"size": 11, "color": theme.muted}
                notes.append(
                    {"x": middle, "y": low, "text": wave, "showarrow": False, "yanchor": "top", "font": font}
                    | {"borderpad": 0, "name": "wave"}
                )
    return notes


def _describe(times: np.ndarray, values: np.ndarray, count: int, target: str) -> str:
    lead, at = np.unravel_index(np.abs(values).argmax(), values.shape)
    said = {"count": count, "target": target, "leads": LEADS[lead], "times": 1000 * times[at]}
    if values[lead, at] >= 0:
        return say(
            "The average of {count} beats in each lead, coloured where it speaks for or against "
            "{target}; strongest in {leads} {times:+.0f} ms from R, for it.",
            **said,
        )
    return say(
        "The average of {count} beats in each lead, coloured where it speaks for or against "
        "{target}; strongest in {leads} {times:+.0f} ms from R, against it.",
        **said,
    )
