"""What models answered: probabilities of the superclasses beside thresholds and the cardiologists' labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.theme import CLEAR, Theme, apply_layout, fade, luminance, mix
from ecgnet.language import localised, mark, say
from ecgnet.states import FOUND

if TYPE_CHECKING:
    from ecgnet.inference import Prediction

LABELLED = "●"  # stands beside a class that cardiologists named


def probability_bars(
    predictions: Sequence[Prediction],
    theme: Theme,
    *,
    truth: tuple[str, ...] | None,
    titles: Mapping[str, str],
    truth_by: str = mark("labelled by cardiologists"),
) -> go.Figure:
    """Calibrated probabilities in percent, a bar a model and superclass, an upright stroke from where the class
    is present. Other bars are pale. truth: the record's known labels, marked beside
    the class; truth_by: whose they are;
    None when unknown. titles: the words for labels and, where it holds them, for models.
    """
    labels = predictions[0].labels
    count = len(predictions)
    slot = 0.8 / count
    traces: list[go.Bar | go.Scatter] = []
    for k, prediction in enumerate(predictions):
        middle = np.arange(len(labels)) - 0.4 + slot * (k + 0.5)
        colour = theme.model_colour(k)
        name = titles.get(prediction.model, prediction.model)
        called = [label in prediction.called for label in labels]
        percent = np.asarray(prediction.probabilities, float) * 100
        limits = np.asarray(prediction.thresholds, float) * 100
        traces.append(
            go.Bar(
                x=percent,
                y=middle,
                orientation="h",
                width=slot * (0.9 if count > 1 else 0.7),
                name=name,
                meta={"kind": "probability", "model": prediction.model},
                marker={
                    "color": [colour if yes else fade(colour, 0.4) for yes in called],
                    "line": {"width": 0},
                },
                customdata=np.stack([limits], 1),
                hovertext=[titles.get(label, label) for label in labels],
                hovertemplate=say(
                    "<b>{name}</b><br>%{{hovertext}}: %{{x:.1f}} %, present from %{{customdata[0]:.1f}} "
                    "%<extra></extra>",
                    name=name,
                ),
                legendgroup=prediction.model,
                showlegend=False,
            )
        )
        traces.append(
            go.Bar(
                x=[None],
                y=[None],
                orientation="h",
                name=name,
                legendgroup=prediction.model,
                marker={"color": colour},
                meta={"kind": "legend", "model": prediction.model},
                showlegend=count > 1,
            )
        )
        # a number that the threshold's stroke would cross stands behind it
        crossed = (limits >= percent) & (limits - percent < 7)
        traces.append(
            go.Scatter(
                x=np.where(crossed, limits, percent) + 0.5,
                y=middle,
                mode="text",
                text=[_number(p, yes) for p, yes in zip(percent, called, strict=True)],
                textposition="middle right",
                textfont={"size": 11 if count > 4 else theme.font_size - 1, "color": theme.ink},
                cliponaxis=False,
                legendgroup=prediction.model,
                meta={"kind": "number", "model": prediction.model},
                hoverinfo="skip",
                showlegend=False,
            )
        )
        half = slot * 0.45
        strokes = np.stack([limits, limits, np.full(len(labels), np.nan)], 1).ravel()
        heights = np.stack([middle - half, middle + half, np.full(len(labels), np.nan)], 1).ravel()
        for kind, colour, width in (("rim", theme.paper, 5), ("threshold", theme.ink, 2)):
            traces.append(
                go.Scatter(
                    x=strokes,
                    y=heights,
                    mode="lines",
                    line={"color": colour, "width": width},
                    name=say("present from here"),
                    legendgroup="threshold",
                    meta={"kind": kind, "model": prediction.model},
                    hoverinfo="skip",
                    showlegend=kind == "threshold" and k == count - 1,
                )
            )
    if truth is not None:
        traces.append(_truth_legend(truth_by, theme))
    row = max(46, 19 * count + 12)
    lines = 1 + (count > 3) + (count > 6)
    return apply_layout(
        go.Figure(traces),
        theme,
        alt=_sentence(predictions, titles, truth),
        height=row * len(labels) + 66 + 26 * lines,
        own={
            "barmode": "overlay",
            "legend": {"traceorder": "normal", "x": 0, "xanchor": "left"},
            "xaxis": {
                "title": {"text": say("Probability (%)")},
                "range": (0, 104),
                "tickvals": list(range(0, 101, 20)),
            },
            "yaxis": {
                "tickmode": "array",
                "tickvals": list(range(len(labels))),
                "ticktext": [_class_title(label, titles, truth) for label in labels],
                "tickfont": {"color": theme.ink, "size": theme.font_size},
                "range": (len(labels) - 0.5, -0.5),
                "showgrid": False,
                "title": {"text": ""},
            },
        },
        l=200,
        r=40,
        t=10 + 26 * lines,
    )


def comparison_heatmap(
    predictions: Sequence[Prediction],
    theme: Theme,
    *,
    titles: Mapping[str, str],
    truth: tuple[str, ...] | None,
    truth_by: str = mark("labelled by cardiologists"),
) -> go.Figure:
    """Models by superclasses: the calibrated probability in percent, bold and framed where the class is present, framed by
    dots where it is possible.

    `truth` and `titles` as for `probability_bars`.
    """
    labels = predictions[0].labels
    names = [titles.get(p.model, p.model) for p in predictions]
    percent = np.array([p.probabilities for p in predictions], float) * 100
    states = [p.states for p in predictions]
    low = theme.paper if theme.name == "dark" else "#f4f7fa"
    figure = go.Figure(
        go.Heatmap(
            x=np.arange(len(labels)),
            y=np.arange(len(names)),
            z=percent,
            hovertext=[
                [
                    f"<b>{name}</b><br>{titles.get(label, label)}: {localised(f'{p:.1f}')} %, {found[label]}"
                    for label, p in zip(labels, row, strict=True)
                ]
                for name, row, found in zip(names, percent, states, strict=True)
            ],
            zmin=0,
            zmax=100,
            colorscale=[[0, low], [1, theme.models[0]]],
            showscale=False,
            xgap=4,
            ygap=4,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    numbers, frames = [], []
    for row, column in np.ndindex(percent.shape):
        value, state = percent[row, column], states[row][labels[column]]
        yes = state == "present"
        # At this luminance the dark ink and white read alike.
        bright = luminance(mix(low, theme.models[0], share=value / 100)) > 0.196
        numbers.append(
            {
                "x": column,
                "y": row,
                "text": _number(value, yes).replace(" %", ""),
                "showarrow": False,
                "font": {"color": "#10151a" if bright else "#ffffff", "size": theme.font_size + 1},
            }
        )
        if state in FOUND:
            sides = {"x0": column - 0.47, "x1": column + 0.47, "y0": row - 0.44, "y1": row + 0.44}
            line = {"color": theme.ink, "width": 2, "dash": "solid" if yes else "dot"}
            frames.append({"type": "rect", **sides, "line": line, "fillcolor": CLEAR})
    note = say("Probability in %; bold and framed: present; dotted frame: possible")
    if truth is not None:
        note += f"; {LABELLED} {truth_by}"
    legend = {
        "x": 0,
        "y": 0,
        "xref": "paper",
        "yref": "paper",
        "yshift": -12,
        "text": note,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        "font": {"color": theme.muted, "size": 13},
    }
    return apply_layout(
        figure,
        theme,
        alt=_sentence(predictions, titles, truth),
        height=44 * len(names) + 130,
        own={
            "annotations": [*numbers, legend],
            "shapes": frames,
            "xaxis": {
                "tickmode": "array",
                "tickvals": list(range(len(labels))),
                "ticktext": [_class_title(label, titles, truth, "<br>") for label in labels],
                "side": "top",
                "showgrid": False,
                "tickfont": {"color": theme.ink},
                "range": (-0.5, len(labels) - 0.5),
            },
            "yaxis": {
                "tickmode": "array",
                "tickvals": list(range(len(names))),
                "ticktext": names,
                "range": (len(names) - 0.5, -0.5),
                "showgrid": False,
                "tickfont": {"color": theme.ink},
            },
        },
        l=230,
        r=20,
        t=64,
        b=46,
    )


def _number(percent: float, called: bool) -> str:
    """Whole percent; never a bare 0 or 100, which no model can know."""
    text = "<1 %" if percent < 0.5 else ">99 %" if percent > 99.5 else f"{percent:.0f} %"
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return f"<b>{text}</b>" if called else text


def _class_title(
    label: str, titles: Mapping[str, str], truth: tuple[str, ...] | None, gap: str = "&nbsp;&nbsp;"
) -> str:
    words = titles.get(label, label)
    if gap == "<br>":
        words = words.replace(" ", gap, 1)
    return f"{LABELLED} {words}" if truth and label in truth else words


def _truth_legend(truth_by: str, theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        marker={"color": theme.ink, "size": 9, "symbol": "circle"},
        name=truth_by,
        meta={"kind": "truth"},
        hoverinfo="skip",
    )


def _sentence(
    predictions: Sequence[Prediction], titles: Mapping[str, str], truth: tuple[str, ...] | None
) -> str:
    def named(labels: Sequence[str]) -> str:
        return ", ".join(titles.get(label, label) for label in labels) or say("nothing")

    said = "; ".join(
        say("{get} finds {named}", get=titles.get(p.model, p.model), named=named(p.called))
        for p in predictions
    )
    known = say(" Cardiologists labelled {named}.", named=named(truth)) if truth is not None else ""
    return say("Probabilities by class: {said}.{known}", said=said, known=known)
