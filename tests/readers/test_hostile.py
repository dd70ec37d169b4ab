"""Files made to do harm: each is refused by name, or read as the plain data it is."""

from __future__ import annotations

import csv
import gzip
import io
import os
import pickle
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.__main__ import main
from ecgnet.readers import Answer, read_apart, read_paths_apart, read_together
from ecgnet.record import LEADS
from tests.readers.writers import _delimited, _wfdb, dicom, matlab, numpy_files


class Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def refused(files: dict[str, bytes]) -> Answer:
    """The one answer to these files, an error that names one of them, read here and apart alike."""
    (answer,) = read_together(files)
    (apart,) = read_apart(files)
    assert answer.record is None and answer.error == apart.error
    assert any(name.rsplit("/", 1)[-1] in answer.error for name in files)
    return answer


def zip_of(name: str, data: bytes) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stored.getvalue()


@pytest.mark.parametrize("kind", ["npy", "npz", "zip", "pickle", "mat"])
def test_pickles_are_never_opened(tmp_path, kind):
    mark = tmp_path / "mark"
    trap = numpy_files.bare(np.array([Trap(mark)], dtype=object))
    data = {
        "npy": trap,
        "npz": zip_of("ecg.npy", trap),
        "zip": zip_of("inner.npz", zip_of("ecg.npy", trap)),
        "pickle": pickle.dumps(Trap(mark)),
        "mat": matlab.bare({"x": np.frombuffer(pickle.dumps(Trap(mark)), np.uint8)}),
    }[kind]
    refused({f"trap.{kind}": data})
    assert not mark.exists()


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(10**8), compresslevel=1),
    "zip": lambda: zip_of("x.csv", bytes(10**8)),
    "npz": lambda: zip_of("x.npy", numpy_files.bare(np.zeros((12, 10**6)))),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_are_put_out_in_time(kind):
    data = BOMBS[kind]()
    began = time.process_time()
    refused({"bomb": data})
    assert time.process_time() - began < 3


@pytest.mark.parametrize("name", ["../../etc/x.csv", "/etc/x.csv", "..\\..\\x.csv"])
def test_names_in_a_zip_that_point_outside(name):
    assert "points outside of the archive" in refused({"slip.zip": zip_of(name, b"I,II\n1,2\n")}).error


FORMULAS = [
    "=1+1",
    "=HYPERLINK('http://x')",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("place", ["cell", "name"])
def test_formulas_and_scripts_in_tables_are_text(ecg, formula, place):
    row = [*LEADS[:11], formula] if place == "name" else list(LEADS)
    stored = io.StringIO()
    writer = csv.writer(stored)
    writer.writerow(row)
    writer.writerow([formula if place == "cell" else 0, *[0] * 11])
    writer.writerows(ecg.T.tolist())
    answer = refused({"e.csv": b"# fs = 250\n# unit: mV\n" + stored.getvalue().encode()})
    assert answer.error.startswith("e.csv: ")


def test_a_script_for_a_name_is_kept_as_text_and_never_printed(tmp_path, ecg, capsys):
    script = "<script>alert(1)</script>"
    path = tmp_path / "e.dcm"
    path.write_bytes(dicom.write(ecg, 250, name=script, birth_date="1970-05-06", patient_id="=4711"))
    (answer,) = read_paths_apart([path])
    assert script in str(answer.record.identity.name)
    assert "alert" not in repr(answer.record) + " ".join(answer.warnings)
    for arguments in (["info", str(path)], ["info", str(path), "--json"]):
        assert main(arguments) == 0
        shown = "".join(capsys.readouterr())
        assert not any(secret in shown for secret in ("alert", "1970-05", "4711"))


def npy_header(shape: tuple[int, ...]) -> bytes:
    stored = io.BytesIO()
    np.lib.format.write_array_header_1_0(stored, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stored.getvalue()


CLAIMS = {
    "x.npy": npy_header((12, 10**9)) + bytes(1000),
    "x.hea": b"x 12 500 1000000000\n" + b"x.dat 16 1000/mV 16 0 0 0 0 I\n" * 12,
    "x.mat": struct.pack("<5i", 0, 12, 10**9, 0, 4) + b"val\0" + bytes(1000),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_billion_samples_are_claimed_not_there(name):
    began = time.process_time()
    refused({name: CLAIMS[name]})
    assert time.process_time() - began < 3


@pytest.mark.parametrize("fs", ["0", "-500", "nan", "inf", "1e999", "five hundred"])
def test_rates_that_are_none(ecg, fs):
    text = _delimited.write(ecg, 250).replace(b"fs: 250", f"fs: {fs}".encode())
    refused({"e.csv": text})
    header = _wfdb.write(ecg, 250)
    header["ecg.hea"] = header["ecg.hea"].replace(b"ecg 12 250", f"ecg 12 {fs}".encode())
    answers = read_together(header)
    assert all(not answer.ok for answer in answers)


def test_a_rate_of_sound_is_read_and_doubted(ecg):
    (answer,) = read_apart({"e.csv": _delimited.write(ecg, 44_100)})
    assert answer.record.fs == 44_100
    assert "44100 Hz is unusual" in answer.warnings[0]


@pytest.mark.parametrize(
    "named", ["ecg.hea", "../ecg.dat", "/etc/passwd", "/dev/zero", "file:///etc/passwd", "sub/ecg.dat"]
)
def test_headers_that_name_themselves_or_the_world(tmp_path, ecg, named):
    files = _wfdb.write(ecg, 250)
    (tmp_path / "ecg.hea").write_bytes(files["ecg.hea"].replace(b"ecg.dat", named.encode()))
    (answer,) = read_paths_apart([tmp_path / "ecg.hea"])
    assert answer.error.startswith("ecg.hea")


def test_a_link_beside_a_header_is_the_owners_a_name_outside_is_not(tmp_path, ecg):
    inner = tmp_path / "inner"
    inner.mkdir()
    files = _wfdb.write(ecg, 250)
    (tmp_path / "ecg.dat").write_bytes(files["ecg.dat"])
    (inner / "ecg.hea").write_bytes(files["ecg.hea"])
    (answer,) = read_paths_apart([inner])
    assert "needs ecg.dat" in answer.error


def test_devices_and_pipes_are_no_files(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/zero"):
        (answer,) = read_paths_apart([path])
        assert "give a file" in answer.error


@pytest.mark.parametrize("name", ["a\nb.csv", "<b>.csv", "é\u202e.csv", "=1.csv", "x" * 300])
def test_names_of_files_are_only_names(ecg, name):
    (answer,) = read_apart({name: _delimited.write(ecg, 250)})
    assert (answer.file, answer.ok) == (name, True)


def test_fifty_megabytes_are_the_limit():
    assert "more than the 50 MB" in refused({"big.csv": b"I,II\n" + b"0,0\n" * 12_600_000}).error


@settings(max_examples=50, deadline=None)
@given(data=st.data(), kind=st.sampled_from(["csv", "npy", "npz", "mat"]))
def test_files_cut_at_any_byte(ecg, data, kind):
    short = ecg[:, :60]
    whole = {
        "csv": _delimited.write(short, 250),
        "npy": numpy_files.bare(short),
        "npz": numpy_files.write(short, 250),
        "mat": matlab.write(short, 250),
    }[kind]
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    for answer in read_together({f"cut.{kind}": cut}):
        if answer.ok:  # of a table its first lines
            assert kind == "csv" and answer.record.n_samples <= 60
        else:
            assert f"cut.{kind}" in answer.error
