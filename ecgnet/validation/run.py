"""Labels and answers → the validation."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from ecgnet import subgroups
from ecgnet.cards import WeightsError
from ecgnet.estimate import log_odds
from ecgnet.language import mark, say
from ecgnet.notices import percent
from ecgnet.site_profile import ALPHA, SiteProfile
from ecgnet.trust.conformal import Sets
from ecgnet.trust.judgement import reliance_of
from ecgnet.validation.answers import EcgAnswers, at_site, names_of
from ecgnet.validation.by_class import Area, ClassFigures, class_figures, macro_area
from ecgnet.validation.case_mix import CaseMix, case_mix, of_ptbxl
from ecgnet.validation.doubts import Doubted, doubts
from ecgnet.validation.labels import Labels
from ecgnet.validation.matching import FITTED, EcgFlow, Matched, match
from ecgnet.validation.result import Mistake, Subgroup, Validation

MISTAKES = 20
"""The most confident ones that are listed."""
SMALLEST_GROUP = 10
"""ECGs of a subgroup below which it has no figures."""


def validate(
    answers: EcgAnswers, labels: Labels | None = None, *, profile: SiteProfile | None = None
) -> Validation:
    """Compare answers and labels; without labels, what can be said from the answers alone. profile: validate the answers
    as this site profile adapts them, on ECGs of patients that it was not fitted on. Raises ValidationError where no label
    finds its ECG or the profile knows them all, ProfileError for a profile of other weights."""
    limits = answers.card.state_limits if profile is None else profile.limits
    fitted = () if profile is None else profile.those_fitted_on(answers.hashes)
    answers = at_site(answers, profile)
    matched = match(answers, labels, fitted=fitted)
    mix = case_mix(_once(answers), limits, truth=matched.truth, classes=matched.classes)
    usual = of_ptbxl(answers)
    about = (
        datetime.now().astimezone(),
        answers.model,
        answers.weights,
        profile and profile.name,
        answers.folder,
    )
    if labels is None or not matched.classes:
        said = tuple(_unlabelled(mix, usual))
        return Validation(*about, None, matched.flow, mix, usual, sentences=said)
    figures, macro = class_figures(matched, _sets(answers, profile)), macro_area(matched)
    found = doubts(matched, labels, figures=figures, macro=macro)
    return Validation(
        *about,
        f"{labels.source}, {labels.way}",
        matched.flow,
        mix,
        usual,
        figures,
        macro,
        _subgroups(matched),
        _mistakes(matched),
        found,
        (*_unjudged(matched.flow), *_labelled(figures, macro, found, mix, usual)),
    )


def _unjudged(flow: EcgFlow) -> list[str]:
    """The ECGs that cannot judge the profile."""
    return (
        [
            say(
                "{n_fitted} labelled ECGs are left out. {fitted}",
                n_fitted=len(flow.fitted),
                fitted=say(FITTED),
            )
        ]
        if flow.fitted
        else []
    )


def _once(answers: EcgAnswers) -> EcgAnswers:
    _, first = np.unique(answers.hashes, return_index=True)
    return answers.rows(np.sort(first))


def _sets(answers: EcgAnswers, profile: SiteProfile | None) -> Sets | None:
    if profile is not None:
        limits = profile.limits
        return Sets(limits.labels, ALPHA, limits.low, limits.high)
    try:
        return reliance_of(answers.card).sets
    except WeightsError:
        return None


def _subgroups(matched: Matched) -> tuple[Subgroup, ...]:
    answers = matched.answers
    members = subgroups.members(answers.sex == "female", answers.sex == "male", age=answers.age)
    parts = [(mark("patients"), subgroups.TITLES.message(name), rows) for name, rows in members.items()]
    for name, values in {
        **matched.groups,
        mark("recorder"): answers.device,
        mark("rate (Hz)"): answers.fs,
    }.items():
        there = [value for value in np.unique(values) if str(value) not in ("", "nan")]
        if len(there) > 1:
            parts += [
                (name, f"{value:g}" if name == "rate (Hz)" else str(value), values == value)
                for value in there
            ]
    return tuple(_subgroup(matched, *part) for part in parts if part[2].sum() >= SMALLEST_GROUP)


def _subgroup(matched: Matched, group: str, value: str, rows: np.ndarray) -> Subgroup:
    truth, p = matched.truth[rows], matched.probabilities[rows]
    expected = float(p.sum())
    ratio = float(truth.sum()) / expected if expected else np.nan
    return Subgroup(group, value, macro_area(matched, rows), ratio, int(truth.sum()))


def _mistakes(matched: Matched) -> tuple[Mistake, ...]:
    names, z = names_of(matched.answers), log_odds(matched.probabilities)
    wrong = np.where(matched.truth, -z, z)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MISTAKES]
    return tuple(
        Mistake(
            names[k],
            matched.classes[c],
            bool(matched.truth[k, c]),
            float(matched.probabilities[k, c]),
        )
        for k, c in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if wrong[k, c] > 0
    )


def _labelled(
    figures: tuple[ClassFigures, ...],
    macro: Area,
    found: tuple[Doubted, ...],
    mix: CaseMix,
    usual: CaseMix | None,
) -> list[str]:
    said = []
    if macro.classes:
        said.append(
            say(
                "Macro AUC {value:.3f} (95 % interval {low:.3f} to {high:.3f}) over {classes} classes and "
                "{n} ECGs.",
                value=macro.auc.value,
                low=macro.auc.low,
                high=macro.auc.high,
                classes=macro.classes,
                n=macro.n,
            )
        )
    off = [
        say(
            "{label} {value} (observed over expected {value_2:.2f}, {low:.2f} to {high:.2f})",
            label=f.label,
            value=say("too often") if f.observed_to_expected.value < 1 else say("too rarely"),
            value_2=f.observed_to_expected.value,
            low=f.observed_to_expected.low,
            high=f.observed_to_expected.high,
        )
        for f in figures
        if f.events and not f.observed_to_expected.low <= 1 <= f.observed_to_expected.high
    ]
    if off:
        said.append(
            say(
                "Stated, on the average, beyond what chance allows: {off}. ecgnet adapt may mend that.",
                off="; ".join(off),
            )
        )
    if flat := [f.label for f in figures if np.isfinite(f.slope.high) and f.slope.high < 1]:
        said.append(
            say(
                "Too sure for these patients (slope below 1): {flat}.",
                flat=", ".join(flat),
            )
        )
    if short := [
        f.label
        for f in figures
        if max(f.covered_with.high, 0) < 0.9
        or (np.isfinite(f.covered_without.high) and f.covered_without.high < 0.9)
    ]:
        said.append(
            say(
                "The states' guarantee of 90 % does not hold here for {short}.",
                short=", ".join(short),
            )
        )
    said += [doubt.text for doubt in found]
    return said + _unlabelled(mix, usual)


def _unlabelled(mix: CaseMix, usual: CaseMix | None) -> list[str]:
    """What the ECGs and answers say without any label. It is a reason to look, never a verdict."""
    said = []
    if (
        usual is not None
        and usual.unfamiliar == usual.unfamiliar
        and mix.unfamiliar > 2 * usual.unfamiliar + 0.02
    ):
        said.append(
            say(
                "{percent} of the ECGs are unlike those that the model learnt from ({percent_2} of "
                "PTB-XL's): look at some of them; filters, gain or lead positions may differ. No guarantee "
                "holds for them.",
                percent=percent(mix.unfamiliar, 1),
                percent_2=percent(usual.unfamiliar, 1),
            )
        )
    if usual is not None and mix.n >= SMALLEST_GROUP:
        for label, share in mix.found.items():
            error = np.sqrt(usual.found[label] * (1 - usual.found[label]) / mix.n)
            if abs(share - usual.found[label]) > max(0.1, 3 * error):
                said.append(
                    say(
                        "{label} is present or possible in {percent} of the ECGs, in {percent_2} of PTB-XL's: other "
                        "patients, another way of recording, or answers that do not hold; labels alone can tell.",
                        label=label,
                        percent=percent(share),
                        percent_2=percent(usual.found[label]),
                    )
                )
    if mix.fine < 0.5:
        said.append(
            say(
                "Only {percent} of the ECGs are without a fault in any lead.",
                percent=percent(mix.fine),
            )
        )
    return said
