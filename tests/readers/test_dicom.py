"""DICOM: pydicom's own 12-lead file, files changed from it, and a real one."""

from __future__ import annotations

import copy
import io
import json

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.sequence import Sequence as Items

from ecgnet.readers import ReadError, plausibility, read, read_together
from ecgnet.readers._core import check_size
from ecgnet.record import LEADS, Identity
from tests.readers.writers.dicom import STEP, write


@pytest.fixture(scope="session")
def original() -> bytes:
    """The 12-lead file that comes with pydicom: 10 s at 1000 Hz, and a median beat."""
    path = get_testdata_file("waveform_ecg.dcm", download=False)
    if path is None:
        pytest.skip("this pydicom comes without waveform_ecg.dcm")
    with open(path, "rb") as file:
        return file.read()


@pytest.fixture
def dataset(original) -> pydicom.Dataset:
    """To be changed by a test: the first second of the rhythm, without the median beat."""
    dataset = pydicom.dcmread(io.BytesIO(original))
    del dataset.WaveformSequence[1]
    group = dataset.WaveformSequence[0]
    group.NumberOfWaveformSamples = 1000
    group.WaveformData = group.WaveformData[:24000]
    return dataset


def saved(dataset: pydicom.Dataset) -> bytes:
    stored = io.BytesIO()
    dataset.save_as(stored)
    return stored.getvalue()


def channels(dataset: pydicom.Dataset):
    return dataset.WaveformSequence[0].ChannelDefinitionSequence


def test_the_rhythm_is_read_in_millivolts(original):
    record = read(original, name="ecg.dcm")
    assert (record.fs, record.n_samples, record.metadata.age) == (1000, 10000, 42)
    truth = pydicom.dcmread(io.BytesIO(original)).waveform_array(0).T / 1000  # pydicom gives uV here
    np.testing.assert_allclose(record.signal, truth, atol=1e-6)
    assert plausibility(record) == ()


def test_real_file_with_mdc_codes(samples):
    record = read(samples / "ecg2dcm_guangxi.dcm")
    expected = json.loads((samples / "expected.json").read_text())["ecg2dcm_guangxi.dcm"]
    assert (record.fs, record.n_samples) == (expected["fs_hz"], expected["n_samples"])
    for lead in LEADS:
        values, truth = record.lead(lead), expected["mV"][lead]
        np.testing.assert_allclose(values[:5], truth["first5"], atol=1e-5)
        np.testing.assert_allclose([values.min(), values.max()], [truth["min"], truth["max"]], atol=1e-5)


@pytest.mark.parametrize(("unit", "factor"), [("mV", 1000), ("V", 1e6), ("nV", 0.001)])
def test_units_of_the_sensitivity(dataset, unit, factor):
    before = read(saved(dataset), name="e.dcm").signal
    for channel in channels(dataset):
        channel.ChannelSensitivityUnitsSequence[0].CodeValue = unit
    np.testing.assert_allclose(read(saved(dataset), name="e.dcm").signal, before * factor, rtol=1e-6)


def test_correction_and_baseline_count(dataset):
    before = read(saved(dataset), name="e.dcm").signal
    for channel in channels(dataset):
        channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "2", "100"  # uV
    np.testing.assert_allclose(read(saved(dataset), name="e.dcm").signal, 2 * before + 0.1, atol=1e-6)


def test_the_code_counts_before_the_label(dataset):
    before = read(saved(dataset), name="e.dcm").signal
    for channel in channels(dataset):
        channel.ChannelLabel = channel.ChannelSourceSequence[0].CodeMeaning = "Lead V1"
    np.testing.assert_array_equal(read(saved(dataset), name="e.dcm").signal, before)
    for channel, lead in zip(channels(dataset), LEADS, strict=True):
        channel.ChannelSourceSequence[0].CodeValue = "X"
        channel.ChannelSourceSequence[0].CodeMeaning = f"Lead {lead} (site 3)"
    np.testing.assert_array_equal(read(saved(dataset), name="e.dcm").signal, before)


@pytest.mark.parametrize("spelling", ["2:{}", "5.6.3-9-{}"])
@pytest.mark.parametrize("offset", [0, 256])
def test_codes_of_leads_and_of_their_voltages(dataset, spelling, offset):
    before = read(saved(dataset), name="e.dcm").signal
    for channel, code in zip(channels(dataset), (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), strict=True):
        source = channel.ChannelSourceSequence[0]
        source.CodeValue, source.CodeMeaning = spelling.format(code + offset), "?"
    np.testing.assert_array_equal(read(saved(dataset), name="e.dcm").signal, before)


def test_size_weight_and_sex(dataset):
    dataset.PatientSize, dataset.PatientWeight, dataset.PatientSex, dataset.PatientAge = (
        "1.70",
        "65",
        "F",
        "018M",
    )
    metadata = read(saved(dataset), name="e.dcm").metadata
    assert (metadata.height, metadata.weight, metadata.sex, metadata.age) == (170, 65, "female", 1.5)


def drop_sensitivity(dataset):
    del channels(dataset)[0].ChannelSensitivity


def foreign_unit(dataset):
    channels(dataset)[0].ChannelSensitivityUnitsSequence[0].CodeValue = "mm[Hg]"


def only_derived(dataset):
    dataset.WaveformSequence[0].WaveformOriginality = "DERIVED"


def no_waveform(dataset):
    del dataset.WaveformSequence


def companded(dataset):
    dataset.WaveformSequence[0].WaveformSampleInterpretation = "MB"


def fewer_samples(dataset):
    dataset.WaveformSequence[0].NumberOfWaveformSamples = 1001


def same_lead_twice(dataset):
    channels(dataset)[1].ChannelSourceSequence[0].CodeValue = "5.6.3-9-1"


def padding(dataset):
    group = dataset.WaveformSequence[0]
    stored = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12).copy()
    stored[400:700, 3] = -32768
    group.WaveformData = stored.tobytes()
    group.add_new("WaveformPaddingValue", "OW", np.int16(-32768).tobytes())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (drop_sensitivity, "states no unit"),
        (foreign_unit, "not in mV, uV or V"),
        (only_derived, "only derived waveforms"),
        (no_waveform, "holds no waveform"),
        (companded, "stores samples as MB"),
        (fewer_samples, "cut short"),
        (same_lead_twice, "lead I is there twice"),
    ],
)
def test_files_that_are_refused(dataset, change, sentence):
    change(dataset)
    with pytest.raises(ReadError, match=rf"e\.dcm.*{sentence}"):
        read(saved(dataset), name="e.dcm")


def test_a_padding_value_that_is_no_sample_is_a_gap_in_any_lead(dataset):
    padding(dataset)
    assert read(saved(dataset), name="e.dcm", partial=True).gaps == {"aVR": 300}


def test_a_padding_value_that_samples_have_too_is_a_gap_only_where_all_leads_end(dataset):
    group = dataset.WaveformSequence[0]
    stored = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12).copy()
    stored[100:800:7, 2] = 0  # single samples of 0, as an ECG has them
    stored[799] = 50
    stored[800:] = 0
    group.WaveformData = stored.tobytes()
    group.add_new("WaveformPaddingValue", "OW", b"\0\0")
    gaps = read(saved(dataset), name="e.dcm", partial=True).gaps
    assert gaps == dict.fromkeys(LEADS, 200)


def test_a_sensitivity_without_its_unit_counts(dataset):
    before = read(saved(dataset), name="e.dcm").signal
    for channel in channels(dataset):
        del channel.ChannelSensitivityUnitsSequence
    with pytest.raises(ReadError) as told:
        read(saved(dataset), name="e.dcm")
    assert told.value.question.asks == ("unit",)
    np.testing.assert_allclose(read(saved(dataset), name="e.dcm", unit="uV").signal, before, atol=1e-6)


@pytest.mark.parametrize(
    ("code", "meaning"), [("4275", "microvolt"), ("266419", ""), ("MDC_DIM_MICRO_VOLT", "")]
)
def test_the_unit_of_a_sensitivity_by_the_codes_of_ieee_11073(dataset, code, meaning):
    expected = read(saved(dataset), name="e.dcm").signal
    for channel in channels(dataset):
        unit = channel.ChannelSensitivityUnitsSequence[0]
        unit.CodeValue, unit.CodeMeaning = code, meaning
    np.testing.assert_allclose(read(saved(dataset), name="e.dcm").signal, expected, atol=1e-6)


def test_a_file_with_zeros_in_place_of_its_preamble_is_read(ecg):
    data = write(ecg, 250)
    record = read(bytes(128) + data[132:], name="e.dcm")
    np.testing.assert_allclose(record.signal, ecg, atol=STEP)


@pytest.mark.parametrize("syntax", ["explicit", "implicit"])
def test_a_file_without_its_preamble_is_read(ecg, syntax):
    data = write(ecg, 250, syntax=syntax)
    for start in (132, data.index(b"\x08\0\x16\0")):  # with and without the group that names the encoding
        record = read(data[start:], name="e.dcm")
        np.testing.assert_allclose(record.signal, ecg, atol=STEP / 2 + 1e-6)
        assert "lacks the preamble" in record.notes[0]


@pytest.mark.parametrize("title", ["MEDIAN BEAT", "Average complex", "template"])
@pytest.mark.parametrize("first", ["beat", "rhythm"])
def test_of_a_beat_and_the_rhythm_the_rhythm_is_read(dataset, title, first):
    rhythm = dataset.WaveformSequence[0]
    beat = copy.deepcopy(rhythm)
    beat.MultiplexGroupLabel, beat.NumberOfWaveformSamples = title, 600
    beat.WaveformData = beat.WaveformData[: 600 * 24]
    dataset.WaveformSequence = Items([beat, rhythm] if first == "beat" else [rhythm, beat])
    record = read(saved(dataset), name="e.dcm")
    assert record.n_samples == 1000
    assert title in record.notes[0]
    number = 1 if first == "beat" else 2
    assert read(saved(dataset), name="e.dcm", recording=number).n_samples == 600


def test_of_two_rhythms_the_sound_one_is_read_before_the_longer_one(dataset):
    sound = dataset.WaveformSequence[0]
    spoilt = copy.deepcopy(sound)
    stored = np.frombuffer(spoilt.WaveformData, "<i2").reshape(-1, 12).copy()
    stored[:, 2] += 400  # III is no longer II - I
    spoilt.WaveformData, spoilt.NumberOfWaveformSamples = np.vstack([stored, stored]).tobytes(), 2000
    dataset.WaveformSequence = Items([spoilt, sound])
    assert read(saved(dataset), name="e.dcm").n_samples == 1000
    with pytest.raises(ReadError, match="holds 2 original waveforms, and number 3"):
        read(saved(dataset), name="e.dcm", recording=3)


@pytest.mark.parametrize("storage", ["twelve_lead", "general", "ambulatory", "hemodynamic"])
@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big", "deflated"])
def test_each_object_and_encoding_comes_back(ecg, storage, syntax):
    record = read(write(ecg, 250, storage=storage, syntax=syntax), name="e.dcm")
    assert (record.fs, record.notes) == (250, ())
    np.testing.assert_allclose(record.signal, ecg, atol=STEP / 2 + 1e-6)


def test_a_height_that_is_no_number_is_unknown(ecg):
    data = write(ecg, 250, height=170, weight=61)
    assert data.count(b"1.700") == 1
    metadata = read(data.replace(b"1.700", b"tall!"), name="e.dcm").metadata
    assert (metadata.height, metadata.weight) == (None, 61)


def test_identity(ecg):
    who = {"name": "Meredith Grey", "birth_date": "1960-05-08", "patient_id": "A 1"}
    record = read(write(ecg, 250, sex="female", **who), name="e.dcm")
    assert record.identity == Identity(**who)
    assert (record.metadata.age, record.metadata.sex) == (63, "female")
    assert record.notes == ("Age computed from the dates of birth and of recording.",)


STRIPS = [("I", "II", "III"), ("aVR", "aVL", "aVF"), ("V1", "V2", "V3"), ("V4", "V5", "V6")]


def test_strips_one_after_the_other_leave_gaps(ecg):
    data = write(ecg, 250, strips=STRIPS, rhythm=("II",))
    with pytest.raises(ReadError, match=r"strips of 0\.5 s, recorded one after the other"):
        read(data, name="e.dcm")
    record = read(data, name="e.dcm", partial=True)
    assert record.n_samples == 500
    assert any("5 waveforms, recorded at times of their own" in note for note in record.notes)
    assert "Lead II is there twice; the longer recording is read." in record.notes
    np.testing.assert_allclose(record.lead("II"), ecg[1], atol=STEP / 2 + 1e-6)
    for k, strip in enumerate(STRIPS):
        for lead in set(strip) - {"II"}:
            there = slice(125 * k, 125 * (k + 1))
            np.testing.assert_allclose(record.lead(lead)[there], ecg[LEADS.index(lead), there], atol=STEP)
            assert np.isnan(np.delete(record.lead(lead), np.r_[there])).all()


def test_groups_of_the_same_time_make_one_record(ecg):
    record = read(write(ecg, 250, strips=STRIPS, together=True), name="e.dcm")
    assert record.notes == ("The leads come from 4 waveforms, recorded at the same time.",)
    np.testing.assert_allclose(record.signal, ecg, atol=STEP / 2 + 1e-6)


def test_one_of_the_strips_can_be_chosen_and_all_of_them_again(ecg):
    files = {"e.dcm": write(ecg, 250, strips=STRIPS)}
    (joined,) = read_together(files, partial=True)
    n = len(STRIPS)
    assert joined.choice.number == len(joined.choice.titles) == n + 1
    assert joined.choice.titles[1].startswith(", ".join(lead for lead in LEADS if lead in STRIPS[1]))
    (one,) = read_together(files, partial=True, recording=2)
    assert set(LEADS) - set(one.record.missing) >= set(STRIPS[1])
    assert one.record.duration == joined.record.duration / n
    assert one.choice.titles == joined.choice.titles
    (again,) = read_together(files, partial=True, recording=n + 1)
    np.testing.assert_array_equal(again.record.signal, joined.record.signal)
    with pytest.raises(ReadError, match=f"holds {n} original waveforms, and number {n + 2}"):
        read(files["e.dcm"], name="e.dcm", partial=True, recording=n + 2)


def test_strips_without_a_time_are_refused(ecg):
    with pytest.raises(ReadError, match="does not say when each was recorded"):
        read(write(ecg, 250, strips=STRIPS, timed=False), name="e.dcm", partial=True)


def test_a_skewed_channel_is_noted(dataset):
    channels(dataset)[2].ChannelTimeSkew = "0.001"
    assert read(saved(dataset), name="e.dcm").notes[0].startswith("Lead III was sampled a little later")


def test_without_sensitivity_the_unit_is_asked_for(dataset):
    before = read(saved(dataset), name="e.dcm").signal
    drop_sensitivity(dataset)
    with pytest.raises(ReadError) as told:
        read(saved(dataset), name="e.dcm")
    assert told.value.question.asks == ("unit",)
    np.testing.assert_allclose(read(saved(dataset), name="e.dcm", unit="uV").signal[1:], before[1:])


def test_a_deflated_file_must_not_grow_without_end(ecg, monkeypatch):
    monkeypatch.setattr("ecgnet.readers.dicom.MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(
        "ecgnet.readers.dicom.check_size", lambda size, name: check_size(size, name, limit=1000)
    )
    with pytest.raises(ReadError, match="more than the"):
        read(write(ecg, 250, syntax="deflated"), name="e.dcm")


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_deflated_file_cut_anywhere_is_refused(ecg, data):
    whole = write(ecg, 250, syntax="deflated")
    with pytest.raises(ReadError, match=r"e\.dcm"):
        read(whole[: data.draw(st.integers(0, len(whole) - 3))], name="e.dcm")


@settings(max_examples=40, deadline=None)
@given(data=st.data(), garbage=st.binary(min_size=1, max_size=8))
def test_damage_raises_nothing_but_read_errors(ecg, data, garbage):
    whole = write(ecg[:, :50], 250)
    at = data.draw(st.integers(0, len(whole) - 1))
    try:
        read(whole[:at] + garbage + whole[at + len(garbage) :], name="e.dcm", partial=True)
    except ReadError as error:
        assert "e.dcm" in str(error)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused_or_whole(original, data):
    whole = read(original, name="e.dcm").signal
    cut = data.draw(st.integers(0, len(original) - 1))
    try:
        record = read(original[:cut], name="e.dcm")
    except ReadError as error:
        assert "e.dcm" in str(error)
    else:
        np.testing.assert_array_equal(record.signal, whole)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(132, 2000))
def test_random_bytes_raise_nothing_but_read_errors(original, garbage, kept):
    with pytest.raises(ReadError, match=r"e\.dcm"):
        read(original[:kept] + garbage, name="e.dcm")


def test_an_object_of_an_archive_keeps_its_place_there(ecg):
    data = write(ecg, 500, name="Ada Löwe", patient_id="4711", study="1.2.3", accession="A-1", sex="female")
    study = read(data, name="ecg.dcm").identity.study
    assert (study.study, study.series, study.accession, study.sex) == ("1.2.3", "1.2.3.1", "A-1", "F")
    assert read(write(ecg, 500), name="ecg.dcm").identity.study is None


@pytest.mark.parametrize("stated", [b"ISO_IR 100", b"ISO_IR 192"])
def test_a_name_in_utf_8_is_read_as_such_whatever_is_stated(ecg, stated):
    data = write(ecg, 250, study="1.2.3", name="Ann Mxxller").replace(b"Mxxller", "Müller".encode())
    assert read(data.replace(b"ISO_IR 192", stated), name="e.dcm").identity.name == "Ann Müller"
