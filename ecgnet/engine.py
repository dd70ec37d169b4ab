"""Networks run on one set of modalities, each branch once, however many models use it.

Predictions, scoring, explanations and studies all stand on it. A branch is known by the checksum of its parameters,
not by its name, so that two versions of it are never taken for one another."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ecgnet.modalities import Modalities
from ecgnet.models import BranchFusion, Network, Output
from ecgnet.weights import Model


@dataclass(frozen=True, eq=False)
class Run:
    """What one model answered for B records. output: logits (B, 5), statements (B, 71), features (B, D); hidden (B,
    D'): of a fusion of branches what the branches' heads saw, one behind the other, of others the features again;
    milliseconds: on the device, branches counted in whether or not they had run before."""

    output: Output
    hidden: Tensor
    milliseconds: float


class Engine:
    """Answers for one set of modalities, all of one `Spec`. What a branch answered is kept as long as the engine is."""

    def __init__(self, modalities: Modalities) -> None:
        self.modalities = modalities
        self._done: dict[Hashable, tuple[Output, float]] = {}

    def run(self, model: Model) -> Run:
        """The model's answer for every record of the modalities."""
        network, card = model.network, model.card
        if not isinstance(network, BranchFusion):
            output, spent = self._once(card.checksum, network, model.device)
            return Run(output, output.features, spent)
        outputs, total = {}, 0.0
        for name, branch in network.branches.items():
            outputs[name], spent = self._once(card.branches[name], branch, model.device)
            total += spent
        output, spent = _timed(lambda: network.combine(outputs, self.modalities.metadata), model.device)
        return Run(output, hidden_features(outputs), total + spent)

    def for_patients(self, model: Model, metadata: Tensor) -> Output:
        """The model's answers where the modalities are one ECG and the patients are these, metadata (n, 4): a fusion's
        branches, which do not read patient data, run once for all of them."""
        network, size = model.network, len(metadata)
        if not isinstance(network, BranchFusion):
            return network(self.modalities.repeat(size).with_inputs(metadata=metadata))
        spread = {
            name: _spread(self._once(model.card.branches[name], branch, model.device)[0], size)
            for name, branch in network.branches.items()
        }
        return network.combine(spread, metadata)

    def holding(self, network: Network, name: str) -> Callable[[Modalities], Output]:
        """A network for batches that differ from the modalities, one ECG, in the modality `name` alone: branches that
        do not read it run once."""
        if not isinstance(network, BranchFusion):
            return network
        held = {
            key: self._once(branch, branch, self.modalities.waveform.device)[0]
            for key, branch in network.branches.items()
            if name not in branch.needs
        }

        def answer(modalities: Modalities) -> Output:
            outputs = {
                key: _spread(held[key], len(modalities)) if key in held else branch(modalities)
                for key, branch in network.branches.items()
            }
            return network.combine(outputs, modalities.metadata)

        return answer

    def _once(self, key: Hashable, network: Network, device: torch.device) -> tuple[Output, float]:
        """A network's output and its milliseconds, run where it has not been."""
        if key not in self._done:
            self._done[key] = _timed(lambda: network(self.modalities), device)
        return self._done[key]


def run_models(models: Mapping[str, Model], modalities: Modalities) -> dict[str, Output]:
    """Every model's output for the same modalities, by name."""
    engine = Engine(modalities)
    return {name: engine.run(model).output for name, model in models.items()}


def hidden_features(branches: Mapping[str, Output]) -> Tensor:
    """(B, D'): the features of a fusion's branches, one behind the other."""
    return torch.cat([output.features.float() for output in branches.values()], 1)


def _spread(output: Output, size: int) -> Output:
    """The answer for one ECG as the answer for `size` of them, without a copy."""
    shape = (size, -1)
    return Output(output.logits.expand(shape), output.statements.expand(shape), output.features.expand(shape))


def _timed(work: Callable[[], Output], device: torch.device) -> tuple[Output, float]:
    """What `work` returns, and the milliseconds it took on the device."""
    began = time.perf_counter()
    result = work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return result, (time.perf_counter() - began) * 1000
