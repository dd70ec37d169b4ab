"""One ECG, four views: waveform, FFT spectrum, STFT spectrogram and metadata; `modality_transform` computes them.

Values stay in physical units (mV and dB re 1 mV); networks scale them by fixed numbers, never per record, because amplitude
is evidence (voltage criteria for hypertrophy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ecgnet.lazy import torch
from ecgnet.record import Metadata

if TYPE_CHECKING:
    from torch import Tensor

METADATA_FIELDS = ("age", "age known", "sex", "sex known")
OLDEST = 89.0


@dataclass(frozen=True)
class Spec:
    """How the modalities are made; it travels in every card.

    fs in Hz, samples a lead, FFT of the whole window with a Hann taper, STFT with a Hann window of
    `window` samples zero-padded to `n_fft`, every `hop` samples; amplitudes below `floor` mV count as `floor`.
    """

    fs: int = 100
    samples: int = 1000
    n_fft: int = 64
    window: int = 48
    hop: int = 8
    floor: float = 1e-3

    @property
    def n_frequencies(self) -> int:
        """F of the spectrum."""
        return self.samples // 2 + 1

    @property
    def n_frames(self) -> int:
        """S of the spectrogram."""
        return self.samples // self.hop + 1

    @property
    def frequencies(self) -> np.ndarray:
        """(501,) Hz, of the spectrum."""
        return np.fft.rfftfreq(self.samples, 1 / self.fs)

    @property
    def bins(self) -> np.ndarray:
        """(33,) Hz, of the spectrogram."""
        return np.fft.rfftfreq(self.n_fft, 1 / self.fs)

    @property
    def times(self) -> np.ndarray:
        """(126,) s, the middle of each frame of the spectrogram."""
        return np.arange(self.n_frames) * self.hop / self.fs

    def to_dict(self) -> dict[str, float]:
        """As the card stores it."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Modalities:
    """A batch of B records seen four ways.

    waveform (B, 12, 1000) in mV, each lead's mean removed; spectrum (B, 12, 501) in dB re 1 mV at
    `frequencies` (501,) Hz; spectrogram (B, 12, 2, 33, 126) in mV at `bins` (33,) Hz and `times` (126,) s, its two
    parts the cosine and the sine around each frame's middle, which keep the sign of the waves (`decibel` gives the
    usual picture); metadata (B, 4): `METADATA_FIELDS`, age as (years - 60) / 20, sex +1 female and -1 male, 0 where unknown.
    """

    waveform: Tensor
    spectrum: Tensor
    spectrogram: Tensor
    metadata: Tensor
    spec: Spec

    @property
    def frequencies(self) -> np.ndarray:
        """(501,) Hz, of the spectrum."""
        return self.spec.frequencies

    @property
    def bins(self) -> np.ndarray:
        """(33,) Hz, of the spectrogram."""
        return self.spec.bins

    @property
    def times(self) -> np.ndarray:
        """(126,) s, the middle of each frame of the spectrogram."""
        return self.spec.times

    @property
    def decibel(self) -> Tensor:
        """(B, 12, 33, 126) dB re 1 mV: the spectrogram's amplitude."""
        return to_decibel(amplitude(self.spectrogram), self.spec.floor)

    def __len__(self) -> int:
        return len(self.waveform)

    def with_inputs(self, **tensors: Tensor) -> Modalities:
        """The same batch with some modalities replaced, as attributions and ablations need it."""
        return replace(self, **tensors)

    def crop(self, starts: Tensor, length: int) -> Modalities:
        """Cut `length` samples from each record at `starts` (B,), in samples and multiples of the hop.

        The waveform becomes (B, 12, length), the spectrogram (B, 12, 2, 33, length / hop), frame middles from the
        first sample on; spectrum and metadata describe the whole record and stay.
        """
        hop = self.spec.hop
        return replace(
            self,
            waveform=cut(self.waveform, starts, length=length),
            spectrogram=cut(self.spectrogram, starts // hop, length=length // hop),
        )

    def crops(self, starts: Sequence[int], length: int, *, needed: Sequence[str]) -> Modalities:
        """Every record cut at each of the `starts`, a record's crops in a row: B becomes B * len(starts). As `repeat` and
        `crop`, without copying whole records; the spectrogram comes back empty where it is not `needed`."""
        hop, size = self.spec.hop, len(starts)
        frames = length // hop if "spectrogram" in needed else 0
        return replace(
            self,
            waveform=_cuts(self.waveform, starts, length),
            spectrogram=_cuts(self.spectrogram, [start // hop for start in starts], frames),
            spectrum=self.spectrum.repeat_interleave(size, 0) if "spectrum" in needed else self.spectrum[:0],
            metadata=self.metadata.repeat_interleave(size, 0),
        )

    def pick(self, which: Tensor) -> Modalities:
        """Those of the batch that `which` (B,) bool is true for; a view that is left empty stays so."""
        seen = {name: getattr(self, name) for name in MODALITIES}
        return replace(self, **{name: v[which] if len(v) else v for name, v in seen.items()})

    def repeat(self, times: int) -> Modalities:
        """Each record `times` times in a row: B becomes B * times."""
        return replace(self, **{name: getattr(self, name).repeat_interleave(times, 0) for name in MODALITIES})


MODALITIES = ("waveform", "spectrum", "spectrogram", "metadata")


def amplitude(spectrogram: Tensor) -> Tensor:
    """Both parts (..., 2, F, S) mV → (..., F, S) mV. A little is added under the root, 0.1 µV, for a slope at zero."""
    return (spectrogram.square().sum(-3) + 1e-8).sqrt()


def to_decibel(values: Tensor, floor: float) -> Tensor:
    """mV → dB re 1 mV; `floor` mV is added, so that silence has a number."""
    return 20 * torch.log10(values + floor)


def cut(values: Tensor, starts: Tensor, *, length: int) -> Tensor:
    index = starts.view(-1, 1) + torch.arange(length, device=values.device)
    index = index.view(len(values), *[1] * (values.ndim - 2), length)
    return values.gather(-1, index.expand(*values.shape[:-1], length))


def _cuts(values: Tensor, starts: Sequence[int], length: int) -> Tensor:
    """(B, ..., T) → (B * len(starts), ..., length)."""
    return torch.stack([values[..., start : start + length] for start in starts], 1).flatten(0, 1)


def encode_metadata(patients: Sequence[Metadata]) -> Tensor:
    """(B, 4) float32 as `METADATA_FIELDS`; unknown is 0 with its flag at 0, and above 89 years counts as 89: the networks
    never saw more, since PTB-XL hides higher ages."""
    rows = [
        [
            (min(p.age, OLDEST) - 60) / 20 if p.age is not None else 0.0,
            float(p.age is not None),
            {"female": 1.0, "male": -1.0, None: 0.0}[p.sex],
            float(p.sex is not None),
        ]
        for p in patients
    ]
    return torch.tensor(rows, dtype=torch.float32).reshape(-1, len(METADATA_FIELDS))
