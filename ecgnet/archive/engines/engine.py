"""What every engine is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from ecgnet.archive.parts import ArchivePart
from ecgnet.archive.scorer import Asked, ScoredPart

Ticks = Callable[[int], None]
"""Told how many sources have been begun so far."""


class ScoringEngine(Protocol):
    """Parts in, answered parts out."""

    def __call__(self, asked: Asked, parts: Iterable[ArchivePart], *, ticks: Ticks) -> Iterator[ScoredPart]:
        """Each part answered, in any order. Raises ArchiveError where the work cannot go on."""
        ...
