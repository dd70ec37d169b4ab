"""Which electrodes were exchanged: a small residual 1D-CNN, no diagnostic model and so not in the registry."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecgnet.models.waveform import WAVEFORM_SCALE, residual_stages, stem


class ElectrodeCNN(nn.Module):
    """Crops of the independent leads (B, 8, 256) in mV → logits (B, classes), the first for "nothing exchanged".

    Residual 1D-CNN (Wang, Yan and Oates 2017), mean and max pooling joined. A lead that was not recorded is 0
    throughout. The other limb leads are sums of I and II and would add nothing.
    """

    def __init__(
        self, classes: int, leads: int = 8, widths: Sequence[int] = (32, 48, 64, 96), dropout: float = 0.2
    ) -> None:
        super().__init__()
        self.trunk = nn.Sequential(stem(leads, widths[0]), residual_stages(widths))
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * widths[-1], classes))

    def forward(self, crops: Tensor) -> Tensor:
        x = self.trunk((crops - crops.mean(-1, keepdim=True)) * WAVEFORM_SCALE)
        return self.head(torch.cat([x.mean(-1), x.amax(-1)], 1))
