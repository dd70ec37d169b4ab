"""Figures for screen and report: plotly from numpy arrays; each describes itself in `layout.meta["alt"]`."""

from __future__ import annotations

from ecgnet.figures.bars import share_bars
from ecgnet.figures.caliper import Caliper
from ecgnet.figures.learning import learning_curve
from ecgnet.figures.on_trace import Highlight, TimeAttention
from ecgnet.figures.predictions import comparison_heatmap, probability_bars
from ecgnet.figures.sheet import ecg_sheet
from ecgnet.figures.spectra import spectrum_figure
from ecgnet.figures.spectrograms import spectrogram_figure
from ecgnet.figures.theme import DARK, LIGHT, NOTICE, Theme, apply_layout
from ecgnet.paper import GAINS, LAYOUTS, ORDERS, SPEEDS, Layout, Order, Paper

__all__ = [
    "DARK",
    "GAINS",
    "LAYOUTS",
    "LIGHT",
    "NOTICE",
    "ORDERS",
    "SPEEDS",
    "Caliper",
    "Highlight",
    "Layout",
    "Order",
    "Paper",
    "Theme",
    "TimeAttention",
    "apply_layout",
    "comparison_heatmap",
    "ecg_sheet",
    "learning_curve",
    "probability_bars",
    "share_bars",
    "spectrogram_figure",
    "spectrum_figure",
]
