"""Colours, type and the layout that all figures share."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from ecgnet.language import mark, say, separators

CLEAR = "rgba(0,0,0,0)"
NOTICE = mark("Research use only, not a diagnosis.")
NOTICE_HEIGHT = 16  # pixels at the foot of every figure
FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", "Segoe UI", "Helvetica Neue", Arial, sans-serif'


@dataclass(frozen=True)
class Theme:
    """What a figure is painted with; every colour is `#rrggbb`.

    background: the page behind a figure, so that a saved image looks as on screen; paper, grid_minor, grid_major: the
    ECG sheet; trace: the ECG's line; ink and muted: text; rule: grid
    lines of charts; panel: background of hover labels; models: one colour a model, from Okabe and Ito 2008, the last three
    from Tol 2021 (safe for colour blindness); supports and opposes: the two ends of the diverging scale of attributions,
    `neutral` its middle; attention: the one hue of attention; sequential: plotly's name of a perceptually
    uniform scale.
    """

    name: str
    background: str
    paper: str
    grid_minor: str
    grid_major: str
    trace: str
    ink: str
    muted: str
    rule: str
    panel: str
    models: tuple[str, ...]
    supports: str
    opposes: str
    neutral: str
    attention: str
    sequential: str = "Cividis"
    font: str = FONT
    font_size: int = 14

    @property
    def diverging(self) -> list[list[float | str]]:
        """A plotly colour scale from against (0) over nothing (0.5) to for (1)."""
        return [[0.0, self.opposes], [0.5, self.neutral], [1.0, self.supports]]

    def model_colour(self, k: int) -> str:
        """The colour of model number k; after the last it starts again."""
        return self.models[k % len(self.models)]

    def attention_scale(self) -> list[list[float | str]]:
        """A plotly colour scale from clear (0) to the hue of attention (1)."""
        return [[0.0, fade(self.attention, 0.0)], [1.0, fade(self.attention, 0.85)]]


LIGHT = Theme(
    name="light",
    background="#ffffff",
    paper="#fff6f4",
    grid_minor="#fadfda",
    grid_major="#f0b4ab",
    trace="#101010",
    ink="#1f2328",
    muted="#59636e",
    rule="#dfe3e8",
    panel="#ffffff",
    models=(
        "#0072b2",
        "#d55e00",
        "#009e73",
        "#cc79a7",
        "#b98600",
        "#56b4e9",
        "#4d4d4d",
        "#332288",
        "#882255",
        "#999933",
        "#661100",
        "#aa4499",
    ),
    supports="#e66101",
    opposes="#0b5fa5",
    neutral="#f7f7f7",
    attention="#6a3d9a",
)
DARK = Theme(
    name="dark",
    background="#12181f",
    paper="#11161c",
    grid_minor="#1d262e",
    grid_major="#35434f",
    trace="#f2f5f8",
    ink="#e6ebf0",
    muted="#a3afbb",
    rule="#323b45",
    panel="#1f272f",
    models=(
        "#56b4e9",
        "#ff8a3d",
        "#1fc498",
        "#e59ac5",
        "#e8b420",
        "#a9dbff",
        "#bdbdbd",
        "#a79bff",
        "#ff9bbd",
        "#cccc66",
        "#d2a07a",
        "#e07be0",
    ),
    supports="#ff8a1f",
    opposes="#3fa2f7",
    neutral="#161c23",
    attention="#b490e8",
)


def fade(colour: str, alpha: float) -> str:
    """`#rrggbb` with an opacity between 0 and 1, as `rgba(...)`."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def mix(low: str, high: str, *, share: float) -> tuple[float, ...]:
    """The red, green and blue (0 to 1) that lie `share` of the way from one `#rrggbb` to another."""
    ends = [[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)] for colour in (low, high)]
    return tuple(a + (b - a) * share for a, b in zip(*ends, strict=True))


def luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance of red, green and blue between 0 and 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def apply_layout(
    figure: go.Figure,
    theme: Theme,
    *,
    alt: str,
    height: float,
    width: float | None = None,
    own: dict | None = None,
    **margins: int,
) -> go.Figure:
    """The layout that all figures share, applied in place: the page's background, legible type, `alt` in the meta, and
    at the foot the notice that goes with every figure, on screen and saved.

    height and width in pixels; margins (l, r, t, b) in pixels replace the common ones; `own`: what this figure has
    otherwise. The notice adds `NOTICE_HEIGHT` to the height and to the lower margin.
    """
    margins = {"l": 64, "r": 24, "t": 48, "b": 56} | margins
    margins["b"] += NOTICE_HEIGHT
    text = {"family": theme.font, "size": theme.font_size, "color": theme.ink}
    layout, own = figure.layout.to_plotly_json(), dict(own or {})
    notes = [*layout.get("annotations", []), *own.pop("annotations", []), _notice(theme, margins["b"])]
    common = {
        "template": "none",
        "meta": {"alt": alt},
        "height": round(height) + NOTICE_HEIGHT,
        "width": width,
        "font": text,
        "paper_bgcolor": theme.background,
        "plot_bgcolor": CLEAR,
        "margin": margins,
        "hoverlabel": {"bgcolor": theme.panel, "bordercolor": theme.rule, "font": text},
        "legend": {
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": 1,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
        },
        "title": {"font": {"size": theme.font_size + 2}, "x": 0, "xref": "paper", "xanchor": "left"},
        "annotations": notes,
        "separators": separators(),
    }
    axis = {
        "gridcolor": theme.rule,
        "zeroline": False,
        "linecolor": theme.rule,
        "ticks": "",
        "tickfont": {"color": theme.muted, "size": theme.font_size - 1},
        "title": {"font": {"color": theme.muted, "size": theme.font_size}, "standoff": 8},
    }
    axes = {"xaxis", "yaxis"} | {name for name in layout if name[1:].startswith("axis")}
    # Set once: each update of a plotly figure costs as much as all of this.
    figure.layout = _merged(layout, common, dict.fromkeys(sorted(axes), axis), own)
    return figure


def _notice(theme: Theme, below: int) -> dict:
    """The notice in the lower right corner, `below` pixels under the plot."""
    place = {"xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom"}
    look = {"showarrow": False, "borderpad": 0, "font": {"size": 11, "color": theme.muted}}
    return {"text": say(NOTICE), "name": "notice", "yshift": 2 - below, **place, **look}


def _merged(*layers: dict) -> dict:
    """Nested dicts laid over one another, the last on top."""
    merged: dict = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = _merged(merged[key], value) if both else value
    return merged
