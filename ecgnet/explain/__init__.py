"""Why a network answered as it did: attributions, attention and their summaries."""

from __future__ import annotations

from ecgnet.explain.attention import AttentionMap, attention_maps, why_no_attention
from ecgnet.explain.attributions import (
    DEFAULT_METHOD,
    DEFAULT_STEPS,
    METHODS,
    Explanation,
    Method,
    completed,
    explain,
)
from ecgnet.explain.bands import BANDS
from ecgnet.explain.baselines import BASELINES
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.evidence import CARRIED, Evidence, best_method, evidence, why_not
from ecgnet.explain.faithfulness import MapCheck, agreement, check_map
from ecgnet.explain.grad_cam import grad_cam, why_no_grad_cam
from ecgnet.explain.leave_out import (
    EVERYTHING,
    SINGLE_LEADS,
    TERRITORIES,
    VIEWS,
    Left,
    for_patients,
    leave_out,
    told_change,
)
from ecgnet.explain.measured import MeasuredCredit, measured_credits, reads_measurements
from ecgnet.explain.question import KeptAnswers
from ecgnet.explain.summary import (
    band_shares,
    field_shares,
    lead_shares,
    lead_sums,
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
    wave_at,
    waves_in_words,
)

__all__ = [
    "BANDS",
    "BASELINES",
    "CARRIED",
    "DEFAULT_METHOD",
    "DEFAULT_STEPS",
    "EVERYTHING",
    "METHODS",
    "SINGLE_LEADS",
    "TERRITORIES",
    "VIEWS",
    "WAVES",
    "KeptAnswers",
    "AttentionMap",
    "AverageBeat",
    "Evidence",
    "Explanation",
    "ExplanationError",
    "Left",
    "MapCheck",
    "MeasuredCredit",
    "Method",
    "agreement",
    "attention_maps",
    "average_beat",
    "band_shares",
    "band_wave_sums",
    "best_method",
    "check_map",
    "completed",
    "evidence",
    "explain",
    "field_shares",
    "for_patients",
    "grad_cam",
    "lead_shares",
    "lead_sums",
    "lead_wave_sums",
    "leave_out",
    "measured_credits",
    "modality_shares",
    "modality_sums",
    "reads_measurements",
    "summarise",
    "waves_in_words",
    "told_change",
    "wave_at",
    "why_no_attention",
    "why_no_grad_cam",
    "why_not",
]
