"""HDF5 and NumPy files of many ECGs, larger than what is loaded at once: listed and read in parts."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from ecgnet.__main__ import main
from ecgnet.readers import (
    ReadOptions,
    names_apart,
    numpy_files,
    read,
    read_apart,
    read_paths,
    read_paths_apart,
    stream_apart,
)
from ecgnet.readers import _disk as disk_files
from ecgnet.readers._core import MAX_FILE_BYTES
from ecgnet.readers._disk import Disk
from ecgnet.readers._walk import Walk, plain_name
from ecgnet.record import LEADS

N = 300
STATED = {"fs": 400, "unit": "mV", "leads": LEADS}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 exams of 4096 samples, 59 MB: the exam k is the first one times 1 + k."""
    path = tmp_path_factory.mktemp("large") / "exams.hdf5"
    wave = np.sin(np.arange(4096) / 40)[:, None] * np.linspace(0.1, 1, 12)
    with h5py.File(path, "w") as file:
        tracings = file.create_dataset("tracings", (N, 4096, 12), "f4")
        for k in range(N):
            tracings[k] = wave * (1 + k / N)
        file["exam_id"] = np.arange(1000, 1000 + N)
    assert path.stat().st_size > MAX_FILE_BYTES
    return path


class Counted(Disk):
    """Files that count the bytes that are read of them."""

    read = 0

    def part(self, name: str, start: int, n: int) -> bytes:
        data = super().part(name, start, n)
        self.read += len(data)
        return data


def test_the_exams_are_named_without_reading_them(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted([large])
    monkeypatch.setattr("ecgnet.readers._apart.Disk", lambda paths: counted)
    names = names_apart([large])
    assert names == [f"{large}#{k}" for k in range(1000, 1000 + N)]
    assert counted.read < 3_000_000


def test_one_exam_of_a_large_file_is_read(large: Path) -> None:
    (answer,) = read_paths_apart([large], recording=300, **STATED)
    assert answer.file == f"{large}#1299"
    assert answer.record.signal[11, :].max() == pytest.approx(1 + 299 / N, rel=1e-3)
    assert read(large, recording=300, **STATED).signal[11, :].max() == pytest.approx(1 + 299 / N, rel=1e-3)


def test_all_are_read_some_at_a_time(large: Path) -> None:
    tops = [answer.record.signal.max() for _, answer in stream_apart(Disk([large]), at_once=100, **STATED)]
    np.testing.assert_allclose(tops, 1 + np.arange(N) / N, rtol=1e-3)


def test_the_command_line_names_and_reads_them(large: Path, capsys: pytest.CaptureFixture) -> None:
    stated = ["--fs", "400", "--unit", "mV", "--leads", ",".join(LEADS)]
    assert main(["info", str(large), "--list", "--json", *stated]) == 0
    assert json.loads(capsys.readouterr().out)[-1] == f"{large}#1299"
    assert main(["info", str(large), "--recording", "2", *stated]) == 0
    assert "exams.hdf5#1001: HDF5, 400 Hz" in capsys.readouterr().out


def test_an_upload_of_that_size_is_refused(large: Path) -> None:
    (answer,) = read_apart({"exams.hdf5": large.read_bytes()}, **STATED)
    assert "more than the 50 MB" in answer.error


def test_a_large_file_that_changes_while_it_is_read_is_told(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(bytes(1000))
    disk = Disk([path])
    assert len(disk.part(path.as_posix(), 10, 20)) == 20
    path.write_bytes(bytes(1001))
    with pytest.raises(disk_files.ReadError, match="changed while it was read"):
        disk.part(path.as_posix(), 10, 20)


@pytest.fixture
def array(tmp_path: Path, ecg, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four ECGs in an `.npy`, each half as high as the one before; files of more than 1 kB are not loaded whole."""
    monkeypatch.setattr("ecgnet.readers._walk.MAX_FILE_BYTES", 1000)
    np.save(tmp_path / "many.npy", np.stack([ecg.T / 2**k for k in range(4)]).astype("f4"))
    return tmp_path / "many.npy"


def test_an_array_of_many_is_read_in_parts(array: Path, ecg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_files, "_load", None)  # what would load all of it
    stated = {"fs": 250, "unit": "mV", "leads": LEADS}
    answers = read_paths([array], **stated)
    assert [answer.file for answer in answers] == [f"{array}#{k}" for k in range(1, 5)]
    np.testing.assert_allclose(answers[2].record.signal, ecg / 4, atol=1e-6)
    np.testing.assert_allclose(read(array, recording=4, **stated).signal, ecg / 8, atol=1e-6)


def test_an_array_that_is_cut_short_is_told(array: Path) -> None:
    array.write_bytes(array.read_bytes()[:-100])
    (answer,) = read_paths([array])
    assert "cut short" in answer.error


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_of_arrays_is_read_in_parts(array: Path, ecg, save, monkeypatch) -> None:
    path = array.with_suffix(".npz")
    save(path, tracings=np.load(array), exam_id=[7, 9, 8, 6], fs=250, unit="mV", leads=LEADS)
    monkeypatch.setattr(disk_files, "_load", None)
    monkeypatch.setattr(numpy_files, "_LOADED", 1000)
    answers = read_paths([path])
    assert [answer.file for answer in answers] == [f"{path}#{k}" for k in (7, 9, 8, 6)]
    for k, answer in enumerate(answers):
        np.testing.assert_allclose(answer.record.signal, ecg / 2**k, atol=1e-6)
    assert read(path, recording=2).signal == pytest.approx(ecg / 2, abs=1e-6)


def test_a_large_hdf5_file_that_is_damaged_is_told(array: Path) -> None:
    path = array.with_suffix(".hdf5")
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(2000))
    (answer,) = read_paths([path])
    assert "many.hdf5 is a damaged HDF5 file" in answer.error


def test_a_large_matlab_file_says_what_to_do(array: Path, ecg) -> None:
    path = array.with_suffix(".mat")
    scipy.io.savemat(path, {"val": ecg})
    (answer,) = read_paths([path])
    assert "save the ECGs in one array (number, samples, leads) as HDF5 or NumPy" in answer.error


@pytest.mark.parametrize("kind", ["hdf5", "npy"])
def test_a_file_that_changes_between_two_ecgs_is_told(array: Path, kind: str, monkeypatch) -> None:
    path = array.with_suffix(f".{kind}")
    if kind == "hdf5":
        with h5py.File(path, "w") as file:
            file["tracings"] = np.load(array)
    disk = Disk([path])
    monkeypatch.setattr("ecgnet.readers._parts._BUFFER", 1000)
    answers = Walk(disk, ReadOptions(250, "mV", LEADS), plain_name).answers(disk)
    assert next(answers)[1].ok
    with path.open("ab") as file:
        file.write(b"more")
    assert {answer.error.split(":")[0] for _, answer in answers} == {f"{path} changed while it was read"}
