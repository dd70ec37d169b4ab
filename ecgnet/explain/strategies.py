"""Why models differ on one record, and what each part of a fusion contributed: derived from answers, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgnet.estimate import log_odds
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.leave_out import Left
from ecgnet.inference import Prediction, Predictor, to_numpy
from ecgnet.language import say
from ecgnet.lazy import without_gradients
from ecgnet.modalities import encode_metadata
from ecgnet.record import Record
from ecgnet.remote import at_service

CLOSE = 0.05
"""Probabilities nearer than this are told apart by the thresholds, not by the models."""
MOST = 0.5
"""The share of a difference that a view must carry to be named its source."""


@dataclass(frozen=True)
class Difference:
    """A class that some models call and others do not: callers and others by name; cause: where that comes from, a
    sentence; source: the view that carries it, "" where no single one does; near: whether the thresholds decide it."""

    label: str
    callers: tuple[str, ...]
    others: tuple[str, ...]
    cause: str
    source: str = ""
    near: bool = False


def differences(
    predictions: Sequence[Prediction],
    without: Mapping[str, np.ndarray],
    *,
    left: Sequence[Left],
    titles: Mapping[str, str],
) -> list[Difference]:
    """The classes on which these models' calls differ, each with its cause.

    without: model → probabilities (1 + len(left), 5) as `leave_out` gives them, NaN for a view that a model does not read;
    left: the views left out; titles: the models' names for people.
    """
    found = []
    for k, label in enumerate(predictions[0].labels):
        callers = [p for p in predictions if label in p.called]
        others = [p for p in predictions if label not in p.called]
        if callers and others:
            found.append(_difference(k, label, callers, others, without, left, titles))
    return found


def _difference(
    k: int,
    label: str,
    callers: Sequence[Prediction],
    others: Sequence[Prediction],
    without: Mapping[str, np.ndarray],
    left: Sequence[Left],
    titles: Mapping[str, str],
) -> Difference:
    names = tuple(p.model for p in callers), tuple(p.model for p in others)
    low = min(p.probabilities[k] for p in callers)
    near = [p for p in others if low - p.probabilities[k] < CLOSE]
    far = [p for p in others if p not in near]
    if not far:
        return Difference(label, *names, _by_threshold(k, callers, near), near=True)
    cause, source = _by_view(k, label, callers, far, without, left, titles)
    if near:
        parted = say(" and ").join(titles.get(p.model, p.model) for p in near)
        cause += say(
            " {parted} is parted from it by the thresholds alone ({span}).",
            parted=parted,
            span=_span([*callers, *near], k, thresholds=True),
        )
    return Difference(label, *names, cause, source)


def _by_threshold(k: int, callers: Sequence[Prediction], others: Sequence[Prediction]) -> str:
    """Why models call differently whose probabilities do not explain it."""
    both = [*callers, *others]
    probabilities, thresholds = _span(both, k), _span(both, k, thresholds=True)
    if max(p.probabilities[k] for p in others) > min(p.probabilities[k] for p in callers):
        return say(
            "It comes from the thresholds ({thresholds}), not from the probabilities ({probabilities}).",
            thresholds=thresholds,
            probabilities=probabilities,
        )
    return say(
        "The probabilities lie close together ({probabilities}) and the thresholds part them "
        "({thresholds}): borderline, not a different reading.",
        probabilities=probabilities,
        thresholds=thresholds,
    )


def _by_view(
    k: int,
    label: str,
    callers: Sequence[Prediction],
    others: Sequence[Prediction],
    without: Mapping[str, np.ndarray],
    left: Sequence[Left],
    titles: Mapping[str, str],
) -> tuple[str, str]:
    """The view whose loss makes these models call alike or brings them near to one another, in a sentence and by name; ""
    where none does."""
    margins = {p.model: _margins(without[p.model][:, k], p.thresholds[k]) for p in (*callers, *others)}
    gaps = np.mean([margins[p.model] for p in callers], 0) - np.mean([margins[p.model] for p in others], 0)
    rest = np.abs(gaps[1:] / gaps[0])
    calls = np.stack([margins[p.model][1:] >= 0 for p in (*callers, *others)])
    agreed = (calls == calls[:1]).all(0)
    # A view whose loss makes them call alike comes before one that only narrows the difference.
    fits = agreed if agreed.any() else rest <= 1 - MOST
    if not fits.any():
        return (
            say(
                "No single view accounts for it: leaving out one at a time keeps more than half of the difference, or "
                "turns it "
                "round."
            ),
            "",
        )
    v = int(np.argmin(np.where(fits, rest, np.inf)))
    after = calls[:, v]
    end = (
        say("they would agree that {label} is there", label=label)
        if all(after)
        else say("none would call {label}", label=label)
        if not any(after)
        else say("most of the difference is gone")
    )
    told = ", ".join(_change(p, without[p.model][:, k], v, titles) for p in (*callers, *others))
    return say(
        "The difference comes from {title}: without it {end} ({told}).",
        title=left[v].title,
        end=end,
        told=told,
    ), left[v].modality


def _margins(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Log-odds above the threshold, as recorded and without each view; a view that is not read changes nothing."""
    p = np.where(np.isfinite(probabilities), probabilities, probabilities[0])
    return log_odds(p, 1e-6) - log_odds(threshold, 1e-6)


def _change(p: Prediction, probabilities: np.ndarray, v: int, titles: Mapping[str, str]) -> str:
    before, after = probabilities[0], probabilities[v + 1]
    name = titles.get(p.model, p.model)
    if not np.isfinite(after):
        return say(
            "{name}, which does not read it, {before:.0f} %",
            name=name,
            before=100 * before,
        )
    return f"{name} {100 * before:.0f} → {100 * after:.0f} %"


def _span(predictions: Sequence[Prediction], k: int, thresholds: bool = False) -> str:
    values = [100 * float((p.thresholds if thresholds else p.probabilities)[k]) for p in predictions]
    low, high = f"{min(values):.0f}", f"{max(values):.0f}"
    return say("all {low} %", low=low) if low == high else say("{low} to {high} %", low=low, high=high)


@dataclass(frozen=True)
class LateTerms:
    """A late fusion's answer for one class as a sum, in calibrated log-odds: branch → weight, the branch's logit, and their
    product as it counts; patient: what age and sex add, NaN for a fusion that does not read them; base: what stands
    without any of them. total: the sum, which is the log-odds of the calibrated probability."""

    weights: dict[str, float]
    logits: dict[str, float]
    products: dict[str, float]
    patient: float
    base: float

    @property
    def total(self) -> float:
        """The log-odds of the calibrated probability."""
        return sum(self.products.values()) + (0.0 if np.isnan(self.patient) else self.patient) + self.base


@at_service
@without_gradients
def late_terms(
    predictor: Predictor, branches: Mapping[str, np.ndarray], *, record: Record, label: str
) -> LateTerms:
    """What each branch contributed to a late fusion's answer. branches: name → its logits (5,) for the record.

    Raises ExplanationError for a model that is no late fusion, or when a branch's logits are lacking.
    """
    from ecgnet.models.branch_fusion import LateFusion, metadata_terms

    network, card = predictor.model.network, predictor.model.card
    if not isinstance(network, LateFusion):
        raise ExplanationError(
            say(
                "{name} does not weigh branches; only a late fusion does.",
                name=predictor.name,
            )
        )
    if lacking := [name for name in network.branches if name not in branches]:
        raise ExplanationError(
            say(
                "The logits of {lacking} are needed for the parts of {name}.",
                lacking=", ".join(lacking),
                name=predictor.name,
            )
        )
    k = card.labels.index(label)
    slope = card.calibration.slope[label]
    weight, bias = to_numpy(network.weight)[:, k], float(network.bias[k])
    weights = {name: float(w) for name, w in zip(network.branches, weight, strict=True)}
    logits = {name: float(branches[name][k]) for name in weights}
    patient = np.nan
    if network.metadata:
        terms = metadata_terms(encode_metadata([record.metadata]).to(predictor.model.device))
        patient = slope * float(network.patient(terms)[0, k])
    return LateTerms(
        weights,
        logits,
        {name: slope * weights[name] * logits[name] for name in weights},
        patient,
        slope * bias + card.calibration.intercept[label],
    )
