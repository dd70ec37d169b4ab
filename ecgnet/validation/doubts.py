"""Whether labels and ECGs belong together, and are enough: sentences, each with its kind for code to decide on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

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
    PATIENTS_UNKNOWN = "patients unknown"
    CARTS = "labels of carts"


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
    counted = f"{n} labelled ECGs" if matched.clusters is None else f"Labelled ECGs of {n} patients"
    found: list[Doubted] = []

    def say(kind: Doubt, text: str) -> None:
        found.append(Doubted(kind, text))

    if n < FEW:
        say(
            Doubt.TOO_FEW,
            f"{counted} are too few: nothing follows from these figures, and no adaptation is made. Label at least "
            f"{LITTLE}.",
        )
    elif n < LITTLE:
        say(
            Doubt.FEW,
            f"{counted} give an orientation, no verdict: read the intervals, not the values, and see below how many "
            "more are needed.",
        )
    if _no_better_than_chance(matched, macro):
        familiar = float(np.mean(matched.answers.unfamiliarity <= 1))
        well = (
            f"{percent(familiar)} of them are like those learnt from" if familiar > 0 else "they can be read"
        )
        say(
            Doubt.SHUFFLED,
            f"Over {len(matched.truth)} ECGs the answers agree with the labels no better than chance (macro AUC "
            f"{macro.auc.value:.2f}, {macro.auc.low:.2f} to {macro.auc.high:.2f}) although {well}: the labels are probably "
            "those of other ECGs. Check how names of files and labels were joined.",
        )
    if matched.comparable >= FEW / 2 and len(matched.other_patient) > OTHERS * matched.comparable:
        say(
            Doubt.OTHER_PATIENTS,
            f"In {len(matched.other_patient)} of {matched.comparable} ECGs the labels state another age or sex than the "
            f"file ({named(matched.other_patient)}): they are probably those of other patients. Check how the "
            "rows were joined.",
        )
    if missing := [f.label for f in figures if f.events in (0, f.n)]:
        say(
            Doubt.CLASS_MISSING,
            f"{' and '.join(missing)}: every labelled ECG is of one kind, so nothing can be said of "
            f"{'it' if len(missing) == 1 else 'them'}. Was a code left out of the table, or of the export?",
        )
    if few := [f"{f.label} ({f.events})" for f in figures if 0 < f.events < EVENTS]:
        say(
            Doubt.FEW_EVENTS,
            f"Fewer than {EVENTS} ECGs with the class, too few to know its calibration: {', '.join(few)}.",
        )
    if flow.contradicting:
        say(
            Doubt.CONTRADICTING,
            f"{len(flow.contradicting)} ECGs have two different labels and are left out: {named(flow.contradicting)}.",
        )
    if flow.duplicates:
        say(
            Doubt.DUPLICATES,
            f"{len(flow.duplicates)} files hold an ECG that another file holds too; each ECG counts once: "
            f"{named(flow.duplicates)}.",
        )
    if flow.without_file:
        say(
            Doubt.WITHOUT_FILE,
            f"{len(flow.without_file)} labels name a file that is not there, was not read, or bears the name of several: "
            f"{named(flow.without_file)}.",
        )
    if labels.unknown:
        words = [f"{code} ({n})" for code, n in labels.unknown.items()]
        say(
            Doubt.UNKNOWN_CODES,
            f"Codes that the table does not have, which name no class: {named(words)}. Add them to a table of your own "
            "(--codes).",
        )
    for mark, words in (
        ("J", "classes that ECGNet's authors gave by judgement"),
        ("M", "phrases written from memory"),
    ):
        if count := matched.by_mark.get(mark):
            say(
                Doubt.JUDGED_CODES,
                f"The labels of {count} ECGs rest on {words}, marked {mark} in the table of codes: check those rows and put "
                "your own in their place (--codes).",
            )
    if labels.naming:
        say(
            Doubt.NAMES,
            f"The label file has columns that name people ({', '.join(labels.naming)}); they were not read. Remove them.",
        )
    if not flow.patients_told:
        say(
            Doubt.PATIENTS_UNKNOWN,
            "The labels do not name the patient of each ECG: those without count as a patient of their own, which makes "
            "intervals too narrow where one has several. A column patient mends that.",
        )
    if labels.way.startswith("the carts'"):
        say(
            Doubt.CARTS,
            "The labels are what the carts printed: this measures agreement with another program, not with physicians.",
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
    more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
    return ", ".join(some[:NAMED]) + more
