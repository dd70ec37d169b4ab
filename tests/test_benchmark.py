"""How fast ECGNet is, beside peers: the least of the rounds, as ratios, in one run."""

from __future__ import annotations

import json
import time

import pytest

from ecgnet.__main__ import main
from ecgnet.benchmark import SUBJECTS, as_text, benchmark
from ecgnet.benchmark.timing import Contest, contend


def test_ratios_are_to_the_peer_and_the_first_round_does_not_count() -> None:
    calls: list[str] = []

    def slow() -> None:
        time.sleep(0.3 if not calls else 0.03)
        calls.append("slow")

    times = contend(
        Contest("naps", "nap", "quick", {"quick": lambda: time.sleep(0.01), "slow": slow}), rounds=2
    )
    assert len(calls) == 3
    assert times["quick"].wall_ratio == 1
    assert times["slow"].wall_ratio == pytest.approx(times["slow"].wall_ms / times["quick"].wall_ms, abs=0.01)
    assert 1 < times["slow"].wall_ratio < 25  # not the 0.3 s of the first round
    assert times["slow"].cpu_ms < times["slow"].wall_ms  # who sleeps does not work


def test_what_is_slow_is_done_once() -> None:
    calls: list[int] = []
    contend(Contest("naps", "nap", "nap", {"nap": lambda: calls.append(1)}, slow=True), rounds=5)
    assert calls == [1]


def test_processor_time_counts_the_processes_that_were_started() -> None:
    import subprocess
    import sys

    def work() -> None:
        subprocess.run([sys.executable, "-c", "sum(range(10**6))"], check=True)

    assert contend(Contest("sums", "sum", "sum", {"sum": work}), rounds=1)["sum"].cpu_ms > 5


def test_the_prepared_store_is_read_sooner_than_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgnet.benchmark.files.RECORDS", 20)
    found = benchmark(("files",), rounds=2)
    one, every = found["subjects"]["files"]
    assert one["times"]["the prepared store"]["wall_ratio"] < 0.1 < one["times"]["wfdb.rdsamp"]["wall_ratio"]
    assert every["peer"] in every["times"]
    assert "wfdb.rdsamp" in as_text(found)


def test_the_command_prints_json_with_the_machine(capsys: pytest.CaptureFixture) -> None:
    assert main(["benchmark", "reading", "--rounds", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"processor", "cores", "threads", "torch", "commit"} <= set(found["machine"])
    assert found["subjects"]["reading"][0]["times"]["the default model's answer"]["wall_ratio"] == 1


@pytest.mark.parametrize("name", ["answers", "explaining"])
def test_the_peer_of_a_contest_is_one_of_its_entrants_and_runs(name: str) -> None:
    first = next(SUBJECTS[name]())
    first.entrants[first.peer]()


def test_an_unknown_subject_is_a_sentence(capsys: pytest.CaptureFixture) -> None:
    assert main(["benchmark", "speed"]) == 1
    assert f"There is no benchmark named speed; there are {', '.join(SUBJECTS)}." in capsys.readouterr().err
