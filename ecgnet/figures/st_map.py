"""ST deviation of each lead where the lead looks from: the frontal and the horizontal plane."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import Theme, apply_layout

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


def st_map(j: Mapping[str, float], theme: Theme, *, point: str = "J point") -> go.Figure:
    """A bar for each lead from the circle outwards where the ST segment is raised, inwards where it is lowered.

    j: lead → deviation in mV; leads that are not there are drawn without a bar.
    """
    figure = go.Figure()
    said = []
    for middle, plane, title in ((0.0, FRONTAL, "Frontal plane"), (APART, HORIZONTAL, "Horizontal plane")):
        turn = np.linspace(0, 2 * np.pi, 73)
        figure.add_trace(
            go.Scatter(
                x=middle + np.cos(turn),
                y=-np.sin(turn),
                mode="lines",
                line={"color": theme.rule, "width": 1.5},
                hoverinfo="skip",
            )
        )
        figure.add_annotation(
            x=middle,
            y=0.0,
            text=title.replace(" ", "<br>"),
            showarrow=False,
            font={"color": theme.muted, "size": 11},
        )
        for lead, angle in plane.items():
            value = -j["aVR"] if lead == "−aVR" and "aVR" in j else j.get(lead)
            x, y = np.cos(np.radians(angle)), -np.sin(np.radians(angle))
            ink = theme.muted
            if value is not None:
                said.append(f"{lead} {value:+.2f}")
                length = float(np.clip(PER_MILLIVOLT * value, -LONGEST, LONGEST))
                if abs(value) >= NEGLIGIBLE:
                    ink = theme.supports if value > 0 else theme.opposes
                figure.add_trace(
                    go.Scatter(
                        x=middle + x * np.array([1, 1 + length]),
                        y=y * np.array([1, 1 + length]),
                        mode="lines",
                        line={"color": ink, "width": 9},
                        meta={"kind": "deviation", "lead": lead},
                        hovertemplate=f"{lead}: {value:+.2f} mV<extra></extra>",
                    )
                )
            words = f"<b>{lead}</b> {value:+.2f}".replace("-", "−") if value is not None else f"{lead} –"
            figure.add_annotation(
                x=middle + 1.95 * x,
                y=1.95 * y,
                text=words,
                showarrow=False,
                xanchor="left" if x > 0.4 else "right" if x < -0.2 else "center",
                font={"color": theme.ink if ink != theme.muted else theme.muted, "size": 12},
            )
    words = ", ".join(said) or "no lead measured"
    hidden = {"visible": False, "fixedrange": True}
    return apply_layout(
        figure,
        theme,
        alt=f"ST deviation at the {point} by lead, in mV: {words}.",
        height=240,
        own={
            "showlegend": False,
            "xaxis": {**hidden, "range": [-1.9, APART + 3.4]},
            "yaxis": {**hidden, "range": [-2.2, 1.35], "scaleanchor": "x"},
        },
        **dict.fromkeys("lrtb", 4),
    )
