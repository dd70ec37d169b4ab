"""`ecgnet validate` and `ecgnet adapt` from the shell, on a folder of two ECGs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecgnet.__main__ import main
from ecgnet.validation.result import FORMAT
from tests.archive.conftest import MODEL, needs_weights, write_csv

__all__ = ["needs_weights"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_csv(tmp_path / "ecgs/0.csv", 0, "imi")
    write_csv(tmp_path / "ecgs/1.csv", 1)
    (tmp_path / "labels.csv").write_text("file,NORM,MI,STTC,CD,HYP\n0,0,1,0,0,0\n1,1,0,0,0,0\n")
    return tmp_path


def test_a_folder_is_validated_and_the_report_is_kept(folder: Path, capsys: pytest.CaptureFixture):
    out = folder / "report"
    words = ["validate", folder / "ecgs", "--labels", folder / "labels.csv", "--out", out, "--json"]
    assert main([*map(str, words), "--model", MODEL, "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["format"] == FORMAT and told["flow"]["used"] == 2
    assert "2 labelled ECGs are too few" in (out / "validation.txt").read_text()
    assert (out / "validation.pdf").read_bytes().startswith(b"%PDF-")


def test_too_few_ecgs_write_no_profile(folder: Path, capsys: pytest.CaptureFixture):
    words = [
        "adapt",
        folder / "ecgs",
        "--labels",
        folder / "labels.csv",
        "--site",
        "A",
        "--profile",
        folder / "p.json",
    ]
    assert main([*map(str, words), "--model", MODEL, "--workers", "1"]) == 1
    assert "No profile is made. 2 labelled ECGs are too few" in capsys.readouterr().err
    assert not (folder / "p.json").exists()


def test_labels_that_are_not_there_are_told_before_any_ecg_is_read(
    folder: Path, capsys: pytest.CaptureFixture
):
    assert main(["validate", str(folder / "ecgs"), "--labels", str(folder / "none.csv")]) == 1
    assert "none.csv: the labels cannot be read" in capsys.readouterr().err


def test_carts_that_printed_nothing_label_nothing(folder: Path, capsys: pytest.CaptureFixture):
    words = ["validate", folder / "ecgs", "--labels", "cart", "--model", MODEL, "--workers", "1"]
    assert main([*map(str, words)]) == 1
    assert "No ECG has both an answer and a label" in capsys.readouterr().err
