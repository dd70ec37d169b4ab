"""EDF and BDF: what is written comes back; pauses are gaps; what is cut short or unclear is refused."""

from __future__ import annotations

import numpy as np
import pyedflib
import pytest
from ecgdatakit.parsing.parsers.edf import EDFParser
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS, Identity
from tests.readers.writers.edf import STEP, write

TOLERANCE = STEP / 2 + 1e-6
KINDS = ("EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "BDF+D")


@pytest.fixture(scope="session")
def edf(ecg) -> bytes:
    return write(ecg, 250, kind="EDF+C")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_comes_back(ecg, kind):
    record = read(write(ecg, 250, kind=kind), name="e.edf")
    assert (record.fs, record.id, record.notes) == (250, "e", ())
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


@pytest.mark.parametrize("kind", ["EDF", "EDF+C", "BDF", "BDF+C"])
def test_another_decoder_agrees(tmp_path, ecg, kind):
    path = tmp_path / f"e.{kind[:3].lower()}"
    path.write_bytes(write(ecg, 250, kind=kind))
    record = read(path)
    with pyedflib.EdfReader(str(path)) as file:
        for k, lead in enumerate(LEADS):
            assert file.getSampleFrequency(k) == record.fs
            np.testing.assert_allclose(record.lead(lead), file.readSignal(k) / 1000, atol=1e-6)
    if kind.startswith("EDF"):
        for lead in EDFParser().parse(path).leads:
            physical = lead.samples * lead.resolution + lead.offset
            np.testing.assert_allclose(record.lead(lead.label), physical / 1000, atol=1e-6)


def test_a_file_by_another_writer(tmp_path, ecg):
    path = tmp_path / "e.edf"
    with pyedflib.EdfWriter(str(path), 12, file_type=pyedflib.FILETYPE_EDFPLUS) as file:
        for k, lead in enumerate(LEADS):
            file.setSignalHeader(
                k,
                {
                    "label": f"EKG {lead}",
                    "dimension": "mV",
                    "sample_frequency": 250,
                    "physical_min": -3.0,
                    "physical_max": 3.0,
                    "digital_min": -32768,
                    "digital_max": 32767,
                    "transducer": "",
                    "prefilter": "",
                },
            )
        file.writeSamples([np.ascontiguousarray(row) for row in ecg])
    record = read(path)
    np.testing.assert_allclose(record.signal, ecg, atol=6 / 65535)


def test_pauses_are_gaps(ecg):
    data = write(ecg, 250, kind="EDF+D", duration=0.5, onsets=[0, 0.5, 2.0, 2.5])
    with pytest.raises(ReadError, match=r"samples are missing \(NaN\) in lead I \(250\)"):
        read(data, name="e.edf")
    record = read(data, name="e.edf", partial=True)
    assert record.notes == ("The recording was paused; the pauses hold no samples.",)
    np.testing.assert_allclose(np.delete(record.signal, range(250, 500), axis=1), ecg, atol=TOLERANCE)
    assert np.isnan(record.signal[:, 250:500]).all()


def test_pauses_between_two_samples_are_moved_and_noted(ecg):
    data = write(ecg, 250, kind="EDF+D", duration=0.5, onsets=[0, 0.5, 2.0017, 2.5017])
    assert "moved to the nearest" in read(data, name="e.edf", partial=True).notes[0]


@pytest.mark.parametrize("onsets", [[0, 0.4, 1, 1.5], [0.5, 0, 1, 1.5]])
def test_parts_that_overlap_are_refused(ecg, onsets):
    data = write(ecg, 250, kind="EDF+D", duration=0.5, onsets=onsets)
    with pytest.raises(ReadError, match="overlap in time"):
        read(data, name="e.edf", partial=True)


def test_signals_of_other_rates_are_left_out(ecg):
    record = read(write(ecg, 250, other=("Resp", 25)), name="e.edf")
    assert record.notes == ("Left out, as sampled at other rates: Resp.",)
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


@pytest.mark.parametrize("spelling", ["{}", "ECG {}", "EKG {}", "Lead {}", "ecg_{}"])
def test_leads_in_any_spelling(ecg, spelling):
    record = read(write(ecg, 250, labels=[spelling.format(lead) for lead in LEADS]), name="e.edf")
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


@pytest.mark.parametrize(("unit", "factor"), [("mV", 1000), ("uV", 1), ("V", 1e6), ("\u00b5V", 1)])
def test_units_become_millivolts(ecg, unit, factor):
    record = read(write(ecg, 250, unit=unit), name="e.edf")
    np.testing.assert_allclose(record.signal, ecg * factor, atol=TOLERANCE * factor)


def test_patient(ecg):
    who = {"name": "Meredith Grey", "birth_date": "1960-05-08", "patient_id": "A 1"}
    record = read(write(ecg, 250, kind="EDF+C", sex="female", **who), name="e.edf")
    assert record.identity == Identity(**who)
    assert (record.metadata.age, record.metadata.sex) == (63, "female")


def test_what_is_left_out_is_asked_for(ecg):
    nameless = write(ecg, 250, labels=[f"Ch{k}" for k in range(12)])
    unitless = write(ecg, 250, unit="")
    timeless = write(ecg, 250, stated_duration=0)
    for data, asked in ((nameless, "leads"), (unitless, "unit"), (timeless, "fs")):
        with pytest.raises(ReadError) as told:
            read(data, name="e.edf")
        assert told.value.question.asks == (asked,)
    np.testing.assert_allclose(read(nameless, name="e.edf", leads=LEADS).signal, ecg, atol=TOLERANCE)
    np.testing.assert_allclose(read(unitless, name="e.edf", unit="uV").signal, ecg, atol=TOLERANCE)
    assert read(timeless, name="e.edf", fs=500).fs == 500


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"blocks": 3}, "announces 3 data records and holds 2"),
        ({"blocks": 0}, "announces 0 data records"),
        ({"unit": "mmHg"}, "'mmHg', not in mV"),
        ({"labels": [*LEADS[:11], "V5"]}, "V5 is there twice"),
        ({"labels": [*LEADS[:11], "V9"]}, "V6 is missing"),
        ({"stated_duration": -1}, "data records of -1 s"),
    ],
)
def test_files_that_are_refused(ecg, options, sentence):
    with pytest.raises(ReadError, match=rf"e\.edf.*{sentence}"):
        read(write(ecg, 250, **options), name="e.edf")


@pytest.mark.parametrize(("blocks", "note"), [(-1, "did not finish"), (1, "longer than its header")])
def test_a_length_that_does_not_fit_is_noted(ecg, blocks, note):
    assert note in read(write(ecg, 250, blocks=blocks), name="e.edf").notes[0]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(edf, data):
    with pytest.raises(ReadError, match=r"e\.edf"):
        read(edf[: data.draw(st.integers(0, len(edf) - 1))], name="e.edf")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 256 * 14), st.binary(min_size=1, max_size=8))
def test_damage_raises_nothing_but_read_errors(edf, at, garbage):
    try:
        read(edf[:at] + garbage + edf[at + len(garbage) :], name="e.edf", partial=True)
    except ReadError as error:
        assert "e.edf" in str(error)
