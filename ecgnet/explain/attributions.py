"""How much each sample, frequency or patient field moved a network's answer, by Captum (Kokhlikyan et al. 2020).

A network is seen as a function of all the modalities it reads at once, so that its evidence can be weighed across
them. What is attributed is each modality's distance from its baseline: the baseline is where the evidence is
nothing, and decibels, whose zero is arbitrary, become comparable with millivolts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import log10, prod

import numpy as np
import torch
from captum.attr import GradientShap, InputXGradient, IntegratedGradients, Occlusion, Saliency
from torch import Tensor, nn

from ecgnet.inference import Predictor, to_numpy
from ecgnet.modalities import MODALITIES, Modalities, Spec
from ecgnet.models import BranchFusion, Network, Output
from ecgnet.record import Record

DEFAULT_METHOD = "integrated_gradients"
DEFAULT_STEPS = 24
SMALL_DIFFERENCE = 0.1
"""Logits; a smaller difference counts as this when the completeness error is made relative."""

BATCH = 4
"""Points evaluated at once on a CPU; a GPU takes all."""

LOCK = threading.Lock()
"""One explanation at a time: Captum's hooks change the network while it runs."""


class ExplanationError(ValueError):
    """An explanation that cannot be given; the message is a sentence for people."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """What one modality contributed to one label's logit.

    values: the shape of the modality's input without the batch: waveform (12, 1000), spectrum (12, 501), spectrogram
    (12, 33, 126) with both its parts summed, metadata (4,); in logits (saliency: logits per mV, dB or unit).
    completeness_error: how far the values of all modalities together miss logit - baseline_logit, as a share of it;
    None where the method does not promise that they meet. baseline: in words.
    """

    modality: str
    method: str
    target: str
    values: np.ndarray
    completeness_error: float | None
    baseline: str
    logit: float
    baseline_logit: float


@dataclass(frozen=True, eq=False)
class Question:
    """One record, its baseline and one label's index, put to a network; a batch of one each, on its device."""

    network: Network
    record: Modalities
    baseline: Modalities
    target: int
    steps: int

    @property
    def names(self) -> tuple[str, ...]:
        """The modalities that the network reads."""
        return self.network.needs

    def distances(self) -> tuple[Tensor, ...]:
        """Record minus baseline, in the order of `names`, (1, ...) each; what the methods attribute."""
        return tuple(
            (getattr(self.record, name) - getattr(self.baseline, name)).detach().requires_grad_()
            for name in self.names
        )

    def logit(self, *distances: Tensor) -> Tensor:
        """Distances (B, ...) in the order of `names` → (B,) logits of the target."""
        return self.answer(self.network, dict(zip(self.names, distances, strict=True)))

    def answer(self, network: Callable[[Modalities], Output], distances: dict[str, Tensor]) -> Tensor:
        """The target's logits (B,) with some modalities at these distances (B, ...) and the others as recorded."""
        batch = len(next(iter(distances.values())))
        tensors = {
            name: getattr(self.baseline, name) + distances[name]
            if name in distances
            else (kept := getattr(self.record, name)).expand(batch, *kept.shape[1:])
            for name in MODALITIES
        }
        return network(self.record.with_inputs(**tensors)).logits[:, self.target]

    @property
    def batch(self) -> int:
        """How many points to evaluate at once."""
        return BATCH if self.record.waveform.device.type == "cpu" else 256


@dataclass(frozen=True)
class Method:
    """An attribution method: how it is called, a sentence for people, and its work on a question, which returns a
    tensor (1, ...) for each of the question's modalities.

    complete: the values promise to add up to logit - baseline_logit (sampling methods: on average);
    sensitivity: unsigned slopes at the record itself, in units that differ between modalities, without a baseline.
    """

    title: str
    tooltip: str
    attribute: Callable[[Question], tuple[Tensor, ...]]
    complete: bool = False
    sensitivity: bool = False


def _integrated_gradients(question: Question) -> tuple[Tensor, ...]:
    return IntegratedGradients(question.logit).attribute(
        question.distances(), n_steps=question.steps, internal_batch_size=question.batch
    )


def _saliency(question: Question) -> tuple[Tensor, ...]:
    return Saliency(question.logit).attribute(question.distances())


def _input_x_gradient(question: Question) -> tuple[Tensor, ...]:
    return InputXGradient(question.logit).attribute(question.distances())


NOISE = {"waveform": 0.01, "spectrum": 0.5, "spectrogram": 0.002, "metadata": 0.0}
"""Standard deviation of GradientSHAP's noise: mV, dB, mV, none."""


def _gradient_shap(question: Question) -> tuple[Tensor, ...]:
    distances = question.distances()
    zeros = tuple(torch.zeros_like(values) for values in distances)
    noise = tuple(NOISE[name] for name in question.names)
    total, left = list(zeros), question.steps
    with _seeded():
        while left:
            n = min(left, question.batch)
            part = GradientShap(question.logit).attribute(distances, zeros, n_samples=n, stdevs=noise)
            total = [a + b.detach() * (n / question.steps) for a, b in zip(total, part, strict=True)]
            left -= n
    return tuple(total)


WINDOWS = {"waveform": (1, 50), "spectrum": (1, 63), "spectrogram": (1, 2, 11, 21), "metadata": (2,)}
"""Occluded at once: a lead's 0.5 s; a lead's 6.3 Hz; a lead's 17 Hz by 1.7 s; age or sex with its flag."""


def _occlusion(question: Question) -> tuple[Tensor, ...]:
    """Each window's drop is spread evenly over its cells, so that sums over any region are in logits."""
    found = []
    for name, distances in zip(question.names, question.distances(), strict=True):
        network = _holding(question.network, question.record, name)

        def forward(values: Tensor, name: str = name, network: Callable = network) -> Tensor:
            return question.answer(network, {name: values})

        window = tuple(map(min, WINDOWS[name], distances.shape[1:]))
        drop = Occlusion(forward).attribute(
            distances, window, strides=window, perturbations_per_eval=4 * question.batch
        )
        found.append(drop / prod(window))
    return tuple(found)


def _holding(network: Network, record: Modalities, name: str) -> Callable[[Modalities], Output]:
    """The network for batches that differ from the record in one modality: branches that do not read it run once."""
    if not isinstance(network, BranchFusion):
        return network
    held = {key: branch(record) for key, branch in network.branches.items() if name not in branch.needs}

    def answer(modalities: Modalities) -> Output:
        size = (len(modalities), -1)
        outputs = {}
        for key, branch in network.branches.items():
            out = held.get(key)
            outputs[key] = (
                branch(modalities)
                if out is None
                else Output(out.logits.expand(size), out.statements.expand(size), out.features.expand(size))
            )
        return network.combine(outputs, modalities.metadata)

    return answer


METHODS: dict[str, Method] = {
    # Sundararajan, Taly and Yan 2017.
    "integrated_gradients": Method(
        "Integrated gradients",
        "Follows the answer from an empty recording to this one and credits each point with what it added; "
        "the credits add up to the change of the answer.",
        _integrated_gradients,
        complete=True,
    ),
    # Simonyan, Vedaldi and Zisserman 2014.
    "saliency": Method(
        "Saliency",
        "Shows where a tiny change of the recording would change the answer most, whichever way.",
        _saliency,
        sensitivity=True,
    ),
    # Shrikumar et al. 2016.
    "input_x_gradient": Method(
        "Input × gradient",
        "Multiplies each point's distance from an empty recording by how steeply the answer depends on it: "
        "quick and rough.",
        _input_x_gradient,
    ),
    # Lundberg and Lee 2017.
    "gradient_shap": Method(
        "GradientSHAP",
        "Averages the credits over slightly noisy copies of the recording at random stages between empty and full.",
        _gradient_shap,
        complete=True,
    ),
    # Zeiler and Fergus 2014.
    "occlusion": Method(
        "Occlusion",
        "Blanks one stretch of one lead at a time and shows how far the answer falls without it; slower.",
        _occlusion,
    ),
}


def explain(
    predictor: Predictor,
    record: Record,
    target: str,
    method: str = DEFAULT_METHOD,
    steps: int = DEFAULT_STEPS,
) -> dict[str, Explanation]:
    """Attribute one label's logit to every modality that the network reads, in one pass → Explanation by modality.

    steps: points on the path (integrated gradients, Gauss-Legendre) or samples (GradientSHAP); the other methods
    have none. Raises ExplanationError for an unknown method or target and when the GPU's memory does not suffice.
    """
    labels = predictor.model.card.labels
    if method not in METHODS:
        raise ExplanationError(f"There is no method named {method}; there are {', '.join(METHODS)}.")
    if target not in labels:
        raise ExplanationError(
            f"{predictor.name} does not answer for {target}; it knows {', '.join(labels)}."
        )
    if steps < 1:
        raise ExplanationError(f"The number of steps must be at least 1, not {steps}.")
    chosen = METHODS[method]
    network, spec = predictor.model.network, predictor.model.card.spec
    try:
        with LOCK, _gradients(network, predictor.model.device):
            seen = predictor.modalities([record])
            silence = torch.zeros_like(seen.waveform), torch.zeros_like(seen.metadata)
            seen, empty = _only(seen, network.needs), predictor.model.transform(*silence, network.needs)
            question = Question(network, seen, empty, labels.index(target), steps)
            found = [
                to_numpy(values[0].sum(1) if name == "spectrogram" else values[0])
                for name, values in zip(question.names, chosen.attribute(question), strict=True)
            ]
            with torch.no_grad():
                logit, baseline_logit = (float(network(m).logits[0, question.target]) for m in (seen, empty))
    except torch.OutOfMemoryError as error:
        raise ExplanationError(
            f"The GPU's memory does not hold this explanation of {predictor.name}. Predictions still work; for "
            "explanations take saliency or a network of one modality, or set ECGNET_DEVICE=cpu and start again."
        ) from error
    miss = None
    if chosen.complete:
        difference = logit - baseline_logit
        total = sum(float(values.sum(dtype=np.float64)) for values in found)
        miss = abs(total - difference) / max(abs(difference), SMALL_DIFFERENCE)
    words = dict.fromkeys(MODALITIES, "none") if chosen.sensitivity else describe_baselines(spec)
    return {
        name: Explanation(name, method, target, values, miss, words[name], logit, baseline_logit)
        for name, values in zip(question.names, found, strict=True)
    }


def _only(modalities: Modalities, needs: tuple[str, ...]) -> Modalities:
    """Without the views that a network does not read, as the transform leaves them out: less to copy."""
    unread = {"spectrum", "spectrogram"} - set(needs)
    return modalities.with_inputs(**{name: getattr(modalities, name)[:, :, :0] for name in unread})


def describe_baselines(spec: Spec) -> dict[str, str]:
    """Each modality's baseline in words."""
    floor = f"({20 * log10(spec.floor):.0f} dB everywhere)"
    return {
        "waveform": "a flat line at 0 mV in every lead",
        "spectrum": f"the spectrum of a flat line {floor}",
        "spectrogram": "the spectrogram of a flat line (0 mV everywhere)",
        "metadata": "age and sex unknown",
    }


@contextmanager
def _gradients(network: Network, device: torch.device) -> Iterator[None]:
    """Gradients on, whatever the caller has set; without cuDNN where it cannot go back through an LSTM that is in
    evaluation mode."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        if device.type == "cuda" and any(isinstance(module, nn.RNNBase) for module in network.modules()):
            stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        yield


@contextmanager
def _seeded() -> Iterator[None]:
    """The same random numbers each time, in torch and in numpy (Captum draws from both), without disturbing others."""
    state = np.random.get_state()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        np.random.seed(0)
        try:
            yield
        finally:
            np.random.set_state(state)
