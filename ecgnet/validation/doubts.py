"""Whether labels and ECGs belong together, and are enough: sentences, each with its kind for code to decide on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ecgnet.language import mark, say
from ecgnet.notices import percent
from ecgnet.validation.by_class import Area, ClassFigures
from ecgnet.validation.labels import Labels
from ecgnet.validation.matching import NAMED, Matched

FEW, LITTLE = 20, 100
"""ECGs below which no figure means anything, and below which all are an orientation."""
EVENTS = 100
"""ECGs with a class below which its calibration is not known (Riley et al. 2024, BMJ 384:e074821)."""
OTHERS = 0.05
"""Share of ECGs of another age or sex than their label from which the labels are taken for those of other patients."""
CHANCE = 0.6
"""The macro AUC that labels of the right ECGs reach in any hospital seen so far; they read .80 and more."""


class Doubt(StrEnum):
    """What is doubted. Adaptation is refused for those in `GRAVE`."""

    TOO_FEW = "too few"
    FEW = "few"
    SHUFFLED = "shuffled"
    OTHER_PATIENTS = "other patients"
    CLASS_MISSING = "class missing"
    FEW_EVENTS = "few events"
    CONTRADICTING = "contradicting labels"
    DUPLICATES = "duplicates"
    WITHOUT_FILE = "labels without file"
    UNKNOWN_CODES = "unknown codes"
    JUDGED_CODES = "codes by judgement"
    NAMES = "columns with names"
    PATIENTS_UNKNOWN = mark("patients unknown")
    CARTS = mark("labels of carts")


GRAVE = (Doubt.TOO_FEW, Doubt.SHUFFLED, Doubt.OTHER_PATIENTS)


@dataclass(frozen=True, slots=True)
class Doubted:
    """A kind and a sentence or two."""

    kind: Doubt
    text: str

    def __str__(self) -> str:
        return self.text


def doubts(
    matched: Matched, labels: Labels, *, figures: tuple[ClassFigures, ...], macro: Area
) -> tuple[Doubted, ...]:
    """All that speaks against relying on the labels, the gravest first."""
    flow, n = matched.flow, matched.people
    counted = (
        say("{n} labelled ECGs", n=n)
        if matched.clusters is None
        else say("Labelled ECGs of {n} patients", n=n)
    )
    found: list[Doubted] = []

    def told(kind: Doubt, text: str) -> None:
        found.append(Doubted(kind, text))

    if n < FEW:
        told(
            Doubt.TOO_FEW,
            say(
                "{counted} are too few: nothing follows from these figures, and no adaptation is made. Label "
                "at least {little}.",
                counted=counted,
                little=LITTLE,
            ),
        )
    elif n < LITTLE:
        told(
            Doubt.FEW,
            say(
                "{counted} give an orientation, no verdict: read the intervals, not the values, and see "
                "below how many more are needed.",
                counted=counted,
            ),
        )
    if _no_better_than_chance(matched, macro):
        familiar = float(np.mean(matched.answers.unfamiliarity <= 1))
        well = (
            say("{percent} of them are like those learnt from", percent=percent(familiar))
            if familiar > 0
            else say("they can be read")
        )
        told(
            Doubt.SHUFFLED,
            say(
                "Over {n_truth} ECGs the answers agree with the labels no better than chance (macro AUC "
                "{value:.2f}, {low:.2f} to {high:.2f}) although {well}: the labels are probably those of "
                "other ECGs. Check how names of files and labels were joined.",
                n_truth=len(matched.truth),
                value=macro.auc.value,
                low=macro.auc.low,
                high=macro.auc.high,
                well=well,
            ),
        )
    if matched.comparable >= FEW / 2 and len(matched.other_patient) > OTHERS * matched.comparable:
        told(
            Doubt.OTHER_PATIENTS,
            say(
                "In {n_other_patient} of {comparable} ECGs the labels state another age or sex than the file "
                "({named}): they are probably those of other patients. Check how the rows were joined.",
                n_other_patient=len(matched.other_patient),
                comparable=matched.comparable,
                named=named(matched.other_patient),
            ),
        )
    if missing := [f.label for f in figures if f.events in (0, f.n)]:
        told(
            Doubt.CLASS_MISSING,
            say(
                "{missing}: every labelled ECG is of one kind, so nothing can be said of {value}. Was a code "
                "left out of the table, or of the export?",
                missing=say(" and ").join(missing),
                value="it" if len(missing) == 1 else "them",
            ),
        )
    if few := [f"{f.label} ({f.events})" for f in figures if 0 < f.events < EVENTS]:
        told(
            Doubt.FEW_EVENTS,
            say(
                "Fewer than {events} ECGs with the class, too few to know its calibration: {few}.",
                events=EVENTS,
                few=", ".join(few),
            ),
        )
    if flow.contradicting:
        told(
            Doubt.CONTRADICTING,
            say(
                "{n_contradicting} ECGs have two different labels and are left out: {named}.",
                n_contradicting=len(flow.contradicting),
                named=named(flow.contradicting),
            ),
        )
    if flow.duplicates:
        told(
            Doubt.DUPLICATES,
            say(
                "{n_duplicates} files hold an ECG that another file holds too; each ECG counts once: {named}.",
                n_duplicates=len(flow.duplicates),
                named=named(flow.duplicates),
            ),
        )
    if flow.without_file:
        told(
            Doubt.WITHOUT_FILE,
            say(
                "{n_without_file} labels name a file that is not there, was not read, or bears the name of "
                "several: {named}.",
                n_without_file=len(flow.without_file),
                named=named(flow.without_file),
            ),
        )
    if labels.unknown:
        words = [f"{code} ({n})" for code, n in labels.unknown.items()]
        told(
            Doubt.UNKNOWN_CODES,
            say(
                "Codes that the table does not have, which name no class: {named}. Add them to a table of "
                "your own (--codes).",
                named=named(words),
            ),
        )
    for sign, words in (
        ("J", say("classes that ECGNet's authors gave by judgement")),
        ("M", say("phrases written from memory")),
    ):
        if count := matched.by_mark.get(sign):
            told(
                Doubt.JUDGED_CODES,
                say(
                    "The labels of {count} ECGs rest on {words}, marked {sign} in the table of codes: check "
                    "those rows and put your own in their place (--codes).",
                    count=count,
                    words=words,
                    sign=sign,
                ),
            )
    if labels.naming:
        told(
            Doubt.NAMES,
            say(
                "The label file has columns that name people ({naming}); they were not read. Remove them.",
                naming=", ".join(labels.naming),
            ),
        )
    if not flow.patients_told:
        told(
            Doubt.PATIENTS_UNKNOWN,
            say(
                "The labels do not name the patient of each ECG: those without count as a patient of their own, which makes "
                "intervals too narrow where one has several. A column patient mends that."
            ),
        )
    if labels.way.startswith("the carts'"):
        told(
            Doubt.CARTS,
            say(
                "The labels are what the carts printed: this measures agreement with another program, not with physicians."
            ),
        )
    return tuple(found)


def _no_better_than_chance(matched: Matched, macro: Area) -> bool:
    return (
        len(matched.truth) >= FEW
        and macro.classes > 0
        and macro.auc.value < CHANCE
        and bool(np.isfinite(macro.auc.low))
        and macro.auc.low < 0.5 + 0.05
    )


def named(some: tuple[str, ...] | list[str]) -> str:
    """The first of them, and how many more."""
    more = say(" and {n_some} more", n_some=len(some) - NAMED) if len(some) > NAMED else ""
    return ", ".join(some[:NAMED]) + more
