"""The second head, fitted last: the 71 statements from a trained network's own features, all else frozen.

Training keeps the epoch at which the first head is best, while the second with its rare statements is still learning;
and it sees the records with a superclass alone, which leaves out nearly all that are paced. So the second head goes on by
itself, on every record of the training folds.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import Network
from ecgnet.models.base import Heads
from ecgnet.progress import track
from ecgnet.training.data import FoldData
from ecgnet.training.loop import Descent, random_crop
from ecgnet.training.precision import reduced_precision
from ecgnet.training.recipes import CARTS, SecondHeadRecipe


@torch.inference_mode()
def crop_features(
    network: Network, data: FoldData, *, recipe: SecondHeadRecipe, batch: int = 128
) -> list[Tensor]:
    """What the heads see of one random crop of each record, augmented anew in every pass: `recipe.passes` times (N, D)
    in half precision."""
    network.eval()
    device = next(network.parameters()).device
    transform = ModalityTransform().to(device)
    torch.manual_seed(recipe.seed)
    passes = []
    for _ in range(recipe.passes):
        parts = []
        for k in track(range(0, len(data), batch), "second head", total=-(-len(data) // batch)):
            rows = slice(k, k + batch)
            wave, metadata = CARTS(data.waveform(rows).to(device), data.metadata[rows].to(device))
            crop = random_crop(network, transform.spec, records=len(wave), device=device)
            with reduced_precision(device):
                parts.append(network(transform(wave, metadata, network.needs, crop)).features.half())
        passes.append(torch.cat(parts))
    return passes


def fit_second_head(
    heads: Heads, passes: Sequence[Tensor], *, statements: Tensor, recipe: SecondHeadRecipe
) -> None:
    """Go on with `heads.statements` on passes of features (N, D) and their statements (N, 71); nothing else changes."""
    torch.manual_seed(recipe.seed)
    head = nn.Sequential(heads.dropout, heads.statements).train()
    steps = -(-len(statements) // recipe.batch)
    descent = Descent(head, recipe, steps=steps)
    statements = statements.to(passes[0].device)
    for _ in track(range(recipe.epochs), "second head", total=recipe.epochs):
        for rows in torch.randperm(len(statements)).split(recipe.batch):
            features = passes[int(torch.randint(len(passes), ()))][rows].float()
            descent.step(nn.functional.binary_cross_entropy_with_logits(head(features), statements[rows]))
    heads.statements.load_state_dict(descent.average.network[1].state_dict())
