"""Files that are written whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from ecgnet import atomic


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "new" / "numbers.npy"
    with atomic.replacing(path) as part:
        np.save(part, np.arange(3))
        assert part.is_file() and not path.exists()
    assert np.load(path).tolist() == [0, 1, 2]


def test_an_interruption_leaves_the_earlier_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "card.json"
    atomic.write(path, "earlier")
    with suppress(KeyboardInterrupt), atomic.replacing(path) as part:
        part.write_text("half of")
        raise KeyboardInterrupt
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_who_mapped_the_earlier_file_keeps_it(tmp_path: Path):
    path = tmp_path / "signals.npy"
    np.save(path, np.zeros(4))
    mapped = np.load(path, mmap_mode="r")
    with atomic.replacing(path) as part:
        np.save(part, np.ones(4))
    assert mapped.tolist() == [0, 0, 0, 0] and np.load(path).tolist() == [1, 1, 1, 1]
