"""What a study found as tables of words, for a page and for the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ecgnet.estimate import Estimate
from ecgnet.language import Words, localised, say
from ecgnet.reader_studies.results import SHOWN, Results
from ecgnet.reader_studies.statistics.obuchowski_rockette import Analysis
from ecgnet.reader_studies.study import ARMS, PHASES
from ecgnet.reading import wording

METHOD = Words(
    {
        "jackknife": "covariances by the jackknife",
        "DeLong": "covariances after DeLong",
    }
)


@dataclass(frozen=True, slots=True)
class Table:
    """title; head and rows of cells; caption: how it was counted."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str


def in_words(found: Results) -> str:
    """The whole as plain text, with the notice first and last."""
    parts = [summary(found), say(wording.NOTICE)]
    for table in tables(found):
        parts += ["", table.title, *_aligned([table.head, *table.rows]), table.caption]
    return "\n".join([*parts, "", say(wording.NOTICE)])


def summary(found: Results) -> str:
    """How many read what."""
    if not found.readers:
        return say("Nobody has finished this study yet.")
    readers = (
        say("1 reader")
        if len(found.readers) == 1
        else say("{n_readers} readers", n_readers=len(found.readers))
    )
    planted = say(", {planted} with a wrong answer planted", planted=found.planted) if found.planted else ""
    return say(
        "{readers} finished {cases} cases{planted}.",
        readers=readers,
        cases=found.cases,
        planted=planted,
    )


def tables(found: Results) -> tuple[Table, ...]:
    """All of them, those without a row left out."""
    every = (whole(found), changes(found), multi_reader(found), accuracy(found), agreement(found))
    return tuple(table for table in every if table.rows)


def whole(found: Results) -> Table:
    """Answers that are right in all classes, reading time and confidence."""
    return Table(
        say("Right in all five classes"),
        (
            say("Reader"),
            say("Read"),
            say("Right"),
            say("Reading time (s)"),
            say("Confidence when right"),
            say("Confidence when wrong"),
        ),
        tuple(
            (
                one.reader,
                say(one.phase),
                percent(one.right),
                _number(one.seconds, 1),
                _number(one.confidence_right, 0),
                _number(one.confidence_wrong, 0),
            )
            for one in found.whole
        ),
        say("95 % intervals (Wilson). Reading time: median, without idling. Confidence: mean, 0 to 100."),
    )


def changes(found: Results) -> Table:
    """What the second read changed."""
    return Table(
        say("What ECGNet's answer changed"),
        (
            say("Reader"),
            say("ECGNet's"),
            say("Cases"),
            say("Right → wrong"),
            say("Wrong → right"),
            say("Stayed right"),
            say("Stayed wrong"),
            say("Harmed, of those right"),
            say("Helped, of those wrong"),
        ),
        tuple(
            (
                one.reader,
                say("any") if one.arm is None else ARMS[one.arm],
                SHOWN[one.shown_right],
                *map(str, (one.right_wrong, one.wrong_right, one.right_right, one.wrong_wrong)),
                percent(one.harmed),
                percent(one.helped),
            )
            for one in found.changes
            if one.right_wrong + one.wrong_right + one.right_right + one.wrong_wrong
        ),
        say(
            "Whole answers, alone → aided; 95 % intervals (Wilson), readers' answers to one case counted together. "
            "Shown wrong: "
            "by ECGNet's own fault, or planted."
        ),
    )


def multi_reader(found: Results) -> Table:
    """Aided against alone, for other readers and other cases; where there is none for the same reason, that once."""
    every = found.multi_reader
    why = set(every.values()) if all(isinstance(one, str) for one in every.values()) else set()
    return Table(
        say("AUC aided minus alone, over readers and cases"),
        (say("Class"), say("Alone"), say("Aided"), say("Difference"), "F", "df", "p"),
        tuple(_analysis(*row) for row in (every.items() if len(why) != 1 else [(say("all"), *why)])),
        say(
            "Obuchowski and Rockette, {method}, Hillis' degrees of freedom; readers and cases random, 95 "
            "% intervals. From confidence in each class.",
            method=METHOD[found.covariance],
        ),
    )


def accuracy(found: Results) -> Table:
    """Each reader, phase and class."""
    return Table(
        say("By reader, read and class"),
        (
            say("Reader"),
            say("Read"),
            say("Class"),
            say("Cases with it"),
            say("Sensitivity"),
            say("Specificity"),
            "AUC",
        ),
        tuple(
            (
                one.reader,
                say(one.phase),
                one.label,
                str(one.cases),
                percent(one.sensitivity),
                percent(one.specificity),
                decimals(one.auc),
            )
            for one in found.accuracy
        ),
        say("95 % intervals: Wilson, for the AUC DeLong, who has none for an AUC of 0 or 1."),
    )


def agreement(found: Results) -> Table:
    """A row a class and statistic, alone and aided side by side."""
    rows = {}
    for one in found.agreement:
        who = say("all") if one.between is None else say(" and ").join(one.between)
        rows.setdefault((one.label, one.statistic, who), {})[one.phase] = decimals(one.value)
    return Table(
        say("Agreement of readers beyond chance"),
        (say("Class"), say("Statistic"), say("Readers"), *(say(phase).capitalize() for phase in PHASES)),
        tuple((*key, *(said[phase] for phase in PHASES)) for key, said in rows.items()),
        say(
            "95 % intervals by drawing cases (bootstrap, percentiles). –: everybody says the same of every case."
        ),
    )


def _analysis(label: str, one: Analysis | str) -> tuple[str, ...]:
    if isinstance(one, str):
        return (label, "–", "–", one, "–", "–", "–")
    alone, aided = one.tests
    (between,) = one.differences
    degrees = f"{one.df1}, {localised(f'{one.df2:.1f}')}" if math.isfinite(one.df2) else f"{one.df1}, ∞"
    return (
        label,
        decimals(alone),
        decimals(aided),
        decimals(between.value, sign=True),
        _number(one.f, 3),
        degrees,
        "–" if math.isnan(one.p) else localised("< 0.001" if one.p < 0.001 else f"{one.p:.3f}"),
    )


def percent(share: Estimate) -> str:
    """A share with its interval, in per cent."""
    if math.isnan(share.value):
        return "–"
    return say(
        "{value:.0f} % ({low:.0f} to {high:.0f})",
        value=100 * share.value,
        low=100 * share.low,
        high=100 * share.high,
    )


def decimals(value: Estimate, *, sign: bool = False) -> str:
    """A figure with its interval, to three digits; without one where its method gives it no width."""
    if math.isnan(value.value):
        return "–"
    plus = "+" if sign else ""
    if value.low == value.high:
        return localised(f"{value.value:{plus}.3f}")
    return say(
        "{value:{plus}.3f} ({low:{plus}.3f} to {high:{plus}.3f})",
        value=value.value,
        plus=plus,
        low=value.low,
        high=value.high,
    )


def _number(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else localised(f"{value:.{digits}f}")


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
