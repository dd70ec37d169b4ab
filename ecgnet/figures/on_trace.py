"""What a model looked at, drawn on the trace of a 12-lead sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import plotly.graph_objects as go
from scipy.ndimage import convolve1d

from ecgnet.figures.strips import DrawnStrip
from ecgnet.figures.theme import Theme, fade
from ecgnet.language import mark, say
from ecgnet.record import LEADS
from ecgnet.signal import stretches

LEVELS = ((0.08, 0.3, 0.35, 4.5), (0.3, 0.6, 0.65, 5.5), (0.6, np.inf, 0.95, 6.5))
"""From, to (share of full scale), opacity and width in pixels of the coloured line."""


@dataclass(frozen=True, eq=False)
class Highlight:
    """Attributions to draw on the trace: values (12, N) at fs Hz, the first at `start` s of the record.

    Positive values speak for `target`, negative ones against it; words: what the two colours mean, where they mean another
    thing.
    """

    values: np.ndarray
    fs: float
    target: str
    start: float = 0.0
    words: tuple[str, str] = (mark("speaks for"), mark("speaks against"))

    @cached_property
    def scaled(self) -> np.ndarray:
        """(12, N) smoothed over 40 ms and divided by the 99.5th percentile of all leads: -1 to 1."""
        values = np.nan_to_num(np.asarray(self.values, dtype=np.float64))
        kernel = np.hanning(max(1, round(0.04 * self.fs)) + 2)[1:-1]
        smooth = convolve1d(values, kernel / kernel.sum(), axis=-1, mode="nearest")
        scale = np.percentile(np.abs(smooth), 99.5) or np.abs(smooth).max() or 1.0
        return np.clip(smooth / scale, -1, 1)

    def at(self, strip: DrawnStrip) -> np.ndarray:
        """(n,) float32, the scaled attribution at each sample of the strip, 0 where none was computed."""
        values = self.scaled[LEADS.index(strip.lead)]
        times = self.start + np.arange(len(values)) / self.fs
        return np.interp(strip.times, times, values, left=0.0, right=0.0).astype(np.float32)


@dataclass(frozen=True, eq=False)
class TimeAttention:
    """Attention over time: weights (n,) that sum to 1; centres (n,) of equal spans, in s of the record."""

    weights: np.ndarray
    centres: np.ndarray


def highlight_traces(strips: list[DrawnStrip], highlight: Highlight, *, theme: Theme) -> Iterator[go.Scatter]:
    """A broad coloured line under the trace; one trace a sign and level, broken where nothing is said."""
    pieces = [(strip, highlight.at(strip)) for strip in strips]
    both = bool((highlight.scaled < 0).any())  # a sensitivity has no sign
    for sign, colour, words in zip((1, -1), (theme.supports, theme.opposes), highlight.words, strict=True):
        for level, (low, high, opacity, width) in enumerate(LEVELS):
            x, y = [np.array([np.nan])], [np.array([np.nan], np.float32)]
            for strip, values in pieces:
                middle = sign * (values[1:] + values[:-1]) / 2
                for a, b in stretches((middle >= low) & (middle < high)):
                    x += [strip.times[a : b + 1], [np.nan]]
                    y += [strip.values[a : b + 1] + np.float32(strip.offset), [np.nan]]
            yield go.Scatter(
                x=np.concatenate(x),
                y=np.concatenate(y).astype(np.float32),
                mode="lines",
                line={"color": fade(colour, opacity), "width": width},
                name=f"{words} {highlight.target}",
                legendgroup=words,
                showlegend=level == len(LEVELS) - 1 and (sign == 1 or both),
                hoverinfo="skip",
                meta={"kind": "highlight", "sign": sign, "level": level},
            )


def attention_band(
    attention: TimeAttention, y: tuple[float, float], *, shown: tuple[float, float], theme: Theme
) -> go.Heatmap:
    """A shaded band between two heights in mV for the spans whose middle is within `shown` in s."""
    weights, centres = np.asarray(attention.weights, float), np.asarray(attention.centres, float)
    inside = (centres >= shown[0]) & (centres <= shown[1])
    half = float(np.diff(centres).mean()) / 2 if len(centres) > 1 else (shown[1] - shown[0]) / 2
    edges = np.append(centres[inside] - half, centres[inside][-1:] + half)
    return go.Heatmap(
        x=edges,
        y=np.array(y),
        z=weights[None, inside],
        zmin=0,
        zmax=max(float(weights.max()), 2 / len(weights)),  # even attention is half a shade, not all
        colorscale=theme.attention_scale(),
        showscale=False,
        name="attention",
        meta={"kind": "attention"},
        hovertemplate=say("attention %{z:.1%} around %{x:.2f} s<extra></extra>"),
    )
