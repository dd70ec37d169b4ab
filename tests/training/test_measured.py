"""Measurements as numbers in a row, and what is fitted to such rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ecgnet.demo import draw
from ecgnet.measure import COLUMNS, measure, measured_row
from ecgnet.models.measured import MeasuredTrees
from ecgnet.ptbxl import Catalogue
from ecgnet.record import LEADS
from ecgnet.training import measured
from ecgnet.training.data import FoldData
from ecgnet.training.measured import TreeRecipe, boosted, fit_trees, grown, linear_rule, rows_of


def test_a_row_has_what_was_measured_under_its_name():
    known = measure(draw("lvh_strain", 1, fs=100))
    found = dict(zip(COLUMNS, measured_row(known), strict=True))
    assert found["qrs"] == known.qrs.value
    assert found["V5 r"] == known.leads["V5"].r
    assert found["beats"] == len(known.beats)
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


def test_a_threshold_between_two_neighbours_in_single_precision_tells_them_apart():
    low = np.float32(0.1)
    high = np.nextafter(low, np.float32(1))
    rows = np.repeat([low, high], 50)[:, None]
    booster = boosted(rows, rows[:, 0] > low, recipe=TreeRecipe(least=5, columns=1.0), trees=1)
    (tree,) = grown(booster)
    assert low <= tree["threshold"].astype(np.float32)[0] < high


def test_trees_of_classes_and_statements_are_planted_in_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, len(COLUMNS)))
    infarction, fibrillation = rows[:, 0] > 0, rows[:, 1] > 0.5
    superclasses, statements = torch.zeros(300, 5), torch.zeros(300, 71)
    superclasses[:, 0] = torch.from_numpy(~infarction)
    superclasses[:, 1] = torch.from_numpy(infarction)
    statements[:, 7] = torch.from_numpy(fibrillation)
    data = FoldData(
        torch.zeros(300, 12, 1000, dtype=torch.int16),
        torch.zeros(300, 4),
        superclasses,
        statements,
        np.arange(300),
    )
    monkeypatch.setattr(measured, "rows_of", lambda catalogue, ecg_ids, folder: rows[ecg_ids])
    network = MeasuredTrees(3, 2)
    recipe = TreeRecipe(trees=3, statement_trees=2, least=5, columns=1.0)
    found = fit_trees(network, None, training=data, validation=data, recipe=recipe, folder=tmp_path)
    assert found["superclasses"] > 0.99
    assert found["statements"] > 0.99
    with torch.inference_mode():
        answers = network.answers(torch.from_numpy(rows).float()).numpy()
    assert answers[infarction, 1].min() > answers[~infarction, 1].max()
    assert answers[fibrillation, 5 + 7].min() > answers[~fibrillation, 5 + 7].max()
    assert (answers[:, 5 + 8] < -5).all()  # a statement that nobody has
