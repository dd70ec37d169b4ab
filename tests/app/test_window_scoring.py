"""A long recording's windows are scored beside the page: cancelled, gone on with, and what fails is kept for the page."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.ui.predictors import predictor
from ecgnet.ui.upload import window_scoring
from ecgnet.ui.upload.window_scoring import WindowScoring
from ecgnet.windows import window_starts

MODEL = "waveform_cnn"


@pytest.fixture
def scoring() -> WindowScoring:
    """Of three minutes: 18 windows, three batches."""
    record = draw("norm_male", 1, fs=100, duration=180)
    return WindowScoring(record, predictor(MODEL), starts=window_starts(record.duration, 360))


def test_a_cancelled_scoring_goes_on_where_it_stopped(
    scoring: WindowScoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    first = threading.Event()

    def one_batch(work):
        asked.append(scoring.done)
        work()
        if not first.is_set():
            first.set()
            scoring.cancel()

    monkeypatch.setattr(window_scoring, "in_turn", one_batch)
    scoring.start()
    scoring.wait()
    assert scoring.done == window_scoring.BATCH
    assert np.isfinite(scoring.scores.probabilities[: scoring.done]).all()
    assert np.isnan(scoring.scores.probabilities[scoring.done :]).all()
    scoring.start()
    scoring.wait()
    assert asked == [0, 6, 12]
    assert np.isfinite(scoring.scores.probabilities).all()


def test_what_ends_the_scoring_is_kept_for_the_page(
    scoring: WindowScoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(work):
        raise MemoryError("no room")

    monkeypatch.setattr(window_scoring, "in_turn", fails)
    scoring.start()
    scoring.wait()
    assert isinstance(scoring.failed, MemoryError)
    assert not scoring.running
