"""Labels softened by what trained networks answered: knowledge distillation (Hinton, Vinyals and Dean 2015)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from ecgnet import weights
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import Network
from ecgnet.progress import track
from ecgnet.training.data import FoldData
from ecgnet.training.precision import reduced_precision

CROPS = 3
"""Crops a record that a teacher looks at: the mean of three is close to that of seven and costs less than half."""


def soften(data: FoldData, teachers: Sequence[str], *, share: float, folder: Path) -> FoldData:
    """The same records with labels that are, by `share` (0 to 1), the mean answer of the stored models `teachers`.

    One network learns what several of them agree on, and a wrong label weighs less where they contradict it. The answers
    are kept in `folder` under the teachers' checksums. Raises WeightsError when a teacher cannot be loaded.
    """
    if not share:
        return data
    answers = [_answers(name, data, folder) for name in teachers]
    superclasses = torch.stack([a[0] for a in answers]).mean(0)
    statements = torch.stack([a[1] for a in answers]).mean(0)
    return softened(data, superclasses, statements=statements, share=share)


def softened(data: FoldData, superclasses: Tensor, *, statements: Tensor, share: float) -> FoldData:
    """The same records with labels that are, by `share` (0 to 1), what these logits (N, 5) and (N, 71) say."""
    return replace(
        data,
        superclasses=torch.lerp(data.superclasses, superclasses.sigmoid(), share),
        statements=torch.lerp(data.statements, statements.sigmoid(), share),
    )


def _answers(name: str, data: FoldData, folder: Path) -> tuple[Tensor, Tensor]:
    """One teacher's superclass logits (N, 5) and statement logits (N, 71) for the records as they are."""
    device = weights.choose_device()
    model = weights.load(name, device)
    records = hashlib.sha256(data.signals.numpy().tobytes() + data.ecg_ids.tobytes()).hexdigest()
    path = folder / f"{name}-{model.card.checksum[:12]}-{records[:12]}.pt"
    if path.exists():
        return torch.load(path, weights_only=True)
    model.network.n_crops = CROPS
    found = answers(model.network, data, words=name)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(found, path)
    return found


@torch.inference_mode()
def answers(network: Network, data: FoldData, *, words: str) -> tuple[Tensor, Tensor]:
    """A network's logits (N, 5) and statement logits (N, 71) for the records as they are, on the device that training uses.

    words: what the progress is called.
    """
    device = weights.choose_device()
    network = network.to(device).eval()
    transform = ModalityTransform().to(device)
    logits, statements = [], []
    for k in track(range(0, len(data), 128), words, total=-(-len(data) // 128)):
        rows = slice(k, k + 128)
        modalities = transform(data.waveform(rows).to(device), data.metadata[rows].to(device), network.needs)
        with reduced_precision(device):
            output = network(modalities)
        logits.append(output.logits.float().cpu())
        statements.append(output.statements.float().cpu())
    return torch.cat(logits), torch.cat(statements)
