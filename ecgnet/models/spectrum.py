"""The FFT spectrum read by a 1D-CNN and a Transformer encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import AttentionPooling, Heads, Network, Output, ResidualBlock1d


def scale_decibel(values: Tensor) -> Tensor:
    """dB re 1 mV → about zero mean and unit variance, by numbers fixed for all records."""
    return (values + 45) / 10


def scale_magnitude(values: Tensor) -> Tensor:
    """dB re 1 mV → amplitude in mV, times a number fixed for all records."""
    return 50 * 10 ** (values / 20)


def scale_power(values: Tensor) -> Tensor:
    """dB re 1 mV → power in mV², times a number fixed for all records."""
    return 500 * 10 ** (values / 10)


SCALES = {"decibel": scale_decibel, "magnitude": scale_magnitude, "power": scale_power}


class EncoderLayer(nn.Module):
    """Pre-norm Transformer encoder layer (Vaswani et al. 2017; Xiong et al. 2020) that returns its weights.

    (B, L, D) → (B, L, D) and attention (B, L, L), averaged over heads, each row summing to 1.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        normed = self.norm_attention(x)
        # Only the weights need the slow path; in training nobody reads them.
        mixed, weights = self.attention(normed, normed, normed, need_weights=not self.training)
        x = x + self.dropout(mixed)
        return x + self.dropout(self.feed(self.norm_feed(x))), weights


class SpectrumCNNTransformer(Network):
    """1D-CNN along frequency → Transformer encoder → attention pooling.

    spectrum (B, 12, 501) → (B, 63, 128) → features (B, 128) → logits; attention (B, 63) over 0.8 Hz steps is the
    pooling weight carried back through the layers by rollout (Abnar and Zuidema 2020). `scale`: what is read off the
    spectrum's decibels.
    """

    needs = ("spectrum",)

    def __init__(
        self,
        widths: Sequence[int] = (64, 96, 128),
        depth: int = 2,
        heads: int = 4,
        tokens: int = 63,
        dropout: float = 0.2,
        scale: Literal["decibel", "magnitude", "power"] = "decibel",
    ) -> None:
        super().__init__()
        self.scale = SCALES[scale]
        width = widths[-1]
        self.trunk = nn.Sequential(
            nn.Conv1d(12, widths[0], 9, 2, 4, bias=False),
            nn.BatchNorm1d(widths[0]),
            nn.ReLU(),
            ResidualBlock1d(widths[0], widths[0], kernel=5),
            nn.ZeroPad1d((0, 1)),  # 251 frequencies become an even 252
            ResidualBlock1d(widths[0], widths[1], 2, 5),
            ResidualBlock1d(widths[1], width, 2, 5),
        )
        self.position = nn.Parameter(torch.zeros(1, tokens, width))
        nn.init.trunc_normal_(self.position, std=0.02)
        self.layers = nn.ModuleList(EncoderLayer(width, heads, dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.pool = AttentionPooling(width)
        self.heads = Heads(width, dropout)

    def body(self, modalities: Modalities) -> Output:
        x = self.trunk(self.scale(modalities.spectrum)).transpose(1, 2) + self.position
        rollout = None
        for layer in self.layers:
            x, weights = layer(x)
            if weights is not None:
                step = (weights.float() + torch.eye(weights.shape[-1], device=weights.device)) / 2
                rollout = step if rollout is None else step @ rollout
        pooled, weights = self.pool(self.norm(x))
        if rollout is not None:
            weights = torch.einsum("bl,blk->bk", weights, rollout)
        return self.heads(pooled, {"spectrum": weights})
