"""How a training went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ecgnet.figures.theme import Theme, apply_layout
from ecgnet.language import localised, say


def learning_curve(log: Sequence[Mapping[str, float]], theme: Theme) -> go.Figure:
    """Training loss and validation macro AUROC by epoch; a row of the log holds epoch, loss and macro_auc."""
    epochs, loss, auc = (np.array([row[key] for row in log], float) for key in ("epoch", "loss", "macro_auc"))
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    panels = (
        (say("validation macro AUROC"), auc, ".4f", theme.models[0]),
        (say("training loss"), loss, ".4f", theme.models[1]),
    )
    for row, (name, values, form, colour) in enumerate(panels, 1):
        figure.add_trace(
            go.Scatter(
                x=epochs,
                y=values,
                mode="lines+markers",
                name=name,
                line={"color": colour, "width": 2},
                marker={"size": 5},
                hovertemplate=say(
                    "epoch %{{x:.0f}}: {name} %{{y:{form}}}<extra></extra>",
                    name=name,
                    form=form,
                ),
                showlegend=False,
            ),
            row,
            1,
        )
    best = int(np.nanargmax(auc)) if len(auc) and np.isfinite(auc).any() else None
    words = (
        ""
        if best is None
        else say(
            ", best validation macro AUROC {auc:.4f} after epoch {epochs:.0f}",
            auc=auc[best],
            epochs=epochs[best],
        )
    )
    apply_layout(
        figure,
        theme,
        alt=say("Learning over {n_log} epochs{words}.", n_log=len(log), words=words),
        height=420,
        l=80,
        t=24,
    )
    if best is not None:
        figure.add_annotation(
            x=epochs[best],
            y=auc[best],
            text=localised(f"{auc[best]:.4f}"),
            showarrow=False,
            yshift=12,
            row=1,
            col=1,
        )
    figure.update_yaxes(title_text=say("Macro AUROC, validation"), tickformat=".3f", row=1, col=1)
    figure.update_yaxes(title_text=say("Loss, training"), tickformat=".3f", row=2, col=1)
    figure.update_xaxes(title_text=say("Epoch"), row=2, col=1)
    return figure
