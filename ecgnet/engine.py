"""Models asked about the same records, each branch once, however many of them use it.

Predictions, scoring, explanations and studies all stand on it. A branch is known by the checksum of its parameters and
by the `Spec` of what it was shown, not by its name, so that two versions of it are never taken for one another. Where nobody
asks for gradients, the network made ready by `ecgnet.models.prepared` answers in its place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy.special import logit

from ecgnet import models, precision
from ecgnet.lazy import torch
from ecgnet.modalities import Modalities, Spec
from ecgnet.states import LIKELY
from ecgnet.weights import Card, Model

if TYPE_CHECKING:
    from torch import Tensor

    from ecgnet.models import Network, Output

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Run:
    """What one model answered for B records. output: logits (B, 5), statements (B, 71), features (B, D); hidden (B,
    D'): of a fusion of branches what the branches' heads saw, one behind the other, of others the features again;
    milliseconds: from records to output, as if the model had been asked alone: modalities and branches are counted in
    whether or not they were there before."""

    output: Output
    hidden: Tensor
    milliseconds: float


class Engine:
    """Answers for the same records, all models on one device. see: what a model sees of them; it is asked once for all
    models of one `Spec`. Modalities and the branches' answers are kept as long as the engine is. reduced: networks and
    branches answer in bfloat16; what joins them does not."""

    def __init__(self, see: Callable[[Model], Modalities], *, reduced: bool = False) -> None:
        self._see = see
        self._reduced = reduced
        self._seen: dict[Spec, tuple[Modalities, float]] = {}
        self._done: dict[tuple[Spec, str], tuple[Output, float]] = {}

    def run(self, model: Model) -> Run:
        """The model's answer for every record."""
        network = model.network
        modalities, total = self._modalities(model)
        if not isinstance(network, models.BranchFusion):
            output, spent = self._answer(model, network, model.card.checksum)
            return Run(output, output.features, total + spent)
        outputs = {}
        for name, branch in network.branches.items():
            outputs[name], spent = self._answer(model, branch, model.card.branches[name])
            total += spent
        output, spent = _timed(lambda: network.combine(outputs, modalities.metadata), model.device)
        return Run(output, hidden_features(outputs), total + spent)

    def for_patients(self, model: Model, metadata: Tensor) -> Output:
        """The model's answers where there is one record and the patients are these, metadata (n, 4): a fusion's branches,
        which do not read patient data, run once for all of them."""
        network, size = model.network, len(metadata)
        if not isinstance(network, models.BranchFusion):
            records = self._modalities(model)[0].repeat(size).with_inputs(metadata=metadata)
            return _answering(network, model.device)(records)
        spread = {
            name: _spread(self._answer(model, branch, model.card.branches[name])[0], size)
            for name, branch in network.branches.items()
        }
        return network.combine(spread, metadata)

    def seen(self, model: Model) -> Modalities:
        """What the model sees of the records."""
        return self._modalities(model)[0]

    def _modalities(self, model: Model) -> tuple[Modalities, float]:
        """What the model sees, and the milliseconds it took to make it."""
        spec = model.card.spec
        if spec not in self._seen:
            self._seen[spec] = _timed(lambda: self._see(model), model.device)
        return self._seen[spec]

    def _answer(self, model: Model, network: Network, checksum: str) -> tuple[Output, float]:
        """What the model's network or branch answers, and its milliseconds."""
        key = model.card.spec, checksum
        if key not in self._done:
            modalities, _ = self._modalities(model)
            answering = _answering(network, model.device)

            def answer() -> Output:
                with torch.autocast(
                    model.device.type, torch.bfloat16, enabled=self._reduced and network.halves
                ):
                    return answering(modalities)

            self._done[key] = _timed(answer, model.device)
        return self._done[key]


def answered(see: Callable[[Model], Modalities], asked: Mapping[str, Model]) -> dict[str, Run]:
    """Every model's answer for every record, in the precision that is asked for (`ecgnet.precision`): in bfloat16, what lies
    near a limit of any of the models is answered again in single precision, by all of them. Raises WeightsError for a
    precision that there is not."""
    reduced = any(precision.reduced(model.device) for model in asked.values())
    engine = Engine(see, reduced=reduced)
    runs = {name: engine.run(model) for name, model in asked.items()}
    if not reduced or not runs:
        return runs
    near = np.any([near_a_limit(model.card, runs[name].output) for name, model in asked.items()], axis=0)
    if not near.any():
        return runs
    exact = Engine(lambda model: engine.seen(model).pick(torch.from_numpy(near).to(model.device)))
    return {name: _replaced(runs[name], exact.run(model), near) for name, model in asked.items()}


def near_a_limit(card: Card, output: Output) -> np.ndarray:
    """(B,) bool: whether a class or statement lies as near to what decides on it as bfloat16 could carry it, by probability
    (`precision.MARGIN`) and by log-odds (`precision.LOG_ODDS`)."""
    limits, chances = card.state_limits, card.calibrate(output.logits.float().cpu().numpy())
    decisive = np.stack([limits.low, limits.high, np.full(len(limits.low), LIKELY), card.thresholds])
    stated = card.calibrate_statements(output.statements.float().cpu().numpy())
    classes = _near(chances[:, None], decisive).any((1, 2))
    return classes | _near(stated, card.statement_thresholds.clip(0, 1)).any(1)


def _near(chances: np.ndarray, limits: np.ndarray) -> np.ndarray:
    by_chance = np.abs(chances - limits) < precision.MARGIN
    return by_chance & (np.abs(logit(chances) - logit(limits)) < precision.LOG_ODDS)


def _replaced(run: Run, exact: Run, near: np.ndarray) -> Run:
    """The run, with the answers for the records that are near a limit from another one."""
    where = torch.from_numpy(near).to(run.output.logits.device)

    def joined(values: Tensor, others: Tensor) -> Tensor:
        found = values.float().clone()
        found[where] = others.float()
        return found

    output = models.Output(
        joined(run.output.logits, exact.output.logits),
        joined(run.output.statements, exact.output.statements),
        joined(run.output.features, exact.output.features),
        run.output.attention,
    )
    return Run(output, joined(run.hidden, exact.hidden), run.milliseconds + exact.milliseconds)


def holding(network: Network, record: Modalities, *, name: str) -> Callable[[Modalities], Output]:
    """The network for batches that differ from one record's modalities in the one called `name` alone, without attention.

    What does not change runs once, here: a fusion's branches that do not read it, and of each record the crops in which
    nothing was changed. The answers are the same, since a network's crops do not hear one another.
    """
    if not isinstance(network, models.BranchFusion):
        return _holding_crops(network, record, name) if network.crops(record) else network
    held = {
        key: holding(branch, record, name=name) if name in branch.needs else _always(branch(record))
        for key, branch in network.branches.items()
    }

    def answer(modalities: Modalities) -> Output:
        outputs = {key: branch(modalities) for key, branch in held.items()}
        return network.combine(outputs, modalities.metadata)

    return answer


def _always(known: Output) -> Callable[[Modalities], Output]:
    """A branch that answers what it is known to answer."""
    return lambda modalities: _spread(known, len(modalities))


def _holding_crops(network: Network, record: Modalities, name: str) -> Callable[[Modalities], Output]:
    recorded = network.cut(record)
    known = network.body(recorded)
    number = len(recorded)

    def answer(modalities: Modalities) -> Output:
        cut, size = network.cut(modalities), len(modalities)
        apart = getattr(cut, name).unflatten(0, (size, number)) != getattr(recorded, name)
        changed = apart.flatten(2).any(2).flatten()
        outputs = [values.repeat(size, 1) for values in (known.logits, known.statements, known.features)]
        if changed.any():
            new = network.body(cut.pick(changed))
            for values, found in zip(outputs, (new.logits, new.statements, new.features), strict=True):
                values[changed] = found
        return network.joined(models.Output(*outputs), modalities)

    return answer


def hidden_features(branches: Mapping[str, Output]) -> Tensor:
    """(B, D'): the features of a fusion's branches, one behind the other."""
    return torch.cat([output.features.float() for output in branches.values()], 1)


def _spread(output: Output, size: int) -> Output:
    """The answer for one ECG as the answer for `size` of them, without a copy."""
    shape = (size, -1)
    return models.Output(
        output.logits.expand(shape), output.statements.expand(shape), output.features.expand(shape)
    )


def _answering(network: Network, device: torch.device) -> Network:
    """The network that answers: as trained where gradients are asked for, which may be those of its parameters."""
    from ecgnet.models.prepared import fastest

    return network if torch.is_grad_enabled() else fastest(network, device)


def _timed(work: Callable[[], T], device: torch.device) -> tuple[T, float]:
    """What `work` returns, and the milliseconds it took on the device."""
    began = time.perf_counter()
    result = work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return result, (time.perf_counter() - began) * 1000
