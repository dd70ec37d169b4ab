"""The scores on folds 9 and 10: written, merged, and refused when they are of other weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgnet import fold_scores
from ecgnet.cards import Stamp, WeightsError, read_card
from ecgnet.fold_scores import FoldScores, load_fold_scores, save_fold_scores

MODEL, OTHER = "waveform_cnn", "spectrogram_cnn"


def scores(*models: str, n: int = 40, seed: int = 0) -> FoldScores:
    """Made-up scores with the stamps of the weights that are here."""
    rng = np.random.default_rng(seed)
    labels = rng.random((n, 5)) < 0.4
    labels[0] = False
    sex = np.arange(n) % 3
    age = np.linspace(20, 89, n).astype(np.float32)
    age[1] = np.nan
    logits = {name: rng.normal(0, 2, (n, 5)).astype(np.float16) for name in models}
    stamps = {name: read_card(name).stamp(Stamp.LOGITS) for name in models}
    return FoldScores(
        np.arange(n) + 100,
        np.where(np.arange(n) < n // 2, 9, 10),
        labels,
        sex == 1,
        sex == 2,
        age,
        logits,
        stamps,
    )


def test_what_is_saved_is_loaded(tmp_path: Path):
    made = scores(MODEL)
    found = load_fold_scores(save_fold_scores(made, tmp_path / "fold_scores.npz"))
    np.testing.assert_array_equal(found.logits[MODEL], made.logits[MODEL])
    for part in ("ecg_ids", "folds", "labels", "female", "male", "age"):
        np.testing.assert_array_equal(getattr(found, part), getattr(made, part))
    assert found.models == (MODEL,)
    assert "ecgnet weights measure" in found.left_out[OTHER]


def test_one_model_measured_anew_leaves_the_others(tmp_path: Path):
    path = tmp_path / "fold_scores.npz"
    first = scores(MODEL, OTHER)
    save_fold_scores(first, path)
    again = scores(MODEL, seed=1)
    save_fold_scores(FoldScores(**{**vars(first), "logits": again.logits, "stamps": again.stamps}), path)
    found = load_fold_scores(path)
    assert set(found.models) == {MODEL, OTHER}
    np.testing.assert_array_equal(found.logits[MODEL], again.logits[MODEL])
    np.testing.assert_array_equal(found.logits[OTHER], first.logits[OTHER])


def test_other_records_replace_the_file(tmp_path: Path):
    path = save_fold_scores(scores(MODEL, OTHER), tmp_path / "fold_scores.npz")
    save_fold_scores(scores(MODEL, n=30), path)
    assert load_fold_scores(path).models == (MODEL,)


def test_scores_of_other_weights_are_left_out_by_name(tmp_path: Path):
    made = scores(MODEL, OTHER)
    made.stamps[MODEL] = "of other weights"
    found = load_fold_scores(save_fold_scores(made, tmp_path / "fold_scores.npz"))
    assert found.models == (OTHER,)
    assert found.left_out[MODEL].startswith("Waveform: 1D-CNN has other weights")
    with pytest.raises(WeightsError, match="ecgnet weights measure"):
        found.probabilities(MODEL, read_card(MODEL))


def test_a_fold_has_only_records_with_a_superclass():
    fold = scores(MODEL).fold(9)
    assert set(fold.folds) == {9}
    assert 100 not in fold.ecg_ids
    assert len(fold.logits[MODEL]) == len(fold) == fold.labels.any(1).sum()


def test_probabilities_are_calibrated_by_the_card():
    made, card = scores(MODEL), read_card(MODEL)
    expected = card.calibrate(made.logits[MODEL].astype(float))
    np.testing.assert_allclose(made.probabilities(MODEL, card), expected, atol=1e-6)


def test_groups_leave_out_whom_nothing_is_known_of():
    made = scores(MODEL)
    groups = made.groups()
    ages = groups["under 50"] | groups["50 to 75"] | groups["over 75"]
    assert np.flatnonzero(~ages).tolist() == [1]
    assert not (groups["female"] & groups["male"]).any()
    assert (~(groups["female"] | groups["male"])).any()


def test_a_missing_file_says_what_to_run(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"fold_scores.npz is missing .*ecgnet weights measure"):
        load_fold_scores(tmp_path / "fold_scores.npz")


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"PK" + data]
)
def test_a_damaged_file_is_a_sentence(tmp_path: Path, damage):
    path = save_fold_scores(scores(MODEL), tmp_path / "fold_scores.npz")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(WeightsError, match="cannot be read"):
        load_fold_scores(path)


def test_the_environment_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ECGNET_FOLD_SCORES", str(tmp_path / "other.npz"))
    assert save_fold_scores(scores(MODEL)) == fold_scores.file() == tmp_path / "other.npz"
    assert load_fold_scores().models == (MODEL,)


def test_the_file_is_small(tmp_path: Path):
    names = ("waveform_cnn", "waveform_cnn_bilstm", "spectrogram_cnn", "early_fusion", "late_fusion")
    path = save_fold_scores(scores(*names, n=4400), tmp_path / "fold_scores.npz")
    assert path.stat().st_size < 500_000
