"""JSON with leads by name, as lists of leads or one array, and Kardia's recordings."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecgnet.readers import ReadError, read, read_together
from ecgnet.record import LEADS
from tests.readers.writers.json_files import kardia, row, text, write


def test_leads_by_name(ecg):
    record = read(write(ecg, 250, age=41, sex="male"), name="e.json")
    assert (record.fs, record.notes, record.metadata.age, record.metadata.sex) == (250, (), 41, "male")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize(("name", "samples"), [("lead", "samples"), ("name", "values"), ("id", "data")])
def test_a_list_of_leads(ecg, name, samples):
    leads = [{name: lead, samples: row(values)} for lead, values in zip(LEADS, ecg, strict=True)]
    data = text({"fs": 250, "unit": "mV", "channels": leads})
    np.testing.assert_allclose(read(data, name="e.json").signal, ecg, atol=1e-6)


def test_a_bare_array_asks_for_what_it_leaves_out(ecg):
    data = text([row(values) for values in ecg])
    (answer,) = read_together({"e.json": data})
    assert answer.question.asks == ("fs", "unit", "leads")
    record = read(data, name="e.json", fs=250, unit="mV", leads=LEADS)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_null_is_a_gap(ecg):
    gap = ecg.copy()
    gap[:, 100:110] = np.nan
    np.testing.assert_allclose(read(write(gap, 250), name="e.json", partial=True).signal, gap, atol=1e-6)


def test_a_kardia_recording_has_six_leads_as_measured(ecg):
    record = read(kardia(ecg, 300), name="k.json", partial=True)
    np.testing.assert_allclose(record.signal[:6], ecg[:6], atol=0.0003)
    assert (record.fs, record.missing) == (300, LEADS[6:])
    assert record.recorder.statements == ("normal",)
    with pytest.raises(ReadError, match="lead V1, V2, V3, V4, V5, V6 are missing"):
        read(kardia(ecg, 300), name="k.json")


def test_a_kardia_12l_is_named(ecg):
    with pytest.raises(ReadError, match="Kardia 12L, which does not state what a step of its samples is"):
        read(kardia(ecg, 300, data12L={}), name="k.json")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"fs": 250, "leads": [1, 2', "damaged JSON"),
        (b'{"fs": 250, "answers": {"NORM": 0.9}}', "holds no samples of an ECG"),
        (b'{"a":' * 20000 + b"1" + b"}" * 20000, "nested too deeply"),
    ],
)
def test_files_that_are_refused(data, sentence):
    with pytest.raises(ReadError, match=sentence):
        read(data, name="e.json")


def test_a_row_a_sample(ecg):
    rows = [dict(zip(LEADS, column, strict=True)) for column in ecg.T.tolist()]
    record = read(
        json.dumps({"sampleRate": 250, "amplitudeUnit": "mV", "samples": rows}).encode(), name="e.json"
    )
    assert record.fs == 250
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
