"""A short run of the fuzzer, and whether it would notice what it looks for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from benchmarks import fuzz_readers as fuzzer
from ecgnet.readers import Answer, _core
from tests.readers.writers import _delimited

SEEDS = fuzzer.seeds(None)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")


def test_every_writer_is_recognised():
    assert {"delimited", "hdf5", "matlab", "numpy_files", "wfdb_files", "dicom"} <= set(SEEDS)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_damaged_files_break_no_promise(name):
    row = fuzzer.fuzz(name, SEEDS[name], 25, seed=3)
    assert row.faults == []
    assert row.inputs == 25
    assert row.records + row.refusals >= 25  # every file is answered


def test_the_same_seed_makes_the_same_inputs():
    files = SEEDS["wfdb_files"]
    assert [fuzzer.made(files, 5, k) for k in range(20)] == [fuzzer.made(files, 5, k) for k in range(20)]
    assert fuzzer.made(files, 5, 0) != fuzzer.made(files, 6, 0)


SOUND = _delimited.write(fuzzer.synthetic(), 250)


class Broken:
    """A format whose reader does something it must not, at the first damaged file."""

    NAME = "broken"

    def __init__(self, deed: Callable[[], object]) -> None:
        self.deed = deed

    def sniff(self, data: bytes, name: str) -> bool:
        if data != SOUND:
            self.deed()
        return False


@pytest.mark.parametrize(
    ("deed", "noticed"),
    [
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: open("/etc/hostname").close(), "reached for /etc/hostname"),
    ],
)
def test_a_breach_is_noticed(monkeypatch, deed, noticed):
    assert any(noticed in fault for fault in with_broken(monkeypatch, deed).faults)


@pytest.mark.parametrize("deed", [lambda: os._exit(1), lambda: time.sleep(60)], ids=["dies", "hangs"])
def test_what_the_separate_process_answers_is_counted_and_no_fault(monkeypatch, deed):
    monkeypatch.setattr(
        fuzzer, "read_apart", lambda files, partial: [Answer("e.csv", error="It took too long.")]
    )
    row = with_broken(monkeypatch, deed)
    assert (row.stopped, row.faults) == (1, [])


def test_what_it_does_not_answer_is_a_fault(monkeypatch):
    monkeypatch.setattr(fuzzer, "read_apart", lambda files, partial: [])
    assert "the process died" in with_broken(monkeypatch, lambda: os._exit(1)).faults[0]


def with_broken(monkeypatch, deed: Callable[[], object]) -> fuzzer.Row:
    """One damaged file, met by the broken format first."""
    formats = _core.formats()
    monkeypatch.setattr(_core, "formats", lambda: (Broken(deed), *formats))
    monkeypatch.setattr(fuzzer, "SECONDS", 1.0)
    monkeypatch.setattr(fuzzer, "_GRACE", 1.0)
    return fuzzer.fuzz("broken", [{"e.csv": SOUND}], 1, seed=2)
