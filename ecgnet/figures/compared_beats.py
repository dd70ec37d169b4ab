"""The median beats of two ECGs of one patient, all leads: laid over each other, and the newer less the older."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures import beat_paper
from ecgnet.figures.theme import Theme
from ecgnet.language import say
from ecgnet.record import LEADS


def overlaid_beats(
    times: np.ndarray, older: np.ndarray, *, newer: np.ndarray, names: tuple[str, str], theme: Theme
) -> go.Figure:
    """times (n,) s from R; older and newer (12, n) mV, NaN in a lead that one of them lacks; names: of both."""
    signal = _extent(older, newer)
    traces = [
        _beats(times, beat, signal, name=name, colour=colour, width=width)
        for beat, name, colour, width in (
            (older, names[0], theme.models[1], 2.2),
            (newer, names[1], theme.trace, 1.5),
        )
    ]
    alt = say(
        "Median beats of {names} and {names_2}, aligned at R and laid over each other in all leads.",
        names=names[0],
        names_2=names[1],
    )
    return _laid_out(times, signal, traces, alt, theme)


def difference_beats(
    times: np.ndarray, older: np.ndarray, *, newer: np.ndarray, names: tuple[str, str], theme: Theme
) -> go.Figure:
    """The newer median beats less the older ones, on the same paper; arguments as `overlaid_beats`."""
    change = newer - older
    signal = _extent(change)
    name = say("{names} less {names_2}", names=names[1], names_2=names[0])
    traces = [_beats(times, change, signal, name=name, colour=theme.supports, width=1.8)]
    largest = np.nanmax(np.abs(change), 1, initial=0.0, where=np.isfinite(change))
    top = LEADS[int(largest.argmax())]
    alt = say(
        "Median beats of {name}, lead by lead; the largest difference is {max:.2f} mV, in {top}.",
        name=name,
        max=largest.max(),
        top=top,
    )
    return _laid_out(times, signal, traces, alt, theme)


def _extent(*beats: np.ndarray) -> np.ndarray:
    """(12, 2) mV: what each lead reaches at least and at most, with 0 among it."""
    every = np.nan_to_num(np.concatenate(beats, 1))
    return np.stack([every.min(1), every.max(1)], 1)


def _beats(
    times: np.ndarray, beat: np.ndarray, signal: np.ndarray, *, name: str, colour: str, width: float
) -> go.Scatter:
    places = beat_paper.places(times, signal)
    x, y, said = [], [], []
    for lead, (left, height) in places.items():
        values = beat[LEADS.index(lead)]
        x += [*(left + times), None]
        y += [*(height + values), None]
        said += [
            say(
                "<b>{lead}</b>  {t:+.0f} ms from R  {v:.2f} mV<br>{name}",
                lead=lead,
                t=1000 * t,
                v=v,
                name=name,
            )
            for t, v in zip(times, values, strict=True)
        ] + [""]
    return go.Scatter(
        x=x,
        y=y,
        customdata=said,
        mode="lines",
        line={"color": colour, "width": width},
        name=name,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _laid_out(
    times: np.ndarray, signal: np.ndarray, traces: list[go.Scatter], alt: str, theme: Theme
) -> go.Figure:
    figure = go.Figure(traces)
    heights = beat_paper.offsets(signal)
    low = heights[1] + min(float(signal[6:].min()), 0.0) - 0.3
    top = heights[0] + max(float(signal[:6].max()), 0.5) + 0.5
    notes = beat_paper.names(times, signal, theme=theme)
    beat_paper.lay_out(figure, theme, alt=alt, times=times, heights=(low, top), notes=notes)
    figure.update_layout(showlegend=True)
    return figure
