"""The STFT spectrogram read by a 2D-CNN."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import AttentionPooling, Heads, Network, Output
from ecgnet.models.spectrum import scale_decibel


class ResidualBlock2d(nn.Module):
    """Two 3 × 3 convolutions and a shortcut (He et al. 2016). (B, inputs, F, S) → (B, outputs, F', S')."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != (1, 1) or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
            )
        self.activate = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.activate(self.convolve(x) + self.shortcut(x))


def compress(parts: Tensor) -> Tensor:
    """Both parts of a spectrogram (..., 2, F, S) mV divided by the root of their amplitude: small waves count for more,
    signs stay; about unit variance by a number fixed for all records."""
    return parts * (3 / (parts.square().sum(-3, keepdim=True) + 1e-6).sqrt().sqrt())


class SpectrogramCNN(Network):
    """2D-CNN over frequency and time with attention pooling over both.

    spectrogram (B, 12, 2, 33, 32) → its lower 32 bins → (B, 256, 4, 8) → features (B, 512) → logits;
    attention (B, 4, 8), that is 12.5 Hz by 0.32 s. `signed`: both parts of the spectrogram are read, so that an
    upright and an inverted wave differ; otherwise its amplitude in dB alone. `early`: time is halved by the first
    convolution, not by the second block, which costs half as much where the maps are largest.
    """

    needs = ("spectrogram",)
    halves = True
    crop = 256
    n_crops = 4

    def __init__(
        self,
        signed: bool = False,
        widths: Sequence[int] = (64, 96, 160, 256),
        dropout: float = 0.3,
        early: bool = False,
    ) -> None:
        super().__init__()
        self.signed = signed
        self.trunk = nn.Sequential(
            nn.Conv2d(24 if signed else 12, widths[0], 5, (2, 2) if early else (2, 1), 2, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
            ResidualBlock2d(widths[0], widths[0]),
            ResidualBlock2d(widths[0], widths[1], (1, 1) if early else (1, 2)),
            ResidualBlock2d(widths[1], widths[2], (2, 2)),
            ResidualBlock2d(widths[2], widths[3], (2, 1)),
        )
        self.pool = AttentionPooling(widths[-1])
        self.heads = Heads(2 * widths[-1], dropout)

    def body(self, modalities: Modalities) -> Output:
        # The bin at 50 Hz holds mains hum and little heart; without it the bins halve evenly.
        if self.signed:
            seen = compress(modalities.spectrogram[..., :32, :]).flatten(1, 2)
        else:
            seen = scale_decibel(modalities.decibel[:, :, :32])
        x: Tensor = self.trunk(seen)
        pooled, weights = self.pool(x.flatten(2).transpose(1, 2))
        features = torch.cat([pooled, x.amax((2, 3))], 1)
        return self.heads(features, {"spectrogram": weights.unflatten(1, x.shape[2:])})
