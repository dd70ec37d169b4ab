"""A small study, and who goes through it."""

from __future__ import annotations

from dataclasses import replace

from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies import journal
from ecgnet.reader_studies.study import PHASES, Answer, Case, Given, Study, plant


def given(*found: str) -> Given:
    """ECGNet names these classes, and is sure."""
    return Given(
        "late_fusion",
        "weights",
        tuple(0.9 if label in found else 0.05 for label in SUPERCLASSES),
        tuple("present" if label in found else "absent" for label in SUPERCLASSES),
    )


def small_study(count: int = 8, *, planted: int = 2) -> Study:
    """Cases of NORM, MI, STTC … in turn, on which ECGNet is right; the first of them with a planted wrong answer."""
    cases = []
    for k in range(count):
        label = SUPERCLASSES[k % 5]
        case = Case(k + 1, "PTB-XL", str(k + 1), 100, f"{k:064x}", (label,), given(label))
        cases.append(replace(case, planted=plant(case, 1)) if k < planted else case)
    return Study("small", "A small study", 1, ("answer", "explanation"), 60.0, tuple(cases), "1")


def read_all(
    store: Database, study: Study, reader: Reader, *, wrong: dict[str, set[int]] | None = None
) -> None:
    """A reader goes through the whole study, right but in these cases of a phase, where they say CD or, in its place, MI."""
    for case in study.order(reader):
        for phase in PHASES:
            journal.open_case(store, study, case=case.number, phase=phase, reader=reader)
            says = case.reference
            if case.number in (wrong or {}).get(phase, set()):
                says = ("CD",) if case.reference != ("CD",) else ("MI",)
            answer = Answer(says, 80)
            journal.lock(
                store, study, case=case.number, phase=phase, reader=reader, answer=answer, seconds=9.0
            )
