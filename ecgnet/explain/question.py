"""What is asked of a network: one record, what it is compared with, and one label, in the terms that methods take.

A network is seen as a function of all the views that it reads at once, so that its evidence can be weighed across
them; or, on the trace, as a function of the recording alone, spectrum and spectrogram computed from it inside the
graph. What is attributed is the distance from the baseline: the baseline is where the evidence is nothing, and
decibels, whose zero is arbitrary, become comparable with millivolts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ecgnet.engine import holding
from ecgnet.explain.baselines import baseline_waveform
from ecgnet.explain.error import ExplanationError
from ecgnet.inference import Predictor
from ecgnet.language import say
from ecgnet.lazy import torch
from ecgnet.measure import Beats
from ecgnet.modalities import MODALITIES, Modalities
from ecgnet.record import Record

if TYPE_CHECKING:
    from torch import Tensor

    from ecgnet.modality_transform import ModalityTransform
    from ecgnet.models import Network, Output

BATCH = 9
"""Points evaluated at once on a CPU; a GPU takes all."""

LOCK = threading.Lock()
"""One explanation at a time: Captum's hooks change the network while it runs."""

Progress = Callable[[float], None]
"""Told how much is done, between 0 and 1."""


def silent(share: float) -> None:
    """For whoever does not want to know how much is done."""


@dataclass(frozen=True, eq=False)
class KeptAnswers:
    """What a network answered without slopes, (B, 5 + 71) logits by key: all labels at once, so that a map for another label
    of the same record, model and baseline, on the trace or on the views, asks nothing again."""

    kept: dict[Hashable, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Question:
    """One record, its baseline and one output's index (see `target_index`), put to a network; a batch of one each, on its
    device.

    steps: points or samples of the methods that have them; transform: makes the views from a waveform where the
    question is put on the trace, else None; regions: (12, samples) int, parts of the trace that are taken together;
    progress is told how much is done; seed: of methods that draw at random; views: the modalities whose maps are wanted,
    of a method that can make them apart from the others; none named: all; answers: those that are there already.
    """

    network: Network
    record: Modalities
    baseline: Modalities
    target: int
    steps: int = 1
    transform: ModalityTransform | None = None
    regions: Tensor | None = None
    progress: Progress = silent
    seed: int = 0
    views: tuple[str, ...] = ()
    answers: KeptAnswers = field(default_factory=KeptAnswers)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The modalities whose maps are wanted."""
        return tuple(name for name in self.names if not self.views or name in self.views)

    @property
    def names(self) -> tuple[str, ...]:
        """What is attributed: the modalities that the network reads; on the trace, the waveform stands for its views."""
        if self.transform is None:
            return self.network.needs
        return ("waveform", "metadata") if "metadata" in self.network.needs else ("waveform",)

    def distances(self) -> tuple[Tensor, ...]:
        """Record minus baseline, in the order of `names`, (1, ...) each; what the methods attribute."""
        return tuple(self.distance(name).detach().requires_grad_() for name in self.names)

    def distance(self, name: str) -> Tensor:
        """Record minus baseline of one modality, (1, ...)."""
        return getattr(self.record, name) - getattr(self.baseline, name)

    def logit(self, *distances: Tensor) -> Tensor:
        """Distances (B, ...) in the order of `names` → (B,) logits of the target."""
        return self.answer(self.network, dict(zip(self.names, distances, strict=True)))

    def answer(
        self,
        network: Callable[[Modalities], Output],
        distances: dict[str, Tensor],
        *,
        needs: tuple[str, ...] | None = None,
    ) -> Tensor:
        """The target's logits (B,) with some modalities at these distances (B, ...) and the others as recorded.

        needs: what `network` reads, where it is less than the question's network does.
        """
        found = self._asked(network, distances, needs)[:, self.target]
        # Every input takes part, if only with a slope of 0, as age and sex in the statements of late fusion.
        return found + 0 * sum(values.flatten(1).sum(1) for values in distances.values())

    def reply(
        self, key: Hashable, network: Callable[[Modalities], Output], *, distances: dict[str, Tensor]
    ) -> Tensor:
        """As `answer`, without slopes, and kept for other labels under `key`, which tells these distances from others."""
        kept = self.answers.kept
        if key not in kept:
            with torch.no_grad():
                kept[key] = self._asked(network, distances)
        return kept[key][:, self.target]

    def _asked(
        self,
        network: Callable[[Modalities], Output],
        distances: dict[str, Tensor],
        needs: tuple[str, ...] | None = None,
    ) -> Tensor:
        """The logits (B, 5 + 71) of all labels and statements, as `target_index` counts them."""
        needs = self.network.needs if needs is None else needs
        batch = len(next(iter(distances.values())))
        record = _only(self.record, needs)
        tensors = {
            name: getattr(self.baseline, name) + distances[name]
            if name in distances
            else (kept := getattr(record, name)).expand(batch, *kept.shape[1:])
            for name in MODALITIES
        }
        if self.transform is None:
            seen = record.with_inputs(**tensors)
        else:
            seen = self.transform(tensors["waveform"], tensors["metadata"], needs)
        output = network(seen)
        return torch.cat([output.logits, output.statements], 1)

    def ends(self) -> tuple[float, float]:
        """The target's logit for the record and for its baseline."""
        both = {n: torch.cat([d := self.distance(n), torch.zeros_like(d)]) for n in self.names}
        logit, baseline = self.reply("ends", self.network, distances=both).tolist()
        return logit, baseline

    def holding(self, name: str) -> Callable[[Modalities], Output]:
        """The network for batches that differ from the record in one modality: what does not differ runs once."""
        if self.transform is not None and name == "waveform":
            return self.network
        # As `answer` adds it up, to the last digit: what is equal is not asked again.
        whole = getattr(self.baseline, name) + self.distance(name)
        return holding(self.network, self.record.with_inputs(**{name: whole}), name=name)

    @property
    def batch(self) -> int:
        """How many points to evaluate at once."""
        return BATCH if self.record.waveform.device.type == "cpu" else 256


def target_index(predictor: Predictor, target: str) -> int:
    """The place of a label, or, after all labels, of a statement of the second head (IMI, CLBBB, ...).

    Raises ExplanationError for one that the model does not have.
    """
    labels = predictor.model.card.labels
    if target in labels:
        return labels.index(target)
    codes = predictor.model.card.statement_codes
    if target not in codes:
        raise ExplanationError(
            say(
                "{name} does not answer for {target}; it knows {labels}",
                name=predictor.name,
                target=target,
                labels=", ".join(labels),
            )
            + (say(" and {n_codes} statements.", n_codes=len(codes)) if codes else ".")
        )
    return len(labels) + codes.index(target)


def calibrated(predictor: Predictor, logits: np.ndarray, *, place: int) -> np.ndarray:
    """Logits (N,) of one place → calibrated probabilities (N,)."""
    card = predictor.model.card
    labels = len(card.labels)
    size, calibrate, at = (
        (labels, card.calibrate, place)
        if place < labels
        else (len(card.statement_codes), card.calibrate_statements, place - labels)
    )
    return calibrate(np.repeat(logits[:, None], size, 1))[:, at]


@contextmanager
def asked(
    predictor: Predictor,
    record: Record,
    *,
    target: str,
    steps: int = 1,
    on_trace: bool = False,
    against: str = "zero",
    beats: Beats | None = None,
    regions: np.ndarray | None = None,
    progress: Progress = silent,
    seed: int = 0,
    views: tuple[str, ...] = (),
    answers: KeptAnswers | None = None,
    as_trained: bool = False,
) -> Iterator[Question]:
    """A question, ready to be worked on: one at a time, with gradients, out of memory said as a sentence.

    as_trained: put to the network with its layers as they were trained, not to the one made ready, whose answers and
    gradients are the same. Raises ExplanationError for a label that the model does not have and a baseline that cannot
    be made.
    """
    from ecgnet.models.prepared import fastest

    place = target_index(predictor, target)
    trained, transform, device = predictor.model.network, predictor.model.transform, predictor.model.device
    network = trained if as_trained else fastest(trained, device)
    wave = baseline_waveform(against, record, beats=beats, spec=predictor.model.card.spec)
    with enough_memory(predictor.name), LOCK, gradients(network, device):
        seen = predictor.modalities([record])
        wave = torch.as_tensor(wave, dtype=torch.float32, device=device)
        empty = transform(wave[None], torch.zeros_like(seen.metadata), network.needs)
        yield Question(
            network,
            _only(seen, network.needs),
            empty,
            place,
            steps,
            transform if on_trace else None,
            None if regions is None else torch.as_tensor(regions, device=device),
            progress,
            seed,
            views,
            answers or KeptAnswers(),
        )


@contextmanager
def enough_memory(name: str) -> Iterator[None]:
    """A full GPU said as a sentence: raises ExplanationError where torch raises OutOfMemoryError."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ExplanationError(
            say(
                "The GPU's memory does not hold this explanation of {name}. Predictions still work; for "
                "explanations take saliency or a network of one modality, or set ECGNET_DEVICE=cpu and start "
                "again.",
                name=name,
            )
        ) from error


def _only(modalities: Modalities, needs: tuple[str, ...]) -> Modalities:
    """Without the views that a network does not read, as the transform leaves them out: less to copy."""
    unread = {"spectrum", "spectrogram"} - set(needs)
    if not unread:
        return modalities
    return modalities.with_inputs(**{name: getattr(modalities, name)[:, :, :0] for name in unread})


@contextmanager
def gradients(network: Network, device: torch.device) -> Iterator[None]:
    """Gradients on, whatever the caller has set; without cuDNN where it cannot go back through an LSTM that is in
    evaluation mode."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        if device.type == "cuda" and any(
            isinstance(module, torch.nn.RNNBase) for module in network.modules()
        ):
            stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        yield


@contextmanager
def seeded(seed: int = 0) -> Iterator[None]:
    """The same random numbers each time, in torch and in numpy (Captum draws from both), without disturbing others."""
    state = np.random.get_state()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            np.random.set_state(state)
