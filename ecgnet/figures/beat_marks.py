"""Where the measurements say that P, QRS and T begin and end, for a reader to check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.strips import DrawnStrip
from ecgnet.figures.theme import Theme
from ecgnet.language import localised, say
from ecgnet.measure import Beats

ABOVE, BELOW = 3.0, 5.0  # mm about the zero line that a boundary's stroke takes
WAVES = (
    ("P", "p_onset", "p_offset", 2),
    ("QRS", "qrs_onset", "qrs_offset", 0),
    ("T", "t_onset", "t_offset", 3),
)
"""Wave, first and last boundary, and the number of its colour."""


def beat_marks(strips: Sequence[DrawnStrip], beats: Beats, *, theme: Theme) -> list[go.Scatter]:
    """One trace a wave, a bracket from onset to offset on every strip (a single stroke where one end was not found),
    and a mark at each R over the longest strips."""
    traces = []
    for wave, onset, offset, colour in WAVES:
        x, y, words = [], [], []
        for strip in strips:
            high = strip.offset + strip.paper.millivolts(ABOVE)
            low = strip.offset - strip.paper.millivolts(BELOW)
            for a, b in zip(getattr(beats, onset), getattr(beats, offset), strict=True):
                ends = [
                    (t, word)
                    for t, word in ((a, say("onset")), (b, say("end")))
                    if strip.start <= t < strip.end
                ]
                for k, (t, word) in enumerate(ends):
                    x += [t, t]
                    y += [high, low] if k == 0 else [low, high]
                    words += [f"{wave} {word} {localised(f'{t:.3f}')} s"] * 2
                if ends:
                    x, y, words = [*x, None], [*y, None], [*words, ""]
        traces.append(
            go.Scatter(
                x=np.array(x, float),
                y=np.array(y, np.float32),
                customdata=words,
                mode="lines",
                line={"color": theme.models[colour], "width": 1.3},
                name=wave,
                meta={"kind": "beats", "wave": wave},
                hovertemplate="%{customdata}<extra></extra>",
                showlegend=True,
            )
        )
    longest = max((len(strip.values) for strip in strips), default=0)
    rows = [strip for strip in strips if strip.rhythm] or [s for s in strips if len(s.values) == longest][:1]
    traces.append(_r_marks(rows, beats, theme))
    return traces


def _r_marks(strips: Sequence[DrawnStrip], beats: Beats, theme: Theme) -> go.Scatter:
    before = np.concatenate([[np.nan], np.diff(beats.r)])
    x, y, words = [], [], []
    for strip in strips:
        for r, rr in zip(beats.r, before, strict=True):
            if strip.start <= r < strip.end:
                x.append(r)
                y.append(strip.offset + strip.high + strip.paper.millivolts(2))
                gap = (
                    ""
                    if np.isnan(rr)
                    else say(", {rr:.0f} ms after the last, {rr_2:.0f}/min", rr=1000 * rr, rr_2=60 / rr)
                )
                words.append(f"R {localised(f'{r:.3f}')} s{gap}")
    return go.Scatter(
        x=np.array(x, float),
        y=np.array(y, np.float32),
        customdata=words,
        mode="markers",
        marker={"symbol": "triangle-down", "size": 8, "color": theme.muted},
        name="R",
        meta={"kind": "beats", "wave": "R"},
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=True,
    )
