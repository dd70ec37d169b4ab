"""Integrated gradients (Sundararajan, Taly and Yan 2017) with as many points on the path as the answer needs.

The integral is taken by Clenshaw and Curtis' rule, whose points are kept when their number is doubled: it is doubled until
the credits add up to the change of the answer. Late fusion adds its branches up, so the path of each branch is integrated on
its own, only the branch that is not yet exact is asked again, and the map of one view needs no branch that reads another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecgnet import models
from ecgnet.explain.question import Question
from ecgnet.lazy import torch
from ecgnet.modalities import Modalities

if TYPE_CHECKING:
    from torch import Tensor

    from ecgnet.models import Network, Output
    from ecgnet.models.kernels import WaveformKernels
    from ecgnet.models.measured import MeasuredTrees

    Stepping = WaveformKernels | MeasuredTrees

START = 8
"""Intervals that every path begins with."""
TOLERANCE = 0.02
"""Share of the change of the answer that the credits of a view may miss before more points are taken."""
LEAST = 1.0
"""Logits; a smaller change of the answer counts as this when it is asked whether more points are needed: a fiftieth of it
moves a probability by half a per cent at most."""
SMALL_DIFFERENCE = 0.1
"""Logits; a smaller change of the answer counts as this when the completeness error is made relative."""


def clenshaw_curtis(intervals: int) -> tuple[np.ndarray, np.ndarray]:
    """Points from 0 to 1 and their weights, (intervals + 1,) each; intervals is even (Clenshaw and Curtis 1960).

    Every second point of the rule with twice the intervals is one of these.
    """
    angle = np.pi * np.arange(intervals + 1) / intervals
    k = np.arange(1, intervals // 2)
    inner = 1 - (2 * np.cos(2 * np.outer(angle, k)) / (4 * k**2 - 1)).sum(1)
    inner -= np.cos(intervals * angle) / (intervals**2 - 1)
    weights = inner / intervals
    weights[[0, -1]] = 0.5 / (intervals**2 - 1)
    return (1 - np.cos(angle)) / 2, weights


@dataclass(frozen=True, eq=False)
class Summand:
    """A summand of the answer: what it reads, its value (B,) at distances (B, ...) by name, and the network that it is of
    where that steps instead of curving."""

    names: tuple[str, ...]
    answer: Callable[[dict[str, Tensor]], Tensor]
    steps: Stepping | None = None


def adds_up(network: Network) -> bool:
    """Whether the answer is a sum of which each part reads one view, so that a view's map needs no other view."""
    return isinstance(network, models.LateFusion)


def summands(question: Question) -> list[Summand]:
    """What the answer is the sum of, up to a constant: late fusion's branches and its rule on the patient; else itself."""
    network = question.network
    if not adds_up(network):
        return [
            Summand(question.names, lambda distances: question.answer(network, distances), stepping(network))
        ]
    from ecgnet.models.base import N_STATEMENTS, N_SUPERCLASSES, Output

    metadata = question.baseline.metadata
    silence = Output(*(metadata.new_zeros(1, n) for n in (N_SUPERCLASSES, N_STATEMENTS, 0)))

    def alone(key: str) -> Callable[[Modalities], Output]:
        def answer(modalities: Modalities) -> Output:
            spoken = network.branches[key](modalities)
            n = len(spoken.logits)
            silent = Output(silence.logits.expand(n, -1), silence.statements.expand(n, -1), silence.features)
            heard = {name: spoken if name == key else silent for name in network.branches}
            return network.combine(heard, metadata.expand(n, -1))

        return answer

    def patient(modalities: Modalities) -> Output:
        n = len(modalities)
        silent = Output(silence.logits.expand(n, -1), silence.statements.expand(n, -1), silence.features)
        return network.combine(dict.fromkeys(network.branches, silent), modalities.metadata)

    def part(
        answer: Callable[[Modalities], Output],
        needs: tuple[str, ...],
        names: tuple[str, ...],
        steps: Stepping | None = None,
    ) -> Summand:
        return Summand(names, lambda distances: question.answer(answer, distances, needs=needs), steps)

    parts = [
        part(
            alone(key),
            branch.needs,
            branch.needs if question.transform is None else ("waveform",),
            stepping(branch),
        )
        for key, branch in network.branches.items()
    ]
    return [*parts, part(patient, ("metadata",), ("metadata",))] if network.metadata else parts


def stepping(network: Network) -> Stepping | None:
    """The network, if its answer is a rule on counts or a sum of trees, which have no slope to integrate but steps that are
    known."""
    return network if isinstance(network, models.WaveformKernels | models.MeasuredTrees) else None


class Steps:
    """The credits of a summand that steps, exactly and without points on a path: its network knows what each step adds
    (`WaveformKernels.beside`, `MeasuredTrees.beside`)."""

    intervals = 1

    def __init__(self, part: Summand, distances: dict[str, Tensor], *, baseline: Tensor) -> None:
        ends = {
            name: torch.cat([torch.zeros_like(d), d]).detach().requires_grad_()
            for name in part.names
            for d in (distances[name],)
        }
        with part.steps.beside(baseline):
            answers = part.answer(ends)
            slopes = torch.autograd.grad(answers[1], tuple(ends.values()))
        self.change = float((answers[1] - answers[0]).detach())
        self.found = {
            name: (slope[1:] * distances[name]).detach() for name, slope in zip(ends, slopes, strict=True)
        }

    def credits(self) -> dict[str, Tensor]:
        """What each input adds to the answer, (1, ...) by name."""
        return self.found

    @property
    def miss(self) -> float:
        """By how much the credits miss the change, in logits: rounding."""
        return sum(float(values.sum()) for values in self.found.values()) - self.change


class Path:
    """One summand along the straight line from the baseline to the record, at more and more points."""

    def __init__(self, part: Summand, distances: dict[str, Tensor], *, intervals: int, batch: int) -> None:
        self.part, self.intervals, self.batch = part, intervals, batch
        self.distances = {name: distances[name].detach() for name in part.names}
        points, _ = clenshaw_curtis(intervals)
        self.values, self.slopes = self._ask(points)

    def _ask(self, points: np.ndarray) -> tuple[Tensor, dict[str, Tensor]]:
        """The answers (n,) at points of the path, and their slopes (n, ...) by name."""
        values, slopes = [], []
        for first in range(0, len(points), self.batch):
            at = torch.as_tensor(points[first : first + self.batch], dtype=torch.float32)
            inputs = {
                name: (d * at.to(d).view(-1, *[1] * (d.ndim - 1))).requires_grad_()
                for name, d in self.distances.items()
            }
            answers = self.part.answer(inputs)
            slopes.append(torch.autograd.grad(answers.sum(), tuple(inputs.values())))
            values.append(answers.detach())
        return torch.cat(values), dict(
            zip(self.distances, map(torch.cat, zip(*slopes, strict=True)), strict=True)
        )

    def refine(self) -> None:
        """Twice the intervals; the points that are there are kept."""
        points, _ = clenshaw_curtis(2 * self.intervals)
        values, slopes = self._ask(points[1::2])
        self.values = _interleave(self.values, values)
        self.slopes = {name: _interleave(kept, slopes[name]) for name, kept in self.slopes.items()}
        self.intervals *= 2

    @property
    def change(self) -> float:
        """The answer for the record minus that for the baseline."""
        return float(self.values[-1] - self.values[0])

    def credits(self) -> dict[str, Tensor]:
        """The integral of slope times distance, (1, ...) by name."""
        _, weights = clenshaw_curtis(self.intervals)
        return {
            name: torch.tensordot(torch.as_tensor(weights).to(slopes), slopes, 1)[None] * self.distances[name]
            for name, slopes in self.slopes.items()
        }

    @property
    def miss(self) -> float:
        """By how much the credits miss the change, in logits."""
        return sum(float(values.sum()) for values in self.credits().values()) - self.change


def _interleave(kept: Tensor, new: Tensor) -> Tensor:
    every = kept.new_empty(len(kept) + len(new), *kept.shape[1:])
    every[::2], every[1::2] = kept, new
    return every


def integrated_gradients(question: Question) -> tuple[Tensor, ...]:
    """The credits of each of the modalities that are wanted, (1, ...) each.

    `question.steps` is the most intervals that a path may have; fewer are taken as soon as the paths that begin with the
    same view, each and together, miss less than `TOLERANCE` of the change of the answer, or of `LEAST`.
    """
    distances = dict(zip(question.names, question.distances(), strict=True))
    logit, baseline = question.ends()
    allowed = TOLERANCE * max(abs(logit - baseline), LEAST)
    start = max(2, min(START, question.steps - question.steps % 2))
    together: dict[tuple[str, ...], list[Path | Steps]] = {}
    for part in summands(question):
        if set(part.names) & set(question.wanted):
            path = (
                Path(part, distances, intervals=start, batch=question.batch)
                if part.steps is None
                else Steps(part, distances, baseline=question.baseline.waveform)
            )
            together.setdefault(part.names, []).append(path)
    found = {name: torch.zeros_like(distances[name]) for name in question.wanted}
    for paths in together.values():
        _refine(paths, allowed, most=question.steps)
        for path in paths:
            for name, values in path.credits().items():
                found[name] = found[name] + values
    return tuple(values.detach() for values in found.values())


def _refine(paths: Iterable[Path | Steps], allowed: float, *, most: int) -> None:
    """More points, where they are needed most, until the paths, each and together, miss no more than `allowed` logits."""
    misses = {path: path.miss for path in paths}
    while max(abs(sum(misses.values())), *map(abs, misses.values())) > allowed:
        unfinished = [path for path in misses if isinstance(path, Path) and 2 * path.intervals <= most]
        if not unfinished:
            break
        worst = max(unfinished, key=lambda path: abs(misses[path]))
        worst.refine()
        misses[worst] = worst.miss
