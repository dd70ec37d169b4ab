"""The frequency views: the spectrum of the whole record and the spectrogram of one lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.record import LEADS


def spectrum_figure(
    spectrum_db: np.ndarray,
    frequencies: np.ndarray,
    theme: Theme,
    *,
    leads: Sequence[str] | None = None,
    attribution: np.ndarray | None = None,
    attention: np.ndarray | None = None,
    attention_frequencies: np.ndarray | None = None,
    target: str = "the finding",
) -> go.Figure:
    """The amplitude spectrum (12, F) in dB re 1 mV at `frequencies` (F,) Hz, a line for each of `leads`.

    attribution (12, F) is shown below, a row a lead; attention (n,), with the middles of its spans in Hz
    (evenly spread when not given), as a shaded curve behind the lines.
    """
    leads = tuple(leads or LEADS)
    rows = [LEADS.index(lead) for lead in leads]
    two = attribution is not None
    below = 40 + 17 * max(len(rows), 3)
    figure = make_subplots(
        rows=1 + two,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.06 if two else 0,
        row_heights=[360, below] if two else [1],
    )
    shown = np.asarray(spectrum_db)[rows]
    low, high = float(np.floor(shown.min() / 10) * 10), float(np.ceil((shown.max() + 1) / 10) * 10)
    if attention is not None:
        figure.add_trace(
            _attention_curve(attention, attention_frequencies, frequencies, (low, high), theme), 1, 1
        )
    colours = _lead_colours(theme)
    for lead, k in zip(leads, rows, strict=True):
        figure.add_trace(
            go.Scatter(
                x=frequencies,
                y=np.asarray(spectrum_db[k], np.float32),
                mode="lines",
                name=lead,
                meta={"kind": "lead"},
                line={"color": colours[k] if len(leads) > 1 else theme.models[0], "width": 1.1},
                hovertemplate=f"<b>{lead}</b>  %{{x:.1f}} Hz  %{{y:.1f}} dB re 1 mV<extra></extra>",
            ),
            1,
            1,
        )
    words = "" if not two else f", and below it what speaks for or against {target}"
    alt = f"Amplitude spectrum of lead {', '.join(leads)} from 0 to {frequencies[-1]:g} Hz{words}."
    height = 80 + 360 + (below + 30 if two else 0)
    apply_layout(figure, theme, alt=alt, height=height, t=24, r=124)
    figure.update_layout(
        legend={"orientation": "v", "x": 1.01, "xanchor": "left", "y": 1, "yanchor": "top"},
        hovermode="closest",
    )
    if two:
        values = np.asarray(attribution, np.float32)[rows]
        figure.add_trace(_diverging(values, frequencies, np.arange(len(leads)), theme, target, leads), 2, 1)
        figure.update_yaxes(
            row=2,
            col=1,
            title_text="Lead",
            tickmode="array",
            tickvals=list(range(len(leads))),
            ticktext=list(leads),
            autorange="reversed",
            showgrid=False,
        )
        _fit_colourbars(figure)
    figure.update_xaxes(range=(0, float(frequencies[-1])))
    figure.update_xaxes(title_text="Frequency (Hz)", row=1 + two, col=1)
    figure.update_yaxes(title_text="Amplitude (dB re 1 mV)", range=(low, high), row=1, col=1)
    return figure


def spectrogram_figure(
    spectrogram_db: np.ndarray,
    bins: np.ndarray,
    times: np.ndarray,
    lead: str,
    theme: Theme,
    *,
    waveform: np.ndarray | None = None,
    fs: float = 100.0,
    attribution: np.ndarray | None = None,
    attention: np.ndarray | None = None,
    attention_axes: tuple[np.ndarray, np.ndarray] | None = None,
    target: str = "the finding",
) -> go.Figure:
    """The spectrogram (12, B, S) of one lead in dB re 1 mV at `bins` (B,) Hz and `times` (S,) s.

    Above it on the same time axis the lead's `waveform`, from (12, T) in mV at fs Hz; below it that lead's
    `attribution` (12, B, S), and `attention` (b, s) with the middles of its cells, (b,) Hz and (s,) s (evenly
    spread when not given).
    """
    k = LEADS.index(lead)
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
    alt = f"Lead {lead} over time: {words}; frequencies from {bins[0]:g} to {bins[-1]:g} Hz, time in seconds."
    total = sum(heights) + space * (len(panels) - 1)
    apply_layout(figure, theme, alt=alt, height=total + 24 + 56, t=24, r=124)

    if waveform is not None:
        figure.add_trace(
            go.Scatter(
                x0=0,
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
            colorbar=_colourbar("dB re 1 mV", theme),
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
            _diverging(values[k], times, bins, theme, target, scale=scale), row["attribution"], 1
        )
    if attention is not None:
        z = np.asarray(attention, np.float32)
        bands, moments = attention_axes or (
            _middles(z.shape[0], bins[0], bins[-1]),
            _middles(z.shape[1], times[0], times[-1]),
        )
        figure.add_trace(
            go.Heatmap(
                x=moments,
                y=bands,
                z=z * 100,
                zmin=0,
                colorscale=theme.attention_scale(),
                colorbar=_colourbar("attention, %", theme),
                name="attention",
                hovertemplate="%{x:.2f} s  %{y:.1f} Hz  attention %{z:.2f} %<extra></extra>",
            ),
            row["attention"],
            1,
        )
    for name in ("spectrogram", "attribution", "attention"):
        if name in row:
            figure.update_yaxes(
                title_text="Frequency (Hz)", range=(0, float(bins[-1])), row=row[name], col=1, showgrid=False
            )
            figure.update_xaxes(row=row[name], col=1, showgrid=False)
    figure.update_xaxes(range=(float(times[0]), float(times[-1])), dtick=1)
    figure.update_xaxes(title_text="Time (s)", row=len(panels), col=1)
    _fit_colourbars(figure)
    return figure


def _lead_colours(theme: Theme) -> list[str]:
    """Limb leads in oranges, chest leads in blues, each from dark to light in the order of `LEADS`."""
    steps = np.linspace(0.0, 0.55, 6) + (0.0 if theme.name == "light" else 0.25)
    return sample_colorscale("Oranges_r", steps) + sample_colorscale("Blues_r", steps)


def _middles(n: int, first: float, last: float) -> np.ndarray:
    """(n,) middles of n equal spans between first and last."""
    edges = np.linspace(first, last, n + 1)
    return (edges[1:] + edges[:-1]) / 2


def _attention_curve(
    attention: np.ndarray,
    centres: np.ndarray | None,
    frequencies: np.ndarray,
    limits: tuple[float, float],
    theme: Theme,
) -> go.Scatter:
    """A filled curve from the foot of the chart; its full height is the largest weight."""
    weights = np.asarray(attention, float)
    if centres is None:
        centres = _middles(len(weights), float(frequencies[0]), float(frequencies[-1]))
    low, high = limits
    y = low + (high - low) * 0.9 * weights / max(weights.max(), 1e-9)
    return go.Scatter(
        x=np.concatenate([[centres[0]], centres, [centres[-1]]]),
        y=np.concatenate([[low], y, [low]]),
        customdata=np.concatenate([[0], weights, [0]]),
        mode="lines",
        line={"color": fade(theme.attention, 0.6), "width": 1, "shape": "linear"},
        fill="toself",
        fillcolor=fade(theme.attention, 0.18),
        name="attention",
        meta={"kind": "attention"},
        hoveron="points",
        hovertemplate="attention %{customdata:.1%} around %{x:.1f} Hz<extra></extra>",
    )


def _diverging(
    values: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    theme: Theme,
    target: str,
    names: Sequence[str] = (),
    scale: float | None = None,
) -> go.Heatmap:
    """Attributions as colour: orange for the target, blue against it, full at the 99.5th percentile."""
    scale = scale or float(np.percentile(np.abs(values), 99.5)) or float(np.abs(values).max()) or 1.0
    bar = _colourbar("attribution", theme)
    bar.update(
        tickmode="array", tickvals=[-scale, 0, scale], ticktext=[f"against {target}", "0", f"for {target}"]
    )
    where = "<b>%{customdata}</b>  %{x:.1f} Hz" if names else "%{x:.2f} s  %{y:.1f} Hz"
    return go.Heatmap(
        x=x,
        y=y,
        z=values,
        zmin=-scale,
        zmax=scale,
        customdata=np.repeat(np.asarray(names)[:, None], values.shape[1], 1).tolist() if names else None,
        colorscale=theme.diverging,
        colorbar=bar,
        name="attribution",
        hovertemplate=where + "  attribution %{z:.2g}<extra></extra>",
    )


def _colourbar(title: str, theme: Theme) -> dict:
    small = {"size": theme.font_size - 2, "color": theme.muted}
    return {
        "title": {"text": title, "font": small, "side": "right"},
        "tickfont": small,
        "thickness": 12,
        "outlinewidth": 0,
        "x": 1.01,
    }


def _fit_colourbars(figure: go.Figure) -> None:
    """Sets each heatmap's colour bar beside its own panel."""
    for trace in figure.select_traces(selector={"type": "heatmap"}):
        low, high = figure.layout["yaxis" + (trace.yaxis or "y")[1:]].domain
        trace.colorbar.update(y=(low + high) / 2, len=(high - low) * 1.02, yanchor="middle", ypad=0)
