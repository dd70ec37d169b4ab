"""What each measurement adds to an answer: by name, with its value, adding up."""

from __future__ import annotations

import pytest

from ecgnet.demo import draw
from ecgnet.explain import MeasuredCredit, measured_credits, reads_measurements
from ecgnet.inference import Predictor
from ecgnet.measure import measure
from ecgnet.ui.explain.by_measurement import SHOWN, measured_in_words, strongest


@pytest.fixture(scope="module")
def left_bundle():
    return draw("clbbb", 1, fs=100)


def test_credits_are_the_whole_change_of_trees_that_answer_alone(left_bundle):
    predictor = Predictor("waveform_measurements")
    found = measured_credits(predictor, left_bundle, target="CD")
    with_it, flat = (
        float(predictor.model.network(predictor.model.transform(wave, metadata, ("waveform",))).logits[0, 3])
        for seen in (predictor.modalities([left_bundle]),)
        for wave, metadata in ((seen.waveform, seen.metadata), (0 * seen.waveform, seen.metadata))
    )
    assert sum(credit.credit for credit in found) == pytest.approx(with_it - flat, abs=1e-4)
    assert [abs(credit.credit) for credit in found] == sorted((abs(c.credit) for c in found), reverse=True)


def test_a_broad_qrs_complex_speaks_for_a_conduction_disturbance(left_bundle):
    measured = measure(left_bundle)
    found = measured_credits(
        Predictor("waveform_measurements"), left_bundle, target="CD", against="normal", beats=measured.beats
    )
    (qrs,) = (credit for credit in found if credit.column == "qrs")
    assert qrs.credit > 0
    assert qrs.value == pytest.approx(measured.qrs.value, abs=1)
    assert qrs.against < 120 < qrs.value
    assert measured_in_words(qrs) == f"QRS duration {qrs.value:.0f} ms"


def test_in_the_committee_they_count_as_its_trees_do(left_bundle):
    alone, joined = (
        {c.column: c.credit for c in measured_credits(Predictor(name), left_bundle, target="CD")}
        for name in ("waveform_measurements", "committee")
    )
    network = Predictor("committee").model.network
    place = list(network.branches).index("waveform_measurements")
    assert joined["qrs"] == pytest.approx(alone["qrs"] * float(network.weight[place, 3]), rel=1e-4)


def test_a_network_that_reads_samples_has_none(left_bundle):
    assert measured_credits(Predictor("waveform_cnn"), left_bundle, target="CD") == []
    assert [reads_measurements(name) for name in ("waveform_cnn", "committee")] == [False, True]


def test_no_credit_is_lost_where_a_waves_voltage_and_duration_could_not_be_measured():
    unknown = [MeasuredCredit(f"V1 {wave}", None, 1.0, 0.5) for wave in ("q", "q_duration")]
    known = [MeasuredCredit("pr", 160.0, 150.0, -0.1)] * (SHOWN + 3)
    bars = strongest([*unknown, *known])
    assert bars["Q in V1 not measurable"] == 1.0
    assert sum(bars.values()) == pytest.approx(1.0 - 0.1 * (SHOWN + 3))
