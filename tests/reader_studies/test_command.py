"""`ecgnet reader-study`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecgnet.__main__ import main
from ecgnet.demo import draw
from ecgnet.overread.database import Database
from ecgnet.reader_studies import files, journal, making
from ecgnet.reader_studies.study import from_json
from ecgnet.record import Record
from tests.reader_studies.conftest import given, read_all, small_study
from tests.readers.writers import dicom
from tests.readers_journal import ADA, BOB

STUDY = small_study(10)


@pytest.fixture(scope="module")
def journal_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A journal with a study that two readers have finished."""
    pytest.importorskip("sqlalchemy")
    store = Database(path := str(tmp_path_factory.mktemp("journal") / "readers.db"))
    journal.define(store, STUDY, reader=ADA)
    read_all(store, STUDY, ADA, wrong={"alone": {2, 7}, "aided": {2}})
    read_all(store, STUDY, BOB, wrong={"alone": {4}})
    store.close()
    return path


@pytest.fixture(autouse=True)
def finished(journal_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECGNET_DB", journal_path)
    monkeypatch.setenv("ECGNET_READER", "Keeper")


def test_results_in_words_and_as_json(capsys: pytest.CaptureFixture[str]):
    assert main(["reader-study", "results", "small"]) == 0
    said = capsys.readouterr()
    assert "2 readers finished 10 cases, 2 with a wrong answer planted." in said.out
    assert said.out.count("Research use only") == 2
    assert "2 readers have finished, 0 have begun." in said.err
    assert main(["reader-study", "results", "small", "--json", "--covariance", "DeLong"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["covariance"] == "DeLong"
    assert found["multi_reader"]["MI"]["df1"] == 1


@pytest.mark.parametrize("kind", ["csv", "json", "imrmc"])
def test_exports_are_read_back(kind: str, tmp_path: Path):
    out = tmp_path / f"reads.{kind}"
    assert main(["reader-study", "export", "small", "--out", str(out), "--label", "CD"]) == 0
    text = out.read_text("utf-8")
    if kind == "csv":
        assert len(files.from_csv(text)) == 40
    elif kind == "json":
        assert from_json(json.loads(text)["study"]) == STUDY
    else:
        assert files.from_imrmc(text).scores.shape == (2, 2, 10)


def test_what_is_wrong_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    assert main(["reader-study", "results", "other"]) == 1
    assert "no study other; there are: small" in capsys.readouterr().err
    assert main(["reader-study", "export", "small", "--out", "reads.xlsx"]) == 1
    assert ".csv, .json, .imrmc" in capsys.readouterr().err
    monkeypatch.delenv("ECGNET_DB")
    assert main(["reader-study", "results", "small"]) == 1
    assert "ECGNET_DB names its database" in capsys.readouterr().err


def test_a_study_is_made_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def ask_default() -> making.Ask:
        def ask(record: Record):
            return record, given("MI")

        return ask

    monkeypatch.setattr(making, "ask_default", ask_default)
    ecg, labels, out = tmp_path / "ecg.dcm", tmp_path / "labels.csv", tmp_path / "study.json"
    ecg.write_bytes(dicom.write(draw("imi", 1).signal, 500))
    labels.write_text("file,superclasses\necg.dcm,MI\n")
    made = [
        "reader-study",
        "new",
        "files",
        str(ecg),
        "--labels",
        str(labels),
        "--planted",
        "1",
        "--out",
        str(out),
    ]
    assert main(made) == 0
    assert "1 cases, ECGNet right on 1, a wrong answer planted on 1" in capsys.readouterr().out
    assert from_json(json.loads(out.read_text())).cases[0].where == str(ecg)
    assert main(made) == 1
    assert "a study files already" in capsys.readouterr().err
