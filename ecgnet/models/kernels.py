"""The waveform seen through fixed random kernels: how much of the record each of them answers to, and a linear rule on that.

MiniRocket (Dempster, Schmidt and Webb 2021, KDD, doi 10.1145/3447548.3467231) over several leads. Nothing but the linear
rule is trained, so that its errors have little in common with those of a network that learns its filters.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from ecgnet.modalities import Modalities
from ecgnet.models.base import N_STATEMENTS, N_SUPERCLASSES, Network, Output

LENGTH = 9
"""Taps of a kernel; three of them are 2 and six are -1, so that it does not hear a constant."""
PATTERNS = tuple(combinations(range(LENGTH), 3))
"""Where the three stand: the 84 kernels."""


def patterns() -> Tensor:
    """(84, 9): the kernels."""
    taps = torch.full((len(PATTERNS), LENGTH), -1.0)
    for row, places in zip(taps, PATTERNS, strict=True):
        row[list(places)] = 2.0
    return taps


def dilations(samples: int, shares: int, most: int = 32) -> list[tuple[int, int]]:
    """Distances between a kernel's taps, in samples, from 1 to the whole record in even steps of their logarithm; and with
    each how many of a kernel's `shares` it has: short distances, which several steps round down to, have more.

    >>> dilations(100, 10, most=4)
    [(1, 3), (2, 3), (5, 2), (12, 2)]
    """
    reach = np.log2((samples - 1) / (LENGTH - 1))
    steps = np.unique(np.floor(2 ** np.linspace(0, reach, min(most, shares)) + 1e-9), return_counts=True)
    distances, times = (values.astype(int) for values in steps)
    counts = shares * times // times.sum()
    counts[: shares - counts.sum()] += 1
    return [(int(d), int(n)) for d, n in zip(distances, counts, strict=True)]


def share_above(values: Tensor, thresholds: Tensor, width: Tensor) -> Tensor:
    """Share of the samples above each threshold: values (B, K, T), thresholds (K, n), width (K,) → (B, K, n).

    A count has no slope. Where one is asked for, each sample's step counts as a logistic curve of that `width`; the value
    stays the count.
    """
    return _ShareAbove.apply(values, thresholds, width)


def counted_above(values: Tensor, thresholds: Tensor) -> Tensor:
    """`share_above` without a slope. Bytes are added up quicker than truths are counted."""
    above = [
        (values > level.unsqueeze(-1)).view(torch.uint8).sum(-1, dtype=torch.int32)
        for level in thresholds.unbind(-1)
    ]
    return torch.stack(above, -1).to(values.dtype) / values.shape[-1]


class _ShareAbove(torch.autograd.Function):
    """A threshold at a time, forward and back: all of them at once would be 40 MB a record, and twice that for the slope."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor, thresholds: Tensor, width: Tensor) -> Tensor:
        ctx.save_for_backward(values, thresholds, width)
        return counted_above(values, thresholds)

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None, None]:
        values, thresholds, width = ctx.saved_tensors
        slope = torch.zeros_like(values)
        scale = 1 / width.unsqueeze(-1)
        for level, share in zip(thresholds.unbind(-1), grad.unbind(-1), strict=True):
            curve = ((values - level.unsqueeze(-1)) * scale).sigmoid_()
            slope.addcmul_(curve - curve.square(), share.unsqueeze(-1) * scale)
        return slope / values.shape[-1], None, None


class _ShareAboveBeside(torch.autograd.Function):
    """`share_above` beside a reference: its slope leads from the reference's shares to these, whatever lies between."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor, reference: Tensor, thresholds: Tensor) -> Tensor:
        ctx.save_for_backward(values, reference, thresholds)
        return counted_above(values, thresholds)

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None, None]:
        values, reference, thresholds = ctx.saved_tensors
        steps = torch.zeros_like(values)
        for level, share in zip(thresholds.unbind(-1), grad.unbind(-1), strict=True):
            level = level.unsqueeze(-1)
            crossed = (values > level).to(values.dtype) - (reference > level).to(values.dtype)
            steps.addcmul_(crossed, share.unsqueeze(-1))
        return _ratio(steps, values - reference) / values.shape[-1], None, None


class _ClampBeside(torch.autograd.Function):
    """`clamp` beside a reference, with the slope that leads from the reference's value to this one."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor, reference: Tensor, limit: float) -> Tensor:
        found = values.clamp(-limit, limit)
        ctx.save_for_backward(_ratio(found - reference.clamp(-limit, limit), values - reference))
        return found

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None, None]:
        (slope,) = ctx.saved_tensors
        return grad * slope, None, None


def _ratio(change: Tensor, distance: Tensor) -> Tensor:
    """change / distance, 0 where there is no distance."""
    return torch.where(distance == 0, 0.0, change / distance.where(distance != 0, 1.0))


class LinearHeads(nn.Module):
    """Features (B, D) → superclass logits (B, 5) and statement logits (B, 71), a linear rule each."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.superclasses = nn.Linear(width, N_SUPERCLASSES)
        self.statements = nn.Linear(width, N_STATEMENTS)

    def forward(self, features: Tensor) -> Output:
        """Wraps both rules' logits with the features that they came from."""
        return Output(self.superclasses(features), self.statements(features), features)


class WaveformKernels(Network):
    """Random convolution kernels (MiniRocket, Dempster et al. 2021) and a linear rule.

    waveform (B, 12, 1000) in mV → each of 84 kernels at each dilation, over the sum of some leads → for each threshold the
    share of the samples above it → features (B, 9996), standardised and limited to 6 standard deviations → logits.

    Leads and thresholds are drawn once, from training records (`ecgnet.training.kernels`), and are weights like the rest:
    leads (dilations, 84, 12) of 0 and 1; thresholds, centre and spread (features,); scale (dilations, 84), the standard
    deviation of what a kernel answers, in mV. softness: width of the step that attributions see, in that unit.
    reference: within `beside`, a waveform (1, 12, T) mV and its standardised shares.
    """

    needs = ("waveform",)
    crop = None
    limit = 6.0

    def __init__(self, shares: int = 119, samples: int = 1000, softness: float = 0.25) -> None:
        super().__init__()
        self.dilations = dilations(samples, shares)
        self.softness = softness
        self.reference: tuple[Tensor, Tensor] | None = None
        count = shares * len(PATTERNS)
        self.register_buffer("patterns", patterns(), persistent=False)
        self.register_buffer("leads", torch.ones(len(self.dilations), len(PATTERNS), 12))
        self.register_buffer("scale", torch.ones(len(self.dilations), len(PATTERNS)))
        self.register_buffer("thresholds", torch.zeros(count))
        self.register_buffer("centre", torch.zeros(count))
        self.register_buffer("spread", torch.ones(count))
        self.heads = LinearHeads(count)

    def answers(self, waveform: Tensor, place: int) -> Tensor:
        """(B, 12, T) mV → (B, 84, T): what the kernels of the dilation at `place` say, zeros beyond the record's ends."""
        distance, _ = self.dilations[place]
        weight = self.leads[place].unsqueeze(2) * self.patterns.unsqueeze(1)
        reach = distance * (LENGTH // 2)
        return nn.functional.conv1d(waveform, weight, padding=reach, dilation=distance)

    def inside(self, place: int, samples: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Which kernels (every second one, alternating between dilations) are heard over which samples: half of them over
        the whole record, half of them only where no tap lies beyond its ends."""
        reach = self.dilations[place][0] * (LENGTH // 2)
        whole, within = slice(place % 2, None, 2), slice(1 - place % 2, None, 2)
        return (whole, slice(samples)), (within, slice(reach, samples - reach))

    def shares(self, waveform: Tensor) -> Tensor:
        """(B, 12, T) mV → (B, features) from 0 to 1: by dilation, kernel and threshold."""
        found, first = [], 0
        for place, (_, n) in enumerate(self.dilations):
            values = self.answers(waveform, place)
            compared = None if self.reference is None else self.answers(self.reference[0], place)
            part = self.thresholds[first : first + n * len(PATTERNS)].view(len(PATTERNS), n)
            first += part.numel()
            width = self.softness * self.scale[place]
            shares = values.new_empty(len(values), len(PATTERNS), n)
            for kernels, samples in self.inside(place, values.shape[-1]):
                heard, levels = values[:, kernels, samples], part[kernels]
                shares[:, kernels] = (
                    share_above(heard, levels, width[kernels])
                    if compared is None
                    else _ShareAboveBeside.apply(
                        heard, compared[:, kernels, samples].expand_as(heard), levels
                    )
                )
            found.append(shares.flatten(1))
        return torch.cat(found, 1)

    @contextmanager
    def beside(self, reference: Tensor) -> Iterator[None]:
        """The same answers with slopes that lead from those for a reference (1, 12, T) mV: times the distance from it, they
        add up to the change of a logit. It is what integrated gradients of counts come to (a count steps as its kernel's
        answer, which moves evenly along the path, passes the threshold), without points on a path; and the rescale rule of
        DeepLIFT (Shrikumar, Greenside and Kundaje 2017) at the limits of a feature."""
        with torch.no_grad():
            self.reference = reference, self.standardised(self.shares(reference))
        try:
            yield
        finally:
            self.reference = None

    def standardised(self, shares: Tensor) -> Tensor:
        """(B, features) in standard deviations of the training records."""
        return (shares - self.centre) / self.spread

    def body(self, modalities: Modalities) -> Output:
        # Counting against thresholds is exact in single precision alone.
        with torch.autocast(modalities.waveform.device.type, enabled=False):
            scaled = self.standardised(self.shares(modalities.waveform.float()))
            if self.reference is None:
                return self.heads(scaled.clamp(-self.limit, self.limit))
            _, compared = self.reference
            return self.heads(_ClampBeside.apply(scaled, compared.expand_as(scaled), self.limit))
