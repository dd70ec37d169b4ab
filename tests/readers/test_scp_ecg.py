"""SCP-ECG: every compression of the standard comes back; what is cut short or unclear is refused with a sentence."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.scp_ecg import SCPECGParser
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, formats, read
from ecgnet.record import LEADS, Identity, Metadata
from tests.readers.writers.scp_ecg import Beats, write

HALF_STEP = 0.0005 + 1e-6


@pytest.fixture(scope="session")
def scp(ecg) -> bytes:
    return write(ecg, 250)


@pytest.fixture(scope="session")
def beats(ecg) -> Beats:
    """A reference beat of 0.4 s that stands at two places, the QRS complex protected at both."""
    return Beats(
        beat=ecg[:, 40:140],
        fiducial=36,
        zones=((45, 76, 120), (245, 276, 330)),
        protected=((61, 100), (262, 301)),
    )


@pytest.mark.parametrize("difference", [0, 1, 2])
@pytest.mark.parametrize("huffman", [None, "default", "own"])
def test_each_encoding_comes_back(ecg, huffman, difference):
    record = read(write(ecg, 250, huffman=huffman, difference=difference), name="e.scp")
    assert (record.fs, record.id, record.notes) == (250, "e", ())
    np.testing.assert_allclose(record.signal, ecg, atol=HALF_STEP)


def test_a_reference_beat_is_added_again(ecg, beats):
    record = read(write(ecg, 250, beats=beats), name="e.scp")
    np.testing.assert_allclose(record.signal, ecg, atol=HALF_STEP)
    assert "less a reference beat" in record.notes[0]


@pytest.mark.parametrize("factor", [2, 4])
def test_bimodal_compression_is_exact_in_the_complexes_and_near_between(ecg, beats, factor):
    record = read(write(ecg, 250, beats=beats, factor=factor), name="e.scp")
    assert (record.fs, record.n_samples) == (250, 500)
    assert f"one value for {factor} samples" in record.notes[0]
    for first, last in beats.protected:
        zone = slice(first - 1, last)
        np.testing.assert_allclose(record.signal[:, zone], ecg[:, zone], atol=HALF_STEP)
    between = slice(105, 225)  # a T wave and the line after it
    np.testing.assert_allclose(record.signal[:, between], ecg[:, between], atol=0.05)


def test_real_file(samples):
    record = read(samples / "ecgtoolkit_Example.scp")
    expected = json.loads((samples / "expected.json").read_text())["ecgtoolkit_Example.scp"]
    assert (record.fs, record.n_samples) == (expected["fs_hz"], expected["n_samples"])
    assert (record.metadata.age, record.metadata.sex) == (49, "male")
    for lead in LEADS:
        # the other decoder wrote 16-bit numbers between the extremes of each lead: 0.04 µV
        values, truth = record.lead(lead), expected["mV"][lead]
        np.testing.assert_allclose(values[:5], truth["first5"], atol=4e-5)
        np.testing.assert_allclose([values.min(), values.max()], [truth["min"], truth["max"]], atol=4e-5)


@pytest.mark.parametrize("options", [{}, {"difference": 1, "huffman": None}, {"beat": True}])
def test_another_decoder_agrees(tmp_path, ecg, beats, options):
    options = {"beats": beats} if options.pop("beat", False) else options
    path = tmp_path / "e.scp"
    path.write_bytes(write(ecg, 250, **options))
    record = read(path)
    for lead in SCPECGParser().parse(path).leads:
        np.testing.assert_allclose(record.lead(lead.label), lead.samples * lead.resolution / 1000, atol=1e-6)


def test_patient(ecg):
    facts = {"age": 63, "sex": "female", "height": 170, "weight": 64.5}
    who = {"name": "Grey", "birth_date": "1960-05-08", "patient_id": "A 1"}
    record = read(write(ecg, 250, **facts, **who), name="e.scp")
    assert record.metadata == Metadata(**facts)
    assert record.identity == Identity(**who)
    without_age = read(write(ecg, 250, birth_date="1960-05-08"), name="e.scp")
    assert (without_age.metadata.age, without_age.notes) == (
        63,
        ("Age computed from the dates of birth and of recording.",),
    )


def test_limb_leads_follow_from_two(ecg):
    kept = [lead for lead in LEADS if lead in ("I", "II") or lead.startswith("V")]
    record = read(write(ecg, 250, leads=kept), name="e.scp")
    np.testing.assert_allclose(record.signal, ecg, atol=2 * HALF_STEP)
    assert "derived from I and II" in record.notes[0]


def test_leads_of_other_times_leave_gaps(ecg):
    spans = [(1, 250)] * 6 + [(251, 500)] * 6
    data = write(ecg, 250, spans=spans)
    with pytest.raises(ReadError, match=r"samples are missing \(NaN\) in lead I \(250\)"):
        read(data, name="e.scp")
    signal = read(data, name="e.scp", partial=True).signal
    np.testing.assert_array_equal(
        np.isnan(signal), np.repeat([[False, True], [True, False]], 6, 0).repeat(250, 1)
    )
    np.testing.assert_allclose(signal[6:, 250:], ecg[6:, 250:], atol=HALF_STEP)


def test_samples_beyond_those_announced_are_noted(ecg):
    record = read(write(ecg, 250, spans=[(1, 400)] * 12), name="e.scp")
    assert record.n_samples == 400 and record.notes == ()
    shorter = write(ecg, 250, spans=[(1, 500)] * 12)
    for lead in range(12):
        shorter = replaced(shorter, 3, 6 + 9 * lead, struct.pack("<I", 400))
    record = read(shorter, name="e.scp")
    assert record.n_samples == 400
    assert any("more samples than it announces" in note for note in record.notes)


def test_a_wrong_checksum_is_noted(ecg):
    damaged = bytearray(write(ecg, 250, huffman=None))
    damaged[-20] ^= 1
    notes = read(bytes(damaged), name="e.scp").notes
    assert notes[0].startswith("The checksum of the record, section 6 does not match")


def test_what_is_stated_as_0_is_asked_for(ecg):
    with pytest.raises(ReadError, match="states no unit") as told:
        read(write(ecg, 250, step=None), name="e.scp")
    assert told.value.question.asks == ("unit",)
    record = read(write(ecg, 250, step=None), name="e.scp", unit="uV")
    np.testing.assert_allclose(record.signal, ecg, atol=HALF_STEP)
    assert record.notes == ("The unit of the samples was stated by hand: uV.",)

    timeless = write(ecg, 1e9)
    with pytest.raises(ReadError, match="states no sampling rate") as told:
        read(timeless, name="e.scp")
    assert told.value.question.asks == ("fs",)
    assert read(timeless, name="e.scp", fs=250).fs == 250


def replaced(data: bytes, section: int, offset: int, value: bytes) -> bytes:
    """The record with some bytes of a section's content exchanged."""
    at = struct.unpack_from("<I", data, 22 + 10 * section + 6)[0] - 1 + 16 + offset
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("section", "offset", "value", "sentence"),
    [
        (3, 0, b"\0", "describes no leads"),
        (3, 6, struct.pack("<I", 2**31), "too many to read"),
        (3, 6, struct.pack("<I", 300_000), "more than it can hold"),
        (3, 6, struct.pack("<I", 600), "is damaged"),
        (3, 10, b"\2", "II is there twice"),
        (6, 4, b"\7", "differences of order 7"),
        (6, 5, b"\1", "reference beat that is not in it"),
        (6, 6, b"\xff\xff", "fewer samples than it announces"),
    ],
)
def test_records_that_are_refused(scp, section, offset, value, sentence):
    with pytest.raises(ReadError, match=rf"e\.scp.*{sentence}"):
        read(replaced(scp, section, offset, value), name="e.scp")


def test_only_this_format_claims_it(scp):
    assert next(module.NAME for module in formats() if module.sniff(scp, "x")) == "SCP-ECG"


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_record_cut_anywhere_is_refused(scp, data):
    with pytest.raises(ReadError, match=r"e\.scp"):
        read(scp[: data.draw(st.integers(0, len(scp) - 1))], name="e.scp")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_damage_raises_nothing_but_read_errors(scp, at, garbage):
    damaged = scp[:at] + garbage + scp[at + len(garbage) :]
    try:
        read(damaged, name="e.scp", partial=True)
    except ReadError as error:
        assert "e.scp" in str(error)
