"""Fitting the random kernels: thresholds drawn from training records, then a linear rule on the counted shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgnet.metrics import auroc
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models.kernels import PATTERNS, WaveformKernels
from ecgnet.progress import track
from ecgnet.training.data import FoldData
from ecgnet.training.loop import save_checkpoint

GOLDEN = (np.sqrt(5) + 1) / 2


@dataclass(frozen=True)
class KernelRecipe:
    """How the kernels are drawn and their linear rule is fitted.

    penalties: half of the squared coefficients' weight beside the mean cross-entropy a record, from the strongest, of which
    the validation fold's macro AUC chooses; steps: of L-BFGS at each; ridge: of the coordinates in which it steps.
    """

    penalties: tuple[float, ...] = (0.3, 0.1, 0.03)
    steps: int = 15
    ridge: float = 0.5
    seed: int = 1


def fit_kernels(
    network: WaveformKernels, training: FoldData, *, validation: FoldData, recipe: KernelRecipe, folder: Path
) -> dict:
    """Draw the kernels and fit both linear rules; the superclasses by the records that have one. What was counted stays in
    `folder`, a thousand records a file, and a second call goes on from there. → macro AUC on the validation fold by head
    and penalty."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = folder / "drawn.pt"
    if not drawn.exists():
        draw(network, training.judged(), seed=recipe.seed)
        save_checkpoint(network.state_dict(), drawn)
    network.load_state_dict(torch.load(drawn, weights_only=True))
    shares = counted(network, training, folder=folder / "training")
    standardise(network, shares)
    seen = features(network, shares)
    del shares
    held_out = features(network, counted(network, validation, folder=folder / "validation"))
    factor = curvature(seen, recipe.ridge)
    judged = training.superclasses.any(1)
    found = {}
    for head, rows in (("statements", None), ("superclasses", judged)):
        # The records without a superclass are few: they are taken out in place, by a weight of nothing.
        labels, checked = getattr(training, head), getattr(validation, head).numpy()
        known = torch.ones(len(seen)) if rows is None else rows.float()
        rule, best = None, None
        for penalty in recipe.penalties:
            rule = fit_rule(
                seen, labels, factor=factor, penalty=penalty, steps=recipe.steps, start=rule, known=known
            )
            with torch.inference_mode():
                score = round(float(np.nanmean(auroc(checked, rule(held_out).numpy()))), 5)
            found.setdefault(head, {})[str(penalty)] = score
            if best is None or score > best[0]:
                best = score, rule
        getattr(network.heads, head).load_state_dict(best[1].state_dict())
    return found


@torch.inference_mode()
def draw(network: WaveformKernels, training: FoldData, *, seed: int) -> None:
    """Draw each kernel's leads, and its thresholds from what it answers to a random training record.

    One to nine leads, few more often than many (their number's logarithm is uniform); thresholds at quantiles that fill
    the line evenly (multiples of the golden ratio), as the paper has it.
    """
    rng = np.random.default_rng(seed)
    transform = ModalityTransform()
    kernels, thresholds, step = len(PATTERNS), [], 1
    for place, (_, n) in enumerate(network.dilations):
        counts = (2 ** rng.uniform(0, np.log2(9 + 1), kernels)).astype(int)
        leads = np.zeros((kernels, 12), np.float32)
        for row, count in zip(leads, counts, strict=True):
            row[rng.choice(12, count, replace=False)] = 1
        network.leads[place] = torch.from_numpy(leads)
        rows = torch.from_numpy(rng.choice(len(training), kernels, replace=len(training) < kernels))
        wave = transform(training.waveform(rows), training.metadata[rows], network.needs).waveform
        values = network.answers(wave, place)
        network.scale[place] = values.std((0, 2)).clamp(min=1e-6)
        levels = torch.from_numpy(np.arange(step, step + kernels * n) * GOLDEN % 1).float().view(kernels, n)
        step += kernels * n
        for kernel, level in enumerate(levels):
            thresholds.append(values[kernel, kernel].quantile(level))
    # Signals come in whole microvolts: between two of them, no rounding moves a sample across.
    network.thresholds.copy_(((torch.cat(thresholds) * 1000).floor() + 0.5) / 1000)


@torch.inference_mode()
def count(network: WaveformKernels, data: FoldData, *, batch: int = 16) -> Tensor:
    """(N, features) half precision: the shares of every record, before they are standardised."""
    transform = ModalityTransform()
    parts = []
    for k in track(range(0, len(data), batch), "kernels", total=-(-len(data) // batch)):
        rows = slice(k, k + batch)
        wave = transform(data.waveform(rows), data.metadata[rows], network.needs).waveform
        parts.append(network.shares(wave).half())
    return torch.cat(parts)


def counted(network: WaveformKernels, data: FoldData, *, folder: Path, size: int = 1000) -> Tensor:
    """`count`, kept in a folder: (N, features) half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for k in range(0, len(data), size):
        path = folder / f"{k:05d}.pt"
        if not path.exists():
            save_checkpoint(count(network, data.take(torch.arange(k, min(k + size, len(data))))), path)
        parts.append(torch.load(path, weights_only=True))
    return torch.cat(parts)


def standardise(network: WaveformKernels, shares: Tensor) -> None:
    """Let the network standardise as these training records' shares (N, features) have it; a share that hardly ever
    changes counts as if it changed by a thousandth."""
    network.centre.copy_(shares.float().mean(0))
    network.spread.copy_(shares.float().std(0).clamp(min=1e-3))


def features(network: WaveformKernels, shares: Tensor) -> Tensor:
    """(N, features) shares → what the linear rule sees."""
    scaled = (shares.float() - network.centre) / network.spread
    return scaled.clamp_(-network.limit, network.limit)


def curvature(seen: Tensor, ridge: float, *, batch: int = 2048) -> Tensor:
    """Lower triangle L (D, D) with L Lᵀ = XᵀX / N + ridge: the Cholesky factor of what `seen` X (N, D) spans. A rule fitted
    in its coordinates is found in some thirty steps, though the features are thousands and nearly dependent."""
    product = seen.new_zeros(seen.shape[1], seen.shape[1])
    for part in seen.split(batch):
        product.addmm_(part.T, part)
    product /= len(seen)
    product.diagonal().add_(ridge)
    return torch.linalg.cholesky_ex(product, check_errors=True).L


def fit_rule(
    seen: Tensor,
    labels: Tensor,
    *,
    factor: Tensor,
    penalty: float,
    steps: int,
    start: nn.Linear | None = None,
    known: Tensor | None = None,
) -> nn.Linear:
    """Penalised logistic regression of labels (N, C) on `seen` (N, D), by L-BFGS in the coordinates of `factor`, from zero
    or from the rule `start`. known: (N,) 1 for the records that count, 0 for the others; None for all."""
    rule = nn.Linear(seen.shape[1], labels.shape[1])
    counts = torch.ones(len(seen)) if known is None else known
    counts = (counts / counts.sum()).unsqueeze(1)
    share = (labels * counts).sum(0).clamp(1 / len(labels), 1 - 1 / len(labels))
    bias = (share.logit() if start is None else start.bias.detach().clone()).requires_grad_()
    turned = torch.zeros_like(rule.weight.T) if start is None else factor.T @ start.weight.detach().T
    turned.requires_grad_()
    optimizer = torch.optim.LBFGS([turned, bias], max_iter=steps, line_search_fn="strong_wolfe")

    def weight() -> Tensor:
        return torch.linalg.solve_triangular(factor.T, turned, upper=True)

    def closure() -> Tensor:
        optimizer.zero_grad()
        found = weight()
        value = nn.functional.binary_cross_entropy_with_logits(seen @ found + bias, labels, reduction="none")
        value = (value * counts).sum() + penalty / 2 * found.square().sum()
        value.backward()
        turned.grad = turned.grad.contiguous()  # as L-BFGS takes it
        return value

    optimizer.step(closure)
    with torch.no_grad():
        rule.weight.copy_(weight().T)
        rule.bias.copy_(bias)
    return rule.requires_grad_(False)
