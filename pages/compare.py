"""Compare: the fusion strategies and the branches on the same record."""

import numpy as np
import streamlit as st

from ecgnet import figures
from ecgnet.models import BRANCHES, FUSIONS, REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.ui import models, selection, texts, views
from ecgnet.ui.frame import ensure_framed, theme
from ecgnet.weights import WeightsError

ensure_framed()

left, right = st.columns([3, 1], vertical_alignment="top")
with right:
    shown = selection.pick()
    metadata = st.toggle(
        "Use age and sex", value=True, help="Off: the fusions trained without patient data answer instead."
    )
with left:
    views.head(shown)

fusions = FUSIONS if metadata else tuple(f"{name}_without_metadata" for name in FUSIONS)
found = models.predictions(shown, (*BRANCHES, *fusions))
together = [p for p in found if p.model in fusions]
if not together:
    raise WeightsError("No fusion has weights; the Models page says how to mend that.")


def disagreement(rows: list) -> list[str]:
    """A sentence for each class that some of these models call and others do not."""
    said = []
    for k, label in enumerate(rows[0].labels):
        calls = [label in p.called for p in rows]
        if any(calls) and not all(calls):
            yes = [REGISTRY[p.model].title for p, c in zip(rows, calls, strict=True) if c]
            no = [REGISTRY[p.model].title for p, c in zip(rows, calls, strict=True) if not c]
            values = np.array([p.probabilities[k] for p in rows]) * 100
            said.append(
                f"**{SUPERCLASS_TITLES[label]}**: called by {', '.join(yes)}; not by {', '.join(no)} "
                f"(from {values.min():.0f} to {values.max():.0f} %)."
            )
    return said


st.markdown("##### Where they differ", help=texts.HELP_FUSION)
if differences := disagreement(together):
    st.warning("The fusion strategies disagree.\n\n" + "\n".join(f"- {line}" for line in differences))
else:
    st.success(f"The three fusion strategies agree: {texts.superclass_words(together[0].called)}.")
if others := disagreement(found):
    with st.expander(f"All seven models: {len(others)} classes on which they differ"):
        st.markdown("\n".join(f"- {line}" for line in others))

columns = st.columns(len(together), gap="medium")
for column, prediction in zip(columns, together, strict=True):
    with column:
        st.markdown(f"**{REGISTRY[prediction.model].title}**", help=REGISTRY[prediction.model].summary)
        views.chart(
            figures.probability_bars([prediction], theme(), shown.truth, views.words(), shown.truth_by),
            f"bars-{prediction.model}",
        )
        st.caption(f"{prediction.milliseconds:.0f} ms on {prediction.device}")

st.markdown("##### All models", help=texts.HELP_PROBABILITY)
views.chart(figures.comparison_heatmap(found, theme(), views.words(), shown.truth, shown.truth_by), "heatmap")
st.dataframe(views.prediction_table(found), hide_index=True, width="stretch")
st.markdown("##### The ECG")
views.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
