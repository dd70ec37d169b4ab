"""One file to be scored, where it comes from, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ecgnet.readers import Answer, Unit


class Source(NamedTuple):
    """name: its absolute path or URL; size: in bytes, with the files that belong to it; version: what changes when it is
    replaced (the time of change, or the store's own tag)."""

    name: str
    size: int
    version: str


class FoundEcg(NamedTuple):
    """What was found in a source: an answer for each ECG in it. exam: how the ECG is called within its file, None where
    it is the only one."""

    source: Source
    answer: Answer
    exam: str | None


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What files leave out: sampling rate in Hz, unit, names of the leads in order; as `ecgnet.readers.ReadOptions`."""

    fs: float | None = None
    unit: Unit | None = None
    leads: tuple[str, ...] | None = None


class Root(Protocol):
    """Where sources come from. It travels to the process that reads, so it holds names only."""

    def sources(self) -> Iterator[Source]:
        """Every source, always in the same order. Raises ArchiveError where they cannot be listed."""
        ...

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """What is in some of them, in order. Never raises for what is in a file."""
        ...
