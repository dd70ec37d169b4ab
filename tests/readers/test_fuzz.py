"""A short run of the fuzzer, and whether it would notice what it looks for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from benchmarks import fuzz_readers as fuzzer
from ecgnet.readers import _core
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
        (lambda: os._exit(1), "the process died"),
        (lambda: time.sleep(60), "took longer"),
    ],
)
def test_a_breach_is_noticed(monkeypatch, deed, noticed):
    formats = _core.formats()
    monkeypatch.setattr(_core, "formats", lambda: (Broken(deed), *formats))
    monkeypatch.setattr(fuzzer, "SECONDS", 1.0)
    monkeypatch.setattr(fuzzer, "_GRACE", 1.0)
    row = fuzzer.fuzz("broken", [{"e.csv": SOUND}], 1, seed=2)
    assert any(noticed in fault for fault in row.faults)
