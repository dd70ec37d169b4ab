"""What each view contributed to each strategy's answer, by the strategy's own measure, and its reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from ecgnet.explain import VIEWS, Explanation, explain, leave_out, modality_shares, summarise
from ecgnet.explain.strategies import Difference, late_terms
from ecgnet.figures.strategies import contribution_bars
from ecgnet.inference import Prediction
from ecgnet.language import Words, localised, mark, say
from ecgnet.models import REGISTRY, Kind, twin
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.ui import charts, predictors, texts
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import record_key, remember, remembered
from ecgnet.ui.waiting import patiently, with_progress

HELP_PARTS = mark(
    "Early fusion joins all views before its first layer, so its parts are told by leaving each view out. "
    "Intermediate fusion weighs its branches anew for each ECG: its attention. Late fusion adds its branches' "
    "logits with fixed weights: the terms of that sum. The three are different quantities; compare the order "
    "of the parts, not the numbers. The committee, where it is asked, adds its members' logits as late fusion does."
)
PARTS = Words(
    {
        "waveform_cnn": "Wave: CNN",
        "waveform_cnn_bilstm": "Wave: BiLSTM",
        "waveform_short_resnet": "Wave: short CNN",
        "waveform_kernels": "Wave: kernels",
        "waveform_measurements": "Wave: measured",
        "waveform_inception": "Wave: inception",
        "spectrum_cnn_transformer": "Spectrum",
        "spectrogram_cnn": "Spectrogram",
        "metadata": "Age and sex",
        "waveform": "Waveform",
        "spectrum": "Spectrum",
        "spectrogram": "Spectrogram",
    }
)


def short(model: str) -> str:
    """A model's title without what the page says anyway."""
    return REGISTRY[twin(model, metadata=True)].title


def left_out_of(shown: Shown, found: Sequence[Prediction]) -> dict[str, np.ndarray]:
    """The models' probabilities without each view, made once a visit."""
    names = tuple(p.model for p in found)

    def make() -> dict[str, np.ndarray]:
        networks = [predictors.predictor(name) for name in names]
        with st.spinner(say("Leaving out one view after the other…")):
            return patiently(lambda: leave_out(networks, shown.record, left=VIEWS))

    return remember("without_views", (*record_key(shown), names), make=make)


def parts(
    shown: Shown, together: Sequence[Prediction], *, found: Sequence[Prediction], differ: Sequence[Difference]
) -> str:
    """What each modality contributed, by each strategy's own measure. → the class that was chosen."""
    st.markdown(say("## What each view contributed"), help=say(HELP_PARTS))
    default = differ[0].label if differ else SUPERCLASSES[int(np.argmax(together[-1].probabilities))]
    label = (
        st.segmented_control(
            say("To the probability of"),
            SUPERCLASSES,
            default=default,
            required=True,
            key=f"parts-{shown.key}",
            help=" · ".join(f"{name}: {title}" for name, title in SUPERCLASS_TITLES.items()),
            format_func=say,
        )
        or default
    )
    for column, p in zip(st.columns(len(together), gap="medium"), together, strict=True):
        with column:
            kind = REGISTRY[p.model].kind
            st.markdown(f"{REGISTRY[p.model].title}: {PART_TITLES[kind]}")
            DRAWN.get(kind, _early)(shown, p, found, label)
    return label


PART_TITLES = Words(
    {
        Kind.EARLY: "change when left out",
        Kind.INTERMEDIATE: "attention",
        Kind.LATE: "weight × logit",
        Kind.COMMITTEE: "weight × logit",
    }
)


def _early(shown: Shown, p: Prediction, found: Sequence[Prediction], label: str) -> None:
    k = SUPERCLASSES.index(label)
    values = left_out_of(shown, [q for q in found if REGISTRY[q.model].is_fusion])[p.model][:, k]
    change = {
        PARTS[view.modality]: 100 * (values[0] - v)
        for view, v in zip(VIEWS, values[1:], strict=True)
        if v == v
    }
    title = say("Early fusion, {label}: what each view adds", label=label)
    axis = say("Adds to {label} (points of %)", label=label)
    charts.chart(contribution_bars(change, theme(), title=title, axis=axis, digits=0), f"parts-{p.model}")
    st.caption(say("Probability as it is minus the one without the view."))


def _intermediate(shown: Shown, p: Prediction, found: Sequence[Prediction], label: str) -> None:
    attention = predictors.attentions(shown, p.model).get("modalities")
    if attention is None:
        st.caption(say("This fusion gives no attention over its branches."))
        return
    shares = {
        PARTS.get(name, name): 100 * float(v)
        for name, v in zip(attention.labels, attention.values, strict=True)
    }
    title = say("Intermediate fusion: attention over the branches")
    charts.chart(
        contribution_bars(shares, theme(), title=title, axis=say("Attention (%)"), digits=0, signed=False),
        f"parts-{p.model}",
    )
    st.caption(say("The same for all classes: where it listened, not what it concluded."))


def _late(shown: Shown, p: Prediction, found: Sequence[Prediction], label: str) -> None:
    logits = {q.model: q.logits for q in found if not REGISTRY[q.model].is_fusion}
    if lacking := [name for name in REGISTRY[p.model].branches if name not in logits]:
        st.caption(
            say(
                "The terms cannot be told: {lacking} has no weights.",
                lacking=", ".join(map(short, lacking)),
            )
        )
        return
    terms = late_terms(predictors.predictor(p.model), logits, record=shown.record, label=label)
    parts = {PARTS[name]: value for name, value in terms.products.items()}
    if not np.isnan(terms.patient):
        parts[PARTS["metadata"]] = terms.patient
    title = say(
        "{short}, {label}: the terms of its sum",
        short=short(p.model),
        label=label,
    )
    charts.chart(
        contribution_bars(
            parts, theme(), title=title, axis=say("For or against {label} (log-odds)", label=label)
        ),
        f"parts-{p.model}",
    )
    sums = ", ".join(
        localised(f"{w:.2f} × {terms.logits[n]:.1f}").replace("-", "−") for n, w in terms.weights.items()
    )
    st.caption(
        say(
            "With {base:+.2f} where all are silent they add up to {total:+.2f}, {chance_in_words}.",
            base=terms.base,
            total=terms.total,
            chance_in_words=texts.chance_in_words(p.probability(label)),
        ).replace("-", "−"),
        help=say("Weight × logit, branch by branch: {sums}; then calibrated.", sums=sums),
    )


DRAWN = {Kind.LATE: _late, Kind.COMMITTEE: _late, Kind.INTERMEDIATE: _intermediate}


def in_words(shown: Shown, together: Sequence[Prediction], *, label: str) -> None:
    """Each strategy's explanation in sentences, when asked for: attributions take seconds."""
    names = tuple(p.model for p in together)
    key = (*record_key(shown), names, label)
    known = remembered("strategies_in_words", key)
    asked = known or st.button(
        say("Explain {label} in words, strategy by strategy", label=label),
        icon=":material/help_center:",
        help=say("Integrated gradients of each strategy; some seconds. The Explain page has the maps."),
    )
    if not asked:
        return
    place = st.container()

    def make() -> dict[str, list[str]]:
        def work(progress: Callable[[float], None]) -> dict[str, list[str]]:
            told = {}
            for k, name in enumerate(names):
                found = explain(predictors.predictor(name), shown.record, target=label)
                progress((k + 1) / len(names))
                told[name] = _sentences(found)
            return told

        return with_progress(say("Asking one strategy after the other for its reasons…"), work)

    with place:
        found = remember("strategies_in_words", key, make=make)
        st.markdown(
            say(
                "## Why, in words: {superclass_titles}",
                superclass_titles=SUPERCLASS_TITLES[label],
            )
        )
        for column, name in zip(st.columns(len(names), gap="medium"), names, strict=True):
            with column:
                st.markdown(f"{REGISTRY[name].title}\n" + "\n".join(f"- {line}" for line in found[name]))


def _sentences(found: dict[str, Explanation]) -> list[str]:
    """Which view weighs most, and what is said of that one."""
    shares = modality_shares(found)
    ranked = sorted(shares, key=lambda name: -shares[name])
    listed = ", ".join(f"{texts.MODALITIES_WITHIN[name]} {100 * shares[name]:.0f} %" for name in ranked)
    return [say("Of the credit: {listed}.", listed=listed), *summarise(found[ranked[0]])]
