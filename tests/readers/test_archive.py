"""gzip and zip around ECG files: every record answered under its name; traps refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, _archive, read, read_paths, read_together
from tests.readers.writers import _delimited, _wfdb, matlab


def error_of(data: bytes, name: str = "a.zip") -> str:
    (answer,) = read_together({name: data})
    assert answer.record is None
    return answer.error


def test_a_zip_of_several_records_is_several_answers(ecg, npz, zipped):
    files = {f"rec/{name}": data for name, data in _wfdb.write(ecg, 250).items()}
    files |= {
        "b.npz": npz,
        "__MACOSX/._b.npz": b"x",
        ".DS_Store": b"x",
        "folder/": b"",
        "readme.txt": b"no ECG",
    }
    answers = read_together({"all.zip": zipped(files), "b.npz": npz})
    assert [(a.file, a.ok, a.format) for a in answers] == [
        ("all.zip/rec/ecg.hea", True, "WFDB"),
        ("all.zip/b.npz", True, "NumPy"),
        ("all.zip/readme.txt", False, None),
        ("b.npz", True, "NumPy"),
    ]
    np.testing.assert_allclose(answers[0].record.signal, ecg, atol=1e-6)
    assert answers[2].error.startswith("all.zip/readme.txt is in no format")


def test_gzip_around_a_file(ecg):
    (answer,) = read_together({"ecg.csv.gz": gzip.compress(_delimited.write(ecg, 250))})
    assert (answer.file, answer.record.id) == ("ecg.csv.gz", "ecg")
    np.testing.assert_allclose(answer.record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize("packed", [("ecg.dat",), ("ecg.hea",), ("ecg.hea", "ecg.dat")])
def test_gzip_around_parts_of_a_record(ecg, packed):
    files = _wfdb.write(ecg, 250)
    files = {
        f"{n}.gz" if n in packed else n: gzip.compress(d) if n in packed else d for n, d in files.items()
    }
    (answer,) = read_together(files)
    np.testing.assert_allclose(answer.record.signal, ecg, atol=1e-6)


def test_gzip_of_several_parts(ecg):
    text = _delimited.write(ecg, 250)
    data = gzip.compress(text[:1000]) + gzip.compress(text[1000:]) + b"\0" * 10
    np.testing.assert_allclose(read(data, name="e.csv.gz").signal, ecg, atol=1e-6)


def test_archives_nest_twice_and_no_further(npz, zipped):
    twice = zipped({"inner.zip": zipped({"e.npz": npz})})
    assert [(a.file, a.ok) for a in read_together({"a.zip": twice})] == [("a.zip/inner.zip/e.npz", True)]
    assert [a.ok for a in read_together({"a.zip.gz": gzip.compress(zipped({"e.npz": npz}))})] == [True]
    (answer,) = read_together({"a.zip": zipped({"twice.zip": twice})})
    assert (answer.file, answer.ok) == ("a.zip/twice.zip/inner.zip", False)
    assert "archive within archives" in answer.error
    assert "archive within archives" in error_of(gzip.compress(gzip.compress(gzip.compress(npz))), "a.gz")


def test_a_zip_on_disk(tmp_path, npz, zipped):
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({"a/e.npz": npz}))
    assert [(a.file, a.ok) for a in read_paths([path])] == [(f"{path}/a/e.npz", True)]
    assert read(path).source == "all.zip/a/e.npz"
    path.write_bytes(zipped({"e.npz": npz, "f.npz": npz}))
    with pytest.raises(ReadError, match=r"all\.zip holds several files"):
        read(path)


@pytest.mark.parametrize(
    "name", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "..\\x.csv", "C:\\x.csv", "a/.."]
)
def test_names_that_point_outside(npz, zipped, name):
    assert "points outside of the archive" in error_of(zipped({"e.npz": npz, name: b"x"}))


def test_bombs(zipped, monkeypatch):
    assert "grows more than 200-fold" in error_of(gzip.compress(bytes(40_000_000)), "x.csv.gz")
    assert "grows more than 200-fold" in error_of(zipped({"x.csv": bytes(40_000_000)}))
    many = zipped({f"{k}.csv": b"" for k in range(_archive.MAX_MEMBERS + 1)})
    assert "more than the 2000 that are read here" in error_of(many)
    monkeypatch.setattr(_archive, "MAX_FILE_BYTES", 1000)
    noise = np.random.default_rng(0).bytes(5000)
    assert "more than the 0 MB" in error_of(gzip.compress(noise), "x.csv.gz")
    assert "more than the 0 MB" in error_of(zipped({"x.csv": noise}))


def test_a_zip_that_lies_about_a_size(zipped):
    data = zipped({"x.csv": bytes(40_000_000)})
    data = data.replace(struct.pack("<I", 40_000_000), struct.pack("<I", 4_000))
    assert "damaged inside its zip" in error_of(data)


def test_encrypted_members(npz, zipped):
    data = bytearray(zipped({"e.npz": npz}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in error_of(bytes(data))


@pytest.mark.parametrize(("method", "called"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")])
def test_other_methods_within_zip(npz, zipped, method, called):
    assert f"is compressed by {called}" in error_of(zipped({"e.npz": npz}, method))


def tar(data: bytes) -> bytes:
    stored = io.BytesIO()
    with tarfile.open(fileobj=stored, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x.csv"), io.BytesIO(data))
    return stored.getvalue()


@pytest.mark.parametrize(
    ("data", "called"),
    [
        (bz2.compress(b"x"), "bzip2"),
        (bz2.compress(b""), "bzip2"),
        (lzma.compress(b"x"), "xz"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "7z"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"\x28\xb5\x2f\xfd" + bytes(9), "Zstandard"),
        (tar(b"x"), "tar"),
        (gzip.compress(tar(b"x")), "tar"),
    ],
)
def test_other_archives(data, called):
    assert f"is a {called} archive, which is not opened here" in error_of(data)


def test_office_documents_and_empty_zips(zipped):
    assert "office document" in error_of(zipped({"[Content_Types].xml": b"x", "xl/a.xml": b"x"}), "a.xlsx")
    assert "holds no files" in error_of(zipped({}))
    assert "holds no files" in error_of(zipped({"__MACOSX/x": b"x"}))


def test_a_signal_file_keeps_to_its_folder_in_a_zip(ecg, zipped):
    files = _wfdb.write(ecg, 250)
    answers = read_together({"a.zip": zipped({"x/ecg.hea": files["ecg.hea"], "y/ecg.dat": files["ecg.dat"]})})
    assert [(a.file, a.ok) for a in answers] == [("a.zip/x/ecg.hea", False), ("a.zip/y/ecg.dat", False)]


def test_a_question_from_within_an_archive(ecg, zipped):
    (answer,) = read_together({"a.zip": zipped({"v.mat": matlab.bare({"val": np.round(ecg * 1000)})})})
    assert answer.question.asks == ("fs", "unit", "leads")


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(["zip", "gz"]))
def test_archives_cut_or_damaged_raise_nothing_but_read_errors(ecg, data, kind):
    text = _delimited.write(ecg[:, :50], 250)
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("e.csv", text)
    whole = stored.getvalue() if kind == "zip" else gzip.compress(text)
    damaged = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=3)):
        damaged[at] = data.draw(st.integers(0, 255))
    for answer in read_together({"x": bytes(damaged)}):
        assert answer.ok or answer.file in answer.error
