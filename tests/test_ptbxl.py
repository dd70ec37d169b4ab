"""PTB-XL's catalogue: on a made-up data set, and on the real one where it is."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import wfdb

from ecgnet.ptbxl import SUPERCLASSES, Catalogue, CatalogueError, find_ptbxl
from ecgnet.record import Metadata
from ecgnet.recorder import RecorderReport

FIRST = "records100/00000/00001_lr"
CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture
def catalogue(tiny_ptbxl: Path) -> Catalogue:
    return Catalogue(tiny_ptbxl)


@pytest.fixture(scope="module")
def real(ptbxl_folder: Path) -> Catalogue:
    return Catalogue(ptbxl_folder)


def change(folder: Path, column: str, value: object, ecg_id: int = 1) -> None:
    """Put another value into one cell of the table."""
    path = folder / "ptbxl_database.csv"
    table = pd.read_csv(path, index_col=0, dtype=str, keep_default_na=False)
    table.loc[str(ecg_id), column] = value
    table.to_csv(path)


@pytest.mark.parametrize(
    ("ecg_id", "superclasses", "subclasses", "statements"),
    [
        (1, ("NORM",), ("NORM",), ("NORM", "SR")),
        (2, ("MI",), ("IMI",), ("IMI", "SR")),
        (3, ("MI", "HYP"), ("AMI", "LVH"), ("LVH", "ASMI", "SR")),
        (5, ("STTC",), ("NST_",), ("NST_", "AFIB")),
        (7, (), (), ("SR",)),
    ],
)
def test_statements_are_gathered_in_classes(
    catalogue: Catalogue, ecg_id: int, superclasses: tuple, subclasses: tuple, statements: tuple
):
    row = catalogue.table.loc[ecg_id]
    assert row["superclasses"] == superclasses
    assert row["subclasses"] == subclasses
    assert row["statements"] == statements


def test_superclass_matrix_has_a_column_a_superclass(catalogue: Catalogue):
    assert catalogue.superclass_matrix(np.array([1, 3, 7])).tolist() == [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 1],
        [0, 0, 0, 0, 0],
    ]


def test_statement_matrix_has_a_column_a_code(catalogue: Catalogue):
    assert len(catalogue.statement_codes) == 71
    (row,) = catalogue.statement_matrix(np.array([3]))
    assert {catalogue.statement_codes[k] for k in np.flatnonzero(row)} == {"ASMI", "LVH", "SR"}


def test_metadata_of_a_patient(catalogue: Catalogue):
    assert catalogue.metadata(1) == Metadata(age=41, sex="female")
    assert catalogue.metadata(2) == Metadata(age=42, sex="male")


def test_the_report_is_what_the_recorder_stated(tiny_ptbxl: Path):
    change(tiny_ptbxl, "recording_date", "1990-09-15 11:27:11")
    change(tiny_ptbxl, "validated_by_human", "False")
    change(tiny_ptbxl, "validated_by_human", "True", ecg_id=2)
    catalogue = Catalogue(tiny_ptbxl)
    assert catalogue.record(1).recorder == RecorderReport(
        ("sinusrhythmus",), recorded_at=datetime(1990, 9, 15, 11, 27, 11), confirmed=False, device="CS-12 E"
    )
    assert catalogue.recorder(2).confirmed is True
    assert catalogue.recorder(3) == RecorderReport(("sinusrhythmus",), device="CS-12 E")


def test_no_report_is_no_recorder(tiny_ptbxl: Path):
    change(tiny_ptbxl, "report", "")
    change(tiny_ptbxl, "device", "")
    assert Catalogue(tiny_ptbxl).record(1).recorder is None


@pytest.mark.parametrize("ecg_id", [8, 9])
def test_age_300_and_no_age_are_unknown(catalogue: Catalogue, ecg_id: int):
    assert catalogue.metadata(ecg_id).age is None


def test_record_is_in_millivolts(catalogue: Catalogue):
    record = catalogue.record(1)
    written = np.fromfile(catalogue.folder / f"{FIRST}.dat", "<i2").reshape(1000, 12)
    np.testing.assert_allclose(record.signal, written.T / 1000, rtol=1e-6)
    assert record.fs == 100
    assert record.metadata.age == 41


def test_record_equals_what_wfdb_reads(catalogue: Catalogue):
    expected, fields = wfdb.rdsamp(str(catalogue.folder / FIRST))
    np.testing.assert_allclose(catalogue.record(1).signal, expected.T, atol=1e-6)
    assert fields["units"] == ["mV"] * 12


def test_signals_that_are_not_there_are_told(catalogue: Catalogue):
    assert catalogue.has_signal(1, 100)
    assert not catalogue.has_signal(1, 500)
    with pytest.raises(CatalogueError, match=r"00001_hr.* cannot be read"):
        catalogue.record(1, 500)


def test_unknown_record_is_named(catalogue: Catalogue):
    with pytest.raises(CatalogueError, match=r"no record 99; ecg_id runs from 1 to 60"):
        catalogue.record(99)


def test_other_rates_are_refused(catalogue: Catalogue):
    with pytest.raises(CatalogueError, match="not 250 Hz"):
        catalogue.record(1, 250)


def test_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(CatalogueError, match=r"nowhere: there is no such folder; set ECGNET_PTBXL"):
        Catalogue(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["ptbxl_database.csv", "scp_statements.csv"])
def test_missing_table_is_named(tiny_ptbxl: Path, name: str):
    (tiny_ptbxl / name).unlink()
    with pytest.raises(CatalogueError, match=f"{name} is missing"):
        Catalogue(tiny_ptbxl)


@pytest.mark.parametrize("name", ["ptbxl_database.csv", "scp_statements.csv"])
def test_empty_table_is_named(tiny_ptbxl: Path, name: str):
    (tiny_ptbxl / name).write_text("")
    with pytest.raises(CatalogueError, match=f"{name} cannot be read"):
        Catalogue(tiny_ptbxl)


@pytest.mark.parametrize(
    ("name", "column"), [("ptbxl_database.csv", "strat_fold"), ("scp_statements.csv", "diagnostic_class")]
)
def test_missing_column_is_named(tiny_ptbxl: Path, name: str, column: str):
    pd.read_csv(tiny_ptbxl / name, index_col=0).drop(columns=column).to_csv(tiny_ptbxl / name)
    with pytest.raises(CatalogueError, match=rf"{name} lacks the column {column}"):
        Catalogue(tiny_ptbxl)


@pytest.mark.parametrize("codes", ["{'NORM': 100.0", "", "7", "sinus rhythm"])
def test_damaged_codes_are_told(tiny_ptbxl: Path, codes: str):
    change(tiny_ptbxl, "scp_codes", codes)
    with pytest.raises(CatalogueError, match=r"ptbxl_database.csv: the column scp_codes is damaged"):
        Catalogue(tiny_ptbxl)


@pytest.mark.parametrize("column", ["patient_id", "age", "strat_fold"])
def test_words_among_numbers_are_told(tiny_ptbxl: Path, column: str):
    change(tiny_ptbxl, column, "many")
    with pytest.raises(CatalogueError, match=r"ptbxl_database.csv"):
        Catalogue(tiny_ptbxl)


def test_truncated_signal_is_named(catalogue: Catalogue):
    path = catalogue.folder / f"{FIRST}.dat"
    path.write_bytes(path.read_bytes()[:-24])
    with pytest.raises(CatalogueError, match=r"00001_lr.dat holds 11988 samples instead of 12000"):
        catalogue.record(1)


@pytest.mark.parametrize("content", [b"", b"00001_lr 8 100 1000\n", b"\xff\xfe\x00binary"])
def test_damaged_header_is_named(catalogue: Catalogue, content: bytes):
    (catalogue.folder / f"{FIRST}.hea").write_bytes(content)
    with pytest.raises(CatalogueError, match=r"00001_lr"):
        catalogue.record(1)


def test_path_outside_the_folder_is_refused(tiny_ptbxl: Path):
    change(tiny_ptbxl, "filename_lr", "../elsewhere/00001_lr")
    with pytest.raises(CatalogueError, match=r"points outside its folder for record 1"):
        Catalogue(tiny_ptbxl).record(1)


def test_folder_is_found_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECGNET_PTBXL", raising=False)
    assert find_ptbxl() is None
    (tmp_path / "data" / "ptbxl").mkdir(parents=True)
    assert find_ptbxl() == Path("data/ptbxl")
    monkeypatch.setenv("ECGNET_PTBXL", "elsewhere")
    assert find_ptbxl() == Path("elsewhere")


def test_real_superclass_counts(real: Catalogue):
    counts = dict(zip(SUPERCLASSES, real.superclass_matrix().sum(0).astype(int).tolist(), strict=True))
    assert counts == {"NORM": 9514, "MI": 5469, "STTC": 5235, "CD": 4898, "HYP": 2649}


def test_real_records_without_a_superclass(real: Catalogue):
    assert (real.table["superclasses"].map(len) == 0).sum() == 411


def test_real_folds(real: Catalogue):
    sizes = real.table["fold"].value_counts().sort_index()
    assert sizes.tolist() == [2175, 2181, 2192, 2174, 2174, 2173, 2176, 2173, 2183, 2198]


def test_real_patients_stay_in_one_fold(real: Catalogue):
    assert real.table.groupby("patient_id")["fold"].nunique().max() == 1


def test_real_record_equals_what_wfdb_reads(real: Catalogue):
    ecg_id = next((k for k in real.table.index if real.has_signal(k)), None)
    if ecg_id is None:
        pytest.skip("no record of PTB-XL at 100 Hz is here")
    expected, _ = wfdb.rdsamp(str(real.folder / real.table.loc[ecg_id, "filename_lr"]))
    np.testing.assert_allclose(real.record(ecg_id).signal, expected.T, rtol=1e-6, atol=1e-7)


def test_the_names_of_the_classes_do_not_wait_for_pandas():
    """The commands on files name the classes and open no table."""
    code = "import sys, ecgnet.ptbxl; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT).returncode == 0
