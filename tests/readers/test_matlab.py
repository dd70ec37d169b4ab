"""MATLAB: versions 4, 5 and 7.3; structures, cells and bare variables; no objects, no functions."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read, read_together
from ecgnet.record import LEADS
from tests.readers.writers import _wfdb, hdf5
from tests.readers.writers.matlab import bare, write

STATED = {"fs": 250, "unit": "mV", "leads": LEADS}


@pytest.mark.parametrize("version", ["4", "5"])
@pytest.mark.parametrize("lay", [np.array, np.transpose])
def test_a_bare_variable(ecg, version, lay):
    record = read(bare({"x": lay(ecg)}, version), name="e.mat", **STATED)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize("version", ["4", "5"])
def test_val_of_the_challenges_without_its_header_is_asked_for(ecg, version):
    data = bare({"val": np.round(ecg * 1000).astype(np.int16)}, version)
    (answer,) = read_together({"A0001.mat": data})
    assert answer.question.asks == ("fs", "unit", "leads")
    assert answer.question.likely["unit"][0] == "uV"
    assert "If there is a header, a .hea file" in answer.error
    (answer,) = read_together({"A0001.mat": data}, fs=250, unit="uV", leads=LEADS)
    np.testing.assert_allclose(answer.record.signal, ecg, atol=1e-6)


def test_a_mat_file_beside_its_header_is_of_its_record(ecg):
    header = _wfdb.write(ecg, 250)["ecg.hea"].replace(b"ecg.dat 16", b"ecg.mat 16+24")
    data = bare({"val": np.round(ecg * 1000).astype(np.int16)}, "4")
    (answer,) = read_together({"ecg.mat": data, "ecg.hea": header})
    assert (answer.file, answer.format) == ("ecg.hea", "WFDB")


def test_a_structure_with_its_facts(ecg):
    record = read(write(ecg, 250, age=41, sex="male", leads=LEADS[::-1]), name="e.mat")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.fs, record.metadata.age, record.metadata.sex, record.notes) == (250, 41, "male", ())


@pytest.mark.parametrize("unit", ["mV", "uV"])
def test_version_7_3(ecg, unit):
    record = read(hdf5.matlab_7_3(ecg * {"mV": 1, "uV": 1000}[unit], 250, unit), name="e.mat")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.fs, record.notes) == (250, ())


def test_a_variable_each_lead(ecg):
    named = dict(zip(LEADS, ecg, strict=True))
    record = read(bare(named | {"fs": 250.0, "unit": "mV"}), name="e.mat")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"x": "text"},
        {"x": 5.0},
        {"x": np.array([{"a": 1}, 2], dtype=object)},
        {"x": np.ones((12, 500), complex)},
    ],
)
def test_files_without_an_ecg(variables):
    with pytest.raises(ReadError, match=r"e\.mat holds no array of 12 or 8 leads"):
        read(bare(variables), name="e.mat", **STATED)


def element(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, len(data)) + data


def matrix_header(rows: int, columns: int, kind: int = 6) -> bytes:
    """The head of an array of doubles (MAT-File Format, 1-17) that announces so many."""
    flags = element(6, struct.pack("<II", kind, 0))
    return flags + element(5, struct.pack("<ii", rows, columns)) + element(1, b"x".ljust(8, b"\0"))


def test_what_is_announced_is_not_believed():
    head = bare({})[:128]
    claims = element(14, matrix_header(12, 10**8) + element(9, bytes(800)))
    with pytest.raises(ReadError, match="announces more than 64000000 samples"):
        read(head + claims, name="e.mat")
    bomb = element(15, zlib.compress(bytes(250_000_000), 9))
    with pytest.raises(ReadError, match="decompresses to more"):
        read(head + bomb, name="e.mat")


def test_objects_and_functions_are_not_opened():
    opaque = element(14, matrix_header(1, 1, kind=17))
    with pytest.raises(ReadError, match=r"e\.mat"):
        read(bare({})[:128] + opaque, name="e.mat")


@settings(max_examples=80, deadline=None)
@given(data=st.data(), compressed=st.booleans())
def test_a_file_cut_anywhere_is_refused(ecg, data, compressed):
    whole = bare({"x": ecg[:, :60]}, compressed=compressed)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(ReadError, match=r"e\.mat"):
        read(cut, name="e.mat", **STATED)
