"""Why a network answered as it did: attributions, attention and their summaries."""

from __future__ import annotations

from ecgnet.explain.attention import AttentionMap, attention_maps, why_no_attention
from ecgnet.explain.attributions import (
    DEFAULT_METHOD,
    DEFAULT_STEPS,
    METHODS,
    Explanation,
    ExplanationError,
    Method,
    explain,
)
from ecgnet.explain.summary import (
    BANDS,
    band_shares,
    field_shares,
    lead_shares,
    modality_shares,
    modality_sums,
    summarise,
)

__all__ = [
    "BANDS",
    "DEFAULT_METHOD",
    "DEFAULT_STEPS",
    "METHODS",
    "AttentionMap",
    "Explanation",
    "ExplanationError",
    "Method",
    "attention_maps",
    "band_shares",
    "explain",
    "field_shares",
    "lead_shares",
    "modality_shares",
    "modality_sums",
    "summarise",
    "why_no_attention",
]
