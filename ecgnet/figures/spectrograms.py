"""Frequencies over time: the spectrogram of one lead under its waveform."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecgnet.figures.heat import colourbar, diverging, fit_colourbars, middles
from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import mark, say
from ecgnet.record import LEADS


def spectrogram_figure(
    spectrogram_db: np.ndarray,
    bins: np.ndarray,
    *,
    times: np.ndarray,
    lead: str,
    theme: Theme,
    waveform: np.ndarray | None = None,
    fs: float = 100.0,
    start: float = 0.0,
    attribution: np.ndarray | None = None,
    attention: np.ndarray | None = None,
    attention_axes: tuple[np.ndarray, np.ndarray] | None = None,
    target: str = mark("the finding"),
) -> go.Figure:
    """The spectrogram (12, B, S) of one lead in dB re 1 mV at `bins` (B,) Hz and `times` (S,) s after `start` s.

    Above it on the same time axis the lead's `waveform`, from (12, T) in mV at fs Hz; below it that lead's
    `attribution` (12, B, S), and `attention` (b, s) with the middles of its cells, (b,) Hz and (s,) s (evenly
    spread when not given).
    """
    k, times = LEADS.index(lead), np.asarray(times) + start
    panels: list[tuple[str, int]] = [("waveform", 110)] if waveform is not None else []
    panels.append(("spectrogram", 230))
    panels += [("attribution", 190)] if attribution is not None else []
    panels += [("attention", 140)] if attention is not None else []
    heights = [height for _, height in panels]
    row = {name: number for number, (name, _) in enumerate(panels, 1)}
    space = 26
    figure = make_subplots(
        rows=len(panels),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=space / (sum(heights) + space * (len(panels) - 1)) if len(panels) > 1 else 0,
    )
    words = ", ".join(name for name, _ in panels)
    alt = say(
        "Lead {lead} over time: {words}; frequencies from {bins:g} to {bins_2:g} Hz, time in seconds.",
        lead=lead,
        words=words,
        bins=bins[0],
        bins_2=bins[-1],
    )
    total = sum(heights) + space * (len(panels) - 1)
    apply_layout(figure, theme, alt=alt, height=total + 24 + 56, t=24, r=124)

    if waveform is not None:
        figure.add_trace(
            go.Scatter(
                x0=start,
                dx=1 / fs,
                y=np.asarray(waveform[k], np.float32),
                mode="lines",
                line={"color": theme.trace, "width": 1.2},
                name=lead,
                showlegend=False,
                hovertemplate=f"<b>{lead}</b>  %{{x:.2f}} s  %{{y:.2f}} mV<extra></extra>",
            ),
            1,
            1,
        )
        figure.update_yaxes(title_text=f"{lead} (mV)", row=1, col=1, nticks=4)
    figure.add_trace(
        go.Heatmap(
            x=times,
            y=bins,
            z=np.asarray(spectrogram_db[k], np.float32),
            colorscale=theme.sequential,
            colorbar=colourbar(say("dB re 1 mV"), theme),
            name="spectrogram",
            hovertemplate=f"<b>{lead}</b>  %{{x:.2f}} s  %{{y:.1f}} Hz  %{{z:.1f}} dB re 1 mV<extra></extra>",
        ),
        row["spectrogram"],
        1,
    )
    if attribution is not None:
        values = np.asarray(attribution, np.float32)
        scale = float(np.percentile(np.abs(values), 99.5))  # over all leads, so that leads can be compared
        figure.add_trace(
            diverging(values[k], times, y=bins, theme=theme, target=target, scale=scale),
            row["attribution"],
            1,
        )
    if attention is not None:
        z = np.asarray(attention, np.float32)
        bands, moments = attention_axes or (
            middles(z.shape[0], bins[0], last=bins[-1]),
            middles(z.shape[1], times[0], last=times[-1]),
        )
        figure.add_trace(
            go.Heatmap(
                x=moments,
                y=bands,
                z=z * 100,
                zmin=0,
                colorscale=theme.attention_scale(),
                colorbar=colourbar(say("attention, %"), theme),
                name="attention",
                hovertemplate=say("%{x:.2f} s  %{y:.1f} Hz  attention %{z:.2f} %<extra></extra>"),
            ),
            row["attention"],
            1,
        )
    for name in ("spectrogram", "attribution", "attention"):
        if name in row:
            figure.update_yaxes(
                title_text=say("Frequency (Hz)"),
                range=(0, float(bins[-1])),
                row=row[name],
                col=1,
                showgrid=False,
            )
            figure.update_xaxes(row=row[name], col=1, showgrid=False)
    figure.update_xaxes(range=(float(times[0]), float(times[-1])), dtick=1)
    figure.update_xaxes(title_text=say("Time (s)"), row=len(panels), col=1)
    fit_colourbars(figure)
    return figure
