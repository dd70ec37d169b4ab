"""The commands, their answers on standard output and their exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgnet import weights
from ecgnet.__main__ import main
from ecgnet.demo import draw
from ecgnet.leads import INDEPENDENT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.readers._leads import twelve_leads
from ecgnet.record import LEADS
from tests.readers.writers import dicom, edf, json_files, muse_xml, numpy_files

needs_weights = pytest.mark.skipif(
    "waveform_cnn" not in weights.available(), reason="weights/waveform_cnn.json is not there"
)
CHECKOUT = Path(__file__).resolve().parents[1]


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]):
    """Run a command with --json: → exit code and what stands on standard output."""

    def run(*arguments: object) -> tuple[int, Any]:
        code = main([*map(str, arguments), "--json"])
        return code, json.loads(capsys.readouterr().out, parse_constant=refuse)

    return run


@pytest.fixture
def header(tiny_ptbxl: Path) -> Path:
    return tiny_ptbxl / "records100/00000/00001_lr.hea"


def test_info_says_what_is_in_a_file(answer, header: Path):
    code, (row,) = answer("info", header)
    assert code == 0
    assert list(row) == [
        "file", "ok", "error", "warnings", "format", "fs", "leads", "n_samples", "duration_s", "first", "recorder"
    ]  # fmt: skip
    assert (row["file"], row["ok"], row["error"]) == (str(header), True, None)
    assert (row["fs"], row["n_samples"], row["duration_s"]) == (100, 1000, 10)
    assert row["leads"] == list(LEADS)


def test_info_shows_the_first_samples_in_millivolts(answer, header: Path):
    _, (row,) = answer("info", header, "--samples", 3)
    written = np.fromfile(header.with_suffix(".dat"), "<i2").reshape(1000, 12)
    assert list(row["first"]) == list(LEADS)
    for lead, values in zip(LEADS, written[:3].T, strict=True):
        assert row["first"][lead] == pytest.approx(values / 1000)


def test_info_shows_no_samples_unasked(answer, header: Path):
    _, (row,) = answer("info", header)
    assert set(map(len, row["first"].values())) == {0}


def test_info_tells_what_the_recorder_stated_and_names_no_one(answer, tmp_path: Path):
    file = tmp_path / "ecg.xml"
    diagnosis = "<Diagnosis><DiagnosisStatement><StmtText>洞調律</StmtText></DiagnosisStatement></Diagnosis>"
    file.write_bytes(
        muse_xml.write(np.full((12, 500), 0.3), 250, name="Miller", patient_id="4711", stated=diagnosis)
    )
    _, (row,) = answer("info", file)
    assert row["recorder"]["statements"] == ["洞調律"]
    assert row["recorder"]["recorded_at"] == "2024-03-25"
    assert "Miller" not in str(row) and "4711" not in str(row)


def test_one_bad_file_does_not_keep_the_others_from_being_answered(answer, header: Path, tmp_path: Path):
    bad = tmp_path / "notes.txt"
    bad.write_text("this is no ECG")
    code, rows = answer("info", bad, header, tmp_path / "nowhere.csv")
    assert code == 1
    assert [row["ok"] for row in rows] == [False, True, False]
    assert "notes.txt" in rows[0]["error"]
    assert "there is no such file" in rows[2]["error"]
    assert rows[0]["fs"] is rows[0]["leads"] is None


def csv_of(folder: Path, name: str, scale: float = 1.0, top: str = "") -> Path:
    """A table of 12 named leads, 10 s at 100 Hz, that leaves out its rate."""
    t = np.arange(1000) / 100
    beat = scale * np.exp(-((((t % 0.8) - 0.4) / 0.03) ** 2))
    rows = "\n".join(
        ",".join(f"{v * k:.6f}" for k in (1, 2, 1, -1.5, 0, 1.5, 1, 1, 1, 1, 1, 1)) for v in beat
    )
    path = folder / name
    path.write_text(f"{top}{','.join(LEADS)}\n{rows}\n")
    return path


def test_what_a_file_leaves_out_is_asked_with_the_option_that_answers(answer, tmp_path: Path):
    path = csv_of(tmp_path, "ecg.csv")
    code, (row,) = answer("info", path)
    assert (code, row["ok"], row["fs"]) == (1, False, None)
    assert row["error"].startswith(
        "ecg.csv states no sampling rate: it has to be told. Its 1000 samples would last 10 s at 100 Hz"
    )
    assert row["error"].endswith(" Say it with --fs HZ.")
    code, (row,) = answer("info", path, "--fs", 100)
    assert (code, row["ok"], row["fs"]) == (0, True, 100)


def test_all_that_is_left_out_is_asked_at_once(answer, tmp_path: Path):
    signal = np.round(1000 * np.loadtxt(csv_of(tmp_path, "x.csv"), delimiter=",", skiprows=1)).astype(
        np.int16
    )
    np.save(tmp_path / "ecg.npy", signal)
    _, (row,) = answer("info", tmp_path / "ecg.npy")
    assert row["error"].endswith(f" Say it with --fs HZ --unit uV --leads {','.join(LEADS)}.")
    options = ["--fs", 100, "--unit", "uV", "--leads", ", ".join(LEADS), "--samples", 41]
    code, (row,) = answer("info", tmp_path / "ecg.npy", *options)
    assert code == 0
    assert max(row["first"]["II"]) == pytest.approx(2, abs=0.01)
    assert "The columns were named by hand." in row["warnings"]


def test_a_folder_is_answered_file_by_file(answer, tmp_path: Path):
    (tmp_path / "b").mkdir()
    csv_of(tmp_path / "b", "ecg.csv", top="# fs: 100\n# unit: mV\n")
    (tmp_path / "b" / "broken.csv").write_text("I,II\n1,2\n1\n")
    code, rows = answer("info", tmp_path)
    assert code == 1
    assert [(row["file"], row["ok"]) for row in rows] == [
        (str(tmp_path / "b" / "broken.csv"), False),
        (str(tmp_path / "b" / "ecg.csv"), True),
    ]


def test_what_is_no_ecg_in_a_folder_is_counted_in_one_line(answer, tmp_path: Path, capsys):
    csv_of(tmp_path, "ecg.csv", top="# fs: 100\n# unit: mV\n")
    for name, text in {
        "LICENSE.txt": "You may use it.",
        "RECORDS": "records100/00000/00001_lr\n",
        "catalogue.csv": "ecg_id,patient_id,age,sex\n1,2,56,1\n2,3,45,0\n",
        "SHA256SUMS.txt": "ab12  a.dat\ncd34  b.dat\n",
    }.items():
        (tmp_path / name).write_text(text)
    code = main(["info", str(tmp_path)])
    said = capsys.readouterr()
    assert code == 0
    assert (
        "4 files in folders are no ECG, passed over: LICENSE.txt, RECORDS, SHA256SUMS.txt, catalogue.csv"
        in said.err
    )
    code, (row,) = answer("info", tmp_path / "LICENSE.txt")  # named by hand, it is told
    assert (code, row["ok"]) == (1, False)


def test_a_folder_of_220_mixed_files_is_answered_in_one_run_with_a_summary(tmp_path: Path, capsys):
    t = np.arange(250) / 100
    signal = np.stack([np.sin(2 * np.pi * (1 + k / 50) * t) for k in range(8)])
    signal = twelve_leads([*zip(INDEPENDENT, signal, strict=True)], "drawn")[0]
    kinds = [
        numpy_files.write(signal, 100),
        edf.write(signal, 100),
        muse_xml.write(signal, 100),
        json_files.write(signal, 100),
    ]
    for k in range(180):
        (tmp_path / f"ecg{k:03}").write_bytes(kinds[k % len(kinds)])
    for k in range(10):
        (tmp_path / f"cut{k}").write_bytes(kinds[k % 3][:900])
    for k in range(30):
        (tmp_path / f"note{k:02}").write_bytes([b"You may use it.", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"][k % 3])
    assert main(["info", str(tmp_path)]) == 1  # of those that are cut short
    said = capsys.readouterr()
    assert len(re.findall(r"^\S+/ecg\d", said.out, re.MULTILINE)) == 180
    assert "ecgnet: 180 ECGs read, 10 not, 30 passed over" in said.err
    assert len(re.findall(r"^ecgnet: \S+/cut\d", said.err, re.MULTILINE)) == 10


def test_a_zip_is_answered_record_by_record(answer, header: Path, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for part in (header, header.with_suffix(".dat")):
            archive.write(part, f"rec/{part.name}")
    code, (row,) = answer("info", tmp_path / "all.zip")
    assert (code, row["file"], row["fs"]) == (0, f"{tmp_path}/all.zip/rec/{header.name}", 100)


def test_what_looks_implausible_is_a_warning(answer, tmp_path: Path):
    _, (row,) = answer("info", csv_of(tmp_path, "x.csv", 40, "# fs: 100\n# unit: mV\n"))
    assert any("too much: check the unit" in warning for warning in row["warnings"])


def test_info_says_when_asked_what_fences_the_files(header: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["info", "--verbose", str(header)]) == 0
    assert "a process of their own: " in capsys.readouterr().err


def test_info_for_people(header: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["info", str(header)]) == 0
    assert "100 Hz, 10 s, 12 leads" in capsys.readouterr().out


@needs_weights
def test_read_gives_the_whole_reading(answer, header: Path):
    code, (row,) = answer("read", header, "--age", 70, "--sex", "male")
    assert code == 0
    assert {
        "file",
        "ok",
        "error",
        "warnings",
        "window",
        "measurements",
        "rhythm",
        "classes",
        "statements",
    } <= set(row)
    assert {"critical", "leads", "recorder", "reading", "conclusion"} <= set(row)
    assert row["window"] == [0, 10]
    assert set(row["measurements"]) == {
        "heart_rate", "pr", "qrs", "qt", "qtc_bazett", "qtc_fridericia", "axis"
    }  # fmt: skip
    assert {"value", "unit", "low", "high", "flag", "reason"} <= set(row["measurements"]["qrs"])
    assert set(row["classes"]) == set(SUPERCLASSES)
    assert {c["state"] for c in row["classes"].values()} <= {"present", "possible", "open", "absent"}
    assert set(row["leads"]["V2"]) >= {"p", "q", "r", "s", "j", "j60", "t"}
    assert {line["source"] for line in row["reading"]} <= {
        "measured", "criterion", "network", "recorder", "conclusion"
    }  # fmt: skip


@needs_weights
def test_predict_and_read_give_the_same_states(answer, header: Path):
    _, (read,) = answer("read", header)
    _, (predicted,) = answer("predict", header, "--model", "late_fusion")
    states = {label: found["state"] for label, found in read["classes"].items()}
    assert predicted["predictions"][0]["state"] == states


@needs_weights
def test_predict_and_read_tell_of_the_same_seconds_of_a_long_recording(answer, tmp_path: Path):
    """Its middle is noise, so that both read another part, and say which."""
    t = np.arange(6000) / 100
    wave = np.exp(-((((t % 0.8) - 0.4) / 0.02) ** 2))
    signal = np.outer(wave, (1, 2, 1, -1.5, 0, 1.5, 1, 1, 1, 1, 1, 1))
    signal[2200:3800] = np.random.default_rng(0).normal(0, 0.5, (1600, 12))
    path = tmp_path / "long.csv"
    np.savetxt(path, signal, "%.4f", ",", header=f"# fs: 100\n# unit: mV\n{','.join(LEADS)}", comments="")
    _, (read,) = answer("read", path)
    _, (predicted,) = answer("predict", path, "--model", "late_fusion")
    assert read["readable"]
    assert read["window"] != [25, 35]
    assert any("were read" in warning for warning in read["warnings"])
    assert predicted["warnings"] == read["warnings"]
    (answered,) = predicted["predictions"]
    assert answered["probabilities"] == {label: c["probability"] for label, c in read["classes"].items()}


CONTRACT = (
    *("file", "ok", "error", "warnings", "window", "readable", "reason", "measurements", "rhythm", "classes"),
    *("statements", "critical", "leads", "recorder", "reading", "conclusion", "model", "weights", "notice"),
)


@needs_weights
def test_read_has_the_same_keys_for_a_file_that_cannot_be_read(answer, header: Path, tmp_path: Path):
    code, (bad, good) = answer("read", tmp_path / "nowhere.hea", header)
    assert code == 1
    assert tuple(bad) == tuple(good) == CONTRACT
    assert bad["error"] and bad["window"] is bad["conclusion"] is None


def heart(*, leads: int = 12, seconds: float = 10) -> np.ndarray:
    """(T, 12) mV at 100 Hz: a beat each 0.8 s in so many leads, nothing recorded in the others."""
    t = np.arange(round(100 * seconds)) / 100
    wave = np.exp(-((((t % 0.8) - 0.4) / 0.02) ** 2))
    signal = np.outer(wave, (1, 2, 1, -1.5, 0.1, 1.5, 1, 1, 1, 1, 1, 1))
    signal[:, leads:] = np.nan
    return signal


UNREADABLE = {
    "no beat": 0.01 * np.random.default_rng(1).standard_normal((1000, 12)),
    "asystole": np.zeros((1000, 12)),
    "noise": np.random.default_rng(0).normal(0, 0.3, (1000, 12)),
    "1 s": heart(seconds=1),
    "one lead": heart(leads=1),
}


@needs_weights
@pytest.mark.parametrize("kind", UNREADABLE)
def test_read_says_what_it_can_and_why_not_the_rest(answer, tmp_path: Path, kind: str):
    np.save(tmp_path / "ecg.npy", UNREADABLE[kind].astype(np.float32))
    code, (row,) = answer(
        "read", tmp_path / "ecg.npy", "--fs", 100, "--unit", "mV", "--leads", ",".join(LEADS)
    )
    assert (code, row["ok"], row["error"]) == (0, True, None)
    assert row["classes"] == {}
    assert row["reason"] or any("not judged" in warning for warning in row["warnings"])
    missing = [m for m in row["measurements"].values() if m["value"] is None]
    assert missing and all(m["reason"] for m in missing)
    assert row["conclusion"]["grade"] in ("not diagnostic", "borderline", "abnormal")


@needs_weights
def test_a_child_has_no_limits(answer, tmp_path: Path):
    np.save(tmp_path / "ecg.npy", heart().astype(np.float32))
    options = ("--fs", 100, "--unit", "mV", "--leads", ",".join(LEADS), "--model", "waveform_cnn")
    _, (row,) = answer("read", tmp_path / "ecg.npy", *options, "--age", 7)
    rate = row["measurements"]["heart_rate"]
    assert (rate["low"], rate["high"], rate["note"]) == (None, None, "no limits for this age")
    _, (row,) = answer("read", tmp_path / "ecg.npy", *options, "--age", 50)
    assert "sex not known" in row["measurements"]["qtc_fridericia"]["note"]


@needs_weights
def test_what_a_recorder_states_in_japanese_is_told_as_it_stands(answer, tmp_path: Path):
    file = tmp_path / "ecg.xml"
    diagnosis = "<Diagnosis><DiagnosisStatement><StmtText>洞調律</StmtText></DiagnosisStatement></Diagnosis>"
    file.write_bytes(muse_xml.write(heart().T, 100, stated=diagnosis))
    _, (row,) = answer("read", file, "--model", "waveform_cnn")
    assert row["recorder"]["statements"] == ["洞調律"]
    assert ("recorder", "洞調律") in [(line["topic"], line["text"]) for line in row["reading"]]


@needs_weights
def test_read_in_words_ends_with_the_notice(header: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["read", str(header), "--text"]) == 0
    said = capsys.readouterr().out
    assert "Rhythm:" in said
    assert "Research use only, not a diagnosis." in said


@needs_weights
def test_predict_answers_with_probabilities(answer, header: Path):
    code, (row,) = answer("predict", header, "--model", "waveform_cnn", "--age", 70, "--sex", "male")
    assert code == 0
    assert list(row) == [
        "file", "ok", "error", "warnings", "judged", "reason", "electrodes", "predictions"
    ]  # fmt: skip
    assert (row["judged"], row["reason"]) == (True, None)
    (prediction,) = row["predictions"]
    assert list(prediction) == ["model", "probabilities", "milliseconds", "device", "trust", "state"]
    assert prediction["model"] == "waveform_cnn"
    assert tuple(prediction["probabilities"]) == SUPERCLASSES
    assert all(0 < p < 1 for p in prediction["probabilities"].values())


@needs_weights
def test_predict_answers_beside_a_bad_file(answer, header: Path, tmp_path: Path):
    code, rows = answer("predict", tmp_path / "nowhere.hea", header, "--model", "waveform_cnn")
    assert code == 1
    assert [row["ok"] for row in rows] == [False, True]
    assert [len(row["predictions"]) for row in rows] == [0, 1]


@needs_weights
def test_noise_is_judged_only_anyway_and_with_the_reason(answer, tmp_path: Path):
    path = tmp_path / "noise.csv"
    rows = np.random.default_rng(0).normal(0, 0.3, (1000, 12)).round(4)
    np.savetxt(path, rows, "%.4f", ",", header=f"# fs: 100\n# unit: mV\n{','.join(LEADS)}", comments="")
    _, (row,) = answer("predict", path, "--model", "waveform_cnn")
    assert (row["ok"], row["judged"], row["predictions"]) == (True, False, [])
    assert "No QRS complexes" in row["reason"]
    _, (row,) = answer("predict", path, "--model", "waveform_cnn", "--anyway")
    assert row["judged"]
    assert len(row["predictions"]) == 1
    assert f"Not to be relied on: {row['reason']}" in row["warnings"]


def test_predict_without_any_weights_fails(
    header: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weights, "available", lambda: ())
    assert main(["predict", str(header)]) == 1
    assert "weights" in capsys.readouterr().err


@needs_weights
def test_predict_for_people_says_that_it_is_no_diagnosis(header: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(header), "--model", "waveform_cnn"]) == 0
    assert "not a diagnosis" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["info"],
        ["predict"],
        ["predict", "ecg.hea", "--model", "resnet"],
        ["predict", "ecg.hea", "--age", "200"],
        ["predict", "ecg.hea", "--age", "old"],
        ["predict", "ecg.hea", "--age", "nan"],
        ["predict", "ecg.hea", "--sex", "unknown"],
        ["info", "ecg.hea", "--samples", "-1"],
        ["evaluate", "--fold", "11"],
        ["evaluate", "--model", "resnet"],
        ["train", "waveform_cnn", "--fraction", "0"],
        ["train", "waveform_cnn", "--epochs", "0"],
        ["weights", "polish"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECGNET_PTBXL", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_training_an_unknown_model_is_wrong_usage(capsys: pytest.CaptureFixture[str]):
    assert main(["train", "resnet"]) == 2
    assert "no model is named resnet" in capsys.readouterr().err


@needs_weights
def test_evaluate_measures_a_fold(answer, tiny_ptbxl: Path):
    code, result = answer("evaluate", "--ptbxl", tiny_ptbxl, "--model", "waveform_cnn")
    assert code == 0
    assert (result["fold"], result["records"], result["left_out"], result["missing"]) == (10, 6, 0, 0)
    assert list(result["models"]) == ["waveform_cnn"]
    assert 0 <= result["models"]["waveform_cnn"]["macro_auc"] <= 1


@needs_weights
def test_evaluate_counts_what_it_leaves_out(answer, tiny_ptbxl: Path):
    (tiny_ptbxl / "records100/00000/00009_lr.dat").unlink()
    _, result = answer("evaluate", "--ptbxl", tiny_ptbxl, "--model", "waveform_cnn", "--fold", 9)
    assert (result["records"], result["left_out"], result["missing"]) == (4, 1, 1)


@needs_weights
def test_evaluate_answers_in_json_when_a_class_is_absent(answer, tiny_ptbxl: Path):
    for k in (10, 20):  # the hypertrophies of fold 10
        (tiny_ptbxl / f"records100/00000/{k:05d}_lr.dat").unlink()
    code, result = answer("evaluate", "--ptbxl", tiny_ptbxl, "--model", "waveform_cnn")
    assert code == 0
    assert result["models"]["waveform_cnn"]["auc"]["HYP"] is None


def test_prepare_says_what_it_did(tiny_ptbxl: Path, capsys: pytest.CaptureFixture[str]):
    (tiny_ptbxl / "records100/00000/00009_lr.dat").unlink()
    assert main(["prepare", "--no-predictions", "--ptbxl", str(tiny_ptbxl)]) == 0
    assert "59 records in" in (out := capsys.readouterr().out)
    assert "1 missing" in out


@pytest.mark.parametrize("command", [["prepare"], ["evaluate"], ["train", "waveform_cnn"]], ids=" ".join)
def test_missing_data_set_is_told(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECGNET_PTBXL", raising=False)
    assert main(command) == 1
    assert "PTB-XL was not found" in capsys.readouterr().err
    assert main([*command, "--ptbxl", "nowhere"]) == 1
    assert "nowhere: there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["prepare"], ["evaluate", "--model", "waveform_cnn"]], ids=" ".join)
def test_folder_that_cannot_be_written_is_told(
    command: list[str],
    tiny_ptbxl: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    (tmp_path / "cache").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("ecgnet.store.os.access", lambda path, mode: False)
    assert main([*command, "--ptbxl", str(tiny_ptbxl)]) == 1
    assert capsys.readouterr().err.startswith("ecgnet: ")


def test_help_in_a_fresh_process():
    command = [sys.executable, "-m", "ecgnet", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 0
    for name in ("info", "predict", "evaluate", "train", "prepare", "weights", "run"):
        assert name in done.stdout


def test_failure_in_a_fresh_process_shows_no_traceback(tmp_path: Path):
    command = [sys.executable, "-m", "ecgnet", "prepare", "--ptbxl", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("ecgnet: ")
    assert "Traceback" not in done.stderr


@needs_weights
def test_export_writes_a_fhir_transaction_for_each_file(answer, header: Path, tmp_path: Path):
    out = tmp_path / "out"
    code, (row,) = answer("export", header, "--fhir", "--model", "waveform_cnn", "--out", out)
    assert (code, row["fhir"], row["sent"]) == (0, str(out / "00001_lr.fhir.json"), None)
    assert json.loads(Path(row["fhir"]).read_text())["type"] == "transaction"


def test_export_names_the_setting_that_sending_needs(header: Path, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.delenv("ECGNET_FHIR", raising=False)
    assert main(["export", str(header), "--fhir", "--send", "--out", str(tmp_path)]) == 1
    assert "address is in ECGNET_FHIR" in capsys.readouterr().err


@needs_weights
def test_export_makes_dicom_results_of_what_came_as_dicom(answer, header: Path, tmp_path: Path):
    ecg, out = tmp_path / "ecg.dcm", tmp_path / "out"
    ecg.write_bytes(dicom.write(draw("imi", 1).signal, 500, study="1.2.3"))
    code, (first, second) = answer("export", ecg, header, "--dicom", "--model", "waveform_cnn", "--out", out)
    assert code == 0
    assert first["dicom"] == [str(out / "ecg.sr.dcm"), str(out / "ecg.pdf.dcm")]
    assert second["dicom"] == [] and "did not come as DICOM" in second["warnings"][-1]
