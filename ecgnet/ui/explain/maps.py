"""The map on the Explain page: asked for once, and drawn on the view that the model read or on the trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ecgnet import figures
from ecgnet.explain import (
    METHODS,
    AttentionMap,
    Explanation,
    ExplanationError,
    KeptAnswers,
    completed,
    explain,
    field_shares,
    grad_cam,
    lead_shares,
    wave_at,
    why_no_attention,
    why_no_grad_cam,
)
from ecgnet.inference import Prediction, window_start
from ecgnet.language import Words, mark, say
from ecgnet.measure import Beats
from ecgnet.modalities import Spec
from ecgnet.paper import AS_RECORDED
from ecgnet.record import LEADS
from ecgnet.ui import charts, predictors
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import record_key, remember
from ecgnet.ui.record import measurements
from ecgnet.ui.waiting import patiently, with_progress

if TYPE_CHECKING:
    import plotly.graph_objects as go

ATTENTION, GRAD_CAM = mark("Attention"), mark("Grad-CAM")
BEST = "best"
"""The choice of whichever method was measured to be the best for the view on screen."""
BUSY = mark("taking pieces of the ECG away and asking the model again…")
SHADES = Words(
    {
        "none": "",
        ATTENTION: "where the network looked, whatever the answer",
        GRAD_CAM: "where its last convolutional layer spoke for this answer, coarsely",
    }
)


@dataclass(frozen=True, eq=False)
class MapRequest:
    """What the page asks: one record, one model, one class, one method, drawn how and compared with what; and what
    the model answered."""

    shown: Shown
    model: str
    target: str
    method: str
    on_trace: bool
    against: str
    prediction: Prediction
    spec: Spec

    @property
    def start(self) -> float:
        """Where in the record the model's first sample lies, in s."""
        return window_start(self.shown.record, self.spec)

    @property
    def beats(self) -> Beats:
        """The measured beats of what the model read, in the record's time."""
        end = self.start + self.spec.samples / self.spec.fs
        return measurements.beats_in(self.shown, (max(self.start, 0.0), min(end, self.shown.record.duration)))

    @property
    def waves(self) -> np.ndarray | None:
        """The wave at each of the model's samples; None where no waves were found."""
        try:
            return wave_at(self.beats, self.start, fs=self.spec.fs, samples=self.spec.samples)
        except ExplanationError:
            return None

    @property
    def key(self) -> tuple:
        """What identifies the question in the visitor's cache."""
        return *record_key(self.shown), self.model, self.target, self.method, self.on_trace, self.against


def begin_anew() -> None:
    """Take the method back that takes too long."""
    st.session_state["method"] = BEST


def drawn_on(model: str, on_trace: bool) -> tuple[str, ...]:
    """The modalities that a map is drawn on: what the model reads; on the trace, the trace and the patient data."""
    needs = predictors.predictor(model).model.network.needs
    if not on_trace:
        return needs
    return ("waveform", "metadata") if "metadata" in needs else ("waveform",)


def carried(model: str, on_trace: bool) -> bool:
    """Whether a map on the trace holds credits of spectrum or spectrogram too, carried back to the samples."""
    return on_trace and bool({"spectrum", "spectrogram"} & set(drawn_on(model, False)))


def rhythm(shown: Shown, spec: Spec) -> bool:
    """Whether there are beats enough to set normal ones in their place."""
    start = window_start(shown.record, spec)
    span = max(start, 0.0), min(start + spec.samples / spec.fs, shown.record.duration)
    return len(measurements.beats_in(shown, span)) >= 2


def explanations(
    asked: MapRequest, views: Sequence[str] = (), *, stop: Callable[[], None] = begin_anew
) -> dict[str, Explanation]:
    """The attributions by modality, each made once a visit, when it is looked at: these views and those that the method
    makes along with them; none named: all. stop: as `attributed` takes it."""
    every = drawn_on(asked.model, asked.on_trace)
    kept: dict[str, Explanation] = remember("maps", asked.key, make=dict)
    lacking = tuple(view for view in every if view not in kept and (not views or view in views))
    if lacking:
        where = say(" on the trace") if asked.on_trace else ""
        others = say(", the other views") if kept else ""
        words = f"{METHODS[asked.method].title}{where}{others}: {say(BUSY)}"
        kept.update(attributed(asked, words, views=lacking, stop=stop))
        if len(kept) == len(every):
            kept.update(completed(kept))
    return {view: kept[view] for view in every if view in kept}


def attributed(
    asked: MapRequest, words: str, *, views: Sequence[str], stop: Callable[[], None], seed: int = 0
) -> dict[str, Explanation]:
    """The attributions of these views, made now. A slow method has a bar with these words, which no other bar on the page
    may have, and a button that does `stop`."""
    predictor = predictors.predictor(asked.model)
    needed = asked.against == "normal" or METHODS[asked.method].trace_only
    beats = asked.beats if needed else None
    same = *record_key(asked.shown), asked.model, asked.on_trace, asked.against
    answers = remember("answers", same, make=KeptAnswers)

    def work(progress: Callable[[float], None] = lambda share: None) -> dict[str, Explanation]:
        return explain(
            predictor,
            asked.shown.record,
            target=asked.target,
            method=asked.method,
            on_trace=asked.on_trace,
            against=asked.against,
            beats=beats,
            seed=seed,
            views=views,
            answers=answers,
            progress=progress,
        )

    if METHODS[asked.method].slow:
        return with_progress(words, work, stop=stop)
    with st.spinner(say("Asking the model for its reasons…")):
        return patiently(work, explains=True)


def shade_of(asked: MapRequest, modality: str, *, shade: str) -> tuple[AttentionMap | None, str]:
    """What is shaded under the view, and a sentence on it or on why there is none."""
    needs = predictors.predictor(asked.model).model.network.needs
    if asked.on_trace and shade != "none" and modality not in needs:
        return (
            None,
            say(
                "{shade} lies on what the model read, the {needs}: choose to draw on the view to see it.",
                shade=shade,
                needs=needs[0],
            ),
        )
    if shade == ATTENTION:
        found = predictors.attentions(asked.shown, asked.model).get(modality)
        return found, found.sentence if found else why_no_attention(asked.model, modality)
    if shade == GRAD_CAM:
        if why := why_no_grad_cam(asked.model, modality):
            return None, why
        try:
            found = remember(
                "grad_cam",
                (*record_key(asked.shown), asked.model, asked.target),
                make=lambda: grad_cam(
                    predictors.predictor(asked.model), asked.shown.record, target=asked.target
                ),
            )
        except ExplanationError as error:
            return None, str(error)
        return found, found.sentence
    return None, ""


def draw(asked: MapRequest, explanation: Explanation, *, layout: str, coloured: bool, shade: str) -> None:
    """The map on its view, aligned to the sample, with what is shaded under it. layout: of the paper."""
    modality = explanation.modality
    found, sentence = shade_of(asked, modality, shade=shade)
    values = explanation.values if coloured else None
    if modality == "waveform":
        _waveform(asked, values, found, shade, layout)
    else:
        on = {"spectrum": _spectrum, "spectrogram": _spectrogram, "metadata": _metadata}[modality]
        on(asked, explanation, values, found, shade)
    if sentence:
        st.caption(sentence)


def _waveform(
    asked: MapRequest, values: np.ndarray | None, found: AttentionMap | None, shade: str, layout: str
) -> None:
    start, fs = asked.start, asked.spec.fs
    figure = figures.ecg_sheet(
        asked.shown.record,
        theme(),
        settings=replace(AS_RECORDED, layout=layout),
        start=max(start, 0.0),
        highlight=figures.Highlight(values, fs, asked.target, start, _meaning(asked))
        if values is not None
        else None,
        time_attention=figures.TimeAttention(found.values, found.axes[0] + start) if found else None,
    )
    charts.sheet(_rename(figure, shade), "explained")
    if values is not None:
        how = METHODS[asked.method]
        said = (
            say("Orange: a small change here would change the answer much, either way.")
            if how.sensitivity
            else say(
                "Orange: what speaks for {target}. Blue: what speaks against it. The stronger, the more.",
                target=asked.target,
            )
        )
        if carried(asked.model, asked.on_trace):
            said += say(
                " What the model read off spectrum and spectrogram is carried back to the samples they were made of."
            )
        st.caption(said)


def _meaning(asked: MapRequest) -> tuple[str, str]:
    """What the two colours mean: a sensitivity is neither for nor against."""
    if METHODS[asked.method].sensitivity:
        return say("is sensitive for"), say("is sensitive for")
    return say("speaks for"), say("speaks against")


def _spectrum(
    asked: MapRequest,
    explanation: Explanation,
    values: np.ndarray | None,
    found: AttentionMap | None,
    shade: str,
) -> None:
    made, arrays = predictors.modalities(asked.shown)
    figure = figures.spectrum_figure(
        arrays["spectrum"],
        made.frequencies,
        theme=theme(),
        attribution=values,
        attention=found.values if found else None,
        attention_frequencies=found.axes[0] if found else None,
        target=asked.target,
    )
    charts.chart(_rename(figure, shade), "explained")


def _spectrogram(
    asked: MapRequest,
    explanation: Explanation,
    values: np.ndarray | None,
    found: AttentionMap | None,
    shade: str,
) -> None:
    made, arrays = predictors.modalities(asked.shown)
    shares = lead_shares(explanation)
    lead = st.pills(
        say("Lead"),
        LEADS,
        default=max(shares, key=shares.get),
        key=f"lead-{asked.shown.key}-{asked.model}-{asked.target}",
        required=True,
        format_func=say,
    )
    figure = figures.spectrogram_figure(
        arrays["spectrogram"],
        made.bins,
        times=made.times,
        lead=lead or "II",
        theme=theme(),
        waveform=arrays["waveform"],
        attribution=values,
        attention=found.values if found else None,
        attention_axes=found.axes if found else None,
        target=asked.target,
    )
    charts.chart(_rename(figure, shade), "explained")


def _metadata(
    asked: MapRequest,
    explanation: Explanation,
    values: np.ndarray | None,
    found: AttentionMap | None,
    shade: str,
) -> None:
    charts.chart(
        figures.share_bars(
            {say(name): share for name, share in field_shares(explanation).items()},
            theme(),
            title=say("Share of each field"),
        ),
        "explained",
    )
    patient = asked.shown.record.metadata
    unknown = [name for name, value in (("age", patient.age), ("sex", patient.sex)) if value is None]
    said = (
        say(
            " Of this patient {unknown} is not known, which moves nothing.",
            unknown=say(" and ").join(map(say, unknown)),
        )
        if unknown
        else ""
    )
    st.caption(say("Compared with unknown age and unknown sex.{said}", said=said))


def _rename(figure: go.Figure, shade: str) -> go.Figure:
    """The figures know attention alone; Grad-CAM is laid on them the same way, under its own name."""
    if shade == GRAD_CAM:
        said = say("Grad-CAM over time: the stronger the colour, the more it spoke for the answer")
        figure.update_annotations(selector={"name": "attention"}, text=said)
        for trace in figure.select_traces(selector={"name": "attention"}):
            trace.name = GRAD_CAM
            if trace.hovertemplate:
                trace.hovertemplate = trace.hovertemplate.replace("attention", GRAD_CAM)
            if trace.type == "heatmap" and trace.showscale is not False:
                trace.colorbar.title.text = f"{GRAD_CAM}, %"
    return figure
