"""Attributions summed up: shares by lead, by frequency band, by patient field and by modality, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecgnet.explain.attributions import METHODS, Explanation
from ecgnet.explain.bands import BANDS, NYQUIST, band_of
from ecgnet.explain.error import ExplanationError
from ecgnet.language import mark, say
from ecgnet.modalities import METADATA_FIELDS
from ecgnet.record import LEADS

FIELDS = {mark("age"): ("age", "age known"), mark("sex"): ("sex", "sex known")}
TOP = 3
NOTHING = 0.005
"""A share below which "0 %" would be said."""


def lead_shares(explanation: Explanation) -> dict[str, float]:
    """The part of sum |values| that lies in each of the 12 leads, summing to 1 (all 0 where every value is).

    Raises ExplanationError for metadata, which have no leads.
    """
    if explanation.modality == "metadata":
        raise ExplanationError(say("Patient data have no leads; ask for the shares of their fields."))
    return _shares(LEADS, np.abs(explanation.values).reshape(len(LEADS), -1).sum(1))


def lead_sums(explanation: Explanation) -> dict[str, float]:
    """The part of the whole that each of the 12 leads adds for (+) or against (-) the label, its points summed with their
    signs; the absolute parts sum to 1 (all 0 where every sum is).

    Raises ExplanationError for metadata, which have no leads.
    """
    if explanation.modality == "metadata":
        raise ExplanationError(say("Patient data have no leads; ask for the shares of their fields."))
    sums = explanation.values.reshape(len(LEADS), -1).sum(1, dtype=np.float64)
    total = np.abs(sums).sum()
    return {lead: float(s / total) if total > 0 else 0.0 for lead, s in zip(LEADS, sums, strict=True)}


def band_shares(explanation: Explanation, nyquist: float = NYQUIST) -> dict[str, float]:
    """The part of sum |values| in each of `BANDS`, summing to 1; nyquist: the last bin's frequency in Hz.

    Raises ExplanationError for a modality without a frequency axis.
    """
    if explanation.modality not in ("spectrum", "spectrogram"):
        raise ExplanationError(say("The {modality} has no frequency axis.", modality=explanation.modality))
    size = np.abs(explanation.values)
    by_bin = size.reshape(*size.shape[:2], -1).sum((0, 2))
    band = band_of(len(by_bin), nyquist)
    return _shares(BANDS, np.bincount(band, by_bin, len(BANDS)))


def field_shares(explanation: Explanation) -> dict[str, float]:
    """The part of sum |values| in age and in sex, each with its flag, summing to 1.

    Raises ExplanationError for another modality than metadata.
    """
    if explanation.modality != "metadata":
        raise ExplanationError(say("The {modality} has no patient fields.", modality=explanation.modality))
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
    """One modality's explanation in a few sentences: the leads that speak for the label and those that speak against it,
    each lead by the sum of its points; the top band or field."""
    if not np.any(explanation.values):
        return (
            say(
                "Nothing in the {modality} moved the answer for {target}.",
                modality=explanation.modality,
                target=explanation.target,
            ),
        )
    sensitivity = METHODS[explanation.method].sensitivity
    sentences = []
    if explanation.modality == "metadata":
        (name, share), *_ = _ranked(field_shares(explanation))
        sentences.append(
            say(
                "Of the patient data, {name} weighs most for {target} ({percent}).",
                name=say(name),
                target=explanation.target,
                percent=_percent(share),
            )
        )
        if not sensitivity:
            values = explanation.values
            pro = float(values[values > 0].sum() / np.abs(values).sum())
            said = say(
                "{percent} of it speaks for {target}, {percent_2} against.",
                percent=_percent(pro),
                target=explanation.target,
                percent_2=_percent(1 - pro),
            )
            if min(pro, 1 - pro) < NOTHING:
                said = (
                    say("All of it speaks for {target}.", target=explanation.target)
                    if pro > 0.5
                    else say("All of it speaks against {target}.", target=explanation.target)
                )
            sentences.append(said)
    elif sensitivity:
        top = [(name, share) for name, share in _ranked(lead_shares(explanation))[:TOP] if share > 0]
        sentences.append(
            say(
                "The answer for {target} is most sensitive to {leads}.",
                target=explanation.target,
                leads=_leads(top),
            )
        )
    else:
        sentences += _for_and_against(explanation)
    if explanation.modality in ("spectrum", "spectrogram"):
        (name, share), *_ = _ranked(band_shares(explanation))
        sentences.append(
            say(
                "The strongest band is {name} ({percent}).",
                name=name,
                percent=_percent(share),
            )
        )
    return tuple(sentences)


def _for_and_against(explanation: Explanation) -> list[str]:
    sums = lead_sums(explanation)
    pro = _side(sums, 1)
    contra = _side(sums, -1)
    target = explanation.target
    sentences = []
    if pro:
        top, whole = pro[:TOP], sum(part for _, part in pro)
        spread = "" if sum(part for _, part in top) > whole / 2 else say(", spread over many leads")
        much = _percent(whole) if contra else say("All")
        sentences.append(
            say(
                "{much} of the evidence speaks for {target}{spread}, most of all {leads}.",
                much=much,
                target=target,
                spread=spread,
                leads=_leads(top),
            )
        )
    else:
        sentences.append(say("No lead as a whole speaks for {target}.", target=target))
    if contra:
        whole = sum(part for _, part in contra)
        much = _percent(whole) if pro else say("All of the evidence")
        sentences.append(
            say(
                "{much} speaks against it, most of all {leads}.",
                much=much,
                leads=_leads(contra[:TOP]),
            )
        )
    return sentences


def _side(sums: Mapping[str, float], sign: int) -> list[tuple[str, float]]:
    """The leads for (1) or against (-1), the strongest first; none where together they round to nothing."""
    found = _ranked({lead: sign * part for lead, part in sums.items() if sign * part > 0})
    return found if sum(part for _, part in found) >= NOTHING else []


def _leads(parts: Sequence[tuple[str, float]]) -> str:
    """ "V2, V3 and aVF (95 %)"."""
    *names, last = [name for name, _ in parts]
    listed = say("{first} and {last}", first=", ".join(names), last=last) if names else last
    return f"{listed} ({_percent(sum(part for _, part in parts))})"


def _need_common_units(explanations: Mapping[str, Explanation]) -> None:
    for explanation in explanations.values():
        if METHODS[explanation.method].sensitivity:
            raise ExplanationError(
                say(
                    "{title} is measured per mV, per dB and per unit, which cannot be compared across "
                    "modalities; choose another method.",
                    title=METHODS[explanation.method].title,
                )
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
