"""A validation as text, section by section; the printed report has the same sections."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ecgnet.archive.refusals import KINDS
from ecgnet.estimate import Estimate
from ecgnet.models import REGISTRY
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
    parts = [f"{title(validation)}\n{wording.NOTICE}"]
    for section in sections(validation):
        parts.append(
            "\n".join([section.title, *(f"  {line}" for line in section.lines), *_aligned(section.table)])
        )
    return "\n\n".join([*parts, wording.NOTICE])


def title(validation: Validation) -> str:
    """What was validated."""
    model = REGISTRY[validation.model].title if validation.model in REGISTRY else validation.model
    site = f", site profile {validation.profile} on" if validation.profile else ""
    return f"Local validation of {model} ({validation.weights}{site}), {validation.made:%Y-%m-%d}"


def _sections(v: Validation) -> Iterator[Section]:
    yield Section("What follows", v.sentences)
    yield Section("Where the ECGs went", tuple(_flow(v)))
    yield Section("Patients and recordings", (), tuple(_case_mix(v.case_mix, v.ptbxl)))
    if not v.classes:
        yield Section(
            "Without labels",
            (
                "Without labels nothing can be said of how often the answers are right. The distributions above show "
                "whether these ECGs are like PTB-XL's; label a sample (docs/validation.md says how many) to validate.",
            ),
        )
        return
    yield Section(
        "By class",
        (
            "95 % intervals: AUC after DeLong, shares after Wilson, observed over expected after Riley; "
            + (
                f"the {v.flow.used} ECGs are of {v.flow.patients} patients, and those of one patient count together."
                if v.flow.patients_told
                else "no patients are told, so that each ECG counts as a patient of its own."
            ),
        ),
        (
            ("class", "with it", "AUC", "observed / expected", "in the large", "slope"),
            *(
                (
                    f.label + (" (orientation)" if f.orientation_only else ""),
                    f"{f.events} of {f.n}",
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
        "At the states' limits",
        (f"{percent(v.case_mix.abstained)} of the answers are among those better left to a reader.",),
        (
            (
                "class",
                "found, of those with it",
                "not found, of those without",
                "absent, of those with it",
                "open",
                "sets hold, with / without",
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
        "How many more are needed",
        (
            f"For observed over expected within {percent(RATIO)}, an AUC within ± {AREA:g}, and a sensitivity within "
            f"± {SENSITIVITY:g}, at the prevalence seen here, one ECG a patient (Riley et al. 2021).",
        ),
        (
            ("class", "observed / expected", "AUC", "sensitivity", "more for all three"),
            *(_needed(f) for f in v.classes),
        ),
    )
    if v.subgroups:
        yield Section(
            "Subgroups",
            (
                "Groups of fewer than 10 ECGs are left out; with fewer than 50 findings a difference says little.",
            ),
            (
                ("group", "ECGs", "findings", "macro AUC", "observed / expected"),
                *(
                    (
                        f"{s.group}: {s.value}",
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
            "The most confident contradictions, to be looked at",
            ("Either the answer is wrong or the label: read these ECGs again.",),
            (
                ("file", "class", "label", "stated"),
                *(
                    (m.file, m.label, "with" if m.labelled else "without", percent(m.probability, 1))
                    for m in v.mistakes
                ),
            ),
        )


def _flow(v: Validation) -> Iterator[str]:
    flow = v.flow
    yield f"{flow.listed} ECGs in {v.folder}, {flow.answered} answered for, {len(flow.refused)} not."
    if flow.no_ecg:
        yield f"{flow.no_ecg} other files."
    kinds = KINDS | {"unreadable": "read, and too bad to be judged"}
    for kind, n in flow.refused_by_kind.items():
        first = next(refused for refused in flow.refused if refused.kind == kind)
        yield f"{n} refused, {kinds[kind]}. The first: {first.reason}"
    if v.labels is not None:
        yield f"Labels: {v.labels}. {flow.used} ECGs{_of_patients(flow)} are labelled and answered for."
        if flow.unlabelled:
            yield f"{len(flow.unlabelled)} have no label, or codes that name no class: {named(flow.unlabelled)}."
        if flow.without_file:
            yield f"{len(flow.without_file)} labels without an ECG: {named(flow.without_file)}."
        if flow.fitted:
            yield f"{len(flow.fitted)} ECGs left out: {named(flow.fitted)}. {FITTED}"
        if flow.contradicting:
            yield f"{len(flow.contradicting)} with two labels, left out: {named(flow.contradicting)}."
    if flow.duplicates:
        yield f"{len(flow.duplicates)} copies of another file, counted once: {named(flow.duplicates)}."


def _of_patients(flow: EcgFlow) -> str:
    return f" of {flow.patients} patients" if flow.patients_told else ""


def _case_mix(own: CaseMix, usual: CaseMix | None) -> Iterator[tuple[str, ...]]:
    mixes = [own] if usual is None else [own, usual]
    yield ("", "here", "PTB-XL, test fold")[: 1 + len(mixes)]
    yield ("ECGs", *(str(m.n) for m in mixes))
    yield ("age, quartiles", *(_quartiles(m.age, ".0f", m.age_known, m.n) for m in mixes))
    yield ("female", *(_percent(m.female) for m in mixes))
    for what, part in (("labelled", "labelled"), ("present or possible by the networks", "found")):
        shares: list[Mapping[str, float]] = [getattr(m, part) for m in mixes]
        for label in shares[0]:
            yield (f"{label} {what}", *(_percent(s.get(label, math.nan)) for s in shares))
    yield ("sampling rate", *(_counted(m.rates, " Hz") for m in mixes))
    yield ("recorder", *(_counted(m.devices, "") or "not stated" for m in mixes))
    yield ("unlike those learnt from", *(_percent(m.unfamiliar, 1) for m in mixes))
    yield ("no fault in any lead", *(_percent(m.fine) for m in mixes))
    yield ("better left to a reader", *(_percent(m.abstained) for m in mixes))


def _needed(f: ClassFigures) -> tuple[str, ...]:
    need = f.needed
    shown = [
        "unknown" if n is None else f"{n:,}"
        for n in (need.observed_to_expected, need.auc, need.sensitivity, need.more)
    ]
    return (f.label, *shown)


def _estimate(e: Estimate) -> str:
    if not math.isfinite(e.value):
        return "unknown"
    return f"{e.value:.2f}" + (f" ({e.low:.2f} to {e.high:.2f})" if math.isfinite(e.low) else "")


def _rate(rate: Estimate) -> str:
    if not math.isfinite(rate.value):
        return "unknown"
    return f"{100 * rate.value:.0f} ({100 * rate.low:.0f}–{100 * rate.high:.0f}) %"


def _percent(share: float, digits: int = 0) -> str:
    return percent(share, digits) if math.isfinite(share) else "unknown"


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "unknown"


def _quartiles(values: tuple[float, float, float], form: str, known: int, n: int) -> str:
    if not math.isfinite(values[1]):
        return "unknown"
    low, middle, high = (format(value, form) for value in values)
    return f"{low}, {middle}, {high}" + (f" (of {known})" if known < n else "")


def _counted(counts: Mapping[str, int], unit: str) -> str:
    return ", ".join(f"{value}{unit}: {n}" for value, n in counts.items())


def _aligned(table: tuple[tuple[str, ...], ...]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)] if table else []
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
