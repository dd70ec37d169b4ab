"""Many ECGs in one file, in a list and in a folder: each is a record with a name, and one that is broken is told alone."""

from __future__ import annotations

import io
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from ecgnet.readers import ReadError, read, read_apart, read_paths, read_together, stream_apart
from ecgnet.readers import hdf5 as hdf5_files
from ecgnet.record import LEADS
from tests.readers.writers.hdf5 import bare

STATED = {"fs": 250, "unit": "mV", "leads": LEADS}


def many(ecg, n=4) -> np.ndarray:
    """(n, T, 12), each half as high as the one before."""
    return np.stack([ecg.T / 2**k for k in range(n)]).astype(np.float32)


def hdf5(tracings, key="tracings", ids=(1003, 7, 12, 5), **beside) -> bytes:
    def fill(file: h5py.File) -> None:
        file[key] = tracings
        if ids is not None:
            file["exam_id"] = np.asarray(ids[: len(tracings)])
        for name, row in beside.items():
            file[name] = row

    return bare(fill)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("key", ["tracings", "ecg", "x"])
def test_each_exam_of_an_hdf5_file_is_a_record_by_its_number(ecg, key, turned):
    tracings = many(ecg).transpose(0, 2, 1) if turned else many(ecg)
    answers = read_together({"code.hdf5": hdf5(tracings, key)}, **STATED)
    assert [a.file for a in answers] == [f"code.hdf5#{k}" for k in (1003, 7, 12, 5)]
    assert [a.record.id for a in answers] == [f"code#{k}" for k in (1003, 7, 12, 5)]
    for k, answer in enumerate(answers):
        np.testing.assert_allclose(answer.record.signal, ecg / 2**k, atol=1e-6)


def test_ages_and_sexes_of_a_batch_are_those_of_each(ecg):
    data = hdf5(many(ecg), age=[40, 50, 60, 70], is_male=np.array([True, False, True, False]))
    answers = read_together({"code.hdf5": data}, **STATED)
    known = [(a.record.metadata.age, a.record.metadata.sex) for a in answers]
    assert known == [(40, "male"), (50, "female"), (60, "male"), (70, "female")]


def test_what_a_batch_leaves_out_is_asked_once(ecg):
    (answer,) = read_together({"code.hdf5": hdf5(many(ecg))})
    assert answer.file == "code.hdf5"
    assert answer.question.asks == ("fs", "leads") or answer.question.asks == ("fs", "unit", "leads")


def test_every_ecg_of_a_batch_is_decoded_once(ecg, monkeypatch):
    decoded = []
    read_one = hdf5_files.read_one
    monkeypatch.setattr(
        hdf5_files, "read_one", lambda found, k, **more: decoded.append(k) or read_one(found, k, **more)
    )
    read_together({"code.hdf5": hdf5(many(ecg))}, **STATED)
    assert decoded == [0, 1, 2, 3]


def test_some_of_a_batch_are_read_by_their_numbers(ecg):
    files = {"code.hdf5": hdf5(many(ecg))}
    some = [answer.file for _, answer in stream_apart(files, some=(2, 3), **STATED)]
    assert some == ["code.hdf5#7", "code.hdf5#12"]
    beyond = [answer.file for _, answer in stream_apart(files, some=(4, 9), **STATED)]
    assert beyond == ["code.hdf5#5"]
    ((_, none),) = stream_apart(files, some=(5, 9), **STATED)
    assert "holds 4 ECGs, and numbers 5 to 9 were asked for" in none.error
    with pytest.raises(ReadError, match="must be numbers from 1, in order"):
        stream_apart(files, some=(3, 2), **STATED)


@pytest.mark.parametrize("archived", [False, True])
def test_arrays_of_many_are_counted_from_one(ecg, archived):
    stored = io.BytesIO()
    if archived:
        np.savez(stored, x=many(ecg), fs=250, unit="mV", leads=LEADS)
    else:
        np.save(stored, many(ecg))
    answers = read_together({"ptbxl.npy": stored.getvalue()}, **STATED)
    assert [a.file for a in answers] == [f"ptbxl.npy#{k}" for k in range(1, 5)]
    np.testing.assert_allclose(answers[2].record.signal, ecg / 4, atol=1e-6)


def test_one_of_a_batch_can_be_chosen(ecg):
    record = read(hdf5(many(ecg)), name="code.hdf5", recording=3, **STATED)
    np.testing.assert_allclose(record.signal, ecg / 4, atol=1e-6)
    with pytest.raises(ReadError, match="several files or ECGs"):
        read(hdf5(many(ecg)), name="code.hdf5", **STATED)
    with pytest.raises(ReadError, match="holds 4 ECGs, and number 9"):
        read(hdf5(many(ecg)), name="code.hdf5", recording=9, **STATED)


def test_a_broken_exam_is_told_and_the_others_are_read(ecg):
    tracings = many(ecg)
    tracings[1] = np.nan
    answers = read_apart({"code.hdf5": hdf5(tracings)}, **STATED)
    assert [(a.file, a.ok) for a in answers] == [
        ("code.hdf5#1003", True), ("code.hdf5#7", False), ("code.hdf5#12", True), ("code.hdf5#5", True)
    ]  # fmt: skip


@pytest.mark.parametrize("apart", [False, True])
def test_exams_in_groups_of_their_own(ecg, apart):
    def fill(file: h5py.File) -> None:
        file.attrs["fs"] = 250
        for k, name in enumerate(("exam-a", "exam-b", "exam-c")):
            group = file.create_group(name)
            group.attrs["age"] = 40 + k
            for lead, row in zip(LEADS, ecg, strict=True):
                group[lead] = row / 2**k if apart else []
            if not apart:
                for lead in LEADS:
                    del group[lead]
                group["ecg"] = ecg / 2**k

    answers = read_together({"many.h5": bare(fill)}, unit="mV", leads=None if apart else LEADS)
    assert [a.file for a in answers] == [f"many.h5#exam-{c}" for c in "abc"]
    np.testing.assert_allclose(answers[1].record.signal, ecg / 2, atol=1e-6)
    assert [a.record.metadata.age for a in answers] == [40, 41, 42]


@pytest.fixture
def folder(tmp_path: Path, ecg) -> Path:
    """Two records, a list of them, and a loop of links."""
    stored = np.round(ecg * 1000).astype("<i2").T.tobytes()
    (tmp_path / "records").mkdir()
    for name in ("one", "two"):
        lines = [f"{name} 12 250 500", *(f"{name}.dat 16 1000/mV {lead}" for lead in LEADS)]
        (tmp_path / "records" / f"{name}.hea").write_text("\n".join(lines) + "\n")
        (tmp_path / "records" / f"{name}.dat").write_bytes(stored)
    (tmp_path / "RECORDS").write_text("records/one\nrecords/two\n")
    os.symlink(tmp_path, tmp_path / "records" / "loop")
    return tmp_path


def test_a_list_of_records_is_followed(folder):
    answers = read_paths([folder / "RECORDS"])
    assert [(Path(a.file).name, a.ok) for a in answers] == [("one", True), ("two", True)]


@pytest.mark.parametrize("outside", ["../secret", "/etc/passwd", "records/../../secret"])
def test_a_list_that_names_paths_outside_follows_none_of_them(folder, outside):
    (folder / "RECORDS").write_text(f"records/one\n{outside}\nrecords/lost\nrecords/two\n")
    answers = read_paths([folder / "RECORDS"])
    assert [a.ok for a in answers] == [True, False, False, True]
    assert "points outside of its folder" in answers[1].error
    assert "no such file" in answers[2].error


def test_a_loop_of_links_comes_to_an_end_and_what_is_no_ecg_is_passed_over(folder):
    (folder / "README.md").write_text("# A set")
    answers = read_paths([folder])
    assert [(Path(a.file).name, a.passed_over) for a in answers] == [
        ("README.md", True), ("RECORDS", True), ("one.hea", False), ("two.hea", False)
    ]  # fmt: skip
    assert not read_paths([folder / "README.md"])[0].passed_over


def test_namesakes_in_a_folder_are_told_apart_by_their_paths(tmp_path):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "broken.dcm").write_bytes(bytes(128) + b"DICM")
    errors = [answer.error for answer in read_paths([tmp_path])]
    assert [error.split(" holds no waveform")[0] for error in errors] == [
        str(tmp_path / place / "broken.dcm") for place in ("a", "b")
    ]
