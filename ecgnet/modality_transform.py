"""The views of an ECG computed inside the graph, by one module for training and inference, built from the spec in the
weights' card, so that they cannot drift apart."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecgnet.modalities import MODALITIES, Modalities, Spec, cut, to_decibel


class ModalityTransform(nn.Module):
    """Waveforms in mV (B, 12, samples) and metadata (B, 4) → Modalities, differentiable, on the input's device."""

    def __init__(self, spec: Spec | None = None) -> None:
        super().__init__()
        self.spec = spec or Spec()
        self.register_buffer("taper", torch.hann_window(self.spec.samples, periodic=False), persistent=False)
        self.register_buffer("window", torch.hann_window(self.spec.window), persistent=False)
        turn = (-1.0) ** torch.arange(self.spec.n_fft // 2 + 1)
        self.register_buffer("turn", turn.unsqueeze(1), persistent=False)

    def forward(
        self,
        waveform: Tensor,
        metadata: Tensor,
        needed: Sequence[str] = MODALITIES,
        crop: tuple[Tensor, int] | None = None,
    ) -> Modalities:
        """`needed` leaves out costly views that a network does not use: they come back empty (B, 12, 0, ...).

        `crop` is (starts (B,), length) as for `Modalities.crop`, with the same result and less work.
        """
        spec = self.spec
        if waveform.shape[-2:] != (12, spec.samples):
            raise ValueError(
                f"the waveform must have the shape (B, 12, {spec.samples}), not {tuple(waveform.shape)}"
            )
        waveform = waveform - waveform.mean(-1, keepdim=True)
        batch = len(waveform)
        spectrum = self.spectrum(waveform) if "spectrum" in needed else waveform.new_zeros(batch, 12, 0)
        if "spectrogram" in needed:
            spectrogram = self.spectrogram(waveform, crop)
        else:
            spectrogram = waveform.new_zeros(batch, 12, 0, 0, spec.n_frames if crop is None else 0)
        if crop is not None:
            starts, length = crop
            waveform = cut(waveform, starts, length=length)
        return Modalities(waveform, spectrum, spectrogram, metadata, spec)

    def spectrum(self, waveform: Tensor) -> Tensor:
        """(B, 12, T) mV → (B, 12, F) dB re 1 mV: a sine of 1 mV amplitude reads 0 dB at its frequency."""
        found = torch.fft.rfft(waveform * self.taper).abs() * (2 / self.taper.sum())
        return to_decibel(found, self.spec.floor)

    def spectrogram(self, waveform: Tensor, crop: tuple[Tensor, int] | None = None) -> Tensor:
        """(B, 12, T) mV → (B, 12, 2, 33, S) mV; the ends are mirrored. With `crop`, only its frames."""
        spec = self.spec
        padded = nn.functional.pad(waveform, (spec.n_fft // 2, spec.n_fft // 2), mode="reflect")
        if crop is not None:
            starts, length = crop
            padded = cut(padded, starts, length=length + spec.n_fft - spec.hop)
        frames = torch.stft(
            padded.flatten(0, 1),
            spec.n_fft,
            spec.hop,
            spec.window,
            self.window,
            center=False,
            return_complex=True,
        )
        # A wave in the middle of its frame then has the same phase at every frequency, not alternating signs.
        parts = torch.view_as_real(frames * self.turn).movedim(-1, 1) * (2 / self.window.sum())
        return parts.unflatten(0, waveform.shape[:2])
