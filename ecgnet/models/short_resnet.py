"""A residual network of short kernels at the full rate: shaped otherwise than `waveform_cnn`, to err otherwise."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import Heads, Network, Output
from ecgnet.models.waveform import WAVEFORM_SCALE

CROP = 248
"""2.5 s, in whole hops of the spectrogram."""


def convolution(inputs: int, outputs: int, *, kernel: int, stride: int = 1) -> nn.Sequential:
    """(B, inputs, L) → (B, outputs, L / stride), normalised over the batch (Ioffe and Szegedy 2015)."""
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm1d(outputs)
    )


class ShortResidualBlock(nn.Module):
    """Two convolutions of kernels 5 and 3 and a shortcut (Wang, Yan and Oates 2017). (B, C, L) → (B, C, L / stride)."""

    def __init__(self, width: int, stride: int) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            convolution(width, width, kernel=5, stride=stride),
            nn.ReLU(),
            convolution(width, width, kernel=3),
        )
        self.shortcut = convolution(width, width, kernel=1, stride=stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.convolve(x) + self.shortcut(x))


class PooledFeatures(nn.Module):
    """(B, C, L) → (B, hidden): the mean and the maximum over time, joined, through one hidden layer."""

    def __init__(self, width: int, hidden: int, dropout: float = 0.25) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(2 * width),
            nn.Dropout(dropout),
            nn.Linear(2 * width, hidden),
            nn.ReLU(),
            nn.BatchNorm1d(hidden),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(torch.cat([x.mean(-1), x.amax(-1)], 1))


class ShortResNet(Network):
    """Residual network of short kernels at the full rate (`resnet1d_wang` of Strodthoff et al. 2021).

    waveform (B, 12, 248) → stem of kernel 7 → blocks of strides 1, 2, 2 → (B, 128, 62) → features (B, 128) → logits.
    """

    needs = ("waveform",)
    halves = True
    crop = CROP

    def __init__(self, width: int = 128, strides: tuple[int, ...] = (1, 2, 2), hidden: int = 128) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            convolution(12, width, kernel=7),
            nn.ReLU(),
            *(ShortResidualBlock(width, stride) for stride in strides),
        )
        self.pool = PooledFeatures(width, hidden)
        self.heads = Heads(hidden, dropout=0.5)

    def body(self, modalities: Modalities) -> Output:
        return self.heads(self.pool(self.trunk(modalities.waveform * WAVEFORM_SCALE)))
