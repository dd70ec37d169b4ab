"""Early fusion: the modalities aligned in time and joined as channels before one network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecgnet.modalities import METADATA_FIELDS, Modalities
from ecgnet.models.base import AttentionPooling, Heads, Network, Output
from ecgnet.models.spectrum import scale_decibel
from ecgnet.models.waveform import WAVEFORM_SCALE, residual_stages


class EarlyFusion(Network):
    """One residual 1D-CNN over all inputs on the waveform's time axis, at half its rate.

    waveform (B, 12, 256) folded to (B, 24, 128); spectrogram in 8 bands (B, 96, 128), interpolated in time; spectrum
    in 24 bands, the same at every instant (B, 288, 128); metadata likewise (B, 4, 128). Joined (B, 412 or 408, 128)
    → mixed (B, 64, 128) → (B, 256, 16) → attention and max pooling (B, 512) → logits; attention (B, 16) over time.
    """

    crop = 256

    def __init__(
        self,
        metadata: bool = True,
        widths: Sequence[int] = (64, 128, 192, 256),
        spectrum_bands: int = 24,
        spectrogram_bands: int = 8,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.metadata = metadata
        self.needs = ("waveform", "spectrum", "spectrogram", *(["metadata"] if metadata else []))
        self.spectrum_bands, self.spectrogram_bands = spectrum_bands, spectrogram_bands
        channels = 12 * (2 + spectrum_bands + spectrogram_bands) + (len(METADATA_FIELDS) if metadata else 0)
        self.mix = nn.Sequential(
            nn.Conv1d(channels, widths[0], 7, 1, 3, bias=False), nn.BatchNorm1d(widths[0]), nn.ReLU()
        )
        self.trunk = residual_stages(widths)
        self.pool = AttentionPooling(widths[-1])
        self.heads = Heads(2 * widths[-1], dropout)

    def body(self, modalities: Modalities) -> Output:
        joined = self.align(modalities)
        x = self.trunk(self.mix(joined))
        pooled, weights = self.pool(x.transpose(1, 2))
        return self.heads(torch.cat([pooled, x.amax(-1)], 1), {"waveform": weights})

    def align(self, modalities: Modalities) -> Tensor:
        """All modalities on one time axis: (B, channels, T / 2)."""
        wave = modalities.waveform * WAVEFORM_SCALE
        steps = wave.shape[-1] // 2
        wave = wave.unflatten(-1, (steps, 2)).transpose(2, 3).flatten(1, 2)
        spectrogram = scale_decibel(modalities.decibel[:, :, :32])
        spectrogram = spectrogram.unflatten(2, (self.spectrogram_bands, -1)).mean(3).flatten(1, 2)
        spectrogram = nn.functional.interpolate(spectrogram, steps, mode="linear", align_corners=False)
        spectrum = scale_decibel(modalities.spectrum)
        spectrum = nn.functional.adaptive_avg_pool1d(spectrum, self.spectrum_bands).flatten(1)
        still = [spectrum, modalities.metadata] if self.metadata else [spectrum]
        constant = torch.cat(still, 1).unsqueeze(-1).expand(-1, -1, steps)
        return torch.cat([wave, spectrogram, constant], 1)
