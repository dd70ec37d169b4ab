"""A deep, narrow residual network with bottlenecks: another shape again, to err otherwise than the others."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import Heads, Network, Output
from ecgnet.models.short_resnet import PooledFeatures, convolution
from ecgnet.models.waveform import WAVEFORM_SCALE

CROP = 400
"""4 s, in whole hops of the spectrogram: a few beats."""


class Bottleneck(nn.Module):
    """Convolutions of 1, `kernel` and 1 taps around a narrow middle, with a shortcut that is averaged where it is shortened
    (He et al. 2019). (B, inputs, L) → (B, 4 * width, L / stride)."""

    def __init__(self, inputs: int, width: int, *, kernel: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * width
        last = convolution(width, outputs, kernel=1)
        nn.init.zeros_(last[1].weight)  # every block begins as its shortcut
        self.convolve = nn.Sequential(
            convolution(inputs, width, kernel=1),
            nn.ReLU(),
            convolution(width, width, kernel=kernel, stride=stride),
            nn.ReLU(),
            last,
        )
        shorten = [nn.AvgPool1d(stride)] if stride > 1 else []
        widen = [convolution(inputs, outputs, kernel=1)] if inputs != outputs else []
        self.shortcut = nn.Sequential(*shorten, *widen) if shorten or widen else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.convolve(x) + self.shortcut(x))


class XResNet(Network):
    """Residual network with a stem of three convolutions and bottlenecks (`xresnet1d` of Strodthoff et al. 2021, after He et
    al. 2019), narrower.

    waveform (B, 12, 400) → stem of kernel 5 and stride 2 → stages at 50, 25, 13 and 7 Hz → (B, 4 * the last width, 25) →
    features (B, 256) → logits.
    """

    needs = ("waveform",)
    crop = CROP
    n_crops = 4

    def __init__(
        self,
        widths: tuple[int, ...] = (24, 32, 48, 64),
        depths: tuple[int, ...] = (2, 2, 3, 2),
        kernel: int = 7,
        hidden: int = 256,
    ) -> None:
        super().__init__()
        stem = (32, 32, 64)
        layers: list[nn.Module] = []
        for place, (inputs, outputs) in enumerate(zip((12, *stem), stem, strict=False)):
            layers += [convolution(inputs, outputs, kernel=5, stride=2 if place == 0 else 1), nn.ReLU()]
        inputs = stem[-1]
        for place, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            for block in range(depth):
                stride = 2 if place and not block else 1
                layers.append(Bottleneck(inputs, width, kernel=kernel, stride=stride))
                inputs = 4 * width
        self.trunk = nn.Sequential(*layers)
        self.pool = PooledFeatures(inputs, hidden)
        self.heads = Heads(hidden, dropout=0.5)

    def body(self, modalities: Modalities) -> Output:
        return self.heads(self.pool(self.trunk(modalities.waveform * WAVEFORM_SCALE)))
