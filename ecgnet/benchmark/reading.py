"""The whole reading of an ECG beyond the models' answer, beside that answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.judge import assemble, choose_window
from ecgnet.models import DEFAULT


def contests() -> Iterator[Contest]:
    """One: a copy of the record each call, since what was found in a record is kept with it."""
    predictor, record = Predictor(DEFAULT), draw("imi", 0, fs=100)
    cards = {predictor.name: predictor.model.card}
    answer = predictor.predict([record])[0]
    yield Contest(
        "one record of 10 s",
        "record",
        "the default model's answer",
        {
            "the default model's answer": lambda: predictor.predict([replace(record)]),
            "the reading beyond it": lambda: assemble(choose_window(replace(record)), [answer], cards=cards),
        },
    )
