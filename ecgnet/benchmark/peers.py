"""Networks that others published for PTB-XL, with random weights: what ECGNet's speed is measured against.

Written anew from the papers' descriptions. Both take whole records (B, 12, 1000) and answer with logits (B, classes).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _convolution(
    inputs: int, outputs: int, kernel: int, stride: int = 1, activate: bool = True
) -> nn.Sequential:
    """A convolution that keeps the length (but for its stride), batch norm and, where asked, ReLU."""
    layers = [nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm1d(outputs)]
    return nn.Sequential(*layers, nn.ReLU()) if activate else nn.Sequential(*layers)


class _Residual(nn.Module):
    """activate(convolve(x) + shortcut(x))."""

    def __init__(self, convolve: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.convolve, self.shortcut = convolve, shortcut

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.convolve(x) + self.shortcut(x))


class _ConcatPoolHead(nn.Module):
    """Mean and maximum over time, joined; a hidden layer; logits (Howard and Gugger 2020)."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(2 * width),
            nn.Linear(2 * width, 128),
            nn.ReLU(),
            nn.BatchNorm1d(128),
            nn.Linear(128, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(torch.cat([x.amax(-1), x.mean(-1)], 1))


def resnet1d_wang(classes: int = 5, width: int = 128) -> nn.Sequential:
    """The residual network of Wang, Yan and Oates (2017) as Strodthoff et al. (2021) run it on PTB-XL: a stem and three
    blocks of two convolutions of 5 and 3 samples, 128 wide throughout, the second and third halving the length."""
    blocks = []
    for stride in (1, 2, 2):
        convolve = nn.Sequential(
            _convolution(width, width, 5, stride), _convolution(width, width, 3, activate=False)
        )
        shortcut = nn.Identity() if stride == 1 else _convolution(width, width, 1, stride, activate=False)
        blocks.append(_Residual(convolve, shortcut))
    return nn.Sequential(_convolution(12, width, 7), *blocks, _ConcatPoolHead(width, classes)).eval()


def xresnet1d101(classes: int = 5, width: int = 64, *, expansion: int = 4, kernel: int = 5) -> nn.Sequential:
    """The best network of Strodthoff et al. (2021): xresnet101 (He, T. et al. 2019) over time. A stem of three convolutions
    and max pooling; 3, 4, 23 and 3 bottlenecks of 64 inner and 256 outer channels, the later groups halving the length."""
    stem = [_convolution(12, 32, kernel, 2), _convolution(32, 32, kernel), _convolution(32, 64, kernel)]
    blocks, inputs, outputs = [], 64, width * expansion
    for group, depth in enumerate((3, 4, 23, 3)):
        for k in range(depth):
            stride = 2 if group and not k else 1
            convolve = nn.Sequential(
                _convolution(inputs, width, 1),
                _convolution(width, width, kernel, stride),
                _convolution(width, outputs, 1, activate=False),
            )
            halve = [nn.AvgPool1d(2, ceil_mode=True)] if stride == 2 else []
            widen = [_convolution(inputs, outputs, 1, activate=False)] if inputs != outputs else []
            blocks.append(_Residual(convolve, nn.Sequential(*halve, *widen)))
            inputs = outputs
    return nn.Sequential(*stem, nn.MaxPool1d(3, 2, 1), *blocks, _ConcatPoolHead(outputs, classes)).eval()
