"""What is left out, on networks whose answers can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ecgnet.explain import (
    EVERYTHING,
    SINGLE_LEADS,
    ExplanationError,
    Left,
    attention_maps,
    for_patients,
    leave_out,
    told_change,
)
from ecgnet.modalities import Modalities
from ecgnet.models import Network, Output
from ecgnet.record import LEADS, Metadata, Record, RecordError
from tests.explain.conftest import predictor_of

PEAKS = np.arange(1.0, 13.0)
"""mV, the height of each lead's one-sample peak."""


class Peaks(Network):
    """The first label's logit: the leads' ranges added up, minus 70; label k counts them k + 1 times."""

    needs = ("waveform", "metadata")

    def evidence(self, modalities: Modalities) -> Tensor:
        wave = modalities.waveform
        return (wave.amax(2) - wave.amin(2)).sum(1) - 70 + 10 * modalities.metadata[:, 0]

    def body(self, modalities: Modalities) -> Output:
        logits = self.evidence(modalities)[:, None] * torch.arange(1.0, 6.0)
        return Output(logits, logits.new_zeros(len(logits), 71), logits)


@pytest.fixture
def peaked() -> Record:
    """Lead k has one peak of k + 1 mV; of a patient of 60, whose age counts as 0."""
    signal = np.zeros((12, 1000))
    signal[:, 500] = PEAKS
    return Record(signal, 100, "peaks", "test", Metadata(age=60, sex="male"))


def logit(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p))


def test_each_lead_takes_its_own_peak_away(peaked):
    found = leave_out([predictor_of(Peaks())], peaked, left=SINGLE_LEADS)["stand-in"]
    assert found.shape == (13, 5)
    assert logit(found[0, 0]) == pytest.approx(PEAKS.sum() - 70, abs=1e-2)
    np.testing.assert_allclose(logit(found[1:, 0]), PEAKS.sum() - PEAKS - 70, atol=2e-2)


def test_a_territory_takes_all_its_leads_away(peaked):
    inferior = Left("II, III and aVF", ("II", "III", "aVF"))
    found = leave_out([predictor_of(Peaks())], peaked, left=[inferior])["stand-in"]
    assert logit(found[1, 0]) == pytest.approx(78 - (2 + 3 + 6) - 70, abs=1e-2)


def test_views_that_a_model_does_not_read_are_unknown(peaked):
    left = [Left("the spectrum", modality="spectrum"), Left("age and sex", modality="metadata")]
    found = leave_out([predictor_of(Peaks())], peaked, left=left)["stand-in"]
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(found[2], found[0])  # 60 years count as 0


def test_a_fusion_answers_as_it_does_for_the_changed_record(fresh, record):
    predictor = fresh("late_fusion")
    found = leave_out([predictor], record, left=[Left("V1", ("V1",))])["late_fusion"]
    signal = record.signal.copy()
    signal[LEADS.index("V1")] = 0
    without = Record(signal, 100, "without V1", "test", record.metadata)
    with torch.inference_mode():
        logits = predictor.model.network(predictor.modalities([without])).logits[0].numpy()
    np.testing.assert_allclose(found[1], 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_another_age_moves_what_reads_it_and_nothing_else(peaked, fresh):
    patients = [Metadata(60), Metadata(40), Metadata()]
    found = for_patients([predictor_of(Peaks()), fresh("waveform_cnn")], peaked, patients=patients)
    assert tuple(found) == ("stand-in",)
    np.testing.assert_allclose(logit(found["stand-in"][:2, 0]), [8, -2], atol=0.01)
    np.testing.assert_allclose(found["stand-in"][2], found["stand-in"][0])


def test_a_fusion_gives_another_patient_the_answer_of_a_record_of_theirs(fresh, record):
    predictor, patient = fresh("intermediate_fusion"), Metadata(30, "male")
    found = for_patients([predictor], record, patients=[record.metadata, patient])["intermediate_fusion"]
    with torch.inference_mode():
        seen = predictor.modalities([record.with_metadata(patient)])
        logits = predictor.model.network(seen).logits[0].numpy()
    np.testing.assert_allclose(found[1], 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_an_unknown_lead_is_said(peaked):
    with pytest.raises(ExplanationError, match=r"There is no lead V9"):
        leave_out([predictor_of(Peaks())], peaked, left=[Left("V9", ("V9",))])


def test_an_incomplete_record_is_said(peaked):
    signal = peaked.signal.copy()
    signal[2] = np.nan
    with pytest.raises(RecordError, match="lead III"):
        leave_out([predictor_of(Peaks())], Record(signal, 100, "gap", "test"), left=EVERYTHING)


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (0.34, "Without V1 to V3 the probability of MI falls from 0.91 to 0.34."),
        (0.97, "Without V1 to V3 the probability of MI rises from 0.91 to 0.97."),
        (0.915, "Without V1 to V3 the probability of MI stays at 0.91."),
    ],
)
def test_changes_are_told_in_plain_numbers(after, sentence):
    assert told_change("Without V1 to V3", "MI", before=0.91, after=after) == sentence


def test_a_full_gpu_is_said_in_a_sentence(peaked, monkeypatch):
    network = Peaks()

    def full(modalities: Modalities) -> Output:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(network, "body", full)
    for work in (
        lambda: leave_out([predictor_of(network)], peaked, left=SINGLE_LEADS),
        lambda: for_patients([predictor_of(network)], peaked, patients=[Metadata(40)]),
        lambda: attention_maps(predictor_of(network), peaked),
    ):
        with pytest.raises(ExplanationError, match="Predictions still work"):
            work()
