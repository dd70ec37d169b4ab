"""What dashboards on other machines ask (`ecgnet.remote`): the functions that need a network, by name, for models whose
weights are those that the dashboard has the cards of."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from ecgnet import __version__, wire
from ecgnet.cards import Stamp
from ecgnet.electrodes import exchange_probabilities
from ecgnet.explain import (
    ExplanationError,
    attention_maps,
    check_map,
    explain,
    for_patients,
    grad_cam,
    leave_out,
)
from ecgnet.explain.strategies import late_terms
from ecgnet.folders import WeightsError
from ecgnet.inference import Predictor, views
from ecgnet.record import RecordError
from ecgnet.service.answering import Answering
from ecgnet.service.faults import Fault

OF_SEVERAL: dict[str, Callable[..., Any]] = {f.__name__: f for f in (leave_out, for_patients)}
OF_ONE: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (explain, check_map, attention_maps, grad_cam, late_terms, views)
}
EXPLAINING = {*OF_SEVERAL, *OF_ONE} - {views.__name__, late_terms.__name__}
"""Calls that take seconds and every core."""
TELLING = {name for name, f in {**OF_SEVERAL, **OF_ONE}.items() if "progress" in signature(f).parameters}
"""Calls that say how far they are."""


class ServiceCall:
    """One call as it came in. Raises Fault for bytes that are none, and for a dashboard of another version."""

    def __init__(self, data: bytes, version: str) -> None:
        if version != __version__:
            raise Fault("version", f"it runs ECGNet {__version__}, this dashboard another version.")
        try:
            asked = wire.unpack(data)
            self.call, self.models = str(asked["call"]), dict(asked["models"])
            self.arguments = dict(asked["arguments"])
        except (wire.WireError, KeyError, TypeError, ValueError):
            raise Fault("incomplete", "The question cannot be read.") from None

    @property
    def slow(self) -> bool:
        """Whether it is one of those that explain."""
        return self.call in EXPLAINING

    def answer(self, answering: Answering, progress: Callable[[float], None] | None = None) -> bytes:
        """What the function returns. progress: told how much is done, by functions that take one. Raises Fault, and what
        `progress` raises."""
        if progress is not None and self.call in TELLING:
            self.arguments["progress"] = progress
        try:
            return wire.pack(self._called(answering))
        except ExplanationError as error:
            raise Fault("no_explanation", str(error)) from None
        except RecordError as error:
            raise Fault("no_answer", str(error)) from None
        except WeightsError as error:
            raise Fault("no_model", str(error)) from None

    def _called(self, answering: Answering) -> Any:
        predictors = [self._predictor(answering, name) for name in self.models]
        if self.call == "predict_together":
            return answering.batches.ask(predictors, **self.arguments)
        if self.call == exchange_probabilities.__name__:
            return exchange_probabilities(**self.arguments)
        if self.call in OF_SEVERAL:
            return OF_SEVERAL[self.call](predictors, **self.arguments)
        if self.call in OF_ONE and len(predictors) == 1:
            return OF_ONE[self.call](predictors[0], **self.arguments)
        raise Fault("incomplete", "Nothing of that name is answered.")

    def _predictor(self, answering: Answering, name: str) -> Predictor:
        found = answering.predictor(name)
        if found.model.card.stamp(Stamp.CALLS) != self.models[name]:
            raise Fault("version", f"its weights of {name} are others than this dashboard's.")
        return found
