"""The waveform read by a residual 1D-CNN, and by a 1D-CNN with a bidirectional LSTM and attention."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import AttentionPooling, Heads, Network, Output, ResidualBlock1d

WAVEFORM_SCALE = 4.0
"""Multiplies mV: the standard deviation of PTB-XL's training folds is about 0.25 mV."""


def stem(inputs: int, width: int) -> nn.Sequential:
    """(B, inputs, T) → (B, width, T / 2)."""
    return nn.Sequential(nn.Conv1d(inputs, width, 15, 2, 7, bias=False), nn.BatchNorm1d(width), nn.ReLU())


def residual_stages(widths: Sequence[int]) -> nn.Sequential:
    """(B, widths[0], L) → (B, widths[-1], L / 2 ** (len(widths) - 1))."""
    blocks = [ResidualBlock1d(widths[0], widths[0])]
    blocks += [ResidualBlock1d(a, b, stride=2) for a, b in pairwise(widths)]
    return nn.Sequential(*blocks)


class WaveformCNN(Network):
    """Residual 1D-CNN (Wang, Yan and Oates 2017; Strodthoff et al. 2021), mean and max pooling joined.

    waveform (B, 12, 256) → features (B, 512) → logits.
    """

    needs = ("waveform",)
    halves = True
    crop = 256
    n_crops = 4

    def __init__(self, widths: Sequence[int] = (64, 128, 192, 256), dropout: float = 0.3) -> None:
        super().__init__()
        self.trunk = nn.Sequential(stem(12, widths[0]), residual_stages(widths))
        self.heads = Heads(2 * widths[-1], dropout)

    def body(self, modalities: Modalities) -> Output:
        x = self.trunk(modalities.waveform * WAVEFORM_SCALE)
        return self.heads(torch.cat([x.mean(-1), x.amax(-1)], 1))


class WaveformCNNBiLSTM(Network):
    """1D-CNN → bidirectional LSTM (Hochreiter and Schmidhuber 1997) → attention pooling over time.

    waveform (B, 12, T) → (B, 192, T / 8) → (B, T / 8, 256) → features (B, 256) → logits; attention (B, T / 8).
    T is `crop`, or the whole record where that is None: then the LSTM also hears the rhythm from beat to beat.
    """

    needs = ("waveform",)

    def __init__(
        self,
        widths: Sequence[int] = (64, 128, 192),
        hidden: int = 128,
        dropout: float = 0.3,
        crop: int | None = 256,
    ) -> None:
        super().__init__()
        self.crop = crop
        self.trunk = nn.Sequential(stem(12, widths[0]), residual_stages(widths))
        self.lstm = nn.LSTM(widths[-1], hidden, batch_first=True, bidirectional=True)
        self.pool = AttentionPooling(2 * hidden)
        self.heads = Heads(2 * hidden, dropout)

    def body(self, modalities: Modalities) -> Output:
        x: Tensor = self.trunk(modalities.waveform * WAVEFORM_SCALE)
        # The recurrent step is small, and slower in bfloat16 than in float32 on a CPU.
        with torch.autocast(x.device.type, enabled=False):
            sequence, _ = self.lstm(x.float().transpose(1, 2))
            pooled, weights = self.pool(sequence)
        return self.heads(pooled, {"waveform": weights})
