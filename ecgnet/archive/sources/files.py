"""Files of any file system that fsspec knows: listed without loading them, and read in the limited process.

A directory's names are in memory, nothing else of it. What follows a header (`.dat` after `.hea`) is no source of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.archive import AbstractArchiveFileSystem
from fsspec.core import url_to_fs

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.sources.source import FoundEcg, Source, StatedFacts
from ecgnet.readers import LARGEST_FILE, Answer, ReadError, check_size, formats, stream_apart

_OUTSIDE = "outside of its folder"
"""The version of what a list names and is not followed."""
TOGETHER = 64
"""Files that one process reads: the next one costs 20 ms of processor time to start, what was found waits until then."""


def opened(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a path or URL, and the path in it. Raises ArchiveError for one that is not installed."""
    try:
        return url_to_fs(url)
    except ImportError as error:
        raise ArchiveError(
            f"{url} needs a package that is not installed ({error}): pip install -r requirements-scale.txt."
        ) from error
    except (ValueError, OSError) as error:
        raise ArchiveError(f"{url} cannot be opened: {error}") from error


def called(fs: AbstractFileSystem, path: str) -> str:
    """How a file is called in the tables: its path on this machine, its URL elsewhere."""
    return path if is_local(fs) else fs.unstrip_protocol(path)


def is_local(fs: AbstractFileSystem) -> bool:
    """Whether its files lie on this machine's disks."""
    return "file" in ([fs.protocol] if isinstance(fs.protocol, str) else fs.protocol)


def leading(path: str, exists: Callable[[str], bool]) -> str:
    """The header of a record that is named by its signal file or its bare name, else the path itself."""
    for module in formats():
        if not hasattr(module, "HEADER"):
            continue
        header = os.path.splitext(path)[0] + module.HEADER
        if path.lower().endswith(module.PARTS) and exists(header):
            return header
        if exists(path + module.HEADER) and not exists(path):
            return path + module.HEADER
    return path


def source_at(fs: AbstractFileSystem, path: str, *, exists: Callable[[str], bool]) -> Source:
    """The source at a path, with its namesakes that follow a header. One that is not there is a source all the same:
    reading it says so."""
    paths = [path]
    for module in formats():
        if path.endswith(getattr(module, "HEADER", "\0")):
            stem = path.removesuffix(module.HEADER)
            paths += [stem + part for part in module.PARTS if exists(stem + part)]
    size, versions = 0, []
    for one in paths:
        try:
            about = fs.info(one)
        except OSError:
            versions.append("not there")
            continue
        size += about.get("size") or 0
        versions.append(version_of(about))
    return Source(called(fs, path), size, " ".join(versions))


_VERSIONS = ("etag", "md5hash", "contentmd5", "crc32c", "generation", "digest", "sha", "crc", "mtime")
_VERSIONS += ("lastmodified", "modified", "updated", "created")
"""What stores call a file's contents or time of change, the surest first, in small letters without marks: S3 `ETag` and
`LastModified`, Azure `etag` and `last_modified`, Google Cloud `md5Hash` and `updated`, HTTP `ETag` and `Last-Modified`,
GitHub `sha`, zip `CRC`, disks `mtime`."""


def version_of(about: Mapping[str, Any]) -> str:
    """What changes when a file is replaced, "" where its store says nothing of it. about: as `AbstractFileSystem.info` has
    it."""
    plain = {key.lower().replace("-", "").replace("_", ""): value for key, value in about.items()}
    return str(next((plain[key] for key in _VERSIONS if plain.get(key)), ""))


@dataclass(frozen=True, slots=True)
class Files:
    """Some files by name, each once. names: absolute paths or URLs, all of one file system."""

    names: tuple[str, ...]

    def sources(self) -> Iterator[Source]:
        """The files in the order of their names; a signal file is its header."""
        fs, _ = opened(self.names[0])
        paths = {leading(opened(name)[1], fs.isfile) for name in self.names}
        for path in sorted(paths):
            yield source_at(fs, path, exists=fs.isfile)

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """The ECGs in them."""
        return read_files(sources, told, fs=opened(sources[0].name)[0])


@dataclass(frozen=True, slots=True)
class Folder:
    """Every file below a folder but hidden ones, as `ecgnet.readers` takes them. skipped: a folder in it that is left out,
    since it holds what is written."""

    url: str
    skipped: str = ""

    def sources(self) -> Iterator[Source]:
        """Folder by folder in order of name."""
        fs, path = opened(self.url)
        return self._below(fs, path)

    def _below(self, fs: AbstractFileSystem, folder: str) -> Iterator[Source]:
        try:
            names = sorted(path.rstrip("/") for path in fs.ls(folder, detail=False))
        except OSError as error:
            raise ArchiveError(f"{called(fs, folder)} cannot be listed: {error.strerror or error}") from error
        there = set(names)
        for path in names:
            name = path.rsplit("/", 1)[-1]
            if name.startswith(".") or name == "__MACOSX" or path in (self.skipped, folder):
                continue
            if fs.isdir(path):
                if not fs.info(path).get("islink"):
                    yield from self._below(fs, path)
            elif leading(path, there.__contains__) == path:
                yield source_at(fs, path, exists=there.__contains__)

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """The ECGs in them."""
        return read_files(sources, told, fs=opened(sources[0].name)[0])


@dataclass(frozen=True, slots=True)
class RecordsList:
    """The records that a list of PhysioNet's names, one a line, below its own folder; a line that ends in / is a folder."""

    url: str

    def sources(self) -> Iterator[Source]:
        """In the order of the list; a line that leads out of the folder is a source that is told and not followed."""
        fs, path = opened(self.url)
        folder = path.rsplit("/", 1)[0]
        with fs.open(path, "rt", encoding="utf-8", errors="replace") as lines:
            for line in map(str.strip, lines):
                if not line or line.startswith("#"):
                    continue
                steps = line.replace("\\", "/").removeprefix("./").rstrip("/").split("/")
                if steps[0] in ("", ".") or ".." in steps or ":" in line[:2]:
                    yield Source(f"{called(fs, path)}#{line}", 0, _OUTSIDE)
                    continue
                place = f"{folder}/{line.rstrip('/')}"
                if not line.endswith("/"):
                    yield source_at(fs, leading(place, fs.isfile), exists=fs.isfile)
                elif fs.isfile(f"{place}/RECORDS"):
                    yield from RecordsList(called(fs, f"{place}/RECORDS")).sources()
                else:
                    yield from Folder(called(fs, place)).sources()

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """The ECGs in them."""
        for outside, some in groupby(sources, lambda source: source.version == _OUTSIDE):
            if not outside:
                yield from read_files(tuple(some), told, fs=opened(self.url)[0])
                continue
            for source in some:
                named, _, line = source.name.rpartition("#")
                why = f"{named} names {line[:80]!r}, which points outside of its folder: it is not followed."
                yield FoundEcg(source, Answer(source.name, error=why), None)


def is_records_list(name: str) -> bool:
    """Whether a file is called as PhysioNet calls its lists of records."""
    path = PurePosixPath(name)
    return path.name.upper().startswith("RECORDS") and path.suffix in ("", ".txt")


def _path_of(name: str) -> str:
    return opened(name)[1]


def read_files(
    sources: Sequence[Source],
    told: StatedFacts,
    *,
    fs: AbstractFileSystem,
    path_of: Callable[[str], str] = _path_of,
) -> Iterator[FoundEcg]:
    """The ECGs in some files, read in a process with limits, also those that lack leads or samples. fs: where they lie;
    path_of: a file's name → its path there."""
    for k in range(0, len(sources), TOGETHER):
        by_name = {source.name: source for source in sources[k : k + TOGETHER]}
        answers = stream_apart(
            Loaded(fs, by_name, path_of=path_of), fs=told.fs, unit=told.unit, leads=told.leads, partial=True
        )
        for name, answer in answers:
            inner = answer.file.removeprefix(name)
            yield FoundEcg(by_name[name], answer, inner.rsplit("#", 1)[1] if "#" in inner else None)


class Loaded(Mapping[str, bytes]):
    """Files by name, loaded when asked for, large ones in parts (`ecgnet.readers.InParts`), and beside them whatever their
    headers call for. One on this machine that changes meanwhile is told."""

    def __init__(
        self, fs: AbstractFileSystem, names: Mapping[str, Source], *, path_of: Callable[[str], str]
    ) -> None:
        self._fs, self._names, self._path_of = fs, names, path_of
        self._folders = {name.rsplit("/", 1)[0] for name in names}
        self._states: dict[str, object] = {}  # of files read in parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        if name in self._names:
            return True
        if not isinstance(name, str) or name.rsplit("/", 1)[0] not in self._folders:
            return False
        try:
            return self._fs.isfile(self._path_of(name))
        except (OSError, ValueError):  # a zero byte
            return False

    def __getitem__(self, name: str) -> bytes:
        plain, path = name.rsplit("/", 1)[-1], self._path_of(name)
        with self._told(name):
            about = self._fs.info(path)
            if about.get("type") == "other":
                raise ReadError(f"{plain} is a device or a pipe, no file: give a file.")
            check_size(about.get("size") or 0, plain)
            data = self._fs.cat_file(path)
            if is_local(self._fs) and _state(self._fs.info(path)) != (len(data), version_of(about)):
                raise _changed(plain)
            return data

    def size(self, name: str) -> int | None:
        """Bytes of a file, None for one that cannot be had: loading it says why."""
        if isinstance(self._fs, AbstractArchiveFileSystem):  # to reach a place all before it is unpacked
            return None
        source = self._names.get(name)
        if (
            source is not None and 0 < source.size <= LARGEST_FILE
        ):  # as it was listed; 0 where that is not known
            return source.size
        try:
            about = self._fs.info(self._path_of(name))
        except Exception:  # of a store's own kind
            return None
        return about.get("size") if about.get("type") == "file" else None

    def part(self, name: str, start: int, n: int) -> bytes:
        """Up to n bytes from a place on. Raises ReadError for a file that has changed since its first part was read."""
        path = self._path_of(name)
        with self._told(name):
            if is_local(self._fs):
                state = _state(self._fs.info(path))
                if self._states.setdefault(name, state) != state:
                    raise _changed(name.rsplit("/", 1)[-1])
            return self._fs.cat_file(path, start=start, end=start + n)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """What goes wrong within the block as ReadError."""
        if name not in self:
            raise ReadError(f"{name} is not one of the files given.")
        plain = name.rsplit("/", 1)[-1]
        try:
            yield
        except FileNotFoundError:
            raise ReadError(f"{plain}: there is no such file any more.") from None
        except ReadError:
            raise
        except Exception as error:  # of a store's own kind
            raise ReadError(
                f"{plain} cannot be opened ({error}). Check the path and its permissions."
            ) from error


def _state(about: Mapping[str, Any]) -> tuple[int, str]:
    return about.get("size") or 0, version_of(about)


def _changed(plain: str) -> ReadError:
    return ReadError(f"{plain} changed while it was read: wait until it is written, then read it again.")
