"""Who was recorded, and how: the hospital's ECGs beside those of PTB-XL's test fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgnet.cards import WeightsError
from ecgnet.fold_scores import load_fold_scores
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD
from ecgnet.states import FOUND, STATES, StateLimits
from ecgnet.validation.answers import EcgAnswers

DEVICES = 8
"""Recorders that are named; the others are counted together."""


@dataclass(frozen=True)
class CaseMix:
    """Shares are of 0 to 1, NaN where nothing is known. n: ECGs; age: quartiles in years and of how many it is known;
    female: share of those whose sex is known; labelled: share with each class, of the labelled ones; found: share in which
    each class is present or possible by the networks alone, before measurements doubt a normal ECG; rates: sampling rate in
    Hz → ECGs; devices: recorder → ECGs; unfamiliar: share beyond the limit; unfamiliarity: quartiles, 1 is the limit; fine:
    share without a fault in any lead; abstained: share of answers better left to a reader."""

    n: int
    age: tuple[float, float, float]
    age_known: int
    female: float
    labelled: Mapping[str, float]
    found: Mapping[str, float]
    rates: Mapping[str, int]
    devices: Mapping[str, int]
    unfamiliar: float
    unfamiliarity: tuple[float, float, float]
    fine: float
    abstained: float


def case_mix(
    answers: EcgAnswers,
    limits: StateLimits,
    *,
    truth: np.ndarray | None = None,
    classes: tuple[str, ...] = (),
) -> CaseMix:
    """Of all ECGs that were answered for. limits: of the states; truth (M, C): the labels of those that have one, of
    `classes`."""
    known = answers.sex[answers.sex != ""]
    distance = answers.unfamiliarity[np.isfinite(answers.unfamiliarity)]
    labelled = (
        {} if truth is None or not len(truth) else dict(zip(classes, truth.mean(0).tolist(), strict=True))
    )
    devices = Counter(device for device in answers.device if device)
    named = dict(devices.most_common(DEVICES))
    if rest := sum(devices.values()) - sum(named.values()):
        named["others"] = rest
    return CaseMix(
        len(answers),
        _quartiles(answers.age[np.isfinite(answers.age)]),
        int(np.isfinite(answers.age).sum()),
        float((known == "female").mean()) if len(known) else np.nan,
        labelled,
        _found(limits.codes(answers.probabilities)),
        {f"{rate:g}": n for rate, n in sorted(Counter(answers.fs.tolist()).items())},
        {str(device): n for device, n in named.items()},
        float((distance > 1).mean()) if len(distance) else np.nan,
        _quartiles(distance),
        float(answers.fine.mean()),
        float(answers.abstain.mean()),
    )


def of_ptbxl(answers: EcgAnswers) -> CaseMix | None:
    """The same of PTB-XL's test fold, by the answers that lie beside the weights; None where they do not fit. Its ECGs have
    500 Hz and are read at 100 Hz here."""
    card = answers.card
    try:
        fold = load_fold_scores().fold(TEST_FOLD)
        limits: StateLimits = card.state_limits
        states = limits.codes(fold.probabilities(answers.model, card))
    except WeightsError:
        return None
    sexes = fold.female | fold.male
    flagged = card.content.get("trust", {}).get("familiarity", {}).get("flagged", np.nan)
    trust = card.trust
    answered = trust.all_leads.get("measured", {}).get("answered", np.nan) if trust else np.nan
    return CaseMix(
        len(fold),
        _quartiles(fold.age[np.isfinite(fold.age)]),
        int(np.isfinite(fold.age).sum()),
        float(fold.female[sexes].mean()),
        dict(zip(SUPERCLASSES, fold.labels.mean(0).tolist(), strict=True)),
        _found(states),
        {"100": len(fold)},
        {},
        float(flagged),
        (np.nan, np.nan, np.nan),
        np.nan,
        1 - float(answered),
    )


def _found(states: np.ndarray) -> dict[str, float]:
    shares = np.isin(states, [STATES.index(state) for state in FOUND]).mean(0)
    return dict(zip(SUPERCLASSES, shares.tolist(), strict=True))


def _quartiles(values: np.ndarray) -> tuple[float, float, float]:
    if not len(values):
        return np.nan, np.nan, np.nan
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return low, middle, high
