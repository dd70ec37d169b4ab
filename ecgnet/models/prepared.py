"""Networks made ready to answer: the same numbers sooner, and the same gradients with respect to what they read.

Batch norm is folded into the convolution before it, and every convolution runs over `channels_last` memory, those over
time as convolutions of height one: the processor's kernels take that order as it is, where they rearrange the plain one
before and after each layer. The network as it was trained stays the reference: tests hold the two within
1e-4 of one another.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

N = TypeVar("N", bound=nn.Module)
Convolution = nn.Conv1d | nn.Conv2d
BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d


_PREPARED: WeakKeyDictionary[nn.Module, nn.Module] = WeakKeyDictionary()


def prepared(network: N) -> N:
    """`prepare(network)`, made at the first call and kept as long as the network, whose weights must stay as they are."""
    if network not in _PREPARED:
        _PREPARED[network] = prepare_network(network)
    return _PREPARED[network]


def fastest(network: N, device: torch.device) -> N:
    """The network that answers on a device: made ready on a CPU; on a GPU, where the gain is not measured, as trained."""
    return prepared(network) if device.type == "cpu" else network


def prepare_network(network: N) -> N:
    """A copy of a network in evaluation mode, the branches of a fusion included, that answers within 1e-4 of it. Parameters
    that stay as they are are shared, not copied. Raises ValueError for a network in training, whose batch norm moves."""
    if network.training:
        raise ValueError("A network in training is not prepared: its batch norm still moves.")
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    with torch.inference_mode(False), torch.no_grad():
        return _prepared(deepcopy(network, shared))


class ChannelsLast(nn.Module):
    """Layers over two dimensions, in `channels_last` memory, for what has one, (B, C, L), or two, (B, C, H, W)."""

    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Tensor) -> Tensor:
        flat = x.ndim == 3
        x = x.unsqueeze(2) if flat else x
        x = self.layers(x.contiguous(memory_format=torch.channels_last))
        return x.squeeze(2) if flat else x


class FoldedConvolution(nn.Module):
    """A convolution over two dimensions with the given parameters, kept in `channels_last`."""

    def __init__(
        self, weight: Tensor, bias: Tensor | None, stride: tuple[int, int], padding: tuple[int, int]
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", bias)
        self.stride, self.padding = stride, padding

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.conv2d(x, self.weight, self.bias, self.stride, self.padding)


def _prepared(module: N) -> N:
    """The module, its outermost stacks of convolutions replaced."""
    for name, child in module.named_children():
        convolves = any(isinstance(layer, Convolution) for layer in child.modules())
        stacked = isinstance(child, nn.Sequential) and convolves
        setattr(module, name, ChannelsLast(_layer(child)) if stacked else _prepared(child))
    return module


def _layer(layer: nn.Module) -> nn.Module:
    """The same layer for (B, C, H, W), or for (B, C, 1, L) where it was one for (B, C, L)."""
    if isinstance(layer, nn.Sequential):
        return _stack(layer)
    if isinstance(layer, Convolution):
        return _convolution(layer)
    if isinstance(layer, nn.AvgPool1d):
        return nn.AvgPool2d((1, *layer.kernel_size))
    if isinstance(layer, nn.MaxPool1d):
        return nn.MaxPool2d((1, layer.kernel_size), (1, layer.stride), (0, layer.padding))
    if isinstance(layer, nn.ZeroPad1d):
        return nn.ZeroPad2d((*layer.padding, 0, 0))
    if isinstance(layer, nn.ReLU):
        return nn.ReLU(inplace=True)  # what it is given is a sum or a convolution that nobody else reads
    for name, child in layer.named_children():
        setattr(layer, name, _layer(child))
    return layer


def _stack(layers: nn.Sequential) -> nn.Sequential:
    """The layers, each batch norm within the convolution before it."""
    given, made = list(layers), []
    for layer, after in zip(given, [*given[1:], None], strict=True):
        if isinstance(layer, Convolution) and isinstance(after, BatchNorm):
            made.append(_convolution(layer, after))
        elif not isinstance(layer, BatchNorm):
            made.append(_layer(layer))
    return nn.Sequential(*made)


def _convolution(layer: Convolution, norm: BatchNorm | None = None) -> FoldedConvolution:
    """The convolution, and the batch norm behind it, as one over two dimensions."""
    weight, bias = layer.weight, layer.bias
    if norm is not None:
        weight, bias = fuse_conv_bn_weights(
            weight, bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        )
    stride, padding = layer.stride, layer.padding
    if isinstance(layer, nn.Conv1d):
        weight, stride, padding = weight.unsqueeze(2), (1, *stride), (0, *padding)
    return FoldedConvolution(weight.detach(), None if bias is None else bias.detach(), stride, padding)
