"""A folder that `ecgnet score` wrote → what is watched of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np

from ecgnet.archive.errors import ArchiveError
from ecgnet.cards import Card, read_card
from ecgnet.estimate import UNKNOWN, Estimate
from ecgnet.fold_scores import load_fold_scores
from ecgnet.language import say
from ecgnet.monitoring.alarms import WHY, alarms
from ecgnet.monitoring.labelled import Labelled, labelled_by
from ecgnet.monitoring.periods import LEAST, WEEKS, Span, spans
from ecgnet.monitoring.result import LOOK, Alarm, Monitoring, Period
from ecgnet.monitoring.stability import stability
from ecgnet.monitoring.watched import Watched, read_watched
from ecgnet.operating import share
from ecgnet.ptbxl import SUPERCLASSES, VALIDATION_FOLD
from ecgnet.site_profile import SiteProfile
from ecgnet.states import FOUND, STATES, StateLimits
from ecgnet.validation.labels import Labels

Reference = Literal["first", "ptbxl"]
REFERENCES: tuple[Reference, ...] = ("first", "ptbxl")
"""The site's own first weeks, or PTB-XL's fold 9."""


def monitor(
    folder: str | Path,
    *,
    reference: Reference | None = None,
    labels: Labels | Literal["confirmed"] | None = None,
    model: str | None = None,
    profile: SiteProfile | None = None,
) -> Monitoring:
    """Watch a folder. reference: by default the first periods that have 200 ECGs together, where others follow them, else
    PTB-XL's fold 9; labels: a hospital's, or what carts printed and a physician confirmed; profile: labels are compared with
    the answers as this site profile adapts them, while distributions are always those as shipped.

    Raises ArchiveError for a folder without answers and where `first` leaves no period to be compared, ValidationError for
    labels that fit no ECG, ProfileError for a profile of other weights.
    """
    watched = read_watched(folder, model)
    card = read_card(watched.model)
    parts, undated = spans(watched.days)
    if profile is not None and profile.model != watched.model:
        profile = None  # as everywhere: a profile changes answers of its own model alone
    told = labelled_by(watched, folder, labels=labels, profile=profile)
    periods = [_period(watched, span, card.state_limits, told) for span in parts]
    base, first = _reference(watched, parts, card, reference=reference, folder=folder)
    compared = [
        replace(
            period,
            shift={
                label: stability(base[1][:, c], _probabilities(watched, span)[:, c])
                for c, label in enumerate(SUPERCLASSES)
            },
        )
        for period, span in zip(periods[first:], parts[first:], strict=True)
    ]
    raised = tuple(chain.from_iterable(alarms(period, base[0]) for period in reversed(compared)))
    return Monitoring(
        datetime.now().astimezone(),
        str(folder),
        watched.model,
        watched.weights,
        profile and profile.name,
        base[0],
        (*periods[:first], *compared),
        tuple(period.name for period in compared),
        undated,
        watched.refused,
        told.source,
        raised,
        tuple(_notes(watched, compared, undated, raised)),
    )


def _reference(
    watched: Watched,
    parts: tuple[Span, ...],
    card: Card,
    *,
    reference: Reference | None,
    folder: str | Path,
) -> tuple[tuple[Period, np.ndarray], int]:
    """The reference with its probabilities, and how many of the periods are in it."""
    answered = np.cumsum([watched.answered[span.rows].sum() for span in parts])
    first = int(np.searchsorted(answered, LEAST)) + 1
    if reference == "ptbxl" or (reference is None and first >= len(parts)):
        return _of_ptbxl(watched.model, card), 0
    if first >= len(parts):
        raise ArchiveError(
            say(
                "{folder}: the first weeks cannot be the reference, since no later period follows {least} answered ECGs. "
                "Compare with PTB-XL (--reference ptbxl), or wait.",
                folder=folder,
                least=LEAST,
            )
        )
    rows = np.concatenate([span.rows for span in parts[:first]])
    whole = Span(parts[0].begin, parts[first - 1].end, np.sort(rows))
    return (_period(watched, whole, card.state_limits), _probabilities(watched, whole)), first


def _probabilities(watched: Watched, span: Span) -> np.ndarray:
    return watched.probabilities[span.rows][watched.answered[span.rows]]


def _period(watched: Watched, span: Span, limits: StateLimits, told: Labelled | None = None) -> Period:
    p = _probabilities(watched, span)
    distance = watched.unfamiliarity[span.rows]
    distance = distance[np.isfinite(distance)]
    found = Period(
        span.name,
        span.begin,
        len(span.rows),
        len(p),
        _means(p),
        _found(p, limits),
        share(distance > 1),
        share(watched.fine[span.rows]),
        share(watched.abstain[span.rows][watched.answered[span.rows]]),
    )
    return found if told is None else told.into(found, span.rows)


def _of_ptbxl(model: str, card: Card) -> tuple[Period, np.ndarray]:
    """PTB-XL's fold 9 by the answers beside the weights. Raises WeightsError where they do not fit."""
    fold = load_fold_scores().fold(VALIDATION_FOLD)
    p = fold.probabilities(model, card)
    trust = card.content.get("trust", {})
    kept = card.trust.all_leads.get("measured", {}).get("answered") if card.trust else None
    return Period(
        say("PTB-XL, fold 9"),
        "",
        len(fold),
        len(fold),
        _means(p),
        _found(p, card.state_limits),
        _known(trust.get("familiarity", {}).get("flagged")),
        UNKNOWN,
        _known(None if kept is None else 1 - kept),
    ), p


def _known(value: float | None) -> Estimate:
    return UNKNOWN if value is None else Estimate(value, value, value)


def _means(p: np.ndarray) -> dict[str, float]:
    return {label: float(p[:, c].mean()) if len(p) else np.nan for c, label in enumerate(SUPERCLASSES)}


def _found(p: np.ndarray, limits: StateLimits) -> dict[str, Estimate]:
    named = np.isin(limits.codes(p), [STATES.index(state) for state in FOUND])
    return {label: share(named[:, c]) for c, label in enumerate(SUPERCLASSES)}


def _notes(watched: Watched, compared: list[Period], undated: int, raised: tuple[Alarm, ...]) -> list[str]:
    said = [say(WHY)] if any(alarm.kind in LOOK for alarm in raised) else []
    if few := [period.name for period in compared if period.answered < LEAST]:
        names = ", ".join(few[:6]) + (say(" and {n} more", n=len(few) - 6) if len(few) > 6 else "")
        said.append(
            say(
                "Fewer than {least} answered ECGs, which raise no alarm on answers, in {names}.",
                least=LEAST,
                names=names,
            )
        )
    if undated:
        said.append(say("{undated} ECGs are in no period: their files state no day.", undated=undated))
    elif len(watched) and np.isnat(watched.days).any():
        said.append(
            say(
                "Too few files state a day for periods of {weeks} weeks: a period is {least} ECGs as they are listed, "
                "which is time only where names of files follow it.",
                weeks=WEEKS,
                least=LEAST,
            )
        )
    return said
