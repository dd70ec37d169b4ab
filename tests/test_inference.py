"""From a record to a prediction, with the shipped weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ecgnet import weights
from ecgnet.inference import (
    Prediction,
    Predictor,
    model_input,
    own_part,
    predict_together,
    window_read,
    window_start,
)
from ecgnet.modalities import Spec, encode_metadata
from ecgnet.notices import Notice, NoticeKind
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import LEADS, Metadata, Record, RecordError
from ecgnet.scoring import score
from ecgnet.states import StateLimits

CPU = torch.device("cpu")
RESAMPLED = Notice(NoticeKind.RESAMPLED, "Resampled from 500 to 100 Hz for the model.")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    if "waveform_cnn" not in weights.available():
        pytest.skip("weights/waveform_cnn.json is not there")
    return Predictor("waveform_cnn", CPU)


@pytest.fixture(scope="module")
def records(synthetic_record: Record) -> list[Record]:
    """Three that differ in size, rate and patient."""
    signal = synthetic_record.signal
    return [
        synthetic_record,
        Record(0.5 * signal[:, ::5], 100, "small", "test", Metadata(age=80, sex="female")),
        Record(-signal[:, :4000], 500, "short", "test"),
    ]


def seconds(duration: float, fs: float) -> Record:
    """A slow sine of 1 mV in every lead."""
    time = np.arange(round(duration * fs)) / fs
    return Record(np.tile(np.sin(2 * np.pi * time), (12, 1)), fs, "sine", "test")


def test_record_that_fits_is_taken_as_it_is():
    record = seconds(10, 100)
    signal, notices = model_input(record, Spec())
    np.testing.assert_array_equal(signal, record.signal)
    assert notices == ()


def test_other_rates_are_resampled_and_noted():
    signal, notices = model_input(seconds(10, 500), Spec())
    np.testing.assert_allclose(signal, seconds(10, 100).signal, atol=0.01)
    assert notices == (RESAMPLED,)


def test_of_a_long_record_the_middle_is_taken():
    record = seconds(12.5, 100)
    signal, (notice,) = model_input(record, Spec())
    np.testing.assert_array_equal(signal, record.signal[:, 125:1125])
    assert notice.kind is NoticeKind.CUT
    assert "1250 samples" in notice.text
    assert window_start(record, Spec()) == 1.25


def test_short_record_is_lengthened():
    signal, (notice,) = model_input(seconds(8, 100), Spec())
    assert signal.shape == (12, 1000)
    assert notice.kind is NoticeKind.REPEATED
    assert "800 of the 1000 samples" in notice.text
    assert window_start(seconds(8, 100), Spec()) == -1


def test_filling_at_the_ends_is_not_read():
    record = Record(seconds(9.5, 100).signal + 0.5, 100, "short", "test")
    padded = Record(np.pad(record.signal, ((0, 0), (120, 30))), 100, "padded", "test")
    signal, (filling, *_) = model_input(padded, Spec())
    np.testing.assert_array_equal(signal, model_input(record, Spec())[0])
    assert filling.kind is NoticeKind.FILLING
    assert "1.5 s at the ends hold no ECG" in filling.text
    assert window_start(padded, Spec()) == pytest.approx(1.2 - 0.25)
    assert own_part(padded, Spec()) == slice(25, 975)


def test_short_gaps_are_bridged_and_noted():
    signal = seconds(10, 100).signal.copy()
    signal[3, 500:510] = np.nan
    mended, (notice,) = model_input(Record(signal, 100, "gap", "test"), Spec())
    assert np.abs(mended - seconds(10, 100).signal).max() < 0.1
    assert notice.kind is NoticeKind.GAPS_BRIDGED
    assert "gaps in aVR" in notice.text


def test_of_a_long_record_only_what_is_read_counts():
    read = window_read(seconds(60, 250), Spec())
    assert read.signal.shape == (12, 2500)
    np.testing.assert_array_equal(read.signal, seconds(60, 250).signal[:, 6250:8750])


def test_a_wandering_baseline_is_filtered_and_noted():
    slow = 3 * seconds(10, 100).signal + np.linspace(-2, 2, 1000, dtype=np.float32)
    mended, (notice,) = model_input(Record(slow, 100, "drift", "test"), Spec())
    assert notice.kind is NoticeKind.WANDER_FILTERED
    assert abs(mended[:, :500].mean() - mended[:, 500:].mean()) < 0.1


def test_both_changes_are_noted():
    _, notices = model_input(seconds(30, 250), Spec())
    assert [notice.kind for notice in notices] == [NoticeKind.RESAMPLED, NoticeKind.CUT]


@pytest.fixture
def prediction() -> Prediction:
    return Prediction(
        model="any",
        labels=SUPERCLASSES,
        logits=np.zeros(5),
        probabilities=np.array([0.05, 0.4, 0.5, 0.6, 0.29]),
        thresholds=np.full(5, 0.5),
        limits=StateLimits(SUPERCLASSES, np.full(5, 0.1), np.array([0.2, 0.3, 0.55, 0.3, 0.3])),
        statements=np.zeros(71),
        weights_id="any@0",
        device="CPU",
        milliseconds=1.0,
    )


def test_called_are_the_classes_that_are_present(prediction: Prediction):
    assert prediction.called == ("CD",)
    assert prediction.states["MI"] == "possible"
    assert prediction.states["STTC"] == "open"


def test_probability_by_label(prediction: Prediction):
    assert prediction.probability("CD") == 0.6


def test_prediction_says_where_it_comes_from(predictor: Predictor, synthetic_record: Record):
    (found,) = predictor.predict([synthetic_record])
    assert found.model == predictor.name == "waveform_cnn"
    assert found.labels == SUPERCLASSES
    assert found.weights_id == predictor.model.card.weights_id
    assert found.device.startswith("CPU")
    assert found.milliseconds > 0
    assert found.notices == (RESAMPLED,)


def test_probabilities_are_calibrated(predictor: Predictor, synthetic_record: Record):
    (found,) = predictor.predict([synthetic_record])
    np.testing.assert_allclose(found.probabilities, predictor.model.card.calibrate(found.logits))
    assert ((found.probabilities > 0) & (found.probabilities < 1)).all()
    assert found.statements.shape == (71,)


def test_a_normal_ecg_is_called_normal(predictor: Predictor, synthetic_record: Record):
    (found,) = predictor.predict([synthetic_record])
    assert found.called == ("NORM",)


def test_rates_of_the_same_ecg_agree(predictor: Predictor, synthetic_record: Record):
    slow = Record(synthetic_record.signal[:, ::5], 100, "same", "test", synthetic_record.metadata)
    one, other = predictor.predict([synthetic_record, slow])
    np.testing.assert_allclose(one.probabilities, other.probabilities, atol=0.02)


def test_together_equals_one_by_one(predictor: Predictor, records: list[Record]):
    together = predictor.predict(records)
    for record, found in zip(records, together, strict=True):
        (alone,) = predictor.predict([record])
        np.testing.assert_allclose(found.probabilities, alone.probabilities, atol=1e-4)
        assert found.notices == alone.notices


def test_models_together_equal_each_alone(predictor: Predictor, records: list[Record]):
    fusion = "late_fusion"
    if fusion not in weights.available():
        pytest.skip(f"weights/{fusion}.json is not there")
    predictors = [predictor, Predictor(fusion, CPU)]
    together = predict_together(predictors, records)
    for each in predictors:
        for found, alone in zip(together[each.name], each.predict(records), strict=True):
            np.testing.assert_allclose(found.probabilities, alone.probabilities, atol=1e-4)


def test_scoring_an_array_equals_predicting_records(predictor: Predictor, synthetic_record: Record):
    signal = np.round(1000 * synthetic_record.signal[None, :, ::5]).astype(np.int16)
    record = Record(signal[0] / 1000, 100, "rounded", "test")
    scores = score(["waveform_cnn"], signal, metadata=encode_metadata([Metadata()]), device=CPU)[
        "waveform_cnn"
    ]
    np.testing.assert_allclose(
        scores.probabilities[0], predictor.predict([record])[0].probabilities, atol=1e-4
    )


def test_unknown_patient_is_allowed(predictor: Predictor, synthetic_record: Record):
    (found,) = predictor.predict([synthetic_record.with_metadata(Metadata())])
    assert np.isfinite(found.probabilities).all()


def test_no_records_no_predictions(predictor: Predictor):
    assert predictor.predict([]) == []


def test_prediction_cannot_be_changed(prediction: Prediction):
    with pytest.raises(AttributeError):
        prediction.model = "another"
    assert replace(prediction, model="another").model == "another"


@pytest.mark.parametrize(
    ("missing", "gaps", "words"),
    [
        (["V1"], [], "lead V1 was not recorded"),
        (["V4", "V5", "V6"], [], "leads V4, V5 and V6 were not recorded"),
        (["V1"], ["I", "II"], "lead V1 and parts of leads I and II were not recorded"),
    ],
)
def test_an_incomplete_record_is_not_judged_and_says_why(missing, gaps, words):
    signal = np.zeros((12, 1000))
    for lead in missing:
        signal[LEADS.index(lead)] = np.nan
    for lead in gaps:
        signal[LEADS.index(lead), 10:20] = np.nan
    with pytest.raises(RecordError, match=words):
        model_input(Record(signal, 100, "part", "test"), Spec())
