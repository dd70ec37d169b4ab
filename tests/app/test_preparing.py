"""The background process that lets the models answer for a whole data set: begun once, stopped, failed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from ecgnet.ui.browse import preparing
from ecgnet.ui.browse.preparing import Preparation


def standing_in(monkeypatch: pytest.MonkeyPatch, script: str) -> Preparation:
    """A preparation that runs this script instead of the models."""
    monkeypatch.setattr(preparing, "COMMAND", (sys.executable, "-c", script))
    return Preparation()


def ended(preparation: Preparation) -> None:
    preparation.process.wait(20)


def test_it_is_begun_once_for_the_folder_at_the_lowest_priority(monkeypatch, tmp_path: Path) -> None:
    script = "import os, sys, time, pathlib; time.sleep(0.3); pathlib.Path(sys.argv[1], 'done').write_text(str(os.nice(0)))"
    made = standing_in(monkeypatch, script)
    assert not made.running
    made.begin(tmp_path)
    first = made.process
    made.begin(tmp_path)
    assert made.process is first
    ended(made)
    assert (tmp_path / "done").read_text() == str(preparing.LOWEST)
    assert made.fault is None


def test_stopped_it_is_no_fault(monkeypatch, tmp_path: Path) -> None:
    made = standing_in(monkeypatch, "import time; time.sleep(60)")
    made.begin(tmp_path)
    began = time.monotonic()
    made.stop()
    assert not made.running
    assert time.monotonic() - began < 20
    assert made.fault is None


def test_what_failed_says_its_last_line(monkeypatch, tmp_path: Path) -> None:
    made = standing_in(monkeypatch, "import sys; sys.exit('ptbxl_database.csv is cut short.')")
    made.begin(tmp_path)
    ended(made)
    assert made.fault == "ptbxl_database.csv is cut short."


def test_nothing_is_computed_of_a_folder_that_nobody_prepared(tmp_path: Path) -> None:
    assert preparing.computed(tmp_path) == 0
