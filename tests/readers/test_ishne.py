"""ISHNE Holter: what is written comes back; what is cut short or left out is told."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.ishne_holter import ISHNEHolterParser
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS, Identity
from tests.readers.writers.ishne import STEP, write

TOLERANCE = STEP / 2 + 1e-6


@pytest.fixture(scope="session")
def holter(ecg) -> bytes:
    return write(ecg, 250, remark=b"resting")


def test_what_is_written_comes_back(ecg, holter):
    record = read(holter, name="e.ecg")
    assert (record.fs, record.id, record.notes) == (250, "e", ())
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


def test_real_file(samples):
    record = read(samples / "ECG_P28.01_first60s.ecg")
    expected = json.loads((samples / "expected.json").read_text())["ECG_P28.01_first60s.ecg"]
    assert (record.fs, record.n_samples, record.notes) == (expected["fs_hz"], expected["n_samples"], ())
    for lead in LEADS:
        values, truth = record.lead(lead), expected["mV"][lead]
        np.testing.assert_allclose(values[:5], truth["first5"], atol=1e-5)
        np.testing.assert_allclose([values.min(), values.max()], [truth["min"], truth["max"]], atol=1e-5)


def test_another_decoder_agrees(tmp_path, holter):
    path = tmp_path / "e.ecg"
    path.write_bytes(holter)
    record = read(path)
    for lead in ISHNEHolterParser().parse(path).leads:
        np.testing.assert_allclose(record.lead(lead.label), lead.samples * lead.resolution / 1000, atol=1e-6)


def test_patient(ecg):
    who = {"name": "Meredith Grey", "birth_date": "1960-05-08", "patient_id": "A 1"}
    record = read(write(ecg, 250, sex="female", **who), name="e.ecg")
    assert record.identity == Identity(**who)
    assert (record.metadata.age, record.metadata.sex) == (63, "female")
    assert record.notes == ("Age computed from the dates of birth and of recording.",)


def test_a_lead_that_was_off_is_a_gap(ecg):
    signal = ecg.copy()
    signal[6, 100:130] = np.nan
    data = write(signal, 250)
    with pytest.raises(ReadError, match=r"in lead V1 \(30\)"):
        read(data, name="e.ecg")
    np.testing.assert_allclose(read(data, name="e.ecg", partial=True).signal, signal, atol=TOLERANCE)


@pytest.mark.parametrize("announced", [500, 6000, 12000])
def test_the_length_counts_samples_of_a_lead_or_of_all_or_bytes(ecg, announced):
    record = read(write(ecg, 250, announced=announced), name="e.ecg")
    assert (record.n_samples, record.notes) == (500, ())


@pytest.mark.parametrize(("announced", "samples", "note"), [(0, 500, "no length"), (400, 400, "longer than")])
def test_a_length_that_does_not_fit_is_noted(ecg, announced, samples, note):
    record = read(write(ecg, 250, announced=announced), name="e.ecg")
    assert record.n_samples == samples
    assert note in record.notes[0]


def test_part_of_a_recording_is_read_only_when_asked_for(ecg):
    data = write(ecg, 250, announced=501)
    with pytest.raises(ReadError, match="announces 501 samples and holds 500 a lead"):
        read(data, name="e.ecg")
    assert "announces 501 samples" in read(data, name="e.ecg", partial=True).notes[0]


def test_what_is_left_out_is_asked_for(ecg):
    nameless, scaleless, timeless = (
        write(ecg, 250, codes=[0] * 12),
        write(ecg, 250, step=0),
        write(ecg, 0),
    )
    for data, asked in ((nameless, "leads"), (scaleless, "unit"), (timeless, "fs")):
        with pytest.raises(ReadError) as told:
            read(data, name="e.ecg")
        assert told.value.question.asks == (asked,)
    assert "named by hand" in read(nameless, name="e.ecg", leads=LEADS).notes[0]
    np.testing.assert_allclose(read(scaleless, name="e.ecg", unit="mV").signal * STEP, ecg, atol=TOLERANCE)
    assert read(timeless, name="e.ecg", fs=500).fs == 500


def test_a_wrong_checksum_is_noted(holter):
    damaged = holter.replace(b"resting", b"rested.")
    assert "checksum of the header" in read(damaged, name="e.ecg").notes[0]


@pytest.mark.parametrize(
    ("at", "value", "sentence"),
    [
        (156, b"\0\0", "announces 0 leads"),
        (156, b"\xff\0", "announces 255 leads"),
        (10, b"\xff\xff\xff\x7f", "holds no samples"),
        (158, b"\6\0", "lead II is there twice"),
    ],
)
def test_headers_that_are_refused(holter, at, value, sentence):
    with pytest.raises(ReadError, match=rf"e\.ecg.*{sentence}"):
        read(holter[:at] + value + holter[at + len(value) :], name="e.ecg")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(holter, data):
    with pytest.raises(ReadError, match=r"e\.ecg"):
        read(holter[: data.draw(st.integers(0, len(holter) - 1))], name="e.ecg")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 540), st.binary(min_size=1, max_size=8))
def test_damage_raises_nothing_but_read_errors(holter, at, garbage):
    try:
        read(holter[:at] + garbage + holter[at + len(garbage) :], name="e.ecg", partial=True)
    except ReadError as error:
        assert "e.ecg" in str(error)
