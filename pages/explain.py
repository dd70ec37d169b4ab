"""Explain: why a model answered as it did, drawn on the view that it read."""

import streamlit as st

from ecgnet import figures
from ecgnet.explain import (
    DEFAULT_METHOD,
    METHODS,
    field_shares,
    lead_shares,
    modality_shares,
    modality_sums,
    summarise,
    why_no_attention,
)
from ecgnet.inference import window_start
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.record import LEADS
from ecgnet.ui import models, selection, texts, views
from ecgnet.ui.frame import ensure_framed, theme

ensure_framed()

left, right = st.columns([3, 1], vertical_alignment="top")
with right:
    shown = selection.pick()
with left:
    views.head(shown)

names = [name for name in REGISTRY if name in models.titles()]
one, two, three = st.columns([1.3, 1.6, 1.1])
model = one.selectbox(
    "Model",
    names,
    names.index(models.default_model()),
    format_func=models.titles().get,
    help=texts.HELP_FUSION,
)
prediction = models.predictions(shown, (model,))[0]
likely = SUPERCLASSES[int(prediction.probabilities.argmax())]
target = two.segmented_control(
    "Why this probability of",
    SUPERCLASSES,
    default=likely,
    required=True,
    key=f"target-{shown.key}-{model}",
    help=" · ".join(f"{name}: {title}" for name, title in SUPERCLASS_TITLES.items()),
)
target = target or likely
method = three.selectbox(
    "Method",
    list(METHODS),
    list(METHODS).index(DEFAULT_METHOD),
    format_func=lambda name: METHODS[name].title,
    help="\n\n".join(f"**{m.title}**: {m.tooltip}" for m in METHODS.values()),
)
found = models.explanations(shown, model, target, method)
attention = models.attentions(shown, model)
st.markdown(
    f"**{SUPERCLASS_TITLES[target]}: {100 * prediction.probability(target):.0f} %** by {models.titles()[model]}"
    + (" (called)" if target in prediction.called else " (below its threshold)")
)

one, two = st.columns([2, 1.4], vertical_alignment="center")
modality = one.segmented_control(
    "View",
    list(found),
    default=next(iter(found)),
    format_func=texts.MODALITY_TITLES.get,
    key=f"modality-{model}",
    required=True,
    label_visibility="collapsed",
)
modality = modality if modality in found else next(iter(found))
layers = two.pills(
    "Draw",
    ["Attribution", "Attention"],
    selection_mode="multi",
    default=["Attribution", "Attention"],
    key="layers",
    label_visibility="collapsed",
    help="Attribution: what moved this answer, for or against. Attention: where the network looked, whatever the answer.",
)
explanation = found[modality]
values = explanation.values if "Attribution" in layers else None
looked = attention.get(modality) if "Attention" in layers else None
made, arrays = models.modalities(shown)

if modality == "waveform":
    start = window_start(shown.record, made.spec)
    highlight = figures.Highlight(values, made.spec.fs, target, start) if values is not None else None
    band = figures.TimeAttention(looked.values, looked.axes[0] + start) if looked else None
    views.sheet(
        figures.ecg_sheet(
            shown.record,
            theme(),
            layout="12x1",
            start=max(start, 0.0),
            highlight=highlight,
            time_attention=band,
        ),
        "explained",
    )
elif modality == "spectrum":
    views.chart(
        figures.spectrum_figure(
            arrays["spectrum"],
            made.frequencies,
            theme(),
            attribution=values,
            attention=looked.values if looked else None,
            attention_frequencies=looked.axes[0] if looked else None,
            target=target,
        ),
        "explained",
    )
elif modality == "spectrogram":
    shares = lead_shares(explanation)
    lead = st.pills(
        "Lead",
        LEADS,
        default=max(shares, key=shares.get),
        key=f"lead-{shown.key}-{model}-{target}",
        required=True,
    )
    views.chart(
        figures.spectrogram_figure(
            arrays["spectrogram"],
            made.bins,
            made.times,
            lead or "II",
            theme(),
            waveform=arrays["waveform"],
            attribution=values,
            attention=looked.values if looked else None,
            attention_axes=looked.axes if looked else None,
            target=target,
        ),
        "explained",
    )
else:
    views.chart(figures.share_bars(field_shares(explanation), theme(), "Share of each field"), "explained")
    st.caption("Compared with unknown age and unknown sex.")
if "Attention" in layers:
    st.caption(looked.sentence if looked else why_no_attention(model, modality))

one, two = st.columns(2, gap="large")
with one:
    st.markdown("##### In words")
    st.markdown("\n".join(f"- {sentence}" for sentence in summarise(explanation)))
    if explanation.completeness_error is not None:
        st.caption(
            f"The parts add up to the change of the answer within {100 * explanation.completeness_error:.1f} %.",
            help="Completeness: the attributions of all views should sum to the difference between the model's output "
            "for this record and for the baseline (Sundararajan et al. 2017).",
        )
    st.caption(f"Baseline: {explanation.baseline}")
    if len(found) > 1 and not METHODS[method].sensitivity:
        views.chart(
            figures.share_bars(
                {texts.MODALITY_TITLES[k]: v for k, v in modality_shares(found).items()},
                theme(),
                "Share of each view in the attribution",
            ),
            "modality-shares",
        )
        net = ", ".join(f"{texts.MODALITY_TITLES[k]} {v:+.1f}" for k, v in modality_sums(found).items())
        st.caption(
            f"Net effect, for (+) or against (−) {target}: {net.replace('-', '−')} (log-odds).",
            help="Parts that speak for and against cancel here; in the bars they add up. One log-odds unit moves a "
            "probability of 50 % to 73 %.",
        )
with two:
    if modality != "metadata":
        views.chart(
            figures.share_bars(
                lead_shares(explanation),
                theme(),
                f"Share of each lead, {texts.MODALITY_TITLES[modality].lower()}",
            ),
            "lead-shares",
        )
    if "modalities" in attention:
        heard = attention["modalities"]
        views.chart(
            figures.share_bars(
                {
                    models.titles().get(k, "Patient data"): float(v)
                    for k, v in zip(heard.labels, heard.values, strict=True)
                },
                theme(),
                heard.title,
            ),
            "heard",
        )
        st.caption(heard.sentence)
