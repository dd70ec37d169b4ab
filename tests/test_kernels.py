"""Random kernels: what they hear, how they count, and the slope that attributions see."""

from __future__ import annotations

import pytest
import torch

from ecgnet.modalities import Modalities
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models.kernels import PATTERNS, WaveformKernels, dilations, patterns, share_above


@pytest.fixture(scope="module")
def batch() -> Modalities:
    generator = torch.Generator().manual_seed(0)
    waveform = 0.3 * torch.randn(2, 12, 1000, generator=generator)
    return ModalityTransform()(waveform, torch.zeros(2, 4), ("waveform",))


def small(**arguments: float) -> WaveformKernels:
    """Four thresholds a kernel, in the middle of what it answers, so that its counts can go up and down."""
    return WaveformKernels(shares=4, **arguments).eval()


def test_there_are_84_kernels_and_none_hears_a_constant():
    assert patterns().shape == (84, 9)
    assert len(set(PATTERNS)) == 84
    assert not patterns().sum(1).any()


def test_dilations_reach_from_neighbours_to_the_whole_record_and_use_every_share():
    found = dilations(1000, 119)
    assert found[0][0] == 1
    assert 8 * found[-1][0] < 1000 <= 8 * (found[-1][0] + 1)
    assert sum(n for _, n in found) == 119


def test_share_above_counts_samples():
    values = torch.tensor([[[0.0, 1.0, 2.0, 3.0]]])
    shares = share_above(values, torch.tensor([[0.5, 2.0]]), torch.ones(1))
    assert shares.tolist() == [[[0.75, 0.25]]]  # what equals the threshold is not above it


def test_a_kernel_answers_with_three_taps_less_the_others_over_its_leads():
    network = small()
    network.leads.zero_()
    network.leads[0, 0, 3] = 1
    wave = torch.zeros(1, 12, 1000)
    wave[0, 3, 500] = 1.0
    answer = network.answers(wave, 0)[0]
    # The first kernel has its three taps first; a correlation meets them after the spike's other taps.
    assert answer[0, 496:505].tolist() == [-1.0] * 6 + [2.0] * 3
    assert not answer[1:].any()


def test_half_of_the_kernels_do_not_hear_beyond_the_records_ends():
    network = small()
    wave = torch.full((1, 12, 1000), 5.0)  # nothing but its two ends
    shares = network.shares(wave).view(len(network.dilations), len(PATTERNS))[0]  # at the first dilation
    assert (shares[0::2] > 0).any()
    assert not shares[1::2].any()


def test_features_are_standardised_and_limited(batch: Modalities):
    network = small()
    shares = network.shares(batch.waveform)
    network.centre.copy_(shares.mean(0))
    network.spread.fill_(1e-4)
    features = network(batch).features
    assert features.shape == (2, 4 * 84)
    assert features.abs().max() == network.limit
    torch.testing.assert_close(features.mean(0), torch.zeros(4 * 84), atol=1e-3, rtol=0)


def test_the_slope_says_what_silencing_a_stretch_does(batch: Modalities):
    """The softened slope against exact occlusion: the answer's change when a tenth of a second is made quieter."""
    torch.manual_seed(0)
    network = small()
    network.scale.copy_(
        torch.stack([network.answers(batch.waveform, k).std((0, 2)) for k in range(len(network.dilations))])
    )
    wave = batch.waveform[:1].clone().requires_grad_()
    network.heads.superclasses.weight.data.normal_()

    def answer(waveform: torch.Tensor) -> torch.Tensor:
        return network(batch.with_inputs(waveform=waveform, metadata=batch.metadata[:1])).logits[0, 0]

    (slope,) = torch.autograd.grad(answer(wave), wave)
    assert torch.equal(answer(wave), answer(wave.detach()))  # softening leaves the value as it is
    told, exact = [], []
    with torch.no_grad():
        for start in range(0, 1000, 20):
            quieter = wave.clone()
            quieter[..., start : start + 20] *= 0.7
            exact.append(answer(quieter) - answer(wave))
            told.append((slope * (quieter - wave)).sum())
    related = torch.corrcoef(torch.stack([torch.stack(told), torch.stack(exact)]))[0, 1]
    assert related > 0.7
