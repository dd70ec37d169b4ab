"""A journal of its own for each test, and two people who read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader

ADA, BOB = Reader("https://login.example 1", "Ada Löwe"), Reader("https://login.example 2", "Bob Tiger")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    pytest.importorskip("sqlalchemy")
    made = Database(str(tmp_path / "readers.db"))
    yield made
    made.close()
