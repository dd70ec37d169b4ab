"""An inception network that learns the 71 statements alone: the five classes follow from them, by a noisy-or."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import N_STATEMENTS, Network, Output
from ecgnet.models.short_resnet import PooledFeatures, convolution
from ecgnet.models.waveform import WAVEFORM_SCALE
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.statements import members

CROP = 496
"""5 s, in whole hops of the spectrogram: several beats, whose distances tell the rhythm."""

_PLACES = [members("superdiagnostic")[name] for name in SUPERCLASSES]
"""The places of each class's statements."""


class InceptionModule(nn.Module):
    """Convolutions of several lengths side by side behind a bottleneck, and a maximum of three beside them (Ismail Fawaz et
    al. 2020, InceptionTime). (B, inputs, L) → (B, 4 * width, L) for three kernels."""

    def __init__(self, inputs: int, width: int, kernels: tuple[int, ...]) -> None:
        super().__init__()
        self.bottleneck = nn.Conv1d(inputs, width, 1, bias=False)
        self.convolve = nn.ModuleList(convolution(width, width, kernel=kernel) for kernel in kernels)
        self.highest = nn.Sequential(nn.MaxPool1d(3, 1, 1), convolution(inputs, width, kernel=1))

    def forward(self, x: Tensor) -> Tensor:
        narrow = self.bottleneck(x)
        return torch.cat([*(convolve(narrow) for convolve in self.convolve), self.highest(x)], 1)


class InceptionBlock(nn.Module):
    """`depth` modules and a shortcut around them, after a mean over `stride` samples. (B, C, L) → (B, C, L / stride)."""

    def __init__(self, width: int, kernels: tuple[int, ...], *, depth: int, stride: int) -> None:
        super().__init__()
        channels = width * (len(kernels) + 1)
        self.shorten: nn.Module = nn.AvgPool1d(stride) if stride > 1 else nn.Identity()
        layers: list[nn.Module] = []
        for _ in range(depth):
            layers += [InceptionModule(channels, width, kernels), nn.ReLU()]
        self.deep = nn.Sequential(*layers[:-1])  # the last is activated behind the sum
        self.shortcut = convolution(channels, channels, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.shorten(x)
        return torch.relu(self.deep(x) + self.shortcut(x))


def noisy_or(statements: Tensor) -> Tensor:
    """Logits of the statements (B, 71) → of the five classes (B, 5): a class is present when any of its statements is, and
    those fail to be independently of one another (Pearl 1988), so that 1 - P = Π (1 - p)."""
    absent = nn.functional.softplus(statements.float())  # -log(1 - p)
    none = torch.stack([absent[:, places].sum(1) for places in _PLACES], 1)
    return none + torch.log(-torch.expm1(-none.clamp(min=1e-12)))


class StatementInception(Network):
    """Inception network (Ismail Fawaz et al. 2020; Strodthoff et al. 2021) with one head, the 71 statements.

    waveform (B, 12, 496) → stem of kernel 7 and stride 2 → blocks at 50 and 25 Hz → (B, 4 * width, 124) → features
    (B, hidden) → statements (B, 71) → classes (B, 5) by `noisy_or`.
    """

    needs = ("waveform",)
    crop = CROP
    n_crops = 3

    def __init__(
        self,
        width: int = 32,
        kernels: tuple[int, ...] = (19, 9, 5),
        depths: tuple[int, ...] = (2, 3),
        hidden: int = 256,
    ) -> None:
        super().__init__()
        channels = width * (len(kernels) + 1)
        self.trunk = nn.Sequential(
            convolution(12, channels, kernel=7, stride=2),
            nn.ReLU(),
            *(
                InceptionBlock(width, kernels, depth=depth, stride=stride)
                for depth, stride in zip(depths, (1, *[2] * len(depths)), strict=False)
            ),
        )
        self.pool = PooledFeatures(channels, hidden)
        self.statements = nn.Sequential(nn.Dropout(0.5), nn.Linear(hidden, N_STATEMENTS))

    def body(self, modalities: Modalities) -> Output:
        features = self.pool(self.trunk(modalities.waveform * WAVEFORM_SCALE))
        statements = self.statements(features)
        return Output(noisy_or(statements), statements, features)
