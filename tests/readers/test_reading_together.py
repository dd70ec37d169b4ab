"""Several files at once, as an upload or a command line gives them; and the plausibility of what was read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, formats, read, read_paths, read_together
from ecgnet.record import LEADS


@pytest.fixture(scope="session")
def dat(ecg) -> bytes:
    return np.round(ecg.T * 1000).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def csv(ecg) -> bytes:
    rows = [",".join(LEADS), *(",".join(f"{v:.3f}" for v in row) for row in ecg.T)]
    return ("# fs = 250\n# unit: mV\n" + "\n".join(rows) + "\n").encode()


def header(name: str) -> bytes:
    return "\n".join(
        [f"{name} 12 250 500", *(f"{name}.dat 16 1000/mV 16 0 0 0 0 {lead}" for lead in LEADS)]
    ).encode()


def test_each_record_is_answered_in_order_on_its_own(ecg, dat, csv):
    files = {
        "b.dat": dat,
        "note.txt": b"nothing to see",
        "b.hea": header("b"),
        "c.csv": csv,
        "alone.dat": dat,
        "a.hea": header("a"),
        "empty.csv": b"",
    }
    answers = read_together(files)
    assert [(a.file, a.ok, a.format) for a in answers] == [
        ("note.txt", False, None),
        ("b.hea", True, "WFDB"),
        ("c.csv", True, "delimited text"),
        ("alone.dat", False, None),
        ("a.hea", False, None),
        ("empty.csv", False, None),
    ]
    np.testing.assert_allclose(answers[1].record.signal, ecg, atol=1e-6)
    errors = {a.file: a.error for a in answers if not a.ok}
    assert "give its header, a .hea file" in errors["alone.dat"]
    assert "needs a.dat" in errors["a.hea"]
    assert "is empty" in errors["empty.csv"]
    assert all(file in error for file, error in errors.items())


def test_folders_keep_their_files_apart(dat):
    files = {"x/a.hea": header("a"), "x/a.dat": dat, "y/a.hea": header("a"), "y/a.dat": bytes(len(dat))}
    first, second = read_together(files)
    assert first.ok and second.ok
    assert not np.array_equal(first.record.signal, second.record.signal)


def test_a_damaged_header_still_speaks_for_its_signal_file(dat):
    (answer,) = read_together({"a.dat": dat, "a.hea": header("a")[:100]})
    assert (answer.file, answer.ok) == ("a.hea", False)


def test_warnings_are_notes_and_doubts(csv):
    text = csv.replace(b"# unit: mV\n", b"").replace(b"I,II,III", b"II,I,III")
    (answer,) = read_together({"swapped.csv": text})
    assert answer.ok
    assert answer.warnings[0] == "No unit stated; read as mV."
    assert "III = II − I does not hold" in answer.warnings[1]


def test_paths(tmp_path, ecg, dat, csv):
    for name, data in {"a.hea": header("a"), "a.dat": dat, "c.csv": csv, "lost.dat": dat}.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in ("a.dat", "a.hea", "c.csv", "lost.dat", "absent.hea")]
    answers = read_paths(paths)
    assert [(a.file, a.ok) for a in answers] == [
        (str(path), path.name in ("a.hea", "c.csv")) for path in paths if path.name != "a.dat"
    ]
    assert "no such file" in answers[3].error
    (alone,) = read_paths([str(tmp_path / "a.dat")])
    np.testing.assert_allclose(alone.record.signal, ecg, atol=1e-6)


def test_a_folder_stands_for_the_files_below_it(tmp_path, dat, csv):
    inner = tmp_path / "b" / "c"
    inner.mkdir(parents=True)
    (inner / ".git").mkdir()
    files = {"b/c/a.hea": header("a"), "b/c/a.dat": dat, "a.csv": csv, "z.txt": b"no ECG", "b/.x.csv": csv}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (inner / ".git" / "x.csv").write_bytes(csv)
    assert [(a.file.removeprefix(f"{tmp_path}/"), a.ok) for a in read_paths([tmp_path])] == [
        ("a.csv", True),
        ("z.txt", False),
        ("b/c/a.hea", True),
    ]
    with pytest.raises(ReadError, match="is a folder: give one of the files in it"):
        read(tmp_path)


def test_a_folder_without_files_is_told(tmp_path):
    (answer,) = read_paths([tmp_path])
    assert "is a folder without any file" in answer.error


def test_a_file_given_twice_is_answered_once(tmp_path, csv):
    (tmp_path / "c.csv").write_bytes(csv)
    assert len(read_paths([tmp_path / "c.csv", tmp_path])) == 1


def test_a_header_reads_nothing_outside_its_folder(tmp_path, dat):
    (tmp_path / "a.dat").write_bytes(dat)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.hea").write_bytes(header("a").replace(b"a.dat", b"../a.dat"))
    with pytest.raises(ReadError, match="plain file names"):
        read(inner / "a.hea")


@pytest.mark.parametrize(("option", "value"), [("fs", 0), ("fs", float("nan")), ("unit", "mmHg")])
def test_options_without_sense_are_refused(csv, option, value):
    with pytest.raises(ReadError, match="given"):
        read(csv, name="c.csv", **{option: value})


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"<xml/>", b"\x89PNG\r\n", b"hello", b"{}", b"a, b and c\nd"]
)
def test_what_is_no_ecg_is_told_so(data):
    with pytest.raises(ReadError, match=r"^x is (empty|in no format|a PDF|a picture)"):
        read(data, name="x")


def test_formats_are_found_and_the_generic_one_asked_last():
    names = [module.NAME for module in formats()]
    assert {"WFDB", "DICOM"} <= set(names)
    assert names[-1] == "delimited text"


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["a.hea", "a.dat", "b.csv", "c", "d/e.mat"]), st.binary(max_size=200)))
def test_random_files_are_all_answered(files):
    answers = read_together(files)
    assert not any(answer.ok for answer in answers)
    assert all(answer.error and answer.file in answer.error for answer in answers)
