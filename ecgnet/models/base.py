"""What every network shares: its output, its two heads, and the crops it looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities

N_SUPERCLASSES, N_STATEMENTS = 5, 71


@dataclass(frozen=True, eq=False)
class Output:
    """logits (B, 5) of the superclasses; statements (B, 71) logits; features (B, D), what the heads saw;
    attention by modality, each row summing to 1: waveform (B, T'), spectrum (B, F'), spectrogram (B, F', S'),
    modalities (B, 4 or 5), as far as the network has it."""

    logits: Tensor
    statements: Tensor
    features: Tensor
    attention: dict[str, Tensor] = field(default_factory=dict)


class Network(nn.Module):
    """Modalities → Output. `needs` names the modalities it reads, `crop` the samples it sees at once
    (None: the whole record), `n_crops` how many such pieces of a record it answers from: four of 2.56 s just cover ten
    seconds. `halves`: whether bfloat16 moves its probabilities by less than 0.005 on fold 9, so that it may
    answer in it (`ecgnet.precision`)."""

    needs: tuple[str, ...]
    halves: bool = False
    crop: int | None = None
    n_crops: int = 7

    def forward(self, modalities: Modalities) -> Output:
        """A batch in training mode is taken as it comes (cropped by the training loop); in evaluation mode
        logits and features are averaged over `n_crops` crops spread over the record, and of the statements the odds: an
        extra beat stands in few of the crops and is not to be outvoted."""
        if self.training or not self.crops(modalities):
            return self.body(modalities)
        return self.joined(self.body(self.cut(modalities)), modalities)

    def crops(self, modalities: Modalities) -> bool:
        """Whether records as long as these are looked at crop by crop."""
        return self.crop is not None and modalities.waveform.shape[-1] > self.crop

    def cut(self, modalities: Modalities) -> Modalities:
        """The crops of every record, in a row: B becomes B * n_crops."""
        assert self.crop is not None
        starts = self.starts(modalities.waveform.shape[-1], modalities.spec.hop)
        return modalities.crops(starts.tolist(), self.crop, needed=self.needs)

    def joined(self, out: Output, modalities: Modalities) -> Output:
        """The output for the crops of these records as that for the records."""
        batch, length = len(modalities), modalities.waveform.shape[-1]
        starts = self.starts(length, modalities.spec.hop)

        def mean(values: Tensor) -> Tensor:
            return values.unflatten(0, (batch, len(starts))).mean(1)

        attention = {
            name: self.stitch(weights.unflatten(0, (batch, len(starts))), starts, length, modalities.spec.hop)
            if name in ("waveform", "spectrogram")
            else mean(weights)
            for name, weights in out.attention.items()
        }
        statements = out.statements.float().unflatten(0, (batch, len(starts)))
        statements = statements.logsumexp(1) - math.log(len(starts))
        return Output(mean(out.logits), statements, mean(out.features), attention)

    def body(self, modalities: Modalities) -> Output:
        """One crop (or the whole record) → Output."""
        raise NotImplementedError

    def starts(self, length: int, hop: int) -> Tensor:
        """(n_crops,) first samples, evenly spread from the record's start to its end, in multiples of the hop."""
        assert self.crop is not None
        last = (length - self.crop) // hop
        return torch.linspace(0, last, self.n_crops).round().long() * hop

    def stitch(self, weights: Tensor, starts: Tensor, length: int, hop: int) -> Tensor:
        """Attention over crops (B, n, ..., L) → over the record (B, ..., length / hop), summing to 1."""
        assert self.crop is not None
        weights = weights.repeat_interleave(self.crop // weights.shape[-1] // hop, -1)
        total = weights.new_zeros(weights.shape[0], *weights.shape[2:-1], length // hop)
        seen = torch.zeros_like(total)
        for k, start in enumerate(starts.tolist()):
            part = slice(start // hop, start // hop + weights.shape[-1])
            total[..., part] += weights[:, k]
            seen[..., part] += 1
        total = total / seen.clamp(min=1)
        return total / total.flatten(1).sum(1).view(-1, *[1] * (total.ndim - 1)).clamp(min=1e-12)


class Heads(nn.Module):
    """Features (B, D) → superclass logits (B, 5) and statement logits (B, 71)."""

    def __init__(self, width: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.superclasses = nn.Linear(width, N_SUPERCLASSES)
        self.statements = nn.Sequential(
            nn.Linear(width, 256), nn.ReLU(), nn.Dropout(dropout), nn.Linear(256, N_STATEMENTS)
        )

    def forward(self, features: Tensor, attention: dict[str, Tensor] | None = None) -> Output:
        """Wraps both heads' logits with the features and attention they came from."""
        dropped = self.dropout(features)
        return Output(self.superclasses(dropped), self.statements(dropped), features, attention or {})


class AttentionPooling(nn.Module):
    """(B, L, D) → (B, D) and its weights (B, L), which sum to 1: additive attention (Bahdanau et al. 2015)."""

    def __init__(self, width: int, hidden: int = 64) -> None:
        super().__init__()
        self.score = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, sequence: Tensor) -> tuple[Tensor, Tensor]:
        weights = self.score(sequence).squeeze(-1).float().softmax(-1)
        return torch.einsum("bl,bld->bd", weights.to(sequence.dtype), sequence), weights


class ResidualBlock1d(nn.Module):
    """Two convolutions and a shortcut over time (He et al. 2016; Wang et al. 2017 for time series).

    (B, inputs, L) → (B, outputs, L / stride).
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 7) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm1d(outputs),
            nn.ReLU(),
            nn.Conv1d(outputs, outputs, kernel, 1, kernel // 2, bias=False),
            nn.BatchNorm1d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.AvgPool1d(stride), nn.Conv1d(inputs, outputs, 1, bias=False), nn.BatchNorm1d(outputs)
            )
        self.activate = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.activate(self.convolve(x) + self.shortcut(x))
