"""Random changes of a batch that another cart, filter or electrode could have made, in mV."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """Probabilities and sizes; the defaults are the recipe of the shipped weights.

    gain: half-width of the uniform factor; noise: largest standard deviation in mV; wander: largest amplitude in mV of
    a slow sine; band_pass: share of records filtered to a random clinical band (high-pass up to 0.7 Hz, low-pass
    from 25 Hz); causal: share of those whose high-pass is of first or second order and bends the ST segment by its phase,
    as in carts that filter while they record, where the others have none; lead_dropout: share of records that lose leads,
    each lead with `lead_share`; metadata_dropout: share of records whose age, and whose sex, is hidden.
    """

    gain: float = 0.15
    noise: float = 0.03
    wander: float = 0.1
    band_pass: float = 0.5
    causal: float = 0.0
    lead_dropout: float = 0.15
    lead_share: float = 0.3
    metadata_dropout: float = 0.15

    def __call__(self, waveform: Tensor, metadata: Tensor, *, fs: int = 100) -> tuple[Tensor, Tensor]:
        """(B, 12, T) mV and (B, 4) → the same shapes, changed."""
        batch, leads, samples = waveform.shape
        draw = waveform.new_empty

        def uniform(low: float, high: float, *shape: int) -> Tensor:
            return draw(batch, *shape, *[1] * (2 - len(shape))).uniform_(low, high)

        if self.band_pass:
            waveform = self._filter(waveform, fs, uniform)
        waveform = waveform * uniform(1 - self.gain, 1 + self.gain)
        time = torch.arange(samples, device=waveform.device) / fs
        slow = torch.sin(2 * math.pi * (uniform(0.05, 0.5) * time + uniform(0, 1, leads)))
        waveform = waveform + slow * uniform(0, self.wander, leads)
        waveform = waveform + torch.randn_like(waveform) * uniform(0, self.noise)
        lost = (uniform(0, 1) < self.lead_dropout) & (uniform(0, 1, leads) < self.lead_share)
        waveform = waveform.masked_fill(lost, 0)
        if self.metadata_dropout:
            hidden = metadata.new_empty(batch, 2).uniform_() < self.metadata_dropout
            metadata = metadata.masked_fill(hidden.repeat_interleave(2, 1), 0)
        return waveform, metadata

    def _filter(self, waveform: Tensor, fs: int, uniform) -> Tensor:
        frequency = torch.fft.rfftfreq(waveform.shape[-1], 1 / fs, device=waveform.device).clamp(min=1e-3)
        corner = uniform(0.02, 0.7)
        order = 1 + (uniform(0, 1) < 0.5).float()
        causal = (1j * frequency / (1j * frequency + corner)) ** order
        smooth = 1 / (1 + (corner / frequency) ** 4)
        high_pass = torch.where(uniform(0, 1) < self.causal, causal, smooth)
        low_pass = 1 / (1 + (frequency / uniform(25, 60)) ** 6)
        chosen = uniform(0, 1) < self.band_pass
        response = torch.where(chosen, high_pass * low_pass, torch.ones_like(high_pass))
        return torch.fft.irfft(torch.fft.rfft(waveform) * response, waveform.shape[-1])
