"""Familiarity on drawn ECGs and made-up features: what is like the training data passes, what is not is flagged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.cards import Card, Stamp, WeightsError
from ecgnet.demo import draw
from ecgnet.models import DEFAULT
from ecgnet.training.strangers import STRANGERS
from ecgnet.trust import familiarity
from ecgnet.trust.familiarity import STATISTICS, Familiarity, fit_gaussian, signal_statistics

WIDTH = 20
RNG = np.random.default_rng(0)
BASIS = RNG.standard_normal((4, WIDTH))


def features(n: int, seed: int) -> np.ndarray:
    """(n, 20) that vary in four directions, and a little elsewhere."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, 4)) @ BASIS + 0.05 * rng.standard_normal((n, WIDTH))


@pytest.fixture(scope="module")
def ecgs() -> np.ndarray:
    """(60, 12, 1000) mV at 100 Hz, drawn from the beat atlas, each of its own size."""
    drawn = np.stack([draw(("norm_male", "norm_female")[k % 2], k, fs=100).signal for k in range(60)])
    return drawn * np.random.default_rng(1).uniform(0.8, 1.25, (60, 1, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def known(ecgs: np.ndarray) -> Familiarity:
    return familiarity.fit_familiarity(
        features(400, 1),
        ecgs[:40],
        held_hidden=features(200, 2),
        held_wave=np.repeat(ecgs[40:], 10, 0),
        stamp=card().stamp(Stamp.ANSWERS),
    )


def card(checksum: str = "abc") -> Card:
    return Card({"name": DEFAULT, "checksum": checksum})


def test_records_like_the_training_ones_are_familiar(known: Familiarity, ecgs: np.ndarray):
    assert (known.score(features(200, 3), np.repeat(ecgs[40:], 10, 0)) <= 1).mean() > 0.95


@pytest.mark.parametrize("name", ["flat line", "white noise", "random walk", "lead I in all places"])
def test_what_is_no_ecg_is_flagged_by_its_signal(name: str, known: Familiarity, ecgs: np.ndarray):
    make = next(s.make for s in STRANGERS if s.name == name)
    assert (known.score(features(20, 3), make(ecgs[40:], 1)) > 1).all()


def test_features_off_the_training_subspace_are_flagged(known: Familiarity, ecgs: np.ndarray):
    off = features(20, 3) + 2 * np.random.default_rng(9).standard_normal((20, WIDTH))
    assert (known.score(off, ecgs[40:]) > 1).all()


def test_a_gaussians_own_records_lie_at_distance_one():
    values = np.random.default_rng(0).standard_normal((4000, 5))
    assert fit_gaussian(values).distance(values).mean() == pytest.approx(1, abs=0.02)


def test_too_few_records_are_refused():
    with pytest.raises(ValueError, match="2 records are too few"):
        fit_gaussian(np.zeros((2, 3)))


@given(st.integers(0, 1000), st.sampled_from([0.0, 1e-9, 1e-3, 1.0, 1e4]))
def test_statistics_of_any_signal_are_numbers(seed: int, size: float):
    wave = size * np.random.default_rng(seed).standard_normal((2, 12, 1000))
    found = signal_statistics(wave)
    assert found.shape == (2, len(STATISTICS))
    assert np.isfinite(found).all()


def test_the_file_gives_back_what_was_saved(known: Familiarity, ecgs: np.ndarray, tmp_path: Path):
    path = familiarity.save_familiarity(known, tmp_path)
    assert path.stat().st_size < 2_000_000
    back = familiarity.load_familiarity(card(), tmp_path)
    hidden = features(20, 3)
    np.testing.assert_allclose(back.score(hidden, ecgs[40:]), known.score(hidden, ecgs[40:]), rtol=0.02)


def test_other_weights_are_refused_by_a_sentence(known: Familiarity, tmp_path: Path):
    familiarity.save_familiarity(known, tmp_path)
    with pytest.raises(
        WeightsError, match=r"familiarity\.npz belongs to other weights .* ecgnet study trust"
    ):
        familiarity.load_familiarity(card("def"), tmp_path)


def test_other_calibration_is_refused_too(known: Familiarity, tmp_path: Path):
    familiarity.save_familiarity(known, tmp_path)
    changed = Card(card().content | {"calibration": {"slope": {}}})
    with pytest.raises(WeightsError, match="belongs to other weights"):
        familiarity.load_familiarity(changed, tmp_path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"familiarity\.npz is missing"):
        familiarity.load_familiarity(card(), tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 500])
def test_a_damaged_file_is_named(keep: int, known: Familiarity, tmp_path: Path):
    path = familiarity.save_familiarity(known, tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsError, match=r"familiarity\.npz cannot be read"):
        familiarity.load_familiarity(card(), tmp_path)


def test_another_format_is_refused(known: Familiarity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(familiarity, "FORMAT", 0)
    familiarity.save_familiarity(replace(known), tmp_path)
    monkeypatch.undo()
    with pytest.raises(WeightsError, match="format 0"):
        familiarity.load_familiarity(card(), tmp_path)
