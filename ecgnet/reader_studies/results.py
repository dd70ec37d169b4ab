"""What a study found, with 95 % intervals: how well each read, what ECGNet's answer changed, how far readers agree, and the
multi-reader multi-case analysis of reading aided against reading alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ecgnet.estimate import Estimate
from ecgnet.language import Words, say
from ecgnet.metrics import auroc_intervals
from ecgnet.operating import share
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies.statistics import agreement
from ecgnet.reader_studies.statistics.obuchowski_rockette import (
    Analysis,
    AnalysisError,
    Covariance,
    analyse,
)
from ecgnet.reader_studies.study import ARMS, PHASES, Arm, Phase
from ecgnet.reader_studies.table import Table

SHOWN = Words({None: "all cases", True: "ECGNet shown right", False: "ECGNet shown wrong"})


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How one reader read in one phase. label: of which class; cases: how many have it; sensitivity and specificity by
    Wilson, auc by DeLong, from confidence."""

    reader: str
    phase: Phase
    label: str
    cases: int
    sensitivity: Estimate
    specificity: Estimate
    auc: Estimate


@dataclass(frozen=True, slots=True)
class Whole:
    """One reader in one phase: right: share of answers that are the reference in all classes; seconds: median of reading
    time; confidence: mean, 0 to 100, of answers that are right, and of those that are not."""

    reader: str
    phase: Phase
    right: Estimate
    seconds: float
    confidence_right: float
    confidence_wrong: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Whole answers alone → aided. reader: "all" for all together; arm: None for all; shown_right: of cases whose shown
    answer was right, wrong, or None of all. harmed: share of those right alone who were wrong aided; helped: share of those
    wrong alone who were right aided."""

    reader: str
    arm: Arm | None
    shown_right: bool | None
    right_right: int
    right_wrong: int
    wrong_right: int
    wrong_wrong: int
    harmed: Estimate
    helped: Estimate


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far readers agree on a class in one phase, beyond chance; between: of which two, None of all."""

    phase: Phase
    label: str
    statistic: str
    between: tuple[str, str] | None
    value: Estimate


@dataclass(frozen=True, eq=False)
class Results:
    """All that a study found. multi_reader: class → the analysis of its AUC, aided against alone, or why there is none."""

    readers: tuple[str, ...]
    cases: int
    planted: int
    accuracy: tuple[Accuracy, ...]
    whole: tuple[Whole, ...]
    changes: tuple[Changes, ...]
    agreement: tuple[Agreed, ...]
    multi_reader: Mapping[str, Analysis | str]
    covariance: Covariance


def results(table: Table, *, covariance: Covariance = "jackknife", samples: int = 1000) -> Results:
    """samples: draws of the bootstrap that agreement's intervals come from."""
    return Results(
        table.readers,
        len(table.cases),
        int(table.planted.sum()),
        _accuracy(table),
        _whole(table),
        _changes(table),
        _agreement(table, samples),
        {label: _multi_reader(table, k, covariance) for k, label in enumerate(SUPERCLASSES)},
        covariance,
    )


def _accuracy(table: Table) -> tuple[Accuracy, ...]:
    found = []
    for r, reader in enumerate(table.readers):
        for p, phase in enumerate(PHASES):
            areas = auroc_intervals(table.truth, table.scores[p, r])
            for k, label in enumerate(SUPERCLASSES):
                has, named = table.truth[:, k], table.named[p, r, :, k]
                found.append(
                    Accuracy(
                        reader,
                        phase,
                        label,
                        int(has.sum()),
                        share(named[has]),
                        share(~named[~has]),
                        Estimate(*map(float, areas[:, k])),
                    )
                )
    return tuple(found)


def _whole(table: Table) -> tuple[Whole, ...]:
    return tuple(
        Whole(
            reader,
            phase,
            share(right := table.right[p, r]),
            float(np.median(table.seconds[p, r])),
            _mean(table.confidence[p, r][right]),
            _mean(table.confidence[p, r][~right]),
        )
        for r, reader in enumerate(table.readers)
        for p, phase in enumerate(PHASES)
    )


def _changes(table: Table) -> tuple[Changes, ...]:
    """Of each reader and all, over all arms; and of all, by arm where there are several. Reads of one case count together in
    the intervals."""
    cases = np.broadcast_to(table.cases, table.arms.shape)
    everybody = np.ones(len(table.readers), bool)
    groups = [("all", everybody, None)]
    groups += [(reader, np.arange(len(everybody)) == r, None) for r, reader in enumerate(table.readers)]
    there = [arm for arm in ARMS if table.in_arm(arm).any()]
    groups += [("all", everybody, arm) for arm in there if len(there) > 1]
    found = []
    for reader, who, arm in groups:
        for shown_right in SHOWN:
            counted = np.ones(table.arms.shape, bool) if arm is None else table.in_arm(arm)
            if shown_right is not None:
                counted = counted & (table.shown_right == shown_right)
            counted = counted & who[:, None]
            alone, aided = (table.right[p][counted] for p in range(len(PHASES)))
            found.append(
                Changes(
                    reader,
                    arm,
                    shown_right,
                    int((alone & aided).sum()),
                    int((alone & ~aided).sum()),
                    int((~alone & aided).sum()),
                    int((~alone & ~aided).sum()),
                    share(~aided[alone], cases[counted][alone]),
                    share(aided[~alone], cases[counted][~alone]),
                )
            )
    return tuple(found)


def _agreement(table: Table, samples: int) -> tuple[Agreed, ...]:
    if len(table.readers) < 2:
        return ()
    found = []
    for p, phase in enumerate(PHASES):
        for k, label in enumerate(SUPERCLASSES):
            said = table.named[p, :, :, k].T.astype(int)
            for statistic, name in (
                (agreement.fleiss, say("Fleiss' κ")),
                (agreement.krippendorff, say("Krippendorff's α")),
            ):
                value = agreement.with_interval(statistic, said, samples=samples)
                found.append(Agreed(phase, label, name, None, value))
            for one, other in combinations(range(len(table.readers)), 2):
                value = agreement.with_interval(agreement.cohen, said[:, [one, other]], samples=samples)
                pair = table.readers[one], table.readers[other]
                found.append(Agreed(phase, label, say("Cohen's κ"), pair, value))
    return tuple(found)


def _multi_reader(table: Table, k: int, covariance: Covariance) -> Analysis | str:
    try:
        return analyse(table.scores[..., k], table.truth[:, k], covariance=covariance)
    except AnalysisError as error:
        return str(error)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan


def results_json(found: Results) -> dict[str, Any]:
    """Values for JSON; null for what is not known."""
    return _plain(asdict(found))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Estimate):
        return {name: _plain(getattr(value, name)) for name in ("value", "low", "high")}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
