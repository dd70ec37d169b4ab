"""How much each sample, frequency or patient field moved a network's answer, by Captum (Kokhlikyan et al. 2020)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ecgnet import models
from ecgnet.explain.baselines import describe_baselines
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.integrated import SMALL_DIFFERENCE, adds_up, integrated_gradients
from ecgnet.explain.question import KeptAnswers, Progress, Question, asked, seeded, silent, target_index
from ecgnet.explain.waves import regions, wave_at
from ecgnet.inference import Predictor, own_part, to_numpy, window_start
from ecgnet.language import mark, say, worded
from ecgnet.lazy import torch
from ecgnet.measure import Beats
from ecgnet.modalities import MODALITIES, Spec
from ecgnet.record import Record
from ecgnet.remote import at_service

if TYPE_CHECKING:
    from torch import Tensor

    from ecgnet.models import Network

DEFAULT_METHOD = "integrated_gradients"
DEFAULT_STEPS = 128
"""The most intervals that a path may be cut into; eight are enough for most."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """What one modality contributed to one label's logit.

    values: the shape of the modality's input without the batch: waveform (12, 1000), spectrum (12, 501), spectrogram
    (12, 33, 126) with both its parts summed, metadata (4,); in logits (saliency: logits per mV, dB or unit).
    completeness_error: how far the values of all modalities together miss logit - baseline_logit, as a share of it;
    None where the method does not promise that they meet, and where some modalities are lacking (`completed`). baseline:
    in words; against: its name. on_trace: the waveform stands for the views that are computed from it.
    """

    modality: str
    method: str
    target: str
    values: np.ndarray
    completeness_error: float | None
    baseline: str
    logit: float
    baseline_logit: float
    on_trace: bool = False
    against: str = "zero"


@worded("title", "tooltip")
@dataclass(frozen=True)
class Method:
    """An attribution method: how it is called, a sentence for people, and its work on a question, which returns a
    tensor (1, ...) for each of the modalities that the question wants.

    complete: the values promise to add up to logit - baseline_logit (sampling methods: on average);
    sensitivity: unsigned slopes at the record itself, in units that differ between modalities, without a baseline;
    trace_only: put on the trace alone, for the question's regions; slow: takes several seconds on a CPU; drawn: by random
    numbers, so that another seed gives another map; slopes: by slopes of the answer, which trees do not have; apart: whether
    it makes the map of one modality of a network without the others'.
    """

    title: str
    tooltip: str
    attribute: Callable[[Question], tuple[Tensor, ...]]
    complete: bool = False
    sensitivity: bool = False
    trace_only: bool = False
    slow: bool = False
    drawn: bool = False
    slopes: bool = False
    apart: Callable[[Network], bool] = lambda network: False


def _saliency(question: Question) -> tuple[Tensor, ...]:
    from captum.attr import Saliency

    return Saliency(question.logit).attribute(question.distances())


def _input_x_gradient(question: Question) -> tuple[Tensor, ...]:
    from captum.attr import InputXGradient

    return InputXGradient(question.logit).attribute(question.distances())


NOISE = {"waveform": 0.01, "spectrum": 0.5, "spectrogram": 0.002, "metadata": 0.0}
"""Standard deviation of GradientSHAP's noise: mV, dB, mV, none."""
SAMPLES = 24
"""Of GradientSHAP, at most."""


def _gradient_shap(question: Question) -> tuple[Tensor, ...]:
    from captum.attr import GradientShap

    distances = question.distances()
    zeros = tuple(torch.zeros_like(values) for values in distances)
    noise = tuple(NOISE[name] for name in question.names)
    samples = min(question.steps, SAMPLES)
    total, left = list(zeros), samples
    with seeded(question.seed):
        while left:
            n = min(left, question.batch)
            part = GradientShap(question.logit).attribute(distances, zeros, n_samples=n, stdevs=noise)
            question.progress(1 - (left - n) / samples)
            total = [a + b.detach() * (n / samples) for a, b in zip(total, part, strict=True)]
            left -= n
    return tuple(total)


WINDOWS = {"waveform": (1, 50), "spectrum": (1, 63), "spectrogram": (1, 2, 11, 21), "metadata": (2,)}
"""Occluded at once: a lead's 0.5 s; a lead's 6.3 Hz; a lead's 17 Hz by 1.7 s; age or sex with its flag."""


def _occlusion(question: Question) -> tuple[Tensor, ...]:
    """Each window's drop is spread evenly over its cells, so that sums over any region are in logits."""
    from captum.attr import Occlusion

    found, done = [], 0
    every = {name: question.distance(name) for name in question.wanted}
    windows = {name: tuple(map(min, WINDOWS[name], d.shape[1:])) for name, d in every.items()}
    total = sum(
        prod(-(-n // w) for n, w in zip(every[name].shape[1:], window, strict=True))
        for name, window in windows.items()
    )
    for name, distances in every.items():
        network, window, batches = question.holding(name), windows[name], count()

        def forward(
            values: Tensor, name: str = name, network: Callable = network, batches: count = batches
        ) -> Tensor:
            nonlocal done
            found = question.reply(("occlusion", name, next(batches)), network, distances={name: values})
            done += len(values)
            question.progress(min(1.0, done / total))
            return found

        drop = Occlusion(forward).attribute(
            distances, window, strides=window, perturbations_per_eval=4 * question.batch
        )
        found.append(drop / prod(window))
    return tuple(found)


def _kernel_shap(question: Question) -> tuple[Tensor, ...]:
    from ecgnet.explain.surrogates import kernel_shap

    return kernel_shap(question)


def _lime(question: Question) -> tuple[Tensor, ...]:
    from ecgnet.explain.surrogates import lime

    return lime(question)


METHODS: dict[str, Method] = {
    # Sundararajan, Taly and Yan 2017.
    "integrated_gradients": Method(
        mark("Integrated gradients"),
        mark(
            "Follows the answer from an empty recording to this one and credits each point with what it added; "
            "the credits add up to the change of the answer."
        ),
        integrated_gradients,
        complete=True,
        apart=adds_up,
    ),
    # Simonyan, Vedaldi and Zisserman 2014.
    "saliency": Method(
        mark("Saliency"),
        mark("Shows where a tiny change of the recording would change the answer most, whichever way."),
        _saliency,
        sensitivity=True,
        slopes=True,
    ),
    # Shrikumar et al. 2016.
    "input_x_gradient": Method(
        mark("Input × gradient"),
        mark(
            "Multiplies each point's distance from an empty recording by how steeply the answer depends on it: "
            "quick and rough."
        ),
        _input_x_gradient,
        slopes=True,
    ),
    # Lundberg and Lee 2017.
    "gradient_shap": Method(
        mark("GradientSHAP"),
        mark(
            "Averages the credits over slightly noisy copies of the recording at random stages between empty and full."
        ),
        _gradient_shap,
        complete=True,
        drawn=True,
        slopes=True,
    ),
    # Zeiler and Fergus 2014.
    "occlusion": Method(
        mark("Occlusion"),
        mark(
            "Blanks one stretch of one lead at a time and shows how far the answer falls without it; slower."
        ),
        _occlusion,
        slow=True,
        apart=lambda network: True,
    ),
    # Lundberg and Lee 2017.
    "kernel_shap": Method(
        mark("Kernel SHAP, by lead and wave"),
        mark(
            "Takes away many random sets of waves (each wave of each lead is one piece) and shares the change of the answer "
            "among them as a fair game would, from 320 answers; on the trace, slower, with sampling noise."
        ),
        _kernel_shap,
        complete=True,
        trace_only=True,
        slow=True,
        drawn=True,
    ),
    # Ribeiro, Singh and Guestrin 2016.
    "lime": Method(
        mark("LIME, by lead and wave"),
        mark(
            "Takes away many random halves of the waves and fits a weighted sum of waves to 320 answers; "
            "on the trace, slower, with sampling noise."
        ),
        _lime,
        trace_only=True,
        slow=True,
        drawn=True,
    ),
}


@at_service
def explain(
    predictor: Predictor,
    record: Record,
    *,
    target: str,
    method: str = DEFAULT_METHOD,
    steps: int = DEFAULT_STEPS,
    on_trace: bool = False,
    against: str = "zero",
    beats: Beats | None = None,
    seed: int = 0,
    views: Sequence[str] = (),
    answers: KeptAnswers | None = None,
    progress: Progress = silent,
) -> dict[str, Explanation]:
    """Attribute one label's logit to every modality that the network reads, in one pass → Explanation by modality.

    target: a label, or a statement of the second head. steps: the most intervals of the path (integrated gradients, which
    stop as soon as the credits add up) or samples (GradientSHAP); the other methods have none. on_trace: to the
    recording instead, through spectrum and spectrogram, whatever the network reads. against: a name in `BASELINES`.
    beats: the measured ones, for the normal beat and for methods by lead and wave (without them, by lead and second).
    seed: of the methods that draw at random. views: the modalities whose maps are wanted, all where none is named; the
    others come along where the method cannot leave them out (`Method.apart`). answers: those of earlier maps of this record
    by this model, drawn on the same and against the same; methods that take no gradients, the slow ones, ask nothing again
    for another target. Raises ExplanationError for an unknown method, target or baseline, for a method by slopes of a model
    that has none, for a baseline that needs beats where there are none, and when the GPU's memory does not suffice.

    >>> from ecgnet.demo import draw
    >>> from ecgnet.explain import lead_shares
    >>> from ecgnet.inference import Predictor
    >>> predictor, record = Predictor("waveform_cnn"), draw("imi", 1)
    >>> found = explain(predictor, record, target="MI", method="input_x_gradient")["waveform"]
    >>> found.values.shape, found.baseline
    ((12, 1000), 'a flat line at 0 mV in every lead')
    >>> shares = lead_shares(found)
    >>> len(shares), round(sum(shares.values()), 6)
    (12, 1.0)
    """
    if method not in METHODS:
        raise ExplanationError(
            say(
                "There is no method named {method}; there are {methods}.",
                method=method,
                methods=", ".join(METHODS),
            )
        )
    target_index(predictor, target)
    if steps < 1:
        raise ExplanationError(say("The number of steps must be at least 1, not {steps}.", steps=steps))
    chosen, spec = METHODS[method], predictor.model.card.spec
    if chosen.slopes and isinstance(predictor.model.network, models.MeasuredTrees):
        others = [other.title.split(",")[0] for other in METHODS.values() if not other.slopes]
        raise ExplanationError(
            say(
                "{title} goes by slopes, and trees have none: choose {others} or {others_2}.",
                title=chosen.title,
                others=", ".join(others[:-1]),
                others_2=others[-1],
            )
        )
    on_trace = on_trace or chosen.trace_only
    pieces = _pieces(record, beats, spec) if chosen.trace_only else None
    with asked(
        predictor,
        record,
        target=target,
        steps=steps,
        on_trace=on_trace,
        against=against,
        beats=beats,
        regions=pieces,
        seed=seed,
        views=tuple(views) if chosen.apart(predictor.model.network) else (),
        answers=answers,
        progress=progress,
    ) as question:
        found = [
            to_numpy(values[0].sum(1) if name == "spectrogram" else values[0])
            for name, values in zip(question.wanted, chosen.attribute(question), strict=True)
        ]
        logit, baseline_logit = question.ends()
        own = own_part(record, spec)
        found = [
            _brought_home(v, own) if name == "waveform" else v
            for name, v in zip(question.wanted, found, strict=True)
        ]
    words = dict.fromkeys(MODALITIES, "none") if chosen.sensitivity else describe_baselines(spec, against)
    maps = {
        name: Explanation(
            name, method, target, values, None, words[name], logit, baseline_logit, on_trace, against
        )
        for name, values in zip(question.wanted, found, strict=True)
    }
    return completed(maps) if question.wanted == question.names else maps


def completed(maps: Mapping[str, Explanation]) -> dict[str, Explanation]:
    """All the maps of one question, made together or one by one, with their completeness error."""
    one = next(iter(maps.values()))
    if not METHODS[one.method].complete:
        return dict(maps)
    difference = one.logit - one.baseline_logit
    total = sum(float(e.values.sum(dtype=np.float64)) for e in maps.values())
    miss = abs(total - difference) / max(abs(difference), SMALL_DIFFERENCE)
    return {name: replace(e, completeness_error=miss) for name, e in maps.items()}


def _brought_home(values: np.ndarray, own: slice) -> np.ndarray:
    """Credits (12, T) of a short record's repetitions, added to those of the samples that they repeat."""
    length = own.stop - own.start
    if length == values.shape[-1]:
        return values
    home = np.zeros_like(values)
    places = own.start + (np.arange(values.shape[-1]) - own.start) % length
    np.add.at(home, (slice(None), places), values)
    return home


def _pieces(record: Record, beats: Beats | None, spec: Spec) -> np.ndarray:
    """(12, samples) int: leads by waves, or leads by seconds where no waves were found."""
    try:
        waves = (
            None
            if beats is None
            else wave_at(beats, window_start(record, spec), fs=spec.fs, samples=spec.samples)
        )
    except ExplanationError:
        waves = None
    return regions(waves, spec.samples, second=spec.fs)
