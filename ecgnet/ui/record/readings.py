"""The reading of the record on screen, made once a visit, out of which everything on the pages and in print speaks."""

from __future__ import annotations

from collections.abc import Sequence

from ecgnet.inference import Prediction
from ecgnet.judge import Reading, assemble
from ecgnet.models import SHOWN
from ecgnet.ui import library, predictors
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import record_key, remember
from ecgnet.ui.window_read import window_of
from ecgnet.weights import read_card


def reading_of(shown: Shown, predictions: Sequence[Prediction] = ()) -> Reading:
    """The reading with the answers of these models; beside the patient's ECG before it, where PTB-XL has one."""

    def make() -> Reading:
        before = library.earlier(shown)
        return _assembled(shown, predictions, None if before is None else alone(before, bool(predictions)))

    key = (record_key(shown), tuple(prediction.weights_id for prediction in predictions))
    return remember("reading", key, make=make)


def answers(shown: Shown, names: tuple[str, ...] = SHOWN) -> list[Prediction]:
    """The models' answers in the order of `names`, as the reading takes them: normal only where nothing that was measured
    speaks against it. Raises RecordError for a record that the models cannot read, WeightsError without any model."""
    found = predictors.predictions(shown, tuple(dict.fromkeys((*names, predictors.default_model()))))
    told = {prediction.model: prediction for prediction in reading_of(shown, found).predictions}
    return [told[name] for name in names if name in told]


def alone(shown: Shown, asked: bool = True) -> Reading:
    """The reading of an ECG beside no other one, by the leading model where that is asked, made once a visit."""

    def make() -> Reading:
        whole = asked and shown.record.complete and window_of(shown).unreadable is None
        answers_to_it = predictors.predictions(shown, (predictors.default_model(),)) if whole else ()
        return _assembled(shown, answers_to_it)

    return remember("reading alone", (record_key(shown), asked), make=make)


def _assembled(shown: Shown, predictions: Sequence[Prediction], earlier: Reading | None = None) -> Reading:
    cards = {prediction.model: read_card(prediction.model) for prediction in predictions}
    return assemble(window_of(shown), predictions, cards=cards, earlier=earlier)
