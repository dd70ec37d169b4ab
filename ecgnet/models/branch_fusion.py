"""Fusions of trained branches: midway, where hidden features meet, and late, where outputs are combined.

The branches stay frozen inside; only the fusion's own parameters are trained and stored, and its card names the
checksums of the branches that it was fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ecgnet.modalities import Modalities
from ecgnet.models.base import N_STATEMENTS, N_SUPERCLASSES, AttentionPooling, Heads, Network, Output
from ecgnet.models.spectrum import EncoderLayer

METADATA_TERMS = 6


def metadata_terms(metadata: Tensor) -> Tensor:
    """(B, 4) → (B, 6): age, its square, sex, age by sex, and both flags, so that a linear rule can bend."""
    age, age_known, sex, sex_known = metadata.unbind(1)
    return torch.stack([age, age**2, sex, age * sex, age_known, sex_known], 1)


class BranchFusion(Network):
    """Frozen branches, run on the same modalities, and a `combine` of their outputs."""

    def __init__(self, branches: Mapping[str, Network], metadata: bool) -> None:
        super().__init__()
        self.branches = nn.ModuleDict(branches)
        self.branches.requires_grad_(False)
        self.metadata = metadata
        needs = dict.fromkeys(name for branch in branches.values() for name in branch.needs)
        self.needs = (*needs, "metadata") if metadata else tuple(needs)

    def train(self, mode: bool = True) -> BranchFusion:
        """Training touches the fusion alone: the branches stay in evaluation mode."""
        super().train(mode)
        self.branches.eval()
        return self

    def own_state(self) -> dict[str, Tensor]:
        """The fusion's parameters without those of its branches."""
        return {k: v for k, v in self.state_dict().items() if not k.startswith("branches.")}

    def forward(self, modalities: Modalities) -> Output:
        outputs = {name: branch(modalities) for name, branch in self.branches.items()}
        return self.combine(outputs, modalities.metadata)

    def combine(self, outputs: Mapping[str, Output], metadata: Tensor) -> Output:
        """The branches' outputs and metadata (B, 4) → the fused output."""
        raise NotImplementedError


class IntermediateFusion(BranchFusion):
    """Each branch's hidden features become a token; tokens attend to one another, and attention pools them.

    features (B, D of the branch) → tokens (B, 4 or 5, 192), the last one the metadata → Transformer layer (Vaswani et
    al. 2017) → attention pooling → joined with the mean (B, 384) → logits. attention["modalities"] (B, 4 or 5) says
    how much each token was heard. In training whole tokens are dropped, so that a missing modality is survived.
    """

    def __init__(
        self,
        branches: Mapping[str, Network],
        metadata: bool = True,
        width: int = 192,
        dropout: float = 0.3,
        token_dropout: float = 0.1,
    ) -> None:
        super().__init__(branches, metadata)
        self.project = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.LayerNorm(size := branch.heads.superclasses.in_features),
                    nn.Dropout(dropout),
                    nn.Linear(size, width),
                )
                for name, branch in branches.items()
            }
        )
        if metadata:
            self.project["metadata"] = nn.Sequential(
                nn.Linear(METADATA_TERMS, 32), nn.GELU(), nn.Linear(32, width)
            )
        self.kind = nn.Parameter(torch.randn(len(self.project), width) * 0.02)
        self.token_dropout = token_dropout
        self.layer = EncoderLayer(width, 4, dropout)
        self.pool = AttentionPooling(width)
        self.heads = Heads(2 * width, dropout)

    def combine(self, outputs: Mapping[str, Output], metadata: Tensor) -> Output:
        tokens = [self.project[name](outputs[name].features.float()) for name in self.branches]
        if self.metadata:
            tokens.append(self.project["metadata"](metadata_terms(metadata)))
        x = torch.stack(tokens, 1) + self.kind
        if self.training:
            kept = torch.rand(x.shape[:2], device=x.device) >= self.token_dropout
            x = x * kept.unsqueeze(-1)
        x, _ = self.layer(x)
        pooled, weights = self.pool(x)
        attention = {k: v for out in outputs.values() for k, v in out.attention.items()}
        return self.heads(torch.cat([pooled, x.mean(1)], 1), {**attention, "modalities": weights})


class LateFusion(BranchFusion):
    """A weighted sum of the branches' logits, a weight per branch and class, learned on the validation fold
    (stacking, Wolpert 1992), plus a linear rule on age and sex.

    features (B, 4 * 5) are the branches' logits.
    """

    def __init__(self, branches: Mapping[str, Network], metadata: bool = True) -> None:
        super().__init__(branches, metadata)
        n = len(branches)
        self.weight = nn.Parameter(torch.full((n, N_SUPERCLASSES), 1 / n))
        self.bias = nn.Parameter(torch.zeros(N_SUPERCLASSES))
        self.statement_weight = nn.Parameter(torch.full((n,), 1 / n))
        self.statement_bias = nn.Parameter(torch.zeros(N_STATEMENTS))
        if metadata:
            self.patient = nn.Linear(METADATA_TERMS, N_SUPERCLASSES, bias=False)
            nn.init.zeros_(self.patient.weight)

    def combine(self, outputs: Mapping[str, Output], metadata: Tensor) -> Output:
        logits = torch.stack([outputs[name].logits.float() for name in self.branches], 1)
        fused = (logits * self.weight).sum(1) + self.bias
        if self.metadata:
            fused = fused + self.patient(metadata_terms(metadata))
        statements = torch.stack([outputs[name].statements.float() for name in self.branches], 1)
        statements = torch.einsum("bns,n->bs", statements, self.statement_weight) + self.statement_bias
        attention = {k: v for out in outputs.values() for k, v in out.attention.items()}
        return Output(fused, statements, logits.flatten(1), attention)
