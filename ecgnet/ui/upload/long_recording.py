"""A recording of more than 10 s: its overview, the window that is read, and the model's answers for all windows."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgnet.figures.overview import overview_figure
from ecgnet.language import mark, say
from ecgnet.models import REGISTRY
from ecgnet.ui import predictors
from ecgnet.ui.frame import fragment, theme
from ecgnet.ui.upload.upload import Upload
from ecgnet.ui.upload.window_scoring import WindowScoring
from ecgnet.weights import available
from ecgnet.windows import SECONDS, SURVEYED, clock, suggestions, survey, window_starts

MOST_WINDOWS = 360
"""Windows that are scored of one recording, at most: an hour side by side."""
LOOK = 0.5
"""Seconds between two looks at how far the scoring is."""
PLOT = {"displayModeBar": False, "scrollZoom": False}


def pick_window(upload: Upload) -> None:
    """Let the visitor choose the 10 s that are read; `upload.start` follows. All windows can be scored, too."""
    last = upload.record.duration - SECONDS
    key = f"start-{upload.number}"
    st.session_state[key] = upload.start = min(upload.start, last)
    if surveyed := upload.record.duration >= SURVEYED:
        _overview(upload)
    step = _slider_step(upload)
    st.slider(
        say(
            "10 s to read: {clock} to {clock_2} of {clock_3}",
            clock=clock(upload.start),
            clock_2=clock(upload.start + SECONDS),
            clock_3=clock(upload.record.duration),
        ),
        0.0,
        last,
        step=step,
        format="%.1f s" if step < 1 else "%d s",
        key=key,
        on_change=_slid,
        args=(upload, key),
        help=say("Drag, use the arrow keys, or click on the overview."),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _step(upload, -SECONDS, mark("Earlier"), "chevron_left", upload.start <= 0)
        _step(upload, SECONDS, mark("Later"), "chevron_right", upload.start >= last)
        if surveyed:
            for found in upload.suggested:
                st.button(
                    " ".join([found.name, found.short]).strip(),
                    help=say("From {clock}: {why}.", clock=clock(found.start), why=found.why),
                    key=f"{found.name}-{upload.number}",
                    on_click=_move,
                    args=(upload, found.start),
                )
    if surveyed:
        _scoring(upload)


def _slider_step(upload: Upload) -> float:
    """Seconds; finer where the slider's width allows it."""
    return 0.2 if upload.record.duration <= 300 else 1.0


def _overview(upload: Upload) -> None:
    if upload.survey is None:
        with st.spinner(say("Looking over the recording…")):
            upload.survey = survey(upload.record)
            upload.suggested = suggestions(upload.survey, upload.record)
    key = f"overview-{upload.number}-{upload.clicks}"
    figure = overview_figure(
        upload.survey,
        theme(),
        start=upload.start,
        scores=upload.scoring and upload.scoring.scores,
        titles=predictors.words(),
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
        help=say("{word} by 10 s", word=say(word)),
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


@fragment
def _scoring(upload: Upload) -> None:
    """The button that begins to score all windows, goes on with it or cancels it, and how far it is.

    A fragment: while windows are scored it alone is drawn again, and neither the ECG nor a click waits for it.
    """
    scoring = upload.scoring
    if scoring is not None and scoring.running:
        _progress(upload, scoring)
        return
    if scoring is not None and scoring.failed is not None:
        raise scoring.failed
    name = predictors.default_model()
    starts = window_starts(upload.record.duration, MOST_WINDOWS)
    left = len(starts) - (scoring.done if scoring else 0)
    if left == 0:
        return
    whole = int((upload.record.duration + 1e-6) // SECONDS)
    fewer = say(", evenly spread over the {whole:,} there are", whole=whole) if len(starts) < whole else ""
    st.button(
        say("Score the other {left} windows", left=left) if scoring else say("Score all windows"),
        icon=":material/timeline:",
        help=say(
            "{title} reads {n_starts} windows of 10 s{fewer}.",
            title=REGISTRY[name].title,
            n_starts=len(starts),
            fewer=fewer,
        ),
        key=f"score-{upload.number}",
        on_click=_begin,
        args=(upload, starts),
        disabled=name not in available(),
    )


def _begin(upload: Upload, starts: np.ndarray) -> None:
    if upload.scoring is None:
        predictor = predictors.predictor(predictors.default_model())
        upload.scoring = WindowScoring(upload.record.with_metadata(upload.metadata), predictor, starts=starts)
    upload.scoring.start()


def _progress(upload: Upload, scoring: WindowScoring) -> None:
    """How far the scoring is; the page is drawn again, with the curves, when it has ended."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("Cancel scoring"),
            icon=":material/stop:",
            key=f"cancel-{upload.number}",
            on_click=scoring.cancel,
        )
        _bar(scoring)


@fragment(every=LOOK)
def _bar(scoring: WindowScoring) -> None:
    st.progress(
        scoring.done / scoring.total,
        say(
            "{done} of {total} windows are scored",
            done=scoring.done,
            total=scoring.total,
        ),
    )
    if not scoring.running:
        st.rerun()
