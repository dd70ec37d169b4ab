"""A model's answers along a long recording, window by window, made beside the page: the visitor reads on meanwhile."""

from __future__ import annotations

import threading

import numpy as np

from ecgnet.figures.overview import WindowScores
from ecgnet.inference import Predictor
from ecgnet.judge import choose_window
from ecgnet.language import carried
from ecgnet.record import Record, RecordError
from ecgnet.ui.waiting import in_turn
from ecgnet.windows import window

BATCH = 6
"""Windows between two looks at whether the visitor has cancelled; other visitors' answers come in between."""


class WindowScoring:
    """Scores the windows of `record` that begin at `starts` (s), in a thread of its own; it can be cancelled and goes on
    where it stopped.

    scores: NaN where a window cannot be read or is not scored yet; done: windows looked at so far; failed: what ended
    the scoring, if anything did.
    """

    def __init__(self, record: Record, predictor: Predictor, *, starts: np.ndarray) -> None:
        labels = predictor.model.card.labels
        self.scores = WindowScores(labels, starts, np.full((len(starts), len(labels)), np.nan))
        self.done = 0
        self.failed: Exception | None = None
        self._record, self._predictor = record, predictor
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def total(self) -> int:
        """How many windows there are."""
        return len(self.scores.starts)

    @property
    def running(self) -> bool:
        """Whether windows are being scored; after cancelling, until those in work are done."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Score what is not scored yet; returns at once."""
        if self.running:
            return
        self._cancelled.clear()
        self.failed = None
        self._thread = threading.Thread(target=carried(self._run), name="window scoring", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Score no further windows than those in work; what is scored stays."""
        self._cancelled.set()

    def wait(self, seconds: float | None = None) -> None:
        """Until all windows are scored, or for `seconds`."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while self.done < self.total and not self._cancelled.is_set():
                last = min(self.done + BATCH, self.total)
                in_turn(lambda first=self.done, last=last: self._score(first, last))
                self.done = last
        except Exception as error:  # it is the page that says so: nobody sees this thread
            self.failed = error

    def _score(self, first: int, last: int) -> None:
        readable = {}
        for k, start in enumerate(self.scores.starts[first:last], first):
            try:
                piece = window(self._record, float(start))
            except (
                RecordError
            ):  # nothing was recorded there: a gap in the curve, as where nothing can be read
                continue
            if piece.complete and choose_window(piece).unreadable is None:
                readable[k] = piece
        if readable:
            predictions = self._predictor.predict(list(readable.values()))
            for k, prediction in zip(readable, predictions, strict=True):
                self.scores.probabilities[k] = prediction.probabilities
