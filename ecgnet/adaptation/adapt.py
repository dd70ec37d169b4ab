"""Labels → a site profile, with the verdict of records that its fitting never saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ecgnet.adaptation.choice import FOLDS, choose, cross_fitted, folds_by_patient, name
from ecgnet.adaptation.errors import AdaptationError
from ecgnet.adaptation.limits import refit_limits
from ecgnet.adaptation.steps import Seen, adapted_classes, enough, fit_plan
from ecgnet.cards import Stamp
from ecgnet.metrics import auroc_within, bootstrap, paired_gain
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.recalibration import log_loss, observed_to_expected
from ecgnet.site_profile import STEPS, SiteProfile, fingerprints
from ecgnet.validation import Labels, Validation
from ecgnet.validation.answers import EcgAnswers
from ecgnet.validation.doubts import GRAVE, Doubt
from ecgnet.validation.matching import match

LEAST = 40
"""Patients with a labelled ECG below whom nothing is adapted."""
COPIES = 0.05
"""Share of copies, or of ECGs with two labels, from which the folder is taken to be muddled."""
SAMPLES = 200


@dataclass(frozen=True)
class Compared:
    """A figure before and after on records that the fitting never saw, and the change with its 95 % interval."""

    before: float
    after: float
    change: tuple[float, float, float]


@dataclass(frozen=True)
class Adaptation:
    """profile; log_loss, macro_auc: before and after, by nested cross-validation; ratios: class → observed over expected
    before and after; sentences: what was done, in words."""

    profile: SiteProfile
    log_loss: Compared
    macro_auc: Compared
    ratios: dict[str, tuple[float, float]]
    sentences: tuple[str, ...]


def adapt(
    answers: EcgAnswers,
    labels: Labels,
    *,
    validation: Validation,
    site: str,
    classes: tuple[str, ...] | None = None,
    seed: int = 0,
) -> Adaptation:
    """Fit a profile. validation: of the same answers and labels, as shipped; site: how the profile is called; classes: those
    to be adapted, by default all five. Raises AdaptationError where labels are too few or doubted, or one of the classes has
    too few ECGs of a kind."""
    matched = match(answers, labels)
    truth = np.full((len(matched.truth), len(SUPERCLASSES)), np.nan)
    truth[:, matched.columns] = matched.truth
    seen = Seen(matched.answers.probabilities, matched.answers.statements, truth, matched.patients)
    asked = np.array([label in (classes or SUPERCLASSES) for label in SUPERCLASSES])
    _refuse(validation, seen, asked)
    chosen = choose(seen, classes=asked, seed=seed)
    transform = fit_plan(seen, chosen.plan)
    own = cross_fitted(seen, chosen.plan, seed=seed)
    unseen = nested(seen, classes=asked, seed=seed)
    limits, refitted = refit_limits(
        seen, own, shipped=answers.card.state_limits, transform=transform, site=site, asked=asked
    )
    loss, area = (
        _losses(seen, unseen),
        _areas(seen, unseen, folds_of_nested(seen, seed), columns=matched.columns),
    )
    ratios = {
        label: (
            observed_to_expected(truth[:, c], seen.probabilities[:, c]).value,
            observed_to_expected(truth[:, c], unseen[:, c]).value,
        )
        for c, label in enumerate(SUPERCLASSES)
        if asked[c]
    }
    card = answers.card
    profile = SiteProfile(
        site,
        f"{datetime.now().astimezone():%Y-%m-%d}",
        card.name,
        card.weights_id,
        card.stamp(Stamp.ANSWERS),
        max((candidate.step for candidate in chosen.plan), key=STEPS.index),
        adapted_classes(transform),
        transform,
        limits,
        refitted,
        len(truth),
        seen.people,
        {label: int(n) for label, n in zip(matched.classes, matched.truth.sum(0), strict=True)},
        *fingerprints(matched.answers.hashes),
        {
            "steps": {label: name(c) for label, c in zip(SUPERCLASSES, chosen.plan, strict=True)},
            "cross_validated_log_loss": chosen.losses,
            "folds": FOLDS,
            "seed": seed,
            "log_loss": [loss.before, loss.after, *loss.change],
            "macro_auc": [area.before, area.after, *area.change],
            "observed_to_expected": ratios,
        },
    )
    return Adaptation(profile, loss, area, ratios, tuple(_sentences(profile, loss, area, ratios)))


def nested(seen: Seen, *, classes: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    """(N, 5): each ECG's probabilities by the whole procedure, choice included, without its patient."""
    fold = folds_of_nested(seen, seed)
    found = np.empty_like(seen.probabilities)
    for k in np.unique(fold):
        rows = fold == k
        others = seen.rows(~rows)
        transform = fit_plan(others, choose(others, classes=classes, seed=seed).plan)
        found[rows] = transform(seen.probabilities[rows], seen.statements[rows])
    return found


def folds_of_nested(seen: Seen, seed: int = 0) -> np.ndarray:
    """(N,): the outer folds, other than those of the choice within."""
    return folds_by_patient(seen.patients, seed=seed + 1)


def _refuse(validation: Validation, seen: Seen, asked: np.ndarray) -> None:
    for doubt in validation.doubts:
        if doubt.kind in GRAVE:
            raise AdaptationError(f"No profile is made. {doubt.text}")
    n, flow = seen.people, validation.flow
    if n < LEAST:
        counted = f"{n} labelled ECGs" if seen.clusters is None else f"labelled ECGs of {n} patients"
        raise AdaptationError(
            f"No profile is made: {counted} are too few, those of at least {LEAST} patients are needed."
        )
    for kind, files in ((Doubt.DUPLICATES, flow.duplicates), (Doubt.CONTRADICTING, flow.contradicting)):
        if len(files) > COPIES * flow.answered:
            text = next(doubt.text for doubt in validation.doubts if doubt.kind is kind)
            raise AdaptationError(f"No profile is made: clear this up first. {text}")
    short = [label for label, there in zip(SUPERCLASSES, asked & ~enough(seen), strict=True) if there]
    if short:
        fit_ = [label for label, there in zip(SUPERCLASSES, enough(seen), strict=True) if there]
        raise AdaptationError(
            f"No profile is made: too few patients with or without {', '.join(short)}. Label more, or leave "
            f"{'it' if len(short) == 1 else 'them'} as shipped: --classes {' '.join(fit_)}."
        )


def _losses(seen: Seen, after: np.ndarray) -> Compared:
    one, two = log_loss(seen.truth, seen.probabilities).sum(1), log_loss(seen.truth, after).sum(1)
    low, high = bootstrap(
        lambda rows: np.array((two - one)[rows].mean()), len(one), samples=SAMPLES, patients=seen.clusters
    )
    change = (float((two - one).mean()), float(low), float(high))
    return Compared(float(one.mean()), float(two.mean()), change)


def _areas(seen: Seen, after: np.ndarray, fold: np.ndarray, *, columns: list[int]) -> Compared:
    """Within the folds (N,), whose fits have different offsets."""
    truth, before, later = (part[:, columns] for part in (seen.truth, seen.probabilities, after))
    change = paired_gain(truth, before, second=later, samples=SAMPLES, patients=seen.clusters, strata=fold)
    one, two = (float(np.nanmean(auroc_within(truth, p, strata=fold))) for p in (before, later))
    return Compared(one, two, change)


def _sentences(
    profile: SiteProfile, loss: Compared, area: Compared, ratios: dict[str, tuple[float, float]]
) -> list[str]:
    steps = {label: step for label, step in profile.protocol["steps"].items() if step != "nothing"}
    said = [
        f"Fitted: {', '.join(f'{label} {step}' for label, step in steps.items())}; the rest holds as shipped."
        if steps
        else "Cross-validation found nothing that holds better than the networks as shipped: no probability changes."
    ]
    for title, found in (("Log loss", loss), ("Macro AUC", area)):
        said.append(
            f"{title} on ECGs that the fitting never saw: {found.before:.3f} before, {found.after:.3f} after (change "
            f"{found.change[0]:+.3f}, {found.change[1]:+.3f} to {found.change[2]:+.3f})."
        )
    said += [
        f"{label}: observed over expected {one:.2f} before, {two:.2f} after."
        for label, (one, two) in ratios.items()
    ]
    said.append(
        f"Limits and sets were set anew for {', '.join(profile.refitted) or 'no class'}, which holds for patients like "
        "these and on the average alone; the others keep PTB-XL's, of which nothing is promised here."
    )
    return said
