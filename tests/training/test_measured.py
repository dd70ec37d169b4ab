"""Measurements as numbers in a row, and what is fitted to such rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.measure import COLUMNS, measure, measured_row
from ecgnet.ptbxl import Catalogue
from ecgnet.record import LEADS
from ecgnet.training.measured import TreeRecipe, boosted, grown, linear_rule, rows_of


def test_a_row_has_what_was_measured_under_its_name():
    measured = measure(draw("lvh_strain", 1, fs=100))
    found = dict(zip(COLUMNS, measured_row(measured), strict=True))
    assert found["qrs"] == measured.qrs.value
    assert found["V5 r"] == measured.leads["V5"].r
    assert found["beats"] == len(measured.beats)
    assert np.hypot(found["axis_cosine"], found["axis_sine"]) == pytest.approx(1)


def test_what_cannot_be_measured_is_not_a_number():
    record = draw("lvh_strain", 1, fs=100)
    found = dict(zip(COLUMNS, measured_row(measure(replace(record, signal=0 * record.signal))), strict=True))
    assert np.isnan([found["qrs"], found["axis"], found["axis_sine"], found["V5 r"]]).all()
    assert len(set(COLUMNS)) == len(COLUMNS) == 7 + 5 + 11 * len(LEADS) + 2


def test_rows_are_measured_once(tiny_ptbxl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    catalogue = Catalogue(tiny_ptbxl)
    asked = catalogue.table.index.to_numpy()[:3]
    first = rows_of(catalogue, asked, folder=tmp_path, size=2)
    assert first.shape == (3, len(COLUMNS))
    monkeypatch.delattr("ecgnet.training.measured.measure")
    np.testing.assert_array_equal(rows_of(catalogue, asked, folder=tmp_path, size=2), first)


def test_fitted_to_rows_with_gaps_they_tell_the_classes_apart():
    rows = np.random.default_rng(0).normal(size=(200, 3))
    present = rows[:, 0] > 0
    rows[::7, 2] = np.nan
    recipe = TreeRecipe(least=5, columns=1.0)
    for answers in (
        boosted(rows, present, recipe=recipe, trees=5).predict(rows, raw_score=True),
        linear_rule(rows, present).decision_function(rows),
    ):
        assert answers[present].min() > answers[~present].max() - 1
        assert answers[present].mean() > 0 > answers[~present].mean()


def test_a_column_that_was_never_missing_counts_as_0_where_it_is():
    rows = np.random.default_rng(0).normal(size=(200, 1))
    booster = boosted(rows, rows[:, 0] > -0.5, recipe=TreeRecipe(least=5, columns=1.0), trees=1)
    (tree,) = grown(booster)
    assert not tree["missing_left"][0]  # 0 lies to the right of where it is cut, near -0.5
