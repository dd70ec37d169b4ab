"""Attributions summed up: shares by lead, by frequency band, by patient field and by modality, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecgnet.explain.attributions import METHODS, Explanation
from ecgnet.explain.bands import BANDS, NYQUIST, band_of
from ecgnet.explain.error import ExplanationError
from ecgnet.modalities import METADATA_FIELDS
from ecgnet.record import LEADS

FIELDS = {"age": ("age", "age known"), "sex": ("sex", "sex known")}
TOP = 3


def lead_shares(explanation: Explanation) -> dict[str, float]:
    """The part of sum |values| that lies in each of the 12 leads, summing to 1 (all 0 where every value is).

    Raises ExplanationError for metadata, which have no leads.
    """
    if explanation.modality == "metadata":
        raise ExplanationError("Patient data have no leads; ask for the shares of their fields.")
    return _shares(LEADS, np.abs(explanation.values).reshape(len(LEADS), -1).sum(1))


def band_shares(explanation: Explanation, nyquist: float = NYQUIST) -> dict[str, float]:
    """The part of sum |values| in each of `BANDS`, summing to 1; nyquist: the last bin's frequency in Hz.

    Raises ExplanationError for a modality without a frequency axis.
    """
    if explanation.modality not in ("spectrum", "spectrogram"):
        raise ExplanationError(f"The {explanation.modality} has no frequency axis.")
    size = np.abs(explanation.values)
    by_bin = size.reshape(*size.shape[:2], -1).sum((0, 2))
    band = band_of(len(by_bin), nyquist)
    return _shares(BANDS, np.bincount(band, by_bin, len(BANDS)))


def field_shares(explanation: Explanation) -> dict[str, float]:
    """The part of sum |values| in age and in sex, each with its flag, summing to 1.

    Raises ExplanationError for another modality than metadata.
    """
    if explanation.modality != "metadata":
        raise ExplanationError(f"The {explanation.modality} has no patient fields.")
    size = dict(zip(METADATA_FIELDS, np.abs(explanation.values), strict=True))
    return _shares(FIELDS, np.array([sum(size[part] for part in parts) for parts in FIELDS.values()]))


def modality_shares(explanations: Mapping[str, Explanation]) -> dict[str, float]:
    """The part of sum |values| in each modality, summing to 1. Noise adds to it; `modality_sums` cancels it.

    Raises ExplanationError for saliency, whose units differ between modalities.
    """
    _need_common_units(explanations)
    return _shares(explanations, np.array([np.abs(e.values).sum() for e in explanations.values()]))


def modality_sums(explanations: Mapping[str, Explanation]) -> dict[str, float]:
    """Each modality's net contribution in logits, for (+) or against (-) the label; for a complete method they add
    up to logit - baseline_logit.

    Raises ExplanationError for saliency, whose units differ between modalities.
    """
    _need_common_units(explanations)
    return {name: float(e.values.sum(dtype=np.float64)) for name, e in explanations.items()}


def summarise(explanation: Explanation) -> tuple[str, ...]:
    """One modality's explanation in a few sentences: top leads, top band or field, and for or against the label."""
    if not np.any(explanation.values):
        return (f"Nothing in the {explanation.modality} moved the answer for {explanation.target}.",)
    sentences = []
    if explanation.modality == "metadata":
        (name, share), *_ = _ranked(field_shares(explanation))
        sentences.append(
            f"Of the patient data, {name} weighs most for {explanation.target} ({_percent(share)})."
        )
    else:
        top = [(name, share) for name, share in _ranked(lead_shares(explanation))[:TOP] if share > 0]
        sentences.append(_top_sentence(explanation, top))
    if explanation.modality in ("spectrum", "spectrogram"):
        (name, share), *_ = _ranked(band_shares(explanation))
        sentences.append(f"The strongest band is {name} ({_percent(share)}).")
    if not METHODS[explanation.method].sensitivity:
        values = explanation.values
        speaking_for = float(values[values > 0].sum() / np.abs(values).sum())
        sentences.append(
            f"{_percent(speaking_for)} of it speaks for {explanation.target}, "
            f"{_percent(1 - speaking_for)} against."
        )
    return tuple(sentences)


def _top_sentence(explanation: Explanation, top: Sequence[tuple[str, float]]) -> str:
    share = sum(part for _, part in top)
    *names, last = [name for name, _ in top]
    leads = f"{', '.join(names)}{' and ' if names else ''}{last} ({_percent(share)})"
    if METHODS[explanation.method].sensitivity:
        return f"The answer for {explanation.target} is most sensitive to {leads}."
    if share > 0.5:
        return f"Most of the evidence for {explanation.target} comes from {leads}."
    return f"The evidence for {explanation.target} is spread over the leads; {leads} contribute the largest part."


def _need_common_units(explanations: Mapping[str, Explanation]) -> None:
    for explanation in explanations.values():
        if METHODS[explanation.method].sensitivity:
            raise ExplanationError(
                f"{METHODS[explanation.method].title} is measured per mV, per dB and per unit, which cannot be "
                "compared across modalities; choose another method."
            )


def _shares(names: Sequence[str] | Mapping[str, object], amounts: np.ndarray) -> dict[str, float]:
    total = amounts.sum(dtype=np.float64)
    return {
        name: float(amount / total) if total > 0 else 0.0 for name, amount in zip(names, amounts, strict=True)
    }


def _ranked(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda item: -item[1])


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
