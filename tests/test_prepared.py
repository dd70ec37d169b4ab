"""Networks made ready to answer say what the networks as trained say, on any processor."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ecgnet.modalities import Modalities
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import REGISTRY, Network
from ecgnet.models.electrodes import ElectrodeCNN
from ecgnet.models.prepared import ChannelsLast, prepare_network, prepared

BATCH_NORM = (nn.BatchNorm1d, nn.BatchNorm2d)


@cache
def trained(name: str) -> Network:
    """A network whose batch norm has seen something, so that leaving it out would show; fusions share their branches."""
    with torch.inference_mode(False):  # its slopes are asked for too
        torch.manual_seed(0)
        network = REGISTRY[name].build(
            {branch: trained(branch) for branch in REGISTRY[name].branches} or None
        )
        return moved(network)


def moved(network: nn.Module) -> nn.Module:
    for layer in network.modules():
        if isinstance(layer, BATCH_NORM):
            nn.init.normal_(layer.running_mean, 0, 0.1)
            nn.init.uniform_(layer.running_var, 0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, 0, 0.1)
    return network.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def batch() -> Modalities:
    waveform = 0.3 * torch.randn(1, 12, 1000, generator=torch.Generator().manual_seed(0))
    return ModalityTransform()(waveform, torch.tensor([[1.0, 1, 1, 1]]))


def agree(found, expected) -> None:
    for part in ("logits", "statements", "features"):
        torch.testing.assert_close(getattr(found, part), getattr(expected, part), atol=1e-4, rtol=0)
    assert found.attention.keys() == expected.attention.keys()
    for name, weights in found.attention.items():
        torch.testing.assert_close(weights, expected.attention[name], atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", REGISTRY)
@torch.inference_mode()
def test_every_network_answers_as_the_one_that_was_trained(name: str, batch: Modalities):
    ready = prepare_network(trained(name))
    stacks = [layer for layer in ready.modules() if isinstance(layer, ChannelsLast)]
    assert not any(isinstance(layer, BATCH_NORM) for stack in stacks for layer in stack.modules())
    agree(ready(batch), trained(name)(batch))


@pytest.mark.parametrize("name", [n for n, entry in REGISTRY.items() if entry.network != "MeasuredTrees"])
def test_its_slopes_are_those_of_the_network_that_was_trained(name: str, batch: Modalities):
    """Maps are made of them. As a whole: a ReLU that stands at zero to the last digit may go either way."""
    slopes = []
    for network in (prepare_network(trained(name)), trained(name)):
        inputs = {view: getattr(batch, view).clone().requires_grad_() for view in network.needs}
        answer = network(batch.with_inputs(**inputs)).logits[:, 1].sum()
        slopes.append(torch.autograd.grad(answer, tuple(inputs.values()), allow_unused=True))
    for view, found, expected in zip(trained(name).needs, *slopes, strict=True):
        if expected is not None:
            assert float((found - expected).norm()) <= 0.1 * float(expected.norm()), view


@torch.inference_mode()
def test_the_network_for_electrodes_too():
    network = moved(ElectrodeCNN(3))
    crops = torch.randn(3, 8, 256)
    torch.testing.assert_close(prepare_network(network)(crops), network(crops), atol=1e-4, rtol=0)


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
@torch.inference_mode()
def test_on_a_processor_without_kernels_of_its_own(batch: Modalities):
    """ARM, or an old one: torch's plain convolutions run instead of oneDNN's."""
    expected = trained("spectrogram_cnn")(batch)
    with torch.backends.mkldnn.flags(enabled=False):
        agree(prepare_network(trained("spectrogram_cnn"))(batch), expected)


@torch.inference_mode()
def test_on_one_core(batch: Modalities):
    expected, threads = trained("waveform_cnn")(batch), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        agree(prepare_network(trained("waveform_cnn"))(batch), expected)
    finally:
        torch.set_num_threads(threads)


@settings(max_examples=30, deadline=None)
@given(
    inputs=st.integers(1, 5),
    outputs=st.integers(1, 5),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    flat=st.booleans(),
    bias=st.booleans(),
    norm=st.booleans(),
)
@torch.inference_mode()
def test_any_convolution_with_and_without_batch_norm(inputs, outputs, kernel, stride, flat, bias, norm):
    convolution, normed = (nn.Conv1d, nn.BatchNorm1d) if flat else (nn.Conv2d, nn.BatchNorm2d)
    layers = [convolution(inputs, outputs, kernel, stride, kernel // 2, bias=bias), nn.ReLU()]
    if norm:
        layers.insert(1, normed(outputs))
    network = moved(nn.ModuleDict({"trunk": nn.Sequential(*layers)}))
    x = torch.randn(2, inputs, 12) if flat else torch.randn(2, inputs, 6, 12)
    expected = network["trunk"](x)
    torch.testing.assert_close(prepare_network(network)["trunk"](x), expected, atol=1e-4, rtol=1e-4)


def test_the_network_as_trained_is_left_as_it_was():
    network = deepcopy(trained("spectrogram_cnn"))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    strides = {name: value.stride() for name, value in network.state_dict().items()}
    prepare_network(network)
    after = network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert {name: value.stride() for name, value in after.items()} == strides


def test_a_network_is_made_ready_once():
    assert prepared(trained("waveform_cnn")) is prepared(trained("waveform_cnn"))


def test_a_network_in_training_is_refused():
    with pytest.raises(ValueError, match="its batch norm still moves"):
        prepare_network(REGISTRY["waveform_cnn"].build(widths=(4, 8)).train())
