"""The demo library and the beat atlas that it is drawn from."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecgnet.demo import TIMES, correct, demo_library, draw, load_atlas, uncorrect
from ecgnet.folders import WEIGHTS
from ecgnet.leads import INDEPENDENT_PLACES
from ecgnet.ptbxl import SUPERCLASSES, TRAIN_FOLDS
from ecgnet.record import LEADS
from ecgnet.training.atlas import MIN_RECORDS, align, r_peaks, summarise

LIBRARY = demo_library()
SYNTHETIC = [demo for demo in LIBRARY if demo.kind is not None]
REAL = [demo for demo in LIBRARY if demo.kind is None]


def test_library_covers_the_superclasses_and_holds_one_real_ecg():
    assert len(SYNTHETIC) >= 12
    assert len(REAL) == 1
    assert {name for demo in SYNTHETIC for name in demo.superclasses} == set(SUPERCLASSES)
    assert len({demo.record.id for demo in LIBRARY}) == len(LIBRARY)


@pytest.mark.parametrize("demo", LIBRARY, ids=lambda demo: demo.record.id)
def test_each_says_what_it_is(demo):
    words = demo.description.lower()
    if demo.kind is None:
        assert "real ecg" in words
        assert "pydicom" in demo.record.source
    else:
        assert "synthetic" in words
        assert "no patient's recording" in words
        assert "(synthetic)" in demo.record.source
        assert "(synthetic)" in demo.title
        assert any("50 Hz" in note for note in demo.record.notes)


@pytest.mark.parametrize("demo", SYNTHETIC, ids=lambda demo: demo.kind)
def test_synthetic_ecg_is_physically_plausible(demo):
    record = demo.record
    assert record.signal.shape == (12, 5000)
    assert record.fs == 500
    one, two, three, avr, avl, avf = record.signal[:6]
    np.testing.assert_allclose(one + three, two, atol=1e-6)  # Einthoven
    np.testing.assert_allclose(avr, -(one + two) / 2, atol=1e-6)  # Goldberger
    np.testing.assert_allclose(avl, (one - three) / 2, atol=1e-6)
    np.testing.assert_allclose(avf, (two + three) / 2, atol=1e-6)
    peak_to_peak = np.ptp(record.signal, axis=1)
    assert peak_to_peak.min() > 0.1
    assert 1 < peak_to_peak.max() < 6
    places = r_peaks(record.signal[list(INDEPENDENT_PLACES)], record.fs)
    beside = np.abs(np.arange(4999)[:, None] - places).min(1) > 0.12 * record.fs
    beside[:100] = beside[-100:] = False  # a QRS that the edge cuts is not looked for
    steps = np.abs(np.diff(record.signal, axis=1))[:, beside]
    assert steps.max() < 0.06  # mV in 2 ms: nothing jumps where P and T waves meet
    spectrum = np.abs(np.fft.rfft(record.signal * np.hanning(5000), axis=1)) ** 2
    assert spectrum[:, 600:].sum() < 1e-3 * spectrum.sum()  # above 60 Hz


@pytest.mark.parametrize("demo", SYNTHETIC, ids=lambda demo: demo.kind)
def test_heart_rate_is_as_drawn(demo):
    places = r_peaks(demo.record.signal[list(INDEPENDENT_PLACES)], demo.record.fs)
    measured = 60 * demo.record.fs / np.diff(places).mean()
    assert measured == pytest.approx(demo.heart_rate, rel=0.04)


def test_fibrillation_is_irregular_and_sinus_rhythm_is_not():
    def variability(kind):
        records = [draw(kind, seed, fs=100) for seed in range(4)]
        intervals = [np.diff(r_peaks(record.signal[list(INDEPENDENT_PLACES)], 100)) for record in records]
        return np.mean([found.std() / found.mean() for found in intervals])

    assert variability("sttc_afib") > 0.1
    assert variability("norm_male") < 0.06


def test_draw_is_deterministic_and_seeds_differ():
    first, again, other = draw("imi", 1), draw("imi", 1), draw("imi", 2)
    np.testing.assert_array_equal(first.signal, again.signal)
    assert first.metadata == again.metadata
    assert not np.array_equal(first.signal, other.signal)
    assert draw("imi", 1, fs=100).signal.shape == (12, 1000)


def test_unknown_kind_is_named():
    with pytest.raises(KeyError, match="norm_male"):
        draw("no such kind", 1)


def test_metadata_suits_the_kind():
    assert all(draw("norm_female", seed, fs=100).metadata.sex == "female" for seed in range(4))
    assert all(18 <= demo.record.metadata.age <= 90 for demo in LIBRARY)


def test_atlas_is_small_and_holds_no_single_patient():
    assert (WEIGHTS / "atlas.npz").stat().st_size < 1_000_000
    arrays, about = load_atlas()
    assert (arrays["records"] >= MIN_RECORDS).all()
    assert list(arrays["kinds"]) == list(about)
    assert arrays["mean"].shape == (len(about), 8, len(TIMES))
    assert all(np.isfinite(values).all() for values in arrays.values() if values.dtype.kind == "f")
    card = json.loads((WEIGHTS / "atlas.json").read_text())
    assert card["folds"] == list(TRAIN_FOLDS)
    assert "CC BY 4.0" in card["licence"]
    assert "PTB-XL" in card["source"]


def test_time_correction_inverts_and_spares_the_qrs():
    np.testing.assert_allclose(correct(uncorrect(TIMES, 0.7), 0.7), TIMES, atol=1e-12)
    np.testing.assert_array_equal(uncorrect(TIMES[TIMES < 0.08], 0.7), TIMES[TIMES < 0.08])


def test_summary_finds_the_beat_that_was_drawn():
    record = draw("clbbb", 2, fs=100)
    summary = summarise(record.signal)
    assert summary is not None
    arrays, about = load_atlas()
    means = arrays["mean"].reshape(len(about), -1)
    likeness = [np.corrcoef(summary.beat.ravel(), mean)[0, 1] for mean in means]
    assert list(about)[int(np.argmax(likeness))] == "clbbb"


def test_summary_refuses_what_has_no_beats():
    assert summarise(np.zeros((len(LEADS), 1000))) is None
    assert summarise(0.01 * np.random.default_rng(0).standard_normal((len(LEADS), 1000))) is None


def test_alignment_undoes_shifts():
    pulse = np.exp(-(((np.arange(89) - 44) / 4.0) ** 2))
    beats = np.stack([np.tile(np.roll(pulse, shift), (8, 1)) for shift in (-2, -1, 0, 0, 1, 2)])
    aligned = align(beats)
    assert aligned.std(0).max() < 0.2 * beats.std(0).max()


def test_default_model_calls_at_least_ten_of_twelve_as_they_were_drawn():
    from ecgnet.inference import Predictor
    from ecgnet.models import DEFAULT

    drawn = [demo for demo in demo_library() if demo.superclasses]
    predictions = Predictor(DEFAULT).predict([demo.record for demo in drawn])
    right = [p.called == demo.superclasses for p, demo in zip(predictions, drawn, strict=True)]
    assert len(drawn) >= 12
    assert sum(right) >= len(drawn) - 2
