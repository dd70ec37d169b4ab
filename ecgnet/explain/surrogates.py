"""Kernel SHAP and LIME (Captum's) over pieces of the trace: each wave of each lead is taken away as a whole.

Both fit a weighted sum of the pieces to the network's answers for random sets of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from captum._utils.models import Model
from captum.attr import KernelShap, Lime
from torch import Tensor
from torch.utils.data import DataLoader

from ecgnet.explain.question import Question, seeded

SAMPLES = 320
"""Answers that a fit is made of, for at most 74 pieces: 12 leads by 6 waves, age and sex."""
SHAP_PENALTY = 1.0
"""Of the squared weights: with few samples a piece the plain fit is mostly noise; the sum stays what it must be."""
LIME_PENALTY = 1.0
"""Of the squared weights, as in LIME's own ridge regression."""


class WeightedRidge(Model):
    """Least squares with sample weights and a penalty on the squares of the coefficients, not of the intercept."""

    def __init__(self, penalty: float) -> None:
        self.penalty = penalty
        self.coefficients = torch.zeros(0)

    def fit(self, train_data: DataLoader, **_: object) -> None:
        """One batch of (features (n, k), answers (n,), weights (n,)), as Captum hands it over."""
        x, y, weights = (part.double() for part in next(iter(train_data)))
        x = torch.cat([x, torch.ones_like(x[:, :1])], 1)
        root = weights.sqrt()[:, None]
        ridge = torch.eye(x.shape[1], dtype=x.dtype) * self.penalty**0.5
        ridge[-1] = 0
        left, right = (
            torch.cat([x * root, ridge]),
            torch.cat([y[:, None] * root, torch.zeros_like(ridge[:, :1])]),
        )
        self.coefficients = torch.linalg.lstsq(left, right, driver="gelsd").solution[:, 0]

    def representation(self) -> Tensor:
        """(1, k) coefficients without the intercept."""
        return self.coefficients[None, :-1].float()

    def __call__(self, x: Tensor) -> Tensor:
        """Features (n, k) → (n,)."""
        return x.double() @ self.coefficients[:-1] + self.coefficients[-1]


def kernel_shap(question: Question) -> tuple[Tensor, ...]:
    """The pieces' Shapley values by weighted least squares (Lundberg and Lee 2017), each spread over its samples."""
    method = KernelShap(lambda *values: _answers(question, "kernel_shap", values, done))
    method.interpretable_model = WeightedRidge(SHAP_PENALTY)  # Captum's own would need scikit-learn
    method.perturb_func = _pairs
    done = [0]
    return _attribute(method, question)


def _pairs(original: tuple[Tensor, ...], **about: Any) -> Iterator[Tensor]:
    """Sets of pieces as Kernel SHAP draws them, all and none first, each followed by the rest of the pieces: pairs need
    far fewer samples (Covert and Lee 2021)."""
    n, device = about["num_interp_features"], original[0].device
    yield torch.ones(1, n, device=device).long()
    yield torch.zeros(1, n, device=device).long()
    while True:
        size = int(about["num_select_distribution"].sample())
        chosen = torch.zeros(1, n, device=device).long()
        chosen[0, torch.randperm(n)[:size]] = 1
        yield chosen
        yield 1 - chosen


def lime(question: Question) -> tuple[Tensor, ...]:
    """The pieces' weights in a local linear model (Ribeiro et al. 2016), each spread over its samples."""
    method = Lime(lambda *values: _answers(question, "lime", values, done), WeightedRidge(LIME_PENALTY))
    done = [0]
    return _attribute(method, question)


def _answers(question: Question, method: str, distances: tuple[Tensor, ...], done: list[int]) -> Tensor:
    named = dict(zip(question.names, distances, strict=True))
    found = question.reply((method, question.seed, done[0]), question.network, distances=named)
    done[0] += len(found)
    question.progress(min(1.0, done[0] / SAMPLES))
    return found


def _attribute(method: KernelShap | Lime, question: Question) -> tuple[Tensor, ...]:
    masks = _masks(question)
    with seeded(question.seed), torch.no_grad():
        found = method.attribute(
            question.distances(),
            baselines=tuple(torch.zeros_like(d) for d in question.distances()),
            feature_mask=masks,
            n_samples=SAMPLES,
            perturbations_per_eval=2 * question.batch,
        )
    counts = torch.bincount(torch.cat([mask.flatten() for mask in masks]))
    return tuple(values / counts[mask] for values, mask in zip(found, masks, strict=True))


def _masks(question: Question) -> tuple[Tensor, ...]:
    """The piece of each sample (1, 12, N) and, where the network reads them, of age and of sex with its flag (1, 4)."""
    assert question.regions is not None
    trace = question.regions[None].long()
    if "metadata" not in question.names:
        return (trace,)
    return trace, trace.max() + torch.tensor([[1, 1, 2, 2]], device=trace.device)
