"""What is scored: each kind of input lists its files, and reads the ECGs in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import fsspec
import h5py
import numpy as np
import pytest
from fsspec.implementations.local import LocalFileSystem

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.parts import parts_of
from ecgnet.archive.sources import FoundEcg, Source, StatedFacts, roots_of
from ecgnet.archive.sources import files as file_sources
from ecgnet.archive.sources import large as large_files
from ecgnet.archive.sources.files import Loaded, version_of
from ecgnet.archive.sources.ptbxl_folder import PtbxlFolder
from ecgnet.demo import draw
from ecgnet.record import LEADS
from tests.archive.conftest import write_csv

STATED = StatedFacts(fs=100, unit="mV", leads=LEADS)


def names(*inputs: object, **options: str) -> list[str]:
    """What is listed, without folders."""
    roots = roots_of([str(one) for one in inputs], **options)
    return [source.name.rsplit("/", 1)[-1] for root in roots for source in root.sources()]


def found(*inputs: object, told: StatedFacts = STATED) -> list[FoundEcg]:
    roots = roots_of([str(one) for one in inputs])
    return [one for root in roots for one in root.read(tuple(root.sources()), told)]


@pytest.fixture
def wfdb(tiny_ptbxl: Path, tmp_path: Path) -> Path:
    """Three records of header and signal, and a list of two of them."""
    folder = tmp_path / "wfdb"
    folder.mkdir()
    for k in (1, 2, 3):
        for part in ("hea", "dat"):
            source = tiny_ptbxl / f"records100/00000/0000{k}_lr.{part}"
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "RECORDS").write_text("00001_lr\n00003_lr\n")
    return folder


@pytest.fixture
def batch() -> np.ndarray:
    """Five ECGs, (5, 1000, 12) in mV."""
    return np.stack([draw("norm_male", k, fs=100).signal.T for k in range(5)])


def test_a_folder_is_its_files_but_hidden_ones_and_the_output(library: Path):
    (library / ".cache").mkdir()
    write_csv(library / ".cache/1.csv", 1)
    write_csv(library / "answers/1.csv", 1)
    assert names(library, skipped=str(library / "answers")) == [
        "LICENSE",
        "0.csv",
        "2.csv",
        "1.csv",
        "3.csv",
        "short.csv",
    ]


def test_a_signal_file_goes_with_its_header(wfdb: Path):
    assert names(wfdb) == ["00001_lr.hea", "00002_lr.hea", "00003_lr.hea", "RECORDS"]
    assert names(wfdb / "00002_lr.dat", wfdb / "00002_lr") == ["00002_lr.hea"]


def test_a_pattern_is_what_matches_it(library: Path):
    assert names(library / "ward*" / "[0-9].csv") == ["0.csv", "2.csv", "1.csv", "3.csv"]


def test_a_file_in_a_folder_that_is_given_too_counts_once(library: Path):
    assert names(library / "ward0", library / "ward0/0.csv", library / "ward0") == ["0.csv", "2.csv"]


def test_a_records_list_names_its_records(wfdb: Path):
    assert names(wfdb / "RECORDS") == ["00001_lr.hea", "00003_lr.hea"]
    assert [one.answer.ok for one in found(wfdb / "RECORDS")] == [True, True]


@pytest.mark.parametrize("line", ["../secret", "./", "."])
def test_a_line_of_a_records_list_that_leads_out_or_back_to_itself_is_told(wfdb: Path, line: str):
    (wfdb / "RECORDS").write_text(f"00001_lr\n{line}\n00003_lr\n")
    one, outside, three = found(wfdb / "RECORDS", told=StatedFacts())
    assert one.answer.ok and three.answer.ok
    assert f"names '{line}', which points outside of its folder" in outside.answer.error


def test_what_is_not_there_is_said_before_anything_is_done(tmp_path: Path):
    with pytest.raises(ArchiveError, match="there is no such file or folder"):
        roots_of([str(tmp_path / "nowhere")])


def test_a_package_that_a_url_needs_is_named():
    with pytest.raises(ArchiveError, match=r"adl://.* needs a package that is not installed"):
        roots_of(["adl://store/ecgs"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ETag": '"a"', "LastModified": 1}, {"ETag": '"b"', "LastModified": 1}),  # S3
        ({"etag": "0x8DB", "last_modified": 1}, {"etag": "0x8DC", "last_modified": 1}),  # Azure
        ({"md5Hash": "q1==", "updated": "2026"}, {"md5Hash": "q2==", "updated": "2026"}),  # Google Cloud
        ({"Last-Modified": "Mon"}, {"Last-Modified": "Tue"}),  # HTTP
        ({"mtime": 1.0, "created": 5.0}, {"mtime": 2.0, "created": 5.0}),  # a disk
        ({"CRC": 7}, {"CRC": 8}),  # a zip
    ],
)
def test_a_file_of_the_same_size_that_is_replaced_has_another_version(before: dict, after: dict):
    assert version_of({"size": 9, **before}) != version_of({"size": 9, **after}) != ""


def test_urls_of_any_file_system_are_read(wfdb: Path):
    memory = fsspec.filesystem("memory")
    for file in wfdb.iterdir():
        memory.pipe_file(f"/hospital/{file.name}", file.read_bytes())
    try:
        here, far = found(wfdb, told=StatedFacts()), found("memory://hospital", told=StatedFacts())
    finally:
        memory.rm("/hospital", recursive=True)
    assert far[0].source.name == "memory:///hospital/00001_lr.hea"
    assert [one.answer.ok for one in far] == [one.answer.ok for one in here] == [True, True, True, False]
    np.testing.assert_array_equal(far[0].answer.record.signal, here[0].answer.record.signal)
    assert names(f"file://{wfdb}") == names(wfdb)


def test_each_ecg_of_an_archive_and_of_a_batch_is_one(library: Path, batch: np.ndarray, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "ecgs.zip", "w") as pack:
        pack.write(library / "ward0/0.csv", "a/0.csv")
        pack.write(library / "ward1/1.csv", "b/1.csv")
    with h5py.File(tmp_path / "exams.hdf5", "w") as file:
        file["tracings"], file["exam_id"] = batch, [7, 8, 9, 10, 11]
    zipped, exams = found(tmp_path / "ecgs.zip"), found(tmp_path / "exams.hdf5")
    assert [one.answer.file.removeprefix(f"{tmp_path}/") for one in zipped] == [
        "ecgs.zip/a/0.csv",
        "ecgs.zip/b/1.csv",
    ]
    assert [one.exam for one in exams] == ["7", "8", "9", "10", "11"]
    assert all(one.answer.ok for one in (*zipped, *exams))


@pytest.mark.parametrize("kind", ["hdf5", "hdf5 without numbers", "npy"])
def test_a_batch_that_is_too_large_for_a_reader_is_read_in_slices(
    batch, kind: str, tmp_path: Path, monkeypatch
):
    path = tmp_path / f"exams.{kind.split()[0]}"
    if kind == "npy":
        np.save(path, batch)
    else:
        with h5py.File(path, "w") as file:
            file["tracings"] = batch
            if kind == "hdf5":
                file["exam_id"] = [7, 8, 9, 10, 11]
    monkeypatch.setattr(large_files, "LARGEST_FILE", 1000)
    monkeypatch.setattr(large_files, "SLICE", 2)
    assert names(path) == [f"{path.name}#1-2", f"{path.name}#3-4", f"{path.name}#5-5"]
    exams = found(path)
    assert [one.exam for one in exams] == (
        ["7", "8", "9", "10", "11"] if kind == "hdf5" else ["1", "2", "3", "4", "5"]
    )
    assert exams[2].answer.file == f"{path}#{exams[2].exam}"
    for one, signal in zip(exams, batch, strict=True):
        np.testing.assert_allclose(one.answer.record.signal, signal.T, atol=1e-6)


@pytest.fixture
def thousand(batch: np.ndarray, tmp_path: Path) -> Path:
    """1100 ECGs in an array of 53 MB: the first and the last are ECGs, between them lie zeros."""
    path = tmp_path / "many.npy"
    stored = np.lib.format.open_memmap(path, "w+", "f4", (1100, 1000, 12))
    stored[0], stored[-1] = batch[0], batch[1]
    return path


def test_of_a_large_batch_only_what_is_asked_for_is_loaded(thousand, batch, monkeypatch):
    (root,) = roots_of([str(thousand)])
    *_, last = root.sources()
    assert (last.name, last.size) == (f"{thousand}#1089-1100", thousand.stat().st_size * 12 // 1100)
    loaded = []
    part = Loaded.part
    monkeypatch.setattr(Loaded, "part", lambda *place: loaded.append(place[-1]) or part(*place))
    answers = [one.answer for one in root.read((last,), STATED)]
    assert answers[-1].error is None
    np.testing.assert_allclose(answers[-1].record.signal, batch[1].T, atol=1e-6)
    assert [answer.file for answer in answers] == [f"{thousand}#{k}" for k in range(1089, 1101)]
    assert sum(loaded) < 2_000_000


def test_a_large_batch_in_a_folder_is_read_too(thousand):
    (root,) = roots_of([str(thousand.parent)])
    first = next(iter(root.read(tuple(root.sources()), STATED)))
    assert first.answer.ok and first.exam == "1"


def test_a_large_file_that_is_no_batch_is_told(tmp_path):
    path = tmp_path / "day.npy"
    np.lib.format.open_memmap(path, "w+", "f4", (12, 1_100_000))
    (one,) = found(path)
    assert (one.source.name, one.exam) == (str(path), None)
    assert "day.npy has 53 MB, more than the 50 MB" in one.answer.error


def test_a_large_file_that_is_cut_short_is_told(thousand):
    with thousand.open("r+b") as file:
        file.truncate(51_000_000)
    (one,) = found(thousand)
    assert "cut short" in one.answer.error


def test_a_file_that_changes_while_it_is_read_is_told(library, monkeypatch):
    class Growing(LocalFileSystem):
        def cat_file(self, path, **options):
            data = super().cat_file(path, **options)
            if path.endswith("2.csv"):
                Path(path).write_bytes(data + b"\n")
            return data

    monkeypatch.setattr(file_sources, "opened", lambda url: (Growing(), url))
    told = {one.source.name.rsplit("/", 1)[1]: one.answer.error for one in found(library / "ward0")}
    assert told == {
        "0.csv": None,
        "2.csv": "2.csv changed while it was read: wait until it is written, then read it again.",
    }


def test_a_zip_that_is_too_large_for_a_reader_is_read_file_by_file(wfdb: Path, tmp_path: Path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "ecgs.zip", "w") as pack:
        for file in wfdb.iterdir():
            pack.write(file, f"inner/{file.name}")
    monkeypatch.setattr(large_files, "MOST_MEMBERS", 1)
    assert names(tmp_path / "ecgs.zip") == ["00001_lr.hea", "00002_lr.hea", "00003_lr.hea", "RECORDS"]
    ecgs = [one for one in found(tmp_path / "ecgs.zip", told=StatedFacts()) if one.answer.ok]
    assert [one.answer.file for one in ecgs] == [
        f"{tmp_path}/ecgs.zip/inner/0000{k}_lr.hea" for k in (1, 2, 3)
    ]


def test_ptbxl_comes_with_its_patients(tiny_ptbxl: Path):
    (root,) = roots_of([str(tiny_ptbxl)])
    assert isinstance(root, PtbxlFolder)
    sources = tuple(root.sources())
    first, *_ = root.read(sources[:2], StatedFacts())
    assert len(sources) == 60 and first.exam == "1"
    assert (first.answer.record.metadata.age, first.answer.record.metadata.sex) == (41, "female")


def test_a_record_of_ptbxl_that_is_not_there_is_told(tiny_ptbxl: Path):
    (tiny_ptbxl / "records100/00000/00002_lr.dat").unlink()
    one, two = list(
        roots_of([str(tiny_ptbxl)])[0].read(
            tuple(roots_of([str(tiny_ptbxl)])[0].sources())[:2], StatedFacts()
        )
    )
    assert one.answer.ok and "restore the record from PTB-XL" in two.answer.error


class Listed:
    """Sources by name alone."""

    def __init__(self, names: list[str], size: int = 1) -> None:
        self.names, self.size = names, size

    def sources(self):
        return (Source(name, self.size, "1") for name in self.names)


def test_a_new_file_changes_its_own_part_and_no_other():
    files = [f"{k:04}.xml" for k in range(1000)]
    before = {part.place: part.state for part in parts_of([Listed(files)], 10)}
    after = {part.place: part.state for part in parts_of([Listed(sorted([*files, "0500b.xml"]))], 10)}
    assert 60 < len(before) < 150
    assert len(before.items() ^ after.items()) <= 3


def test_parts_have_every_source_once_and_no_more_than_they_may():
    files = [f"{k:04}.xml" for k in range(1000)]
    parts = list(parts_of([Listed(files)], 10))
    assert [source.name for part in parts for source in part.sources] == files
    assert max(len(part.sources) for part in parts) <= 40
    assert all(len(part.sources) <= 2 for part in parts_of([Listed(files, 50_000_000)], 10))
