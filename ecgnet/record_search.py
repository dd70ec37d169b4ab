"""Finding records: filters as pure functions over a table with a row a record.

A table has the columns title, labels (tuples of superclasses), fold, sex, age (years), patient and report; subclasses,
statements (tuples of SCP-ECG codes) and device where the source knows them. What one may choose from is a `Facet`; a
facet counts, for each of its values, the records that choosing it would leave (faceted search, Hearst 2006).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.statements import STATEMENTS

NONE = "none"
"""Stands for "no superclass" among the superclasses."""
UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Facet:
    """One property to choose by: `holds` (N, K) bool says which of the K values each record has.

    `every`: a record must have all the values chosen, else any of them. `known` (N,) bool, where the property is not
    known of every record; records outside it fit no choice.
    """

    name: str
    values: tuple[Hashable, ...]
    holds: np.ndarray
    every: bool = False
    known: np.ndarray | None = None

    def mask(self, chosen: Sequence[Hashable]) -> np.ndarray:
        """(N,) bool: the records that fit. Nothing chosen, everything fits; a value that the facet lacks fits none."""
        if not chosen:
            return np.ones(len(self.holds), bool)
        place = {value: k for k, value in enumerate(self.values)}
        columns = [self.holds[:, place[v]] if v in place else np.zeros(len(self.holds), bool) for v in chosen]
        return np.logical_and.reduce(columns) if self.every else np.logical_or.reduce(columns)


@dataclass(frozen=True)
class Filters:
    """What was asked for: words, ages in years (both ends included; None: any, unknown ones too) and values by facet."""

    text: str = ""
    ages: tuple[float, float] | None = None
    chosen: Mapping[str, tuple[Hashable, ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple:
        """The same for the same filters: for caches."""
        chosen = tuple(sorted((name, values) for name, values in self.chosen.items() if values))
        return self.text.strip().casefold(), self.ages, chosen

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.ages or any(self.chosen.values()))


@dataclass(frozen=True, eq=False)
class Index:
    """A table made ready for finding: `words` (N,) str in lower case, the facets by name, and what one may order by: a
    name → a value a record (N,), NaN where unknown."""

    table: pd.DataFrame
    words: pd.Series
    facets: dict[str, Facet]
    orders: dict[str, np.ndarray]

    def with_judgements(self, facets: Iterable[Facet], orders: Mapping[str, np.ndarray]) -> Index:
        """The same with what stored predictions add."""
        added = {facet.name: facet for facet in facets}
        return Index(self.table, self.words, {**self.facets, **added}, {**self.orders, **orders})

    @cached_property
    def keys(self) -> pd.Index:
        """(N,) str: the records as links and lists name them; made once, since every click asks for them."""
        return self.table.index.astype(str)

    def row(self, key: str) -> int | None:
        """The row of a record, None for one that is not in the table."""
        return self.keys.get_loc(key) if key in self.keys else None

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True, eq=False)
class FoundRecords:
    """`mask` (N,) bool: the records that fit; counts: facet → value → records that choosing it would leave; `unknown`:
    facet → records that fit everything else but of which the facet is not known."""

    mask: np.ndarray
    counts: dict[str, dict[Hashable, int]]
    unknown: dict[str, int]


def build_index(table: pd.DataFrame) -> Index:
    """Facets of every column that tells at least two records apart."""
    facets = [
        _many("superclass", table["labels"].map(lambda row: row or (NONE,)), (*SUPERCLASSES, NONE)),
        *_of_statements(table),
        _one("sex", table["sex"], ("female", "male")),
        _one("fold", table["fold"], tuple(sorted(set(table["fold"].dropna())))),
    ]
    if "device" in table:
        device = table["device"].replace("", UNKNOWN)
        facets.append(_one("device", device, tuple(device.value_counts().index)))
    telling = [facet for facet in facets if (facet.holds.any(0)).sum() > 1]
    orders = {
        "age": table["age"].to_numpy(float, na_value=np.nan),
        "fold": table["fold"].to_numpy(float, na_value=np.nan),
        "label": _ranks(table["labels"].map(" ".join)),
        "sex": _ranks(table["sex"]),
    }
    return Index(table, _words(table), {facet.name: facet for facet in telling}, orders)


def _ranks(column: pd.Series) -> np.ndarray:
    """(N,) the place of each value in the alphabet, NaN where there is none."""
    codes = pd.Categorical(column.where(column.notna(), None)).codes.astype(float)
    return np.where(codes < 0, np.nan, codes)


def _of_statements(table: pd.DataFrame) -> list[Facet]:
    if "statements" not in table:
        return []
    rhythms = tuple(code for code, about in STATEMENTS.items() if about.rhythm)
    subclasses = tuple(dict.fromkeys(about.subclass for about in STATEMENTS.values() if about.subclass))
    every = _many("statement", table["statements"], tuple(STATEMENTS))
    found = [every, Facet("rhythm", rhythms, every.holds[:, [every.values.index(r) for r in rhythms]], True)]
    return [_many("subclass", table["subclasses"], subclasses), *found] if "subclasses" in table else found


def _many(name: str, column: pd.Series, values: tuple[Hashable, ...]) -> Facet:
    place = {value: k for k, value in enumerate(values)}
    holds = np.zeros((len(column), len(values)), bool)
    for row, found in zip(holds, column, strict=True):
        row[[place[value] for value in found if value in place]] = True
    return Facet(name, values, holds, every=True)


def _one(name: str, column: pd.Series, values: tuple[Hashable, ...]) -> Facet:
    columns = [(column == value).fillna(False).to_numpy(bool) for value in values]
    return Facet(name, values, np.stack(columns, 1) if columns else np.zeros((len(column), 0), bool))


def _words(table: pd.DataFrame) -> pd.Series:
    text = table["title"].astype(str) + " " + table["report"].astype(str)
    if "statements" in table:
        told = {code: f"{code} {about.description} {about.words}" for code, about in STATEMENTS.items()}
        text += " " + table["statements"].map(lambda row: " ".join(told.get(code, code) for code in row))
    return text.str.casefold()


def search(index: Index, text: str) -> np.ndarray:
    """(N,) bool: a number finds the record or the patient of that number; else every word must occur in the title, the
    report, or the code or description of a statement. "Quotes" keep words together, -word leaves records out."""
    text = text.strip().casefold()
    if text.isdigit():
        numbered = (index.keys == text) | (index.table["patient"] == int(text)).fillna(False).to_numpy(bool)
        if numbered.any():
            return numbered
    mask = np.ones(len(index), bool)
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]+)"|([^\s"]+))', text):
        there = index.words.str.contains(phrase or word, regex=False).to_numpy(bool)
        mask &= ~there if minus else there
    return mask


def find_records(index: Index, filters: Filters) -> FoundRecords:
    """The records that fit every filter, and what each further choice would leave."""
    base = search(index, filters.text) if filters.text.strip() else np.ones(len(index), bool)
    if filters.ages is not None:
        low, high = filters.ages
        base = base & index.table["age"].between(low, high).fillna(False).to_numpy(bool)
    masks = {name: f.mask(filters.chosen.get(name, ())) for name, f in index.facets.items()}
    refused = np.sum([~mask for mask in masks.values()], axis=0, dtype=np.int16) + ~base
    counts, unknown = {}, {}
    for name, facet in index.facets.items():
        others = refused - ~masks[name] == 0
        # One more value of an `every` facet narrows the choice so far; elsewhere it stands beside it.
        among = refused == 0 if facet.every else others
        counts[name] = dict(zip(facet.values, facet.holds[among].sum(0).tolist(), strict=True))
        unknown[name] = 0 if facet.known is None else int((others & ~facet.known).sum())
    return FoundRecords(refused == 0, counts, unknown)


def arrange(mask: np.ndarray, by: np.ndarray | None = None, *, descending: bool = False) -> np.ndarray:
    """Row numbers of the records found, in the table's order or by a value a record (N,), unknown (NaN) ones last."""
    rows = np.flatnonzero(mask)
    if by is None:
        return rows[::-1] if descending else rows
    values = np.asarray(by, float)[rows]
    return rows[np.argsort(-values if descending else values, kind="stable")]


def step(rows: np.ndarray, current: int | None, *, by: int) -> int | None:
    """The row after (by = 1) or before (-1) the current one in the list; from a record outside the list, the next one of
    the table on that side that is in the list, else the list's first. None at the list's end, and where it is empty."""
    if not len(rows):
        return None
    place = np.flatnonzero(rows == current)
    if len(place):
        wanted = int(place[0]) + by
        return int(rows[wanted]) if 0 <= wanted < len(rows) else None
    if current is not None:
        beyond = rows[(rows - current) * by > 0]
        if len(beyond):
            return int(beyond[np.argmin(np.abs(beyond - current))])
    return int(rows[0])


def judgement_facets(
    calls: np.ndarray, computed: np.ndarray, *, truth: np.ndarray, default: int, fusions: Sequence[int]
) -> list[Facet]:
    """What stored predictions let one choose by: what model number `default` calls, whether that is what the label says,
    and whether the models say the same.

    calls (N, M, 5) bool; computed (N,) bool; truth (N, 5) bool; fusions: the numbers of the models that are fusions.
    A record without a superclass neither agrees nor disagrees with its label.
    """
    own = calls[:, default]
    labelled = computed & truth.any(1)
    misses, adds = (truth & ~own).any(1), (own & ~truth).any(1)
    verdict = np.stack([~misses & ~adds, misses | adds, misses, adds], 1) & labelled[:, None]
    differ = _differ(calls)
    among = np.stack([~differ, differ, _differ(calls[:, list(fusions)])], 1) & computed[:, None]
    called = np.column_stack([own, ~own.any(1)]) & computed[:, None]
    return [
        Facet("called", (*SUPERCLASSES, NONE), called, every=True, known=computed),
        Facet("verdict", ("agrees", "disagrees", "misses", "adds"), verdict, known=computed),
        Facet("models", ("agree", "differ", say("fusions differ")), among, known=computed),
    ]


def label_distance(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """How far a model is from the label, from 0 to 1: the largest gap over the classes between its probability (N, 5) and
    the label (N, 5), 0 or 1. → (N,), NaN where not computed or without a label."""
    gap = np.abs(probabilities - truth).max(1)
    return np.where(truth.any(1), gap, np.nan)


def model_distance(probabilities: np.ndarray) -> np.ndarray:
    """How far M models are from one another, from 0 to 1: (N, M, 5) → (N,), the widest span of their probabilities over
    the classes, NaN where not computed."""
    return np.ptp(probabilities, axis=1).max(1)


def place_in_time(dates: pd.Series) -> pd.DataFrame:
    """Dates by ecg_id, some of them missing (NaT) → columns `date` and `about` (bool). PTB-XL numbers its records in
    order of time, so that a missing date lies between its neighbours' and is interpolated, marked as `about`.
    Where the numbers do not follow time, nothing is guessed and the date stays missing."""
    known = dates.dropna()
    about = dates.isna()
    filled = dates
    if len(known) > 1 and dates.index.is_monotonic_increasing and known.is_monotonic_increasing:
        seconds = np.interp(dates.index, known.index, known.to_numpy("datetime64[s]").astype(float))
        guessed = pd.Series(seconds.astype("int64").astype("datetime64[s]"), dates.index)
        filled = dates.where(~about, guessed)
    return pd.DataFrame({"date": filled, "about": about & filled.notna()})


def _differ(calls: np.ndarray) -> np.ndarray:
    """(N, M, 5) → (N,): whether the M models call different classes."""
    return (calls != calls[:, :1]).any((1, 2)) if calls.shape[1] else np.zeros(len(calls), bool)
