"""Maps of the reasons for an answer, beside one gradient of the same model."""

from __future__ import annotations

from collections.abc import Iterator

from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.explain import explain
from ecgnet.inference import Predictor
from ecgnet.models import DEFAULT

METHODS = ("saliency", "input_x_gradient", "integrated_gradients")
"""Those without a bar; the slow ones take many seconds by the number of their questions."""


def contests() -> Iterator[Contest]:
    """One, on the default model."""
    predictor, record = Predictor(DEFAULT), draw("imi", 0, fs=100)
    yield Contest(
        f"a map for {DEFAULT}",
        "map",
        "saliency",
        {
            method: lambda method=method: explain(predictor, record, target="MI", method=method)
            for method in METHODS
        },
    )
