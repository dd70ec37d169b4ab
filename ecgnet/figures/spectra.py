"""The spectrum of the whole window, a line a lead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from ecgnet.figures.heat import diverging, fit_colourbars, middles
from ecgnet.figures.theme import Theme, apply_layout, fade
from ecgnet.language import mark, say
from ecgnet.record import LEADS

Unit = Literal[mark("dB re 1 mV"), "mV"]
HARMONICS = 10  # the heart rate and its multiples that are marked


def spectrum_figure(
    spectrum: np.ndarray,
    frequencies: np.ndarray,
    *,
    theme: Theme,
    leads: Sequence[str] | None = None,
    unit: Unit = "dB re 1 mV",
    heart_rate: float | None = None,
    attribution: np.ndarray | None = None,
    attention: np.ndarray | None = None,
    attention_frequencies: np.ndarray | None = None,
    target: str = "",
) -> go.Figure:
    """The amplitude spectrum (12, F) in `unit` at `frequencies` (F,) Hz, a line for each of `leads` that is not NaN.

    heart_rate, in beats a minute, is marked with its first multiples, where a regular rhythm has its power.
    attribution (12, F) is shown below, a row a lead; attention (n,), with the middles of its spans in Hz
    (evenly spread when not given), as a shaded curve behind the lines.
    """
    spectrum = np.asarray(spectrum)
    there = [lead for lead in leads or LEADS if np.isfinite(spectrum[LEADS.index(lead)]).any()]
    absent = [lead for lead in leads or LEADS if lead not in there]
    leads, rows = tuple(there), [LEADS.index(lead) for lead in there]
    two = attribution is not None
    below = 40 + 17 * max(len(rows), 3)
    figure = make_subplots(
        rows=1 + two,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.06 if two else 0,
        row_heights=[360, below] if two else [1],
    )
    low, high = _amplitude_range(spectrum[rows], unit)
    if attention is not None:
        figure.add_trace(
            _attention_curve(attention, attention_frequencies, frequencies, (low, high), theme), 1, 1
        )
    if heart_rate:
        figure.add_trace(_harmonics(heart_rate, float(frequencies[-1]), (low, high), theme), 1, 1)
    colours = _lead_colours(theme)
    digits = ".1f" if unit == "dB re 1 mV" else ".4f"
    for lead, k in zip(leads, rows, strict=True):
        figure.add_trace(
            go.Scatter(
                x=frequencies,
                y=np.asarray(spectrum[k], np.float32),
                mode="lines",
                name=lead,
                meta={"kind": "lead"},
                line={"color": colours[k] if len(leads) > 1 else theme.models[0], "width": 1.1},
                hovertemplate=f"<b>{lead}</b>  %{{x:.1f}} Hz  %{{y:{digits}}} {unit}<extra></extra>",
            ),
            1,
            1,
        )
    words = "" if not two else say(", and below it what speaks for or against {target}", target=target)
    alt = say(
        "Amplitude spectrum in {unit} of lead {leads} from 0 to {frequencies:g} Hz{words}.",
        unit=unit,
        leads=", ".join(leads),
        frequencies=frequencies[-1],
        words=words,
    )
    alt += say(" Not recorded: {absent}.", absent=", ".join(absent)) if absent else ""
    height = 80 + 360 + (below + 30 if two else 0)
    apply_layout(figure, theme, alt=alt, height=height, t=24, r=124)
    figure.update_layout(
        legend={"orientation": "v", "x": 1.01, "xanchor": "left", "y": 1, "yanchor": "top"},
        hovermode="closest",
    )
    if two:
        values = np.asarray(attribution, np.float32)[rows]
        figure.add_trace(
            diverging(values, frequencies, y=np.arange(len(leads)), theme=theme, target=target, names=leads),
            2,
            1,
        )
        figure.update_yaxes(
            row=2,
            col=1,
            title_text=say("Lead"),
            tickmode="array",
            tickvals=list(range(len(leads))),
            ticktext=list(leads),
            autorange="reversed",
            showgrid=False,
        )
        fit_colourbars(figure)
    figure.update_xaxes(range=(0, float(frequencies[-1])))
    figure.update_xaxes(title_text=say("Frequency (Hz)"), row=1 + two, col=1)
    figure.update_yaxes(title_text=say("Amplitude ({unit})", unit=unit), range=(low, high), row=1, col=1)
    return figure


def _amplitude_range(shown: np.ndarray, unit: str) -> tuple[float, float]:
    if not np.isfinite(shown).any():
        return (-60.0, 0.0) if unit == "dB re 1 mV" else (0.0, 1.0)
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    if unit == "mV":
        return 0.0, max(1.05 * high, 1e-3)
    return float(np.floor(low / 10) * 10), float(np.ceil((high + 1) / 10) * 10)


def _harmonics(heart_rate: float, highest: float, limits: tuple[float, float], theme: Theme) -> go.Scatter:
    """A dotted line at the heart rate and at its multiples."""
    order = np.arange(1, HARMONICS + 1)
    hertz = order * heart_rate / 60
    order, hertz = order[hertz <= highest], hertz[hertz <= highest]
    words = [say("heart rate") if k == 1 else say("{k} × heart rate", k=k) for k in order]
    gap = np.full(len(hertz), np.nan)
    return go.Scatter(
        x=np.stack([hertz, hertz, gap], 1).ravel(),
        y=np.tile([limits[0], limits[1], np.nan], len(hertz)),
        customdata=[text for word in words for text in (word, word, "")],
        mode="lines",
        line={"color": theme.muted, "width": 1, "dash": "dot"},
        name=say("{heart_rate:.0f}/min<br>and multiples", heart_rate=heart_rate),
        meta={"kind": "harmonics"},
        hovertemplate=say("%{customdata}  %{x:.2f} Hz<extra></extra>"),
    )


def _lead_colours(theme: Theme) -> list[str]:
    """Limb leads in oranges, chest leads in blues, each from dark to light in the order of `LEADS`."""
    steps = np.linspace(0.0, 0.55, 6) + (0.0 if theme.name == "light" else 0.25)
    return sample_colorscale("Oranges_r", steps) + sample_colorscale("Blues_r", steps)


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
        centres = middles(len(weights), float(frequencies[0]), last=float(frequencies[-1]))
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
        hovertemplate=say("attention %{customdata:.1%} around %{x:.1f} Hz<extra></extra>"),
    )
