"""`ecgnet readers`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ecgnet.__main__ import main
from ecgnet.demo import draw
from ecgnet.overread import audit
from ecgnet.overread.database import Database, DatabaseError
from ecgnet.readers import read
from tests.readers.writers import dicom
from tests.readers_journal import ADA


@pytest.fixture
def ecg(store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of an ECG that somebody has opened, and another's that was opened too."""
    monkeypatch.setenv("ECGNET_DB", str(store.url.database))
    monkeypatch.setenv("ECGNET_READER", "Keeper")
    path = tmp_path / "ecg.dcm"
    path.write_bytes(dicom.write(draw("imi", 1).signal, 500))
    for record in (read(path), draw("imi", 2)):
        audit.opened(store, record, reader=ADA, origin="Upload")
    return path


def exported(capsys: pytest.CaptureFixture, *arguments: str) -> list[dict]:
    capsys.readouterr()
    assert main(["readers", "export", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_journal_is_verified_and_its_head_told(ecg: Path, capsys: pytest.CaptureFixture):
    assert main(["readers", "verify"]) == 0
    said = capsys.readouterr().out
    head = said.split("hash is ")[1][:64]
    assert said.startswith("2 entries")
    assert main(["readers", "verify", "--holds", head]) == 0
    assert main(["readers", "verify", "--holds", "0" * 64]) == 1


def test_a_broken_journal_is_a_sentence_and_a_code(store: Database, ecg: Path, capsys: pytest.CaptureFixture):
    with sqlite3.connect(str(store.url.database)) as file:
        file.execute("DROP TRIGGER entries_stay")
        file.execute("UPDATE entries SET reader_name = 'x' WHERE id = 1")
    file.close()
    assert main(["readers", "verify"]) == 1
    assert "broken at entry 1" in capsys.readouterr().err


def test_who_has_the_ecg_finds_who_opened_it(ecg: Path, capsys: pytest.CaptureFixture):
    assert len(exported(capsys)) == 2
    (row,) = exported(capsys, str(ecg))
    assert (row["name"], row["kind"], row["content"]) == ("Ada Löwe", "opened", {"origin": "Upload"})


def test_a_patients_entries_are_erased_with_a_reason(ecg: Path, capsys: pytest.CaptureFixture):
    assert main(["readers", "erase", str(ecg)]) == 1
    assert main(["readers", "erase", str(ecg), "--why", "asked for"]) == 0
    first, second, said = exported(capsys)
    assert (first["content"], second["content"]) == (None, {"origin": "Upload"})
    assert (said["name"], said["content"]["why"]) == ("Keeper", "asked for")
    assert main(["readers", "verify"]) == 0


def test_without_a_database_there_is_no_journal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.delenv("ECGNET_DB", raising=False)
    assert main(["readers", "verify"]) == 1
    assert "ECGNET_DB names its database" in capsys.readouterr().err


def test_without_its_packages_the_rest_of_ecgnet_stands(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "sqlalchemy", None)
    with pytest.raises(DatabaseError, match=r"ecgnet\[hospital\]"):
        Database("/nowhere/readers.db")
