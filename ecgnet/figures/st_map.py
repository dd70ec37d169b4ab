"""ST deviation of each lead where the lead looks from: the frontal and the horizontal plane."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import localised, mark, say

FRONTAL = {"aVL": -30, "I": 0, "−aVR": 30, "II": 60, "aVF": 90, "III": 120}
HORIZONTAL = {"V6": 0, "V5": 22, "V4": 47, "V3": 68, "V2": 94, "V1": 118}
"""Degrees from the patient's left, clockwise on the page: downwards in the frontal plane, forwards in the horizontal one
(Malmivuo and Plonsey 1995, Bioelectromagnetism, ch. 15 and 16)."""
PER_MILLIVOLT = 2.6
"""Of the circle's radius, how long a bar of 1 mV is; bars end at `LONGEST`."""
LONGEST = 0.75
APART = 4.6
"""Between the middles of the two circles, in radii."""
NEGLIGIBLE = 0.05
"""mV; less is not drawn in colour."""


def st_map(j: Mapping[str, float], theme: Theme, *, point: str = mark("J point")) -> go.Figure:
    """A bar for each lead from the circle outwards where the ST segment is raised, inwards where it is lowered.

    j: lead → deviation in mV; leads that are not there are drawn without a bar.
    """
    traces: list[go.Scatter] = []
    notes: list[dict] = []
    said = []
    for middle, plane, title in (
        (0.0, FRONTAL, say("Frontal plane")),
        (APART, HORIZONTAL, say("Horizontal plane")),
    ):
        turn = np.linspace(0, 2 * np.pi, 73)
        traces.append(
            go.Scatter(
                x=middle + np.cos(turn),
                y=-np.sin(turn),
                mode="lines",
                line={"color": theme.rule, "width": 1.5},
                hoverinfo="skip",
            )
        )
        notes.append(_words(middle, 0.0, title.replace(" ", "<br>"), theme.muted, size=11))
        for lead, angle in plane.items():
            value = -j["aVR"] if lead == "−aVR" and "aVR" in j else j.get(lead)
            x, y = np.cos(np.radians(angle)), -np.sin(np.radians(angle))
            ink = theme.muted
            if value is not None:
                said.append(f"{lead} {localised(f'{value:+.2f}')}")
                length = float(np.clip(PER_MILLIVOLT * value, -LONGEST, LONGEST))
                if abs(value) >= NEGLIGIBLE:
                    ink = theme.supports if value > 0 else theme.opposes
                traces.append(
                    go.Scatter(
                        x=middle + x * np.array([1, 1 + length]),
                        y=y * np.array([1, 1 + length]),
                        mode="lines",
                        line={"color": ink, "width": 9},
                        meta={"kind": "deviation", "lead": lead},
                        hovertemplate=say("{lead}: {value:+.2f} mV<extra></extra>", lead=lead, value=value),
                    )
                )
            words = f"{lead} –"
            if value is not None:
                words = f"<b>{lead}</b> {localised(f'{value:+.2f}').replace('-', '−')}"
            anchor = "left" if x > 0.4 else "right" if x < -0.2 else "center"
            said_in = theme.ink if ink != theme.muted else theme.muted
            notes.append({**_words(middle + 1.95 * x, 1.95 * y, words, said_in, size=12), "xanchor": anchor})
    words = ", ".join(said) or say("no lead measured")
    hidden = {"visible": False, "fixedrange": True}
    return apply_layout(
        go.Figure(traces),
        theme,
        alt=say(
            "ST deviation at the {point} by lead, in mV: {words}.",
            point=point,
            words=words,
        ),
        height=240,
        own={
            "showlegend": False,
            "annotations": notes,
            "xaxis": {**hidden, "range": [-1.9, APART + 3.4]},
            "yaxis": {**hidden, "range": [-2.2, 1.35], "scaleanchor": "x"},
        },
        **dict.fromkeys("lrtb", 4),
    )


def _words(x: float, y: float, text: str, colour: str, *, size: int) -> dict:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"color": colour, "size": size}}
