"""The whole reading of an ECG beyond the models' answer, beside that answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.judge import assemble, choose_window
from ecgnet.models import DEFAULT


def contests() -> Iterator[Contest]:
    """One: a fresh record each call, since what was found in a record is kept with it."""
    predictor = Predictor(DEFAULT)
    cards = {predictor.name: predictor.model.card}
    seeds = cycle(range(1000))
    answer = predictor.predict([draw("imi", 0, fs=100)])[0]

    def fresh():
        return draw("imi", next(seeds), fs=100)

    yield Contest(
        "one record of 10 s",
        "record",
        "the default model's answer",
        {
            "drawing the record": fresh,
            "the default model's answer": lambda: predictor.predict([fresh()]),
            "the reading beyond it": lambda: assemble(choose_window(fresh()), [answer], cards=cards),
        },
    )
