"""Networks asked for the records of several requests at once."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from ecgnet.inference import Prediction, Predictor, predict_together
from ecgnet.record import Record

Answers = Mapping[str, Sequence[Prediction]]
WAIT = 0.004
"""Seconds that a request waits for others to come along; while the networks are busy, they gather anyway."""


@dataclass(frozen=True, eq=False)
class _Asked:
    predictors: tuple[Predictor, ...]
    record: Record
    answer: Future[Answers] = field(default_factory=Future)


class Batches:
    """One thread that asks the networks, for up to `most` records at once; told: how many it were each time."""

    def __init__(self, most: int, *, told: Callable[[int], None] = lambda size: None) -> None:
        self._most, self._told = most, told
        self._waiting: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="networks", daemon=True)
        self._thread.start()

    def ask(self, predictors: Sequence[Predictor], records: Sequence[Record]) -> Answers:
        """As `predict_together`, which it calls with the records of other requests for the same models. Raises what it
        raises for these records alone."""
        asked = [_Asked(tuple(predictors), record) for record in records]
        for one in asked:
            self._waiting.put(one)
        found = [one.answer.result() for one in asked]
        return {p.name: [answers[p.name][0] for answers in found] for p in predictors}

    def close(self) -> None:
        """End the thread once all that waits is answered."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            some, ended = self._gathered(first)
            while some:  # those that ask the same models, in the order they came
                same = [one for one in some if one.predictors == some[0].predictors]
                some = [one for one in some if one not in same]
                self._answer(same)
            if ended:
                return

    def _gathered(self, first: _Asked) -> tuple[list[_Asked], bool]:
        some, until = [first], time.monotonic() + WAIT
        while len(some) < self._most:
            try:
                one = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if one is None:
                return some, True
            some.append(one)
        return some, False

    def _answer(self, some: Sequence[_Asked]) -> None:
        """Together; where that fails, one by one, so that a record that cannot be answered for fails alone."""
        try:
            found = predict_together(some[0].predictors, [one.record for one in some])
        except Exception as error:
            if len(some) == 1:
                some[0].answer.set_exception(error)
            else:
                for one in some:
                    self._answer([one])
            return
        self._told(len(some))
        for k, one in enumerate(some):
            one.answer.set_result({name: [answers[k]] for name, answers in found.items()})
