"""Reading in a process of its own: the same answers, and a parser's fault costs its file alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ecgnet.readers import (
    Answer,
    Fence,
    ReadError,
    _apart,
    _process,
    fence,
    read_apart,
    read_paths_apart,
    read_together,
    stream_apart,
)
from tests.readers.faulty.faulty import file as fault
from tests.readers.writers import _delimited, _wfdb, numpy_files

CHECKOUT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")


def told(answer: Answer) -> tuple:
    return answer.file, answer.error, answer.format, answer.warnings, answer.question


def assert_same(apart: list[Answer], here: list[Answer]) -> None:
    assert [told(a) for a in apart] == [told(a) for a in here]
    for a, b in zip(apart, here, strict=True):
        if b.record is not None:
            np.testing.assert_array_equal(a.record.signal, b.record.signal)
            for key in ("fs", "id", "source", "metadata", "notes", "identity"):
                assert getattr(a.record, key) == getattr(b.record, key)


@pytest.fixture
def files(ecg, npz) -> dict[str, bytes]:
    return {
        "note.txt": b"nothing to see",
        **_wfdb.write(ecg, 250),
        "c.csv": _delimited.write(ecg, 250, age=41, sex="male"),
        "asks.npy": numpy_files.bare(ecg * 1000),
        "e.npz": npz,
        "empty.csv": b"",
    }


def test_uploads_are_answered_as_in_this_process(files):
    assert_same(read_apart(files), read_together(files))


def test_options_reach_the_process(files):
    options = {
        "fs": 250,
        "unit": "uV",
        "leads": ["I", "II", "III", "aVR", "aVL", "aVF", *(f"V{k}" for k in range(1, 7))],
    }
    (answer,) = read_apart({"asks.npy": files["asks.npy"]}, **options)
    assert answer.ok
    (answer,) = read_apart(
        {"part.npy": numpy_files.bare(np.ones((2, 300)))}, fs=250, unit="mV", leads=["I", "V1"], partial=True
    )
    assert answer.record.missing[:2] == ("II", "III")


def test_options_without_sense_are_refused_before_any_process():
    with pytest.raises(ReadError, match="The sampling rate given"):
        read_apart({}, fs=0)


def test_no_files_no_answers():
    assert read_apart({}) == read_paths_apart([]) == []


def test_gaps_come_back(ecg):
    gapped = np.array(ecg)
    gapped[3, 5:9] = np.nan
    (answer,) = read_apart({"g.npz": numpy_files.write(gapped, 250)}, partial=True)
    assert answer.record.gaps == {"aVR": 4}


def test_paths_and_folders(tmp_path, ecg, npz):
    for name, data in (_wfdb.write(ecg, 250) | {"e.npz": npz, "note.txt": b"no ECG"}).items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / ".hidden.csv").write_bytes(b"I,II\n")
    absent = tmp_path / "absent.hea"
    answers = read_paths_apart([tmp_path, absent])
    assert [(a.file, a.ok) for a in answers] == [
        (str(tmp_path / "e.npz"), True),
        (str(tmp_path / "ecg.hea"), True),
        (str(tmp_path / "note.txt"), False),
        (str(absent), False),
    ]
    assert "there is no such file" in answers[3].error
    (by_signal_file,) = read_paths_apart([tmp_path / "ecg.dat"])
    assert (by_signal_file.file, by_signal_file.ok) == (str(tmp_path / "ecg.dat"), True)


@posix
@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ("sleep", "took longer than 5 s"),
        ("spin", "took longer than 5 s"),
        ("eat", "more memory"),
        ("eat bit by bit", "memory"),
        ("segfault", "stopped the process"),
        ("abort", "stopped the process"),
        ("exit", "stopped the process"),
        ("leave", "stopped the process"),
        ("recurse", "could not be read"),
    ],
)
def test_a_fault_costs_its_file_and_no_other(faulty, npz, deed, sentence):
    answers = read_apart({"a.npz": npz, "bad.ecg": fault(deed), "z.npz": npz})
    assert [(a.file, a.ok) for a in answers] == [("a.npz", True), ("bad.ecg", False), ("z.npz", True)]
    assert answers[1].error.startswith("bad.ecg ")
    assert sentence in answers[1].error


@posix
@pytest.mark.parametrize("deed", ["read", "climb", "write", "connect", "run", "unpickle"])
def test_a_parser_stays_in_its_process(faulty, deed):
    (answer,) = read_apart({"bad.ecg": fault(deed)})
    assert "(PermissionError)" in answer.error
    assert not Path("/tmp/ecgnet-faulty").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's fences are Linux's")
def test_code_in_c_stays_in_its_process_too(faulty):
    held = fence()
    assert held is not None
    if not (held.landlock and held.seccomp):
        pytest.skip(f"this kernel has no such fence: {held}")
    there = Path("/tmp/ecgnet-faulty")
    there.write_text("kept", encoding="ascii")
    try:
        (answer,) = read_apart({"bad.ecg": fault("leave in C")})
        assert there.read_text(encoding="ascii") == "kept"
    finally:
        there.unlink()
    told = json.loads(answer.error)
    assert {what for what, came in told.items() if came == "done"} == {
        "limit itself",
        "limit itself by number",
    }
    assert set(told.values()) == {"done", "EACCES", "EPERM"}


def test_the_fence_is_told_in_words():
    assert "no Landlock and no seccomp" in Fence(0, False, memory=True).words
    assert "This system" not in Fence(7, True, memory=True).words


@posix
def test_a_parser_sees_as_good_as_nothing(faulty, monkeypatch):
    monkeypatch.setenv("ECGNET_SECRET", "x")
    (answer,) = read_apart({"bad.ecg": fault("tell")})
    world = json.loads(answer.error)
    assert world["folder"] == []
    assert not {"ECGNET_SECRET", "ECGNET_PTBXL", "USER", "PYTHONPATH"} & set(world["environment"])
    assert world["open"].count("socket") <= 1  # the conversation itself


@posix
def test_faults_within_an_archive_leave_its_other_records(faulty, npz, zipped):
    archive = zipped({"a.npz": npz, "b.ecg": fault("segfault"), "c.npz": npz, "d.ecg": fault("nothing")})
    answers = read_apart({"all.zip": archive, "z.npz": npz})
    assert [(a.file, a.ok) for a in answers] == [
        ("all.zip/a.npz", True),
        ("all.zip/b.ecg", False),
        ("all.zip/c.npz", True),
        ("all.zip/d.ecg", False),
        ("z.npz", True),
    ]


@posix
def test_an_archive_has_its_time_as_a_whole(monkeypatch, npz, zipped):
    monkeypatch.setattr(_apart, "FILE_SECONDS", -1.0)
    answers = read_apart({"all.zip": zipped({"a.npz": npz, "b.npz": npz}), "z.npz": npz})
    assert "give it in parts" in answers[0].error
    assert answers[0].file == "all.zip"


@posix
def test_many_visitors_at_once(faulty, npz):
    uploads = [{f"{k}.ecg": fault("segfault"), f"{k}.npz": npz} for k in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read_apart, uploads))
    assert [[(a.file, a.ok) for a in answers] for answers in found] == [
        [(f"{k}.ecg", False), (f"{k}.npz", True)] for k in range(8)
    ]


@posix
def test_no_temporary_files_stay(faulty, tmp_path, monkeypatch, npz, ecg):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read_apart({"bad.ecg": fault("segfault"), "e.npz": npz, **_wfdb.write(ecg, 250)})
    os.kill(_process._server._process.pid, signal.SIGKILL)
    read_apart({"bad.ecg": fault("sleep"), "e.npz": npz})
    _process.shut_down()
    monkeypatch.delattr(os, "fork")
    read_apart({"bad.ecg": fault("segfault"), "e.npz": npz})
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_server_that_was_killed_is_started_again(npz):
    assert read_apart({"a.npz": npz})[0].ok
    os.kill(_process._server._process.pid, signal.SIGKILL)
    _process._server._process.wait()
    assert read_apart({"a.npz": npz})[0].ok


def test_a_process_that_does_not_start_is_told(monkeypatch, npz):
    _process.shut_down()
    monkeypatch.setattr(_process, "_START", "raise SystemExit({0!r})")
    (answer,) = read_apart({"a.npz": npz})
    _process.shut_down()
    assert answer.error.startswith("a.npz could not be read")


@pytest.fixture
def without_fork(monkeypatch):
    monkeypatch.delattr(os, "fork", raising=False)


def test_where_nothing_forks_a_process_is_started_each_time(without_fork, files):
    assert_same(read_apart(files), read_together(files))


def test_where_nothing_forks_the_clock_holds(without_fork, faulty, monkeypatch, npz):
    monkeypatch.setattr(_apart, "_PATIENCE", 3.0)
    answers = read_apart({"bad.ecg": fault("sleep"), "a.npz": npz})
    assert "took longer" in answers[0].error


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_nothing_is_left_behind(npz):
    program = (
        "import sys, os, pathlib; from ecgnet.readers import _process, read_paths_apart; "
        "print(read_paths_apart([sys.argv[1]])[0].ok, _process._server._process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(CHECKOUT / "README.md")],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    ok, pid = done.stdout.split()
    assert ok == "False"
    assert wait_until(lambda: not Path(f"/proc/{pid}").exists())
    assert read_apart({"a.npz": npz})[0].ok
    assert wait_until(
        lambda: not any(t.name.startswith("Timer") for t in threading.enumerate() if t.is_alive())
    )


def test_a_stream_gives_the_same_answers_a_few_at_a_time(files):
    wanted = {(answer.file, answer.error) for answer in read_apart(files, fs=250)}
    streamed = list(stream_apart(files, at_once=1, fs=250))
    assert {(answer.file, answer.error) for _, answer in streamed} == wanted and len(streamed) == len(wanted)
    assert all(answer.file.startswith(given) for given, answer in streamed)


def test_a_stream_reads_no_further_than_it_is_asked(files):
    loaded: list[str] = []

    class Watched(dict):
        def __getitem__(self, name: str) -> bytes:
            loaded.append(name)
            return super().__getitem__(name)

    given, answer = next(stream_apart(Watched({f"{k}.txt": b"no ECG" for k in range(9)}), at_once=2))
    assert (given, answer.no_ecg) == ("0.txt", True)
    assert len(loaded) <= 4


@posix
@pytest.mark.parametrize("deeds", [("segfault", "nothing", "tell"), ("nothing", "segfault", "tell")])
def test_a_crash_in_a_batch_costs_one_ecg(faulty, deeds):
    answers = read_apart({"many.ecg": fault(*deeds)})
    assert [answer.file for answer in answers] == [f"many.ecg#{deed}" for deed in deeds]
    assert [answer.file for answer in answers if answer.stopped == "crash"] == ["many.ecg#segfault"]


@posix
def test_what_ended_a_process_is_told_as_a_value(faulty):
    answers = read_apart({"bad.ecg": fault("segfault"), "note.txt": b"nothing"})
    assert {answer.file: answer.stopped for answer in answers} == {"bad.ecg": "crash", "note.txt": None}
