"""The Monitor page over a scored folder that is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecgnet.ui.worklist import SCORED
from tests.monitoring.conftest import needs_weights, scored

__all__ = ["needs_weights"]


def test_what_moved_is_told_above_the_periods(
    open_page: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scored(tmp_path, [{}, {"ill": 1.5}])
    monkeypatch.setenv(SCORED, str(tmp_path))
    app = open_page("monitor")
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert "Look:" in app.warning[0].value
    assert list(app.dataframe[0].value["ECGs"]) == ["210", "210", "210"]


def test_another_folder_is_told(open_page: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(SCORED, str(tmp_path))
    assert "no answers of ecgnet score" in open_page("monitor").error[0].value


def test_without_a_folder_the_page_says_how_to_get_one(open_page: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(SCORED, raising=False)
    assert "ecgnet score" in open_page("monitor").info[0].value
