"""HDF5: one dataset or one a lead; names of other files inside it are never followed."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS
from tests.readers.writers.hdf5 import bare, write

STATED = {"fs": 250, "unit": "mV", "leads": LEADS}


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("leads", [LEADS, LEADS[::-1]])
def test_datasets_with_their_facts(ecg, apart, leads):
    record = read(write(ecg, 250, leads=leads, apart=apart, age=41, sex="male"), name="e.h5")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.fs, record.metadata.age, record.metadata.sex, record.notes) == (250, 41, "male", ())


def test_facts_in_datasets_of_their_own(ecg):
    def fill(file: h5py.File) -> None:
        file["a/b/signal"] = ecg.T
        file["a/sampling_rate"] = 250
        file["a/unit"] = "mV"
        file["a/leads"] = list(LEADS)

    np.testing.assert_allclose(read(bare(fill), name="e.h5").signal, ecg, atol=1e-6)


def test_what_is_left_out_is_asked_for(ecg):
    with pytest.raises(ReadError) as asked:
        read(bare(lambda file: file.create_dataset("x", data=ecg)), name="e.h5")
    assert asked.value.question.asks == ("fs", "unit", "leads")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(bytes(12 * 500 * 8))
    return path


def test_samples_in_another_file_are_refused(secret):
    def fill(file: h5py.File) -> None:
        file.create_dataset("ecg", (12, 500), "f8", external=[(str(secret), 0, 12 * 500 * 8)])

    with pytest.raises(ReadError, match="keeps its samples in another file"):
        read(bare(fill), name="e.h5", **STATED)


def test_virtual_datasets_are_refused(secret):
    def fill(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((12, 500), "f8")
        layout[:] = h5py.VirtualSource(str(secret), "x", (12, 500))
        file.create_virtual_dataset("ecg", layout)

    with pytest.raises(ReadError, match="keeps its samples in another file"):
        read(bare(fill), name="e.h5", **STATED)


@pytest.mark.parametrize("link", [h5py.SoftLink("/ecg"), h5py.ExternalLink("other.h5", "/x")])
def test_links_are_not_followed(ecg, link):
    def fill(file: h5py.File) -> None:
        file["ecg"] = ecg
        file["link"] = link

    np.testing.assert_allclose(read(bare(fill), name="e.h5", **STATED).signal, ecg, atol=1e-6)


def test_groups_that_hold_each_other_come_to_an_end(ecg):
    def fill(file: h5py.File) -> None:
        file["a/ecg"] = ecg
        file["a/again"] = file["/"]
        file["a/b"] = file["a"]

    np.testing.assert_allclose(read(bare(fill), name="e.h5", **STATED).signal, ecg, atol=1e-6)


def test_too_many_samples_are_not_loaded():
    data = bare(lambda file: file.create_dataset("ecg", (12, 10**9), "f8", chunks=(12, 1000)))
    with pytest.raises(ReadError, match="more than 64000000 samples"):
        read(data, name="e.h5", **STATED)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(ecg, data):
    whole = write(ecg[:, :60], 250)
    with pytest.raises(ReadError, match=r"e\.h5"):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))], name="e.h5")
