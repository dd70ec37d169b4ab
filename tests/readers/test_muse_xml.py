"""GE MUSE XML: the rhythm in mV with derived leads; what does not add up is refused, what is left out is asked."""

from __future__ import annotations

import re

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.ge_muse_xml import GEMuseXMLParser

from ecgnet.readers import ReadError, plausibility, read
from ecgnet.record import LEADS
from tests.readers.expected import assert_agrees, assert_as_expected, second_decoder
from tests.readers.writers._texts import EIGHT
from tests.readers.writers.muse_xml import write


@pytest.fixture(scope="session")
def muse(ecg) -> bytes:
    return write(ecg, 250)


def test_real_file(samples):
    path = samples / "ecg2dcm_guangxi.xml"
    record = read(path)
    assert_as_expected(record, samples)
    assert_agrees(record, second_decoder(GEMuseXMLParser, path))
    assert (record.metadata.age, record.metadata.sex) == (11, "male")
    assert record.notes == ("Lead III, aVR, aVL, aVF derived from I and II (Einthoven, Goldberger).",)
    assert plausibility(record) == ()


def test_the_same_ecg_as_dicom(samples):
    """The DICOM file stores the derived leads too, rounded to its step of 4.88 microvolts."""
    other = read(samples / "ecg2dcm_guangxi.dcm").signal
    difference = np.abs(read(samples / "ecg2dcm_guangxi.xml").signal - other).max(1)
    stored = [lead in EIGHT for lead in LEADS]
    assert difference[stored].max() < 1e-6
    assert difference.max() < 0.00244 + 1e-5


def test_a_second_decoder_reads_the_same(tmp_path, muse):
    path = tmp_path / "ecg.xml"
    path.write_bytes(muse)
    assert_agrees(read(path), second_decoder(GEMuseXMLParser, path))


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_encodings(ecg, encoding):
    record = read(write(ecg, 250, name="Jörg", encoding=encoding), name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.identity.name == "Jörg"


def test_twelve_stored_leads_are_all_read(ecg):
    record = read(write(ecg, 250, leads=LEADS), name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.notes == ()


@pytest.mark.parametrize(
    ("rate", "fs"),
    [
        ("<SampleBase>250</SampleBase>", 250),
        ("<SampleBase>25</SampleBase><SampleExponent>1</SampleExponent>", 250),
        ("<SampleBase>5005</SampleBase><SampleExponent>-1</SampleExponent>", 500.5),
    ],
)
def test_rate_is_base_and_exponent(ecg, rate, fs):
    assert read(write(ecg, 250, rate=rate), name="e.xml").fs == fs


@pytest.mark.parametrize(("unit", "factor"), [("MICROVOLTS", 1), ("MILLIVOLTS", 1000), ("uV", 1)])
def test_units(ecg, unit, factor):
    np.testing.assert_allclose(read(write(ecg, 250, unit=unit), name="e").signal, factor * ecg, atol=1e-3)


def test_what_the_file_leaves_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, rate="", unit=None)
    with pytest.raises(ReadError, match=r"e\.xml states no sampling rate.*states no unit") as caught:
        read(data, name="e.xml")
    question = caught.value.question
    assert (question.asks, question.columns) == (("fs", "unit"), 8)
    assert question.likely["unit"][0] == "uV"
    record = read(data, name="e.xml", fs=250, unit="uV")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "stated by hand: 250 Hz" in record.notes[0]
    assert "stated by hand: uV" in record.notes[1]


def test_the_file_counts_before_the_options(muse, ecg):
    record = read(muse, name="e.xml", fs=1000, unit="V")
    assert record.fs == 250
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_ten_seconds_suggest_the_rate(ecg):
    with pytest.raises(ReadError, match="no sampling rate") as caught:
        read(write(np.tile(ecg, 5), 250, rate=""), name="e.xml")
    assert "fs" in caught.value.question.asks


def test_of_two_rhythms_the_fuller_one_is_read(muse, ecg):
    text = muse.decode()
    poorer = re.search(
        r"(?s)<Waveform><WaveformType>Rhythm.*?</Waveform>", write(ecg / 2, 250, leads=("I", "II")).decode()
    )[0]
    record = read(text.replace("</RestingECG>", poorer + "</RestingECG>").encode(), name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "2 rhythm waveforms (1: rhythm, 2 s; 2: rhythm, 2 s); number 1 is read" in record.notes[0]


def test_the_size_of_samples_follows_from_their_count_and_bytes(muse, ecg):
    silent = muse.replace(b"<LeadSampleSize>2</LeadSampleSize>", b"")
    np.testing.assert_allclose(read(silent, name="e.xml").signal, ecg, atol=1e-6)
    uncounted = re.sub(rb"<LeadSampleCountTotal>\d+</LeadSampleCountTotal>", b"", silent)
    with pytest.raises(ReadError, match="size of the samples of lead I is not stated"):
        read(uncounted, name="e.xml")


def changed(muse: bytes, old: str, new: str) -> bytes:
    """The rhythm changed, the median beat before it left alone."""
    before, mark, after = muse.decode().rpartition("<WaveformType>Rhythm")
    assert old in mark + after
    return (before + (mark + after).replace(old, new, 1)).encode()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<LeadDataCRC32>", "<LeadDataCRC32>1", "lead I do not match their checksum"),
        ("<LeadOff>FALSE", "<LeadOff>TRUE", "electrode off for lead I"),
        ("<FirstSampleBaseline>0", "<FirstSampleBaseline>5", "FirstSampleBaseline is not 0"),
    ],
)
def test_what_is_doubtful_is_noted(muse, ecg, old, new, sentence):
    record = read(changed(muse, old, new), name="e.xml")
    assert sentence in record.notes[0]
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_a_waveform_that_does_not_say_what_it_is_is_noted(muse):
    data = re.sub(rb"(?s)<Waveform><WaveformType>Median.*?</Waveform>", b"", muse).replace(b">Rhythm<", b"><")
    assert "does not say" in read(data, name="e.xml").notes[0]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Rhythm", "Median", "only median beats"),
        ("<NumberofLeads>8", "<NumberofLeads>9", "announces 9 leads and holds 8"),
        (
            "<LeadSampleCountTotal>500",
            "<LeadSampleCountTotal>501",
            "announces 501 samples for lead I and holds 500",
        ),
        ("<LeadByteCountTotal>1000", "<LeadByteCountTotal>900", "announces 900"),
        ("<LeadSampleSize>2", "<LeadSampleSize>3", "size of the samples of lead I is 3 bytes"),
        ("<LeadAmplitudeUnitsPerBit>1</LeadAmplitudeUnitsPerBit>", "", "no gain for lead I"),
        ("<LeadAmplitudeUnitsPerBit>1", "<LeadAmplitudeUnitsPerBit>0", "no gain for lead I"),
        ("MICROVOLTS", "MMHG", "lead I is in 'MMHG'"),
        ("<LeadID>II<", "<LeadID>I<", "lead I is there twice"),
        ("<LeadOffsetFirstSample>0", "<LeadOffsetFirstSample>4", "do not start at the same time"),
        ("<WaveFormData>\n", "<WaveFormData>!", "no base64"),
        ("<LeadID>V6<", "<LeadID>V9<", "lead V6 is missing"),
    ],
)
def test_files_that_are_refused(muse, old, new, sentence):
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(changed(muse, old, new), name="e.xml")


def test_a_missing_lead_is_allowed_on_request(muse):
    record = read(changed(muse, "<LeadID>V6<", "<LeadID>V9<"), name="e.xml", partial=True)
    assert record.missing == ("V6",)


def test_no_patient_at_all(muse):
    bare = re.sub(rb"<PatientDemographics>.*</TestDemographics>", b"", muse)
    record = read(bare, name="e.xml")
    assert (record.metadata.age, record.identity.name) == (None, None)
