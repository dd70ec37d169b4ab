"""The prepared data set: one memory-mapped array of all records."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecgnet.ptbxl import Catalogue, CatalogueError
from ecgnet.store import open_store, prepare, store_folder


@pytest.fixture
def catalogue(tiny_ptbxl: Path) -> Catalogue:
    return Catalogue(tiny_ptbxl)


def test_store_holds_every_record(catalogue: Catalogue):
    store = prepare(catalogue)
    assert store.missing == ()
    assert store.ecg_ids.tolist() == list(range(1, 61))
    for row, ecg_id in enumerate(store.ecg_ids):
        np.testing.assert_allclose(store.signals[row] / 1000, catalogue.record(ecg_id).signal, rtol=1e-6)


def test_signals_are_mapped_not_read(catalogue: Catalogue):
    assert isinstance(prepare(catalogue).signals, np.memmap)


def test_nothing_is_open_before_prepare(catalogue: Catalogue):
    assert open_store(catalogue) is None


def test_prepared_store_is_reopened_and_not_written_again(catalogue: Catalogue):
    prepare(catalogue)
    written = (store_folder(catalogue.folder) / "signals.npy").stat().st_mtime_ns
    again = prepare(catalogue)
    assert (store_folder(catalogue.folder) / "signals.npy").stat().st_mtime_ns == written
    assert len(again.ecg_ids) == 60


def test_missing_and_damaged_records_are_counted(catalogue: Catalogue):
    signals = catalogue.folder / "records100/00000"
    (signals / "00002_lr.dat").unlink()
    (signals / "00005_lr.dat").write_bytes(b"too short")
    store = prepare(catalogue)
    assert store.missing == (2, 5)
    assert len(store.ecg_ids) == len(store.signals) == 58


def test_binary_header_costs_one_record_only(catalogue: Catalogue):
    (catalogue.folder / "records100/00000/00003_lr.hea").write_bytes(b"\xff\xfe\x00")
    assert prepare(catalogue).missing == (3,)


def test_records_added_later_are_taken_up(catalogue: Catalogue):
    signal = catalogue.folder / "records100/00000/00002_lr.dat"
    content = signal.read_bytes()
    signal.unlink()
    prepare(catalogue)
    signal.write_bytes(content)
    assert prepare(catalogue).missing == ()


def test_open_store_is_not_changed_by_another_prepare(catalogue: Catalogue):
    signal = catalogue.folder / "records100/00000/00002_lr.dat"
    content = signal.read_bytes()
    signal.unlink()
    store = prepare(catalogue)
    before = store.signals[:].copy()
    signal.write_bytes(content)
    prepare(catalogue)
    np.testing.assert_array_equal(store.signals, before)


def test_rows_of_records(catalogue: Catalogue):
    (catalogue.folder / "records100/00000/00002_lr.dat").unlink()
    store = prepare(catalogue)
    assert store.rows(np.array([3, 1])).tolist() == [1, 0]
    with pytest.raises(KeyError, match="2"):
        store.rows(np.array([1, 2]))


def test_no_record_at_all_is_told(catalogue: Catalogue):
    for path in (catalogue.folder / "records100/00000").iterdir():
        path.unlink()
    with pytest.raises(CatalogueError, match=r"none of the 60 records .* is records100/ there\?"):
        prepare(catalogue)


@pytest.mark.parametrize("name", ["store.json", "signals.npy", "ecg_ids.npy"])
def test_half_written_store_is_not_opened(catalogue: Catalogue, name: str):
    prepare(catalogue)
    path = store_folder(catalogue.folder) / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert open_store(catalogue) is None
    assert len(prepare(catalogue).ecg_ids) == 60


@pytest.mark.parametrize("about", [{}, {"records": 59, "missing": []}])
def test_store_of_something_else_is_not_opened(catalogue: Catalogue, about: dict):
    prepare(catalogue)
    (store_folder(catalogue.folder) / "store.json").write_text(json.dumps(about))
    assert open_store(catalogue) is None


@pytest.mark.parametrize(
    ("variable", "place"), [("XDG_CACHE_HOME", "cache/ecgnet"), ("ECGNET_CACHE", "cache")]
)
def test_read_only_data_set_is_prepared_in_the_cache(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, place: str
):
    monkeypatch.delenv("ECGNET_CACHE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "cache"))
    # Asked of the system, root may write everywhere.
    monkeypatch.setattr("ecgnet.store.os.access", lambda path, mode: False)
    store = prepare(catalogue)
    assert len(store.ecg_ids) == 60
    (kept,) = (tmp_path / place).iterdir()
    assert (kept / "signals.npy").is_file()
    assert not (catalogue.folder / "ecgnet").exists()
    assert open_store(catalogue) is not None
