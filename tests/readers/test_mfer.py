"""MFER: what is written comes back; pauses are gaps; what is cut short or left out is told."""

from __future__ import annotations

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.mfer import MFERParser
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS, Identity
from tests.readers.writers.mfer import STEP, tag, write

TOLERANCE = STEP / 2 + 1e-6


@pytest.fixture(scope="session")
def mfer(ecg) -> bytes:
    return write(ecg, 250)


@pytest.mark.parametrize("little", [True, False])
@pytest.mark.parametrize("block", [None, 1, 50])
@pytest.mark.parametrize("mark", [True, False])
def test_each_layout_comes_back(ecg, little, block, mark):
    record = read(write(ecg, 250, little=little, block=block, mark=mark), name="e.mwf")
    assert (record.fs, record.id, record.notes) == (250, "e", ())
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


@pytest.mark.parametrize("options", [{}, {"little": False, "block": 50}])
def test_another_decoder_agrees(tmp_path, ecg, options):
    path = tmp_path / "e.mwf"
    path.write_bytes(write(ecg, 250, **options))
    record = read(path)
    for lead in MFERParser().parse(path).leads:
        physical = lead.samples * lead.resolution + lead.offset
        np.testing.assert_allclose(record.lead(lead.label), physical / 1000, atol=1e-6)


def test_no_sample_is_a_gap(ecg):
    signal = ecg.copy()
    signal[6, 100:130] = np.nan
    data = write(signal, 250)
    with pytest.raises(ReadError, match=r"in lead V1 \(30\)"):
        read(data, name="e.mwf")
    np.testing.assert_allclose(read(data, name="e.mwf", partial=True).signal, signal, atol=TOLERANCE)


def test_frames_follow_one_another(ecg):
    record = read(write(ecg, 250, frames=[(None, 0, 200), (None, 200, 500)]), name="e.mwf")
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


def test_a_pause_between_frames_is_a_gap(ecg):
    data = write(ecg, 250, frames=[(0, 0, 200), (300, 200, 500)])
    record = read(data, name="e.mwf", partial=True)
    assert record.notes == ("The recording was paused; the pauses hold no samples.",)
    assert np.isnan(record.signal[:, 200:300]).all()
    np.testing.assert_allclose(np.delete(record.signal, range(200, 300), axis=1), ecg, atol=TOLERANCE)
    with pytest.raises(ReadError, match="overlap in time"):
        read(write(ecg, 250, frames=[(0, 0, 200), (100, 200, 500)]), name="e.mwf", partial=True)


def test_dominant_beats_are_left_out(ecg, mfer):
    beat = tag(8, b"\x09\0") + tag(30, write(ecg, 250)[-12002:-2])
    record = read(mfer[:-2] + beat + b"\x80\0", name="e.mwf")
    assert record.notes == ("Left out: 1 frames of other channels or of dominant beats.",)
    np.testing.assert_allclose(record.signal, ecg, atol=TOLERANCE)


def test_patient(ecg):
    who = {"name": "Meredith Grey", "birth_date": "1960-05-08", "patient_id": "A 1"}
    record = read(write(ecg, 250, sex="female", **who), name="e.mwf")
    assert record.identity == Identity(**who)
    assert (record.metadata.age, record.metadata.sex) == (63, "female")
    assert read(write(ecg, 250, age=42), name="e.mwf").metadata.age == 42


def test_what_is_left_out_is_asked_for_or_noted(ecg):
    nameless, scaleless = write(ecg, 250, leads=None), write(ecg, 250, step=False)
    for data, asked in ((nameless, "leads"), (scaleless, "unit")):
        with pytest.raises(ReadError) as told:
            read(data, name="e.mwf")
        assert told.value.question.asks == (asked,)
    np.testing.assert_allclose(read(nameless, name="e.mwf", leads=LEADS).signal, ecg, atol=TOLERANCE)
    np.testing.assert_allclose(read(scaleless, name="e.mwf", unit="uV").signal * 1.25, ecg, atol=TOLERANCE)
    timeless = read(write(ecg, 250, rate=False), name="e.mwf")
    assert (timeless.fs, timeless.notes) == (
        1000,
        ("No sampling rate stated; read at 1000 Hz, the default of MFER.",),
    )
    assert read(write(ecg, 250, end=False), name="e.mwf").notes[0].startswith("The file has no end mark")


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (tag(10, b"\x09"), "type 9"),
        (tag(14, b"\1\0"), "compressed in a way"),
        (tag(12, b"\1\0\1"), "not a voltage"),
        (tag(12, b"\0\0\0"), "states no gain for lead"),
        (tag(11, b"\0\0\0"), "no sampling rate above 0"),
        (tag(5, b"\0"), "announces 0 channels"),
        (tag(5, b"\xff\xff\xff\x7f"), "channels: it is damaged"),
    ],
)
def test_files_that_are_refused(mfer, definition, sentence):
    # after the definitions, before the block length of the frame
    at = mfer.index(tag(4, (500).to_bytes(4, "little")))
    with pytest.raises(ReadError, match=rf"e\.mwf.*{sentence}"):
        read(mfer[:at] + definition + mfer[at:], name="e.mwf")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(mfer, data):
    whole_but_for_the_end_mark = len(mfer) - 2
    with pytest.raises(ReadError, match=r"e\.mwf"):
        read(mfer[: data.draw(st.integers(0, whole_but_for_the_end_mark - 1))], name="e.mwf")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 250), st.binary(min_size=1, max_size=8))
def test_damage_raises_nothing_but_read_errors(mfer, at, garbage):
    try:
        read(mfer[:at] + garbage + mfer[at + len(garbage) :], name="e.mwf", partial=True)
    except ReadError as error:
        assert "e.mwf" in str(error)
