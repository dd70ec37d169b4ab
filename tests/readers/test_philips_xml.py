"""Philips XML: XLI, base64 and plain; the calibration pulse is cut off; counts and lengths must fit."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.sierra_xml import SierraXMLParser

from ecgnet.readers import ReadError, plausibility, read
from ecgnet.readers.philips_xml import calibration_start
from ecgnet.record import LEADS
from tests.readers.expected import assert_agrees, second_decoder
from tests.readers.writers.philips_xml import write

WAYS = [
    {"compression": "XLI"},
    {"compression": ""},
    {"compression": "", "data": "Plain"},
    {"compression": "XLI", "version": "1.03"},
    {"compression": "XLI", "encoding": "UTF-16"},
]


@pytest.fixture(scope="session")
def philips(ecg) -> bytes:
    return write(ecg, 250, compression="", data="Plain")


def test_real_file(samples):
    """Its 5500 samples end in a flat line from 5264 on, with 1 mV in every lead from 5350 to 5449."""
    path = samples / "129DYPRG.XML"
    record, truth = read(path), json.loads((samples / "expected.json").read_text())["129DYPRG.XML"]
    assert (record.fs, record.n_samples) == (500, 5264)
    assert "cut off at 10.528 s" in record.notes[1]
    assert_agrees(record, second_decoder(SierraXMLParser, path))
    for lead in LEADS:
        values, expected = record.lead(lead).astype(np.float64), truth["mV"][lead]
        np.testing.assert_allclose(values[:5], expected["first5"], atol=1e-6)
        np.testing.assert_allclose(values[100], expected["at_100"], atol=1e-6)
        np.testing.assert_allclose(values.min(), expected["min"], atol=1e-6)
        np.testing.assert_allclose((values.sum() + 100 * 1.0) / 5500, expected["mean"], atol=1e-6)
    assert (record.metadata.age, record.metadata.sex) == (50, "male")
    assert plausibility(record) == ()


@pytest.mark.parametrize("facts", WAYS)
def test_a_second_decoder_reads_the_same(tmp_path, ecg, facts):
    path = tmp_path / "ecg.xml"
    path.write_bytes(write(ecg, 250, **facts))
    record = read(path)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert_agrees(record, second_decoder(SierraXMLParser, path))


@pytest.mark.parametrize("facts", WAYS)
def test_the_calibration_pulse_is_cut_off(ecg, facts):
    record = read(write(ecg, 250, pulse=True, **facts), name="e.xml")
    np.testing.assert_allclose(record.signal[:, :-1], ecg[:, : record.n_samples - 1], atol=1e-6)
    assert 498 <= record.n_samples <= 501
    assert "calibration pulse" in record.notes[0]


def test_an_ecg_without_pulse_is_left_as_it_is(ecg):
    assert calibration_start(ecg, 250, step=0.001) is None
    square = np.zeros((12, 500))
    square[1:, 400:450] = 1.0  # all but lead I: no calibration
    assert calibration_start(square, 250, step=0.001) is None
    square[0, 400:450] = 1.0
    square[:, :300] = ecg[:, :300]
    assert calibration_start(square, 250, step=0.001) == 300


def test_a_pulse_is_found_in_steps_that_do_not_make_up_a_millivolt(ecg):
    signal = np.zeros((12, 500))
    signal[:, :300] = ecg[:, :300]
    signal[:, 400:450] = 1.0
    step = 0.00488
    assert calibration_start(np.round(signal / step) * step, 250, step=step) <= 300


def test_spare_signals_without_names_are_noted(ecg):
    record = read(write(ecg, 250, spare=4), name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "4 further signals" in record.notes[0]


def test_what_the_file_leaves_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, stated_fs="", labels=False)
    with pytest.raises(ReadError, match=r"no sampling rate.*does not name") as caught:
        read(data, name="e.xml")
    assert caught.value.question.asks == ("fs", "leads")
    data = write(ecg, 250, stated_fs="", compression="")
    np.testing.assert_allclose(read(data, name="e.xml", fs=250).signal, ecg, atol=1e-6)
    with pytest.raises(ReadError, match="announces 12000 samples for all leads and holds 6000"):
        read(data, name="e.xml", fs=500)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'durationperchannel="2000"', b'durationperchannel="3000"', "announces 9000 samples .* holds 6000"),
        (b'durationperchannel="2000"', b'durationperchannel="9e15"', "too many to read"),
        (b'numberofleads="12"', b'numberofleads="13"', "announces 13 leads and names 12"),
        (b'"Plain"', b'"Hex"', "as hex"),
        (b"<resolution>1</resolution>", b"", "no gain"),
        (b"parsedwaveforms", b"otherwaveforms", "no waveforms"),
        (b"<resolution>1<", b"<resolution>0<", "no gain"),
        (b"V5 V6", b"V5 V5", "lead V5 is there twice"),
    ],
)
def test_files_that_are_refused(philips, old, new, sentence):
    assert old in philips
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(philips.replace(old, new), name="e.xml")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            b'durationperchannel="2000"',
            b'durationperchannel="2400"',
            "announces 600 samples for a lead and holds 500",
        ),
        (b'durationperchannel="2000"', b'durationperchannel="1000"', "more than the 250 samples"),
        (b'"XLI"', b'"ZIP"', "as base64 zip"),
        (b'leadlabels="', b'leadlabels="V7 ', "lead V6 is missing"),
    ],
)
def test_compressed_files_that_are_refused(ecg, old, new, sentence):
    data = write(ecg, 250)
    assert old in data
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(data.replace(old, new), name="e.xml")
