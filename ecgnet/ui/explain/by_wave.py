"""The Explain page by wave: the average beat, and sums over P, PQ, QRS, ST, T and what lies between, lead by lead."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgnet.explain import (
    BANDS,
    METHODS,
    WAVES,
    Explanation,
    ExplanationError,
    average_beat,
    band_wave_sums,
    lead_wave_sums,
    waves_in_words,
)
from ecgnet.explain.waves import NO_WAVES
from ecgnet.figures.beat_relevance import beat_relevance
from ecgnet.figures.relevance import relevance_grid
from ecgnet.language import mark, say
from ecgnet.record import LEADS
from ecgnet.ui import charts, predictors, texts
from ecgnet.ui.explain.maps import MapRequest
from ecgnet.ui.frame import theme

HELP_SUMS = mark(
    "The sum of the map over all samples of a wave, in log-odds: +1 takes a probability of 50 % to 73 %, −1 to 27 %. "
    "Waves as measured over all leads; the time before a P wave that was not found counts as between beats."
)
HELP_PHASES = mark(
    "A column of the spectrogram hears about a quarter of a second to each side, more than a QRS complex is wide: read "
    "the waves here as around P, around QRS, and so on."
)


def by_wave(asked: MapRequest, explanation: Explanation) -> None:
    """The sums and the average beat that go with the view on screen, or a sentence on why there are none."""
    if explanation.modality == "metadata":
        st.info(say("Patient data have no waves. Choose the waveform, or draw the map on the trace."))
        return
    if explanation.modality == "spectrum":
        st.info(
            say(
                "The spectrum is made of the whole recording and has no waves. Draw the map on the trace to see which "
                "waves its credits come from."
            )
        )
        return
    waves = asked.waves
    if waves is None:
        st.info(
            say(
                "{no_waves} The shares of the leads stand under Summary.",
                no_waves=say(NO_WAVES),
            ),
            icon=":material/info:",
        )
        return
    ends = _ends(asked)
    if explanation.modality == "spectrogram":
        st.markdown(say("## By frequency band and phase of the beat"), help=say(HELP_PHASES))
        sums = _without_absent(band_wave_sums(explanation.values, waves, nyquist=asked.spec.fs / 2), waves)
        figure = relevance_grid(
            sums,
            list(BANDS),
            columns=tuple(map(say, WAVES)),
            theme=theme(),
            title=say("Sum over all leads"),
            ends=ends,
            unit="log-odds",
        )
        charts.chart(figure, "band-waves")
        _name_absent(waves)
        return
    st.markdown(say("## The average beat, coloured"))
    _beat(asked, explanation)
    st.markdown(say("## By lead and wave"), help=say(HELP_SUMS))
    sums = lead_wave_sums(explanation.values, waves)
    others = {"spectrum", "spectrogram"} & set(predictors.predictor(asked.model).model.network.needs)
    if others and not asked.on_trace:
        st.caption(
            say(
                "These are the credits of the waveform alone. Draw the map on the trace to add what the "
                "model read off {sorted}.",
                sorted=say(" and ").join(texts.MODALITIES_WITHIN[name] for name in sorted(others, key=len)),
            )
        )
    if not METHODS[asked.method].sensitivity:
        st.markdown("\n".join(f"- {sentence}" for sentence in waves_in_words(sums, asked.target)))
    unit = say("a mV") if METHODS[asked.method].sensitivity else say("log-odds")
    figure = relevance_grid(
        _without_absent(sums, waves),
        LEADS,
        columns=tuple(map(say, WAVES)),
        theme=theme(),
        title=say("Sum of each wave"),
        ends=ends,
        unit=unit,
    )
    charts.chart(figure, "lead-waves")
    _name_absent(waves)


def _without_absent(sums: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """Unknown, not 0, in the columns of waves that were not found."""
    return np.where(np.isin(np.arange(len(WAVES)), waves), sums, np.nan)


def _name_absent(waves: np.ndarray) -> None:
    absent = [say(wave) for k, wave in enumerate(WAVES) if not (waves == k).any()]
    if absent:
        st.caption(
            say(
                "–: no {absent} was found in what the model reads; its time counts elsewhere.",
                absent=say(" and no ").join(absent),
            )
        )


def _beat(asked: MapRequest, explanation: Explanation) -> None:
    _, arrays = predictors.modalities(asked.shown)
    try:
        beat = average_beat(
            arrays["waveform"], explanation.values, beats=asked.beats, start=asked.start, fs=asked.spec.fs
        )
    except ExplanationError as error:
        st.info(str(error), icon=":material/info:")
        return
    sensitive = METHODS[asked.method].sensitivity
    words = (
        (say("sensitive for"), say("sensitive for"))
        if sensitive
        else (say("speaks for"), say("speaks against"))
    )
    figure = beat_relevance(
        beat.times,
        beat.signal,
        values=beat.values,
        theme=theme(),
        target=asked.target,
        count=beat.count,
        marks=beat.marks,
        words=words,
    )
    charts.sheet(figure, "beat")
    st.caption(
        say(
            "Mean of the {count} beats of the usual shape, aligned at R, as the model reads them ({fs} "
            "samples a second, mean removed). 25 mm/s and 10 mm/mV in proportion; brackets: P, QRS and T "
            "as measured.",
            count=beat.count,
            fs=asked.spec.fs,
        )
    )


def _ends(asked: MapRequest) -> tuple[str, str]:
    if METHODS[asked.method].sensitivity:
        return "", "sensitive"
    return say("against {target}", target=asked.target), say("for {target}", target=asked.target)
