"""What is done when a GPU cannot go on: fewer ECGs at once, then the processor. The answers are the same, later.

A GPU whose memory is full may have room for half as many. One that is gone, or that has no room for a single ECG, is asked
no more; the log says so once, and every answer names the device that gave it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from ecgnet.language import say
from ecgnet.lazy import torch
from ecgnet.weights import FAILED_DEVICES, Model, WeightsError, load

T = TypeVar("T")
R = TypeVar("R")
Models = Mapping[str, Model]
LOG = logging.getLogger("ecgnet")


def in_spite_of_faults(
    ask: Callable[[Models, Sequence[T]], dict[str, list[R]]], models: Models, *, ecgs: Sequence[T]
) -> dict[str, list[R]]:
    """What `ask` answers by model, an answer an ECG in their order; in halves, or by the same models on the processor,
    where their GPU cannot.

    Raises WeightsError where the weights are no longer there to be loaded for the processor; what is raised on a processor
    is raised here."""
    working = {name: on_working_device(model) for name, model in models.items()}
    devices = {str(model.device) for model in working.values() if model.device.type != "cpu"}
    try:
        return ask(working, ecgs)
    except torch.OutOfMemoryError:
        if not devices:
            raise
        if len(ecgs) > 1:
            half = len(ecgs) // 2
            first, second = (
                in_spite_of_faults(ask, models, ecgs=part) for part in (ecgs[:half], ecgs[half:])
            )
            return {name: [*first[name], *second[name]] for name in models}
        why = say("has no memory left for one ECG")
    except torch.AcceleratorError:
        if not devices:
            raise
        why = say("does not answer any more")
    for device in sorted(devices - FAILED_DEVICES):
        LOG.warning(
            "The device %s %s: the processor answers in its place from now on, more slowly.", device, why
        )
    FAILED_DEVICES.update(devices)
    return in_spite_of_faults(ask, models, ecgs=ecgs)


def on_working_device(model: Model) -> Model:
    """The model, or the same one on the processor where its own device has failed. Raises WeightsError where its
    weights were replaced since, or as `load` does."""
    if str(model.device) not in FAILED_DEVICES:
        return model
    loaded = _on_processor(model.name)
    if loaded.card.checksum != model.card.checksum:
        raise WeightsError(
            say(
                "The weights of {name} were replaced while ECGNet ran; start it again.",
                name=model.name,
            )
        )
    return loaded


@lru_cache(maxsize=8)
def _on_processor(name: str) -> Model:
    return load(name, torch.device("cpu"))
