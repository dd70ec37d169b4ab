"""A validation as text, section by section; the printed report has the same sections."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ecgnet.archive.refusals import KINDS
from ecgnet.estimate import Estimate
from ecgnet.language import localised, mark, say
from ecgnet.models import title_of
from ecgnet.notices import percent
from ecgnet.reading import wording
from ecgnet.validation.by_class import ClassFigures
from ecgnet.validation.case_mix import CaseMix
from ecgnet.validation.doubts import named
from ecgnet.validation.matching import FITTED, EcgFlow
from ecgnet.validation.result import Validation
from ecgnet.validation.sizes import AREA, RATIO, SENSITIVITY


@dataclass(frozen=True)
class Section:
    """A title, sentences, and a table with its head as the first row (empty for none)."""

    title: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


def sections(validation: Validation) -> tuple[Section, ...]:
    """The report's parts in order, of those that there is something to say of."""
    return tuple(section for section in _sections(validation) if section.lines or section.table)


def in_words(validation: Validation) -> str:
    """The report as plain text, with the notice first and last."""
    parts = [f"{title(validation)}\n{say(wording.NOTICE)}"]
    for section in sections(validation):
        parts.append(
            "\n".join([section.title, *(f"  {line}" for line in section.lines), *_aligned(section.table)])
        )
    return "\n\n".join([*parts, say(wording.NOTICE)])


def title(validation: Validation) -> str:
    """What was validated."""
    site = say(", site profile {profile} on", profile=validation.profile) if validation.profile else ""
    return say(
        "Local validation of {model} ({weights}{site}), {made:%Y-%m-%d}",
        model=title_of(validation.model),
        weights=validation.weights,
        site=site,
        made=validation.made,
    )


def _sections(v: Validation) -> Iterator[Section]:
    yield Section(say("What follows"), v.sentences)
    yield Section(say("Where the ECGs went"), tuple(_flow(v)))
    yield Section(say("Patients and recordings"), (), tuple(_case_mix(v.case_mix, v.ptbxl)))
    if not v.classes:
        yield Section(
            say("Without labels"),
            (
                say(
                    "Without labels nothing can be said of how often the answers are right. The distributions above show "
                    "whether these ECGs are like PTB-XL's; label a sample (docs/validation.md says how many) to validate."
                ),
            ),
        )
        return
    yield Section(
        say("By class"),
        (
            say("95 % intervals: AUC after DeLong, shares after Wilson, observed over expected after Riley; ")
            + (
                say(
                    "the {used} ECGs are of {patients} patients, and those of one patient count together.",
                    used=v.flow.used,
                    patients=v.flow.patients,
                )
                if v.flow.patients_told
                else say("no patients are told, so that each ECG counts as a patient of its own.")
            ),
        ),
        (
            (
                say("class"),
                say("with it"),
                "AUC",
                say("observed / expected"),
                say("in the large"),
                say("slope"),
            ),
            *(
                (
                    f.label + (say(" (orientation)") if f.orientation_only else ""),
                    say("{events} of {n}", events=f.events, n=f.n),
                    _estimate(f.auc),
                    _estimate(f.observed_to_expected),
                    _estimate(f.calibration_in_the_large),
                    _estimate(f.slope),
                )
                for f in v.classes
            ),
        ),
    )
    yield Section(
        say("At the states' limits"),
        (
            say(
                "{percent} of the answers are among those better left to a reader.",
                percent=percent(v.case_mix.abstained),
            ),
        ),
        (
            (
                say("class"),
                say("found, of those with it"),
                say("not found, of those without"),
                say("absent, of those with it"),
                say("open"),
                say("sets hold, with / without"),
            ),
            *(
                (
                    f.label,
                    _rate(f.found),
                    _rate(f.left),
                    _rate(f.missed),
                    _rate(f.open),
                    f"{_rate(f.covered_with)} / {_rate(f.covered_without)}",
                )
                for f in v.classes
            ),
        ),
    )
    yield Section(
        say("How many more are needed"),
        (
            say(
                "For observed over expected within {percent}, an AUC within ± {area:g}, and a sensitivity "
                "within ± {sensitivity:g}, at the prevalence seen here, one ECG a patient (Riley et al. "
                "2021).",
                percent=percent(RATIO),
                area=AREA,
                sensitivity=SENSITIVITY,
            ),
        ),
        (
            (say("class"), say("observed / expected"), "AUC", say("sensitivity"), say("more for all three")),
            *(_needed(f) for f in v.classes),
        ),
    )
    if v.subgroups:
        yield Section(
            say("Subgroups"),
            (
                say(
                    "Groups of fewer than 10 ECGs are left out; with fewer than 50 findings a difference says little."
                ),
            ),
            (
                (say("group"), say("ECGs"), say("findings"), say("macro AUC"), say("observed / expected")),
                *(
                    (
                        f"{say(s.group)}: {say(s.value)}",
                        str(s.area.n),
                        str(s.events),
                        _estimate(s.area.auc),
                        _number(s.observed_to_expected),
                    )
                    for s in v.subgroups
                ),
            ),
        )
    if v.mistakes:
        yield Section(
            say("The most confident contradictions, to be looked at"),
            (say("Either the answer is wrong or the label: read these ECGs again."),),
            (
                (say("file"), say("class"), say("label"), say("stated")),
                *(
                    (
                        m.file,
                        m.label,
                        say("with") if m.labelled else say("without"),
                        percent(m.probability, 1),
                    )
                    for m in v.mistakes
                ),
            ),
        )


def _flow(v: Validation) -> Iterator[str]:
    flow = v.flow
    yield say(
        "{listed} ECGs in {folder}, {answered} answered for, {n_refused} not.",
        listed=flow.listed,
        folder=v.folder,
        answered=flow.answered,
        n_refused=len(flow.refused),
    )
    if flow.no_ecg:
        yield say("{no_ecg} other files.", no_ecg=flow.no_ecg)
    kinds = KINDS | {"unreadable": mark("read, and too bad to be judged")}
    for kind, n in flow.refused_by_kind.items():
        first = next(refused for refused in flow.refused if refused.kind == kind)
        yield say(
            "{n} refused, {kinds}. The first: {reason}",
            n=n,
            kinds=kinds[kind],
            reason=first.reason,
        )
    if v.labels is not None:
        yield say(
            "Labels: {labels}. {used} ECGs{of_patients} are labelled and answered for.",
            labels=v.labels,
            used=flow.used,
            of_patients=_of_patients(flow),
        )
        if flow.unlabelled:
            yield say(
                "{n_unlabelled} have no label, or codes that name no class: {named}.",
                n_unlabelled=len(flow.unlabelled),
                named=named(flow.unlabelled),
            )
        if flow.without_file:
            yield say(
                "{n_without_file} labels without an ECG: {named}.",
                n_without_file=len(flow.without_file),
                named=named(flow.without_file),
            )
        if flow.fitted:
            yield say(
                "{n_fitted} ECGs left out: {named}. {fitted}",
                n_fitted=len(flow.fitted),
                named=named(flow.fitted),
                fitted=say(FITTED),
            )
        if flow.contradicting:
            yield say(
                "{n_contradicting} with two labels, left out: {named}.",
                n_contradicting=len(flow.contradicting),
                named=named(flow.contradicting),
            )
    if flow.duplicates:
        yield say(
            "{n_duplicates} copies of another file, counted once: {named}.",
            n_duplicates=len(flow.duplicates),
            named=named(flow.duplicates),
        )


def _of_patients(flow: EcgFlow) -> str:
    return say(" of {patients} patients", patients=flow.patients) if flow.patients_told else ""


def _case_mix(own: CaseMix, usual: CaseMix | None) -> Iterator[tuple[str, ...]]:
    mixes = [own] if usual is None else [own, usual]
    yield ("", say("here"), say("PTB-XL, test fold"))[: 1 + len(mixes)]
    yield (say("ECGs"), *(str(m.n) for m in mixes))
    yield (say("age, quartiles"), *(_quartiles(m.age, ".0f", m.age_known, m.n) for m in mixes))
    yield (say("female"), *(_percent(m.female) for m in mixes))
    for what, part in ((say("labelled"), "labelled"), (say("present or possible by the networks"), "found")):
        shares: list[Mapping[str, float]] = [getattr(m, part) for m in mixes]
        for label in shares[0]:
            yield (f"{label} {what}", *(_percent(s.get(label, math.nan)) for s in shares))
    yield (say("sampling rate"), *(_counted(m.rates, " Hz") for m in mixes))
    yield (say("recorder"), *(_counted(m.devices, "") or say("not stated") for m in mixes))
    yield (say("unlike those learnt from"), *(_percent(m.unfamiliar, 1) for m in mixes))
    yield (say("no fault in any lead"), *(_percent(m.fine) for m in mixes))
    yield (say("better left to a reader"), *(_percent(m.abstained) for m in mixes))


def _needed(f: ClassFigures) -> tuple[str, ...]:
    need = f.needed
    shown = [
        say("unknown") if n is None else localised(f"{n:,}")
        for n in (need.observed_to_expected, need.auc, need.sensitivity, need.more)
    ]
    return (f.label, *shown)


def _estimate(e: Estimate) -> str:
    if not math.isfinite(e.value):
        return say("unknown")
    return localised(f"{e.value:.2f}") + (
        say(" ({low:.2f} to {high:.2f})", low=e.low, high=e.high) if math.isfinite(e.low) else ""
    )


def _rate(rate: Estimate) -> str:
    if not math.isfinite(rate.value):
        return say("unknown")
    return f"{100 * rate.value:.0f} ({100 * rate.low:.0f}–{100 * rate.high:.0f}) %"


def _percent(share: float, digits: int = 0) -> str:
    return percent(share, digits) if math.isfinite(share) else say("unknown")


def _number(value: float) -> str:
    return localised(f"{value:.2f}") if math.isfinite(value) else say("unknown")


def _quartiles(values: tuple[float, float, float], form: str, known: int, n: int) -> str:
    if not math.isfinite(values[1]):
        return say("unknown")
    low, middle, high = (format(value, form) for value in values)
    return f"{low}, {middle}, {high}" + (say(" (of {known})", known=known) if known < n else "")


def _counted(counts: Mapping[str, int], unit: str) -> str:
    return ", ".join(f"{value}{unit}: {n}" for value, n in counts.items())


def _aligned(table: tuple[tuple[str, ...], ...]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)] if table else []
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
