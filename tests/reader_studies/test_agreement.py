"""Agreement between readers, against tables that were published with their results."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecgnet.reader_studies.statistics.agreement import MISSING, cohen, fleiss, krippendorff, with_interval


def said(*rows: str) -> np.ndarray:
    """A row a reader, a digit a case, a dot for a case not read → categories (cases, readers)."""
    return np.array([[MISSING if c == "." else int(c) for c in row] for row in rows]).T


def of_counts(*rows: str) -> np.ndarray:
    """A row a case: how many readers named the first category, the second …"""
    return np.array([np.repeat(np.arange(len(row.split())), [*map(int, row.split())]) for row in rows])


def test_cohen():
    """Of 50 cases two readers both take 20, both decline 15 and differ on 15: they agree on 0.7, by chance on 0.5."""
    pairs = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [20, 5, 10, 15], axis=0)
    assert cohen(pairs)[0] == pytest.approx(0.4)
    with pytest.raises(ValueError, match="two readers"):
        cohen(np.zeros((3, 3), int))


def test_fleiss():
    """Ten cases, fourteen readers, five categories: κ = 0.210 (worked in en.wikipedia.org/wiki/Fleiss'_kappa)."""
    table = of_counts(
        *("0 0 0 0 14", "0 2 6 4 2", "0 0 3 5 6", "0 3 9 2 0", "2 2 8 1 1"),
        *("7 7 0 0 0", "3 2 6 3 0", "2 5 3 2 2", "6 5 2 1 0", "0 2 2 3 7"),
    )
    assert fleiss(table)[0] == pytest.approx(0.210, abs=5e-4)


def test_krippendorff():
    """Four observers, twelve units, some not observed: α = 0.743 (Krippendorff 2011, example C)."""
    table = said("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    assert krippendorff(table)[0] == pytest.approx(0.743, abs=5e-4)


def test_where_nobody_could_differ_there_is_no_figure():
    same = np.ones((5, 2), int)
    assert [math.isnan(figure(same)[0]) for figure in (cohen, fleiss, krippendorff)] == [True] * 3
    assert math.isnan(with_interval(fleiss, same).low)


def test_more_cases_make_a_narrower_interval():
    few = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [8, 2, 2, 8], axis=0)
    wide, narrow = (with_interval(cohen, each, samples=200) for each in (few, np.tile(few, (9, 1))))
    assert wide.value == pytest.approx(narrow.value)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_a_case_that_counts_twice_is_two_cases():
    table = said("0110201", "0111201", "0010211")
    twice = np.ones(7, int) + (np.arange(7) == 2)
    for figure in (fleiss, krippendorff):
        assert figure(table, twice[None]) == pytest.approx(figure(np.repeat(table, twice, axis=0)))
    pair = table[:, :2]
    assert cohen(pair, twice[None]) == pytest.approx(cohen(np.repeat(pair, twice, axis=0)))
