"""One beat of each lead on ECG paper, in true proportion: limb leads above, chest leads below, a column each."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.record import LEADS

ROWS = (LEADS[:6], LEADS[6:])
GAP = 0.12  # s of paper between two leads
SQUARE = 0.2, 0.5  # s and mV of a large square
WIDTH = 1100  # pixels


def places(times: np.ndarray, signal: np.ndarray) -> dict[str, tuple[float, float]]:
    """times (n,) s from R, signal (12, n) mV → lead → where R stands, in s of the paper, and the zero line in mV."""
    step = float(times[-1] - times[0]) + GAP
    heights = offsets(signal)
    return {
        lead: (column * step - times[0], height)
        for row, height in zip(ROWS, heights, strict=True)
        for column, lead in enumerate(row)
    }


def offsets(signal: np.ndarray) -> tuple[float, float]:
    """The zero lines of the two rows in mV, on whole large squares, the rows clear of each other."""
    need = max(float(signal[6:].max()), 0.3) - min(float(signal[:6].min()), -0.3) + 1.0
    return 0.0, -SQUARE[1] * float(np.ceil(need / SQUARE[1]))


def names(times: np.ndarray, signal: np.ndarray, *, theme: Theme) -> list[dict]:
    """Each lead's name above its beat, as plotly's annotations."""
    return [
        {
            "x": left + times[0] + 0.01,
            "y": height + min(float(signal[LEADS.index(lead)].max()), 3.0) + 0.08,
            "text": f"<b>{lead}</b>",
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": theme.font_size, "color": theme.ink},
        }
        for lead, (left, height) in places(times, signal).items()
    ]


def lay_out(
    figure: go.Figure,
    theme: Theme,
    *,
    alt: str,
    times: np.ndarray,
    heights: tuple[float, float],
    notes: list[dict],
) -> None:
    """The paper under the beats. heights: its lower and upper edge in mV, widened to whole small squares."""
    fine = SQUARE[1] / 5
    low, top = (fine * f(v / fine) for f, v in zip((np.floor, np.ceil), heights, strict=True))
    across = -GAP, (float(times[-1] - times[0]) + GAP) * 6
    plot = (WIDTH - 24) * (top - low) * SQUARE[0] / SQUARE[1] / (across[1] - across[0])
    apply_layout(
        figure,
        theme,
        alt=alt,
        height=plot + 96,
        own={
            "plot_bgcolor": theme.paper,
            "hovermode": "closest",
            "annotations": notes,
            "xaxis": _squares(SQUARE[0], across, theme),
            "yaxis": _squares(SQUARE[1], (low, top), theme)
            | {"scaleanchor": "x", "scaleratio": SQUARE[0] / SQUARE[1], "constraintoward": "top"},
        },
        l=12,
        r=12,
        t=44,
        b=24,
    )


def _squares(side: float, limits: tuple[float, float], theme: Theme) -> dict:
    """An axis whose grid is millimetre paper."""
    lines = {"tickmode": "linear", "tick0": 0, "showgrid": True}
    return {
        "range": limits,
        "constrain": "domain",
        "showticklabels": False,
        "minor": lines | {"dtick": side / 5, "gridcolor": theme.grid_minor},
        **lines,
        "dtick": side,
        "gridcolor": theme.grid_major,
        "showline": True,
        "mirror": True,
        "linecolor": theme.grid_major,
    }
