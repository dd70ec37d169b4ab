"""HL7 FHIR: Observations with sampled data, as R4 and R5 have them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecgnet.readers import ReadError, read, read_together
from ecgnet.record import LEADS
from tests.readers.writers.fhir import write


@pytest.mark.parametrize("release", [4, 5])
@pytest.mark.parametrize("parts", [1, 2])
def test_the_leads_of_an_observation(ecg, release, parts):
    record = read(write(ecg, 250, release=release, parts=parts), name="e.json")
    assert (record.fs, record.notes) == (250, ())
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.recorder.recorded_at.isoformat().startswith("2024-02-29T08:30")


def test_an_observation_without_a_bundle(ecg):
    bundle = json.loads(write(ecg, 250))
    alone = json.dumps(bundle["entry"][0]["resource"]).encode()
    np.testing.assert_allclose(read(alone, name="e.json").signal, ecg, atol=1e-6)


def test_samples_around_the_origin_have_their_zero_there(ecg):
    """As in the example of the standard, which contradicts its definition."""
    origin = {"value": 20480, "code": "uV"}
    record = read(write(ecg, 250, origin=origin, stored_zero=20480), name="e.json")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "taken for their zero" in record.notes[0]


def test_an_origin_is_added_by_the_definition(ecg):
    record = read(write(ecg, 250, origin={"value": 3000, "code": "uV"}), name="e.json")
    np.testing.assert_allclose(record.signal, ecg + 3, atol=1e-6)


def test_what_was_not_measured_is_a_gap(ecg):
    gap = ecg.copy()
    gap[:, 100:110] = np.nan
    np.testing.assert_allclose(read(write(gap, 250), name="e.json", partial=True).signal, gap, atol=1e-6)


def test_a_unit_that_is_not_stated_is_asked_for(ecg):
    data = write(ecg, 250, origin={"value": 0})
    (answer,) = read_together({"e.json": data})
    assert answer.question.asks == ("unit",)
    np.testing.assert_allclose(read(data, name="e.json", unit="uV").signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("131390", "131391", "calls a lead aVL and aVR"),
        ('"dimensions": 1', '"dimensions": 2', "several dimensions"),
        ('"factor": 1', '"factor": 0', "the factor of lead I is 0"),
        ('"period": 4.0', '"interval": 4.0', r"step by 4 \(no unit\)"),
        ('"data": "0 ', '"data": "zero ', "holds words among its samples"),
        ("valueSampledData", "valueQuantity", "no Observation with sampled data"),
        ("]}", "", "damaged JSON"),
    ],
)
def test_files_that_are_refused(ecg, old, new, sentence):
    data = write(ecg, 250)
    assert old.encode() in data
    with pytest.raises(ReadError, match=sentence):
        read(data.replace(old.encode(), new.encode()), name="e.json")


def test_every_lead_by_its_code_alone(ecg):
    data = write(ecg, 250)
    for lead in LEADS:
        data = data.replace(f'"MDC_ECG_ELEC_POTL_{lead.upper()}"'.encode(), b'""')
    np.testing.assert_allclose(read(data, name="e.json").signal, ecg, atol=1e-6)
