"""Measurements as numbers in a row, and what is fitted to such rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.measure import measure
from ecgnet.ptbxl import Catalogue
from ecgnet.record import LEADS
from ecgnet.training.measured import COLUMNS, TreeRecipe, boosted_trees, linear_rule, log_odds, row, rows_of


def test_a_row_has_what_was_measured_under_its_name():
    measured = measure(draw("lvh_strain", 1, fs=100))
    found = dict(zip(COLUMNS, row(measured), strict=True))
    assert found["qrs"] == measured.qrs.value
    assert found["V5 r"] == measured.leads["V5"].r
    assert found["beats"] == len(measured.beats)
    assert np.hypot(found["axis_cosine"], found["axis_sine"]) == pytest.approx(1)


def test_what_cannot_be_measured_is_not_a_number():
    record = draw("lvh_strain", 1, fs=100)
    found = dict(zip(COLUMNS, row(measure(replace(record, signal=0 * record.signal))), strict=True))
    assert np.isnan([found["qrs"], found["axis"], found["axis_sine"], found["V5 r"]]).all()
    assert len(set(COLUMNS)) == len(COLUMNS) == 7 + 5 + 11 * len(LEADS) + 2


def test_rows_are_measured_once(tiny_ptbxl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    catalogue = Catalogue(tiny_ptbxl)
    asked = catalogue.table.index.to_numpy()[:3]
    first = rows_of(catalogue, asked, folder=tmp_path, size=2)
    assert first.shape == (3, len(COLUMNS))
    monkeypatch.delattr("ecgnet.training.measured.measure")
    np.testing.assert_array_equal(rows_of(catalogue, asked, folder=tmp_path, size=2), first)


@pytest.mark.parametrize("make", [linear_rule, lambda: boosted_trees(TreeRecipe(trees=5, least=5))])
def test_fitted_to_rows_with_gaps_they_tell_the_classes_apart(make):
    rows = np.random.default_rng(0).normal(size=(200, 3))
    present = rows[:, :1] > 0
    rows[::7, 2] = np.nan
    answers = log_odds([make().fit(rows, present[:, 0])], rows)
    assert answers.shape == (200, 1)
    assert answers[present].min() > answers[~present].max() - 1
    assert answers[present].mean() > 0 > answers[~present].mean()
