"""Stored predictions: computed in chunks, resumed, refused when other weights made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ecgnet import stored_answers
from ecgnet.inference import Predictor
from ecgnet.ptbxl import Catalogue
from ecgnet.stored_answers import StoredAnswers, compute_answers, open_answers, weights_in_use

ONE = {"waveform_cnn": "as it is"}


@pytest.fixture
def catalogue(tiny_ptbxl: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """60 made-up records, of which one model judges four at a time."""
    monkeypatch.setattr(stored_answers, "weights_in_use", lambda: ONE)
    monkeypatch.setattr(stored_answers, "CHUNK", 4)
    return Catalogue(tiny_ptbxl)


def test_nothing_is_open_before_it_is_computed(catalogue: Catalogue):
    assert open_answers(catalogue.folder, ONE) is None


def test_answers_are_those_of_the_model(catalogue: Catalogue):
    stored = compute_answers(catalogue, limit=4)
    row = int(np.flatnonzero(stored.computed)[0])
    answer = Predictor("waveform_cnn").predict([catalogue.record(int(stored.ecg_ids[row]))])[0]
    np.testing.assert_allclose(stored.probabilities[row, 0], answer.probabilities, atol=1e-4)
    np.testing.assert_allclose(stored.features[row], answer.features, atol=0.02, rtol=0.01)
    assert stored.calls[row, 0].tolist() == [name in answer.called for name in answer.labels]


def test_the_held_out_folds_come_first(catalogue: Catalogue):
    stored = compute_answers(catalogue, limit=8)
    folds = catalogue.table.loc[stored.ecg_ids[stored.computed], "fold"]
    assert folds.value_counts().to_dict() == {10: 6, 9: 2}


def test_what_is_computed_is_kept_and_the_rest_added(catalogue: Catalogue):
    before = compute_answers(catalogue, limit=4)
    kept = before.probabilities[before.computed].copy()
    after = compute_answers(catalogue, limit=4)
    assert after.computed.sum() == 8
    np.testing.assert_array_equal(after.probabilities[before.computed], kept)


def test_an_interruption_loses_one_chunk(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch):
    def two_chunks(items: Iterable, title: str) -> Iterator:
        for number, item in enumerate(items):
            if number == 2:
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr(stored_answers, "track", two_chunks)
    with pytest.raises(KeyboardInterrupt):
        compute_answers(catalogue)
    stored = open_answers(catalogue.folder, ONE)
    assert stored is not None
    assert stored.computed.sum() == 8


def test_answers_of_other_weights_are_not_opened_and_computed_anew(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
):
    compute_answers(catalogue, limit=8)
    other = {"waveform_cnn": "trained again"}
    assert open_answers(catalogue.folder, other) is None
    monkeypatch.setattr(stored_answers, "weights_in_use", lambda: other)
    assert compute_answers(catalogue, limit=4).computed.sum() == 4


@pytest.mark.parametrize("name", ["predictions.json", "probabilities.npy", "features.npy", "ecg_ids.npy"])
def test_damaged_files_are_not_opened_and_made_anew(catalogue: Catalogue, name: str):
    compute_answers(catalogue, limit=4)
    path = catalogue.folder / "ecgnet" / "predictions" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert open_answers(catalogue.folder, ONE) is None
    assert compute_answers(catalogue, limit=4).computed.sum() == 4


def test_shipped_weights_are_identified_one_by_one():
    assert len(set(weights_in_use().values())) == len(weights_in_use())


def stored(features: np.ndarray, computed: Iterable[bool] | None = None) -> StoredAnswers:
    """Records 1, 2, 3 … with these features (N, D)."""
    probabilities = np.zeros((len(features), 1, 5), np.float32)
    if computed is not None:
        probabilities[~np.array(list(computed))] = np.nan
    ids = np.arange(1, len(features) + 1)
    return StoredAnswers(ids, ("late_fusion",), probabilities, np.full((1, 5), 0.5), features, "late_fusion")


EVERYONE = np.ones(4, bool)
CROSS = np.array([[2, 0], [2, 0.2], [-2, 0], [-2, -0.2]], np.float16)


def test_the_nearest_point_the_same_way():
    rows, cosines = stored(CROSS).nearest(np.array([4, 0], np.float32), 3, allowed=EVERYONE)
    assert rows.tolist() == [0, 1, 3]
    assert cosines[0] == pytest.approx(1, abs=1e-3)
    assert np.all(np.diff(cosines) <= 0)


def test_only_those_allowed_and_computed_are_named():
    allowed = np.array([False, True, True, True])
    rows, _ = stored(CROSS, [True, True, False, True]).nearest(
        np.array([4, 0], np.float32), 4, allowed=allowed
    )
    assert sorted(rows.tolist()) == [1, 3]


def test_features_of_another_width_are_refused():
    with pytest.raises(ValueError, match="late_fusion"):
        stored(CROSS).nearest(np.zeros(3, np.float32), 1, allowed=EVERYONE)


def test_records_that_are_not_stored_count_as_not_computed():
    wanted = stored(CROSS).for_records(np.array([2, 4, 9]))
    assert wanted.computed.tolist() == [True, True, False]
    np.testing.assert_array_equal(wanted.features[0], CROSS[1])
    assert (wanted.row(4), wanted.row(9), wanted.row(77)) == (1, None, None)
