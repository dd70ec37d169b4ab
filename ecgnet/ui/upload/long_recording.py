"""A recording of more than 10 s: its overview, the window that is read, and the model's answers for all windows."""

from __future__ import annotations

import time

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgnet.figures.overview import WindowScores, overview_figure
from ecgnet.judge import choose_window
from ecgnet.models import REGISTRY
from ecgnet.record import RecordError
from ecgnet.ui import predictors
from ecgnet.ui.frame import theme
from ecgnet.ui.upload.upload import Upload
from ecgnet.weights import available
from ecgnet.windows import SECONDS, SURVEYED, clock, suggestions, survey, window, window_starts

MOST_WINDOWS = 360
"""Windows that are scored of one recording, at most: an hour side by side."""
BATCH = 6
"""Windows between two looks at whether the visitor wants something else."""
REDRAW = 5.0
"""Seconds of scoring after which the curves are drawn anew."""
PLOT = {"displayModeBar": False, "scrollZoom": False}


def pick_window(upload: Upload) -> DeltaGenerator:
    """Let the visitor choose the 10 s that are read; `upload.start` follows. → where the progress of scoring goes."""
    last = upload.record.duration - SECONDS
    key = f"start-{upload.number}"
    st.session_state[key] = upload.start = min(upload.start, last)
    if surveyed := upload.record.duration >= SURVEYED:
        _overview(upload)
    step = _slider_step(upload)
    st.slider(
        f"10 s to read: {clock(upload.start)} to {clock(upload.start + SECONDS)} of {clock(upload.record.duration)}",
        0.0,
        last,
        step=step,
        format="%.1f s" if step < 1 else "%d s",
        key=key,
        on_change=_slid,
        args=(upload, key),
        help="Drag, use the arrow keys, or click on the overview.",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _step(upload, -SECONDS, "Earlier", "chevron_left", upload.start <= 0)
        _step(upload, SECONDS, "Later", "chevron_right", upload.start >= last)
        if surveyed:
            for found in suggestions(upload.survey):
                st.button(
                    " ".join([found.name, found.short]).strip(),
                    help=f"From {clock(found.start)}: {found.why}.",
                    key=f"{found.name}-{upload.number}",
                    on_click=_move,
                    args=(upload, found.start),
                )
            _offer_scores(upload)
    place = st.empty()
    _show_progress(upload, place)
    return place


def _slider_step(upload: Upload) -> float:
    """Seconds; finer where the slider's width allows it."""
    return 0.2 if upload.record.duration <= 300 else 1.0


def _overview(upload: Upload) -> None:
    if upload.survey is None:
        with st.spinner("Looking over the recording…"):
            upload.survey = survey(upload.record)
    key = f"overview-{upload.number}-{upload.clicks}"
    figure = overview_figure(
        upload.survey, theme(), upload.start, scores=upload.scores, titles=predictors.words()
    )
    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        alt=figure.layout.meta["alt"],
        config=PLOT,
        on_select=lambda: _clicked(upload, key),
        selection_mode="points",
    )


def _clicked(upload: Upload, chart: str) -> None:
    """Open the window around the point that was clicked on; the chart forgets the click, so that the next one counts."""
    points = st.session_state[chart].selection.points
    if points:
        _move(upload, float(points[0]["x"]) - SECONDS / 2)
        upload.clicks += 1


def _step(upload: Upload, seconds: float, word: str, icon: str, off: bool) -> None:
    st.button(
        "",
        icon=f":material/{icon}:",
        help=f"{word} by 10 s",
        key=f"{word}-{upload.number}",
        on_click=_move,
        args=(upload, upload.start + seconds),
        disabled=off,
    )


def _slid(upload: Upload, key: str) -> None:
    upload.start = float(st.session_state[key])


def _move(upload: Upload, start: float) -> None:
    step = _slider_step(upload)
    upload.start = min(max(0.0, round(start / step) * step), upload.record.duration - SECONDS)


def _offer_scores(upload: Upload) -> None:
    """The button that begins scoring, goes on with it or stops it; none when all is scored."""
    starts = window_starts(upload.record.duration, MOST_WINDOWS)
    if upload.scoring:
        st.button(
            "Cancel scoring",
            icon=":material/stop:",
            key=f"score-{upload.number}",  # in place of the button that began it
            on_click=_cancel,
            args=(upload,),
        )
        return
    if upload.scored >= len(starts):
        return
    whole = int((upload.record.duration + 1e-6) // SECONDS)
    fewer = f", evenly spread over the {whole:,} there are" if len(starts) < whole else ""
    name = predictors.default_model()
    st.button(
        "Score all windows"
        if upload.scored == 0
        else f"Score the other {len(starts) - upload.scored} windows",
        icon=":material/timeline:",
        help=f"{REGISTRY[name].title} reads {len(starts)} windows of 10 s{fewer}.",
        key=f"score-{upload.number}",
        on_click=_begin,
        args=(upload, starts),
        disabled=name not in available(),
    )


def _begin(upload: Upload, starts: np.ndarray) -> None:
    if upload.scores is None:
        labels = predictors.predictor(predictors.default_model()).model.card.labels
        upload.scores = WindowScores(labels, starts, np.full((len(starts), len(labels)), np.nan))
    upload.scoring = True


def _cancel(upload: Upload) -> None:
    upload.scoring = False


def _show_progress(upload: Upload, place: DeltaGenerator) -> None:
    if upload.scoring and upload.scores is not None:
        done, total = upload.scored, len(upload.scores.starts)
        place.progress(done / total, f"{done} of {total} windows are scored")


def score_windows(upload: Upload, place: DeltaGenerator) -> None:
    """Go on scoring where it was asked for, with the progress at `place`.

    Call it last on the page: what the visitor does meanwhile runs the page anew, and scoring goes on from where it was.
    """
    if not upload.scoring or upload.scores is None:
        return
    starts, predictor = upload.scores.starts, predictors.predictor(predictors.default_model())
    began = time.monotonic()
    while upload.scored < len(starts) and time.monotonic() - began < REDRAW:
        done = upload.scored
        _show_progress(upload, place)  # here the page is left when the visitor does something else
        records = {}
        for k, start in enumerate(starts[done : done + BATCH], done):
            try:
                piece = window(upload.record.with_metadata(upload.metadata), float(start))
            except (
                RecordError
            ):  # nothing was recorded there: a gap in the curve, as where nothing can be read
                continue
            if piece.complete and choose_window(piece).unreadable is None:
                records[k] = piece
        if records:
            for k, prediction in zip(records, predictor.predict(list(records.values())), strict=True):
                upload.scores.probabilities[k] = prediction.probabilities
        upload.scored = min(done + BATCH, len(starts))
    upload.scoring = upload.scored < len(starts)
    st.rerun()
