"""Why a network answered as it did: attributions, attention and their summaries."""

from __future__ import annotations

from ecgnet.explain.attention import AttentionMap, attention_maps, why_no_attention
from ecgnet.explain.attributions import (
    DEFAULT_METHOD,
    DEFAULT_STEPS,
    METHODS,
    Explanation,
    Method,
    explain,
)
from ecgnet.explain.bands import BANDS
from ecgnet.explain.baselines import BASELINES
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.summary import (
    band_shares,
    field_shares,
    lead_shares,
    modality_shares,
    modality_sums,
    summarise,
)
from ecgnet.explain.waves import (
    WAVES,
    AverageBeat,
    average_beat,
    band_wave_sums,
    lead_wave_sums,
    told,
    wave_at,
)

__all__ = [
    "BANDS",
    "BASELINES",
    "DEFAULT_METHOD",
    "DEFAULT_STEPS",
    "METHODS",
    "WAVES",
    "AttentionMap",
    "AverageBeat",
    "Explanation",
    "ExplanationError",
    "Method",
    "attention_maps",
    "average_beat",
    "band_shares",
    "band_wave_sums",
    "explain",
    "field_shares",
    "lead_shares",
    "lead_wave_sums",
    "modality_shares",
    "modality_sums",
    "summarise",
    "told",
    "wave_at",
    "why_no_attention",
]
