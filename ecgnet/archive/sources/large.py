"""Files larger than a reader takes: a zip member by member, HDF5 and NumPy files of many ECGs some at a time.

Of a zip its list is read here, by Python's own code; what is in a batch is asked of the limited process, which reads such
a file in parts.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fsspec import AbstractFileSystem

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.sources.files import Loaded, leading, opened, read_files, source_at
from ecgnet.archive.sources.source import FoundEcg, Source, StatedFacts
from ecgnet.readers import LARGEST_FILE, MOST_MEMBERS, names_apart, read_in_parts, stream_apart

SLICE = 64
"""ECGs of a batch that are one source."""
_OPENING = 512
"""Bytes from which it is told what a file is."""


def large_root(fs: AbstractFileSystem, path: str, *, name: str) -> LargeZip | LargeBatch | None:
    """The root of a file that is too large for a reader, None for any other. Raises ArchiveError for a damaged zip."""
    try:
        size = fs.info(path).get("size") or 0
        with fs.open(path, "rb") as file:
            opening = file.read(_OPENING)
    except OSError:  # told when it is read
        return None
    if size > LARGEST_FILE and read_in_parts(opening, name):
        return LargeBatch(name)
    if opening.startswith(b"PK\3\4") and (
        size > LARGEST_FILE or len(_zip(name)[0].infolist()) > MOST_MEMBERS
    ):
        return LargeZip(name)
    return None


@dataclass(frozen=True, slots=True)
class LargeZip:
    """The files in a zip, each a source of its own; their versions are their checksums."""

    name: str

    def sources(self) -> Iterator[Source]:
        """In order of name, hidden files left out."""
        _, fs = _zip(self.name)
        names = sorted(path for path in fs.find("") if not _hidden(path))
        there = set(names)
        for path in names:
            if leading(path, there.__contains__) == path:
                found = source_at(fs, path, exists=there.__contains__)
                yield Source(f"{self.name}/{path}", found.size, found.version)

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """The ECGs in them."""
        return read_files(
            sources, told, fs=_zip(self.name)[1], path_of=lambda name: name.removeprefix(f"{self.name}/")
        )


def _hidden(path: str) -> bool:
    return any(step.startswith(".") or step == "__MACOSX" for step in path.split("/"))


@lru_cache(maxsize=2)
def _zip(name: str) -> tuple[zipfile.ZipFile, AbstractFileSystem]:
    """A zip, and its files as a file system."""
    from fsspec.implementations.zip import ZipFileSystem

    fs, path = opened(name)
    try:
        found = ZipFileSystem(fo=fs.open(path, "rb"), skip_instance_cache=True)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ArchiveError(f"{name} is a damaged zip, or cut short: copy it again.") from error
    return found.zip, found


@dataclass(frozen=True, slots=True)
class LargeBatch:
    """The ECGs of a file of many, `SLICE` of them a source; a file that holds no more than one is a source itself."""

    name: str

    def sources(self) -> Iterator[Source]:
        """In their order in the file, whose version is that of all."""
        fs, path = opened(self.name)
        whole = source_at(fs, path, exists=lambda _: False)
        names = names_apart(self._file())
        if names == [self.name]:
            yield whole
            return
        n = len(names)
        for first in range(0, n, SLICE):
            last = min(first + SLICE, n)
            yield Source(f"{self.name}#{first + 1}-{last}", whole.size * (last - first) // n, whole.version)

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """The ECGs in the slices, each called by its name in the file, else by its number from 1."""
        for source in sources:
            numbers = source.name.removeprefix(self.name).removeprefix("#")
            some = tuple(map(int, numbers.split("-"))) if numbers else None
            answers = stream_apart(
                self._file(),
                fs=told.fs, unit=told.unit, leads=told.leads, partial=True, some=some,
            )  # fmt: skip
            for _, answer in answers:
                exam = answer.file.removeprefix(self.name).removeprefix("#") or numbers or None
                file = self.name if exam is None else f"{self.name}#{exam}"
                yield FoundEcg(source, replace(answer, file=file), exam)

    def _file(self) -> Loaded:
        return Loaded(
            opened(self.name)[0], {self.name: Source(self.name, 0, "")}, path_of=lambda name: opened(name)[1]
        )
