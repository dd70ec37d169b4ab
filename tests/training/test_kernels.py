"""Random kernels are drawn from training records, and their linear rule is fitted to what they count."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from ecgnet.models.base import N_STATEMENTS
from ecgnet.models.kernels import WaveformKernels
from ecgnet.training import kernels
from ecgnet.training.data import FoldData


@pytest.fixture(scope="module")
def training() -> FoldData:
    """48 records in whole microvolts; the first class has twice the amplitude."""
    rng = np.random.default_rng(0)
    superclasses = torch.from_numpy((rng.random((48, 5)) < 0.5).astype(np.float32))
    signals = torch.from_numpy(rng.normal(0, 200, (48, 12, 1000)).astype(np.int16))
    signals[superclasses[:, 0] > 0] *= 2
    return FoldData(signals, torch.zeros(48, 4), superclasses, torch.zeros(48, N_STATEMENTS), np.arange(48))


@pytest.fixture(scope="module")
def drawn(training: FoldData) -> WaveformKernels:
    network = WaveformKernels(shares=4)
    kernels.draw(network, training, seed=1)
    return network


def test_the_same_seed_draws_the_same_kernels(drawn: WaveformKernels, training: FoldData):
    again, other = WaveformKernels(shares=4), WaveformKernels(shares=4)
    kernels.draw(again, training, seed=1)
    kernels.draw(other, training, seed=2)
    assert torch.equal(drawn.thresholds, again.thresholds)
    assert not torch.equal(drawn.leads, other.leads)


def test_a_kernel_hears_one_to_nine_leads(drawn: WaveformKernels):
    heard = drawn.leads.sum(-1)
    assert heard.min() == 1
    assert 6 < heard.max() <= 9


def test_thresholds_lie_between_two_whole_microvolts(drawn: WaveformKernels):
    torch.testing.assert_close(
        (drawn.thresholds * 1000) % 1, torch.full_like(drawn.thresholds, 0.5), atol=1e-2, rtol=0
    )


def test_features_have_one_spread(drawn: WaveformKernels, training: FoldData):
    shares = kernels.count(drawn, training)
    kernels.standardise(drawn, shares)
    seen = kernels.features(drawn, shares)
    assert seen.shape == (48, 4 * 84)
    assert seen.abs().max() <= drawn.limit
    assert 0.8 < seen.std(0).median() < 1.1


def test_the_rule_is_where_the_penalised_likelihood_is_flat():
    generator = torch.Generator().manual_seed(0)
    seen = torch.randn(200, 6, generator=generator) @ torch.randn(6, 6, generator=generator)
    labels = (seen[:, :2] + torch.randn(200, 2, generator=generator) > 0).float()
    rule = kernels.fit_rule(seen, labels, factor=kernels.curvature(seen, 0.1), penalty=0.1, steps=50)
    rule.requires_grad_()
    likelihood = (
        nn.functional.binary_cross_entropy_with_logits(rule(seen), labels, reduction="none").mean(0).sum()
    )
    (likelihood + 0.1 / 2 * rule.weight.square().sum()).backward()
    assert rule.weight.abs().max() > 0.1
    torch.testing.assert_close(rule.weight.grad, torch.zeros_like(rule.weight), atol=1e-3, rtol=0)
    torch.testing.assert_close(rule.bias.grad, torch.zeros_like(rule.bias), atol=1e-3, rtol=0)


def test_fitting_goes_on_from_what_was_counted(training: FoldData, tmp_path, monkeypatch: pytest.MonkeyPatch):
    recipe = kernels.KernelRecipe(penalties=(1.0, 0.3), steps=5)
    network, again = WaveformKernels(shares=4), WaveformKernels(shares=4)
    found = kernels.fit_kernels(network, training, validation=training, recipe=recipe, folder=tmp_path)
    assert found["superclasses"]["0.3"] > 0.8  # on what it has seen: the first class has twice the amplitude
    assert network.heads.superclasses.weight.abs().max() > 0
    monkeypatch.setattr(kernels, "count", None)
    kernels.fit_kernels(again, training, validation=training, recipe=recipe, folder=tmp_path)
    torch.testing.assert_close(again.heads.superclasses.weight, network.heads.superclasses.weight)


def test_records_that_do_not_count_do_not_move_the_rule():
    generator = torch.Generator().manual_seed(0)
    seen = torch.randn(60, 3, generator=generator)
    labels = (seen[:, :1] + torch.randn(60, 1, generator=generator) > 0).float()
    known = torch.ones(60)
    known[40:] = 0
    how = {"factor": kernels.curvature(seen, 0.1), "penalty": 0.1, "steps": 50}
    some = kernels.fit_rule(seen[:40], labels[:40], **how)
    marked = kernels.fit_rule(seen, labels, **how, known=known)
    torch.testing.assert_close(marked.weight, some.weight, atol=1e-4, rtol=0)
