"""Archives and batches larger than a reader takes: a zip member by member, HDF5 and NumPy arrays 64 ECGs at a time.

They are opened here and not in the limited process, since only slices of them fit there. Of an HDF5 file nothing is followed
that leads out of it; what is sliced is then read as any file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from fsspec import AbstractFileSystem

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.sources.files import is_local, leading, opened, read_files, source_at
from ecgnet.archive.sources.source import Found, Source, Told
from ecgnet.readers import LARGEST_FILE, Answer, stream_apart

SLICE = 64
"""ECGs of a batch that are read at once."""
_SMALL = 100_000
"""Values that a fact of a whole HDF5 file may have."""


def large_root(fs: AbstractFileSystem, path: str, *, name: str) -> LargeZip | LargeBatch | None:
    """The root of a file that is too large for a reader, None for any other. Raises ArchiveError for a damaged one."""
    try:
        size = fs.info(path).get("size") or 0
        with fs.open(path, "rb") as file:
            opening = file.read(8)
    except OSError:  # told when it is read
        return None
    if opening.startswith(b"PK\3\4") and (size > LARGEST_FILE or len(_zip(name)[0].infolist()) > MEMBERS):
        return LargeZip(name)
    if size > LARGEST_FILE and (
        opening.startswith(b"\x89HDF") or (opening.startswith(b"\x93NUMPY") and is_local(fs))
    ):
        return LargeBatch(name) if _batch(name) is not None else None
    return None


MEMBERS = 2000
"""Files in a zip that a reader takes at once."""


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

    def read(self, sources: Sequence[Source], told: Told) -> Iterator[Found]:
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
    """The ECGs of an HDF5 or NumPy file with one array (N, samples, leads) or (N, leads, samples), a slice a source."""

    name: str

    def sources(self) -> Iterator[Source]:
        """Slice by slice; the file's own version is that of all."""
        fs, path = opened(self.name)
        whole = source_at(fs, path, exists=lambda _: False)
        batch = _batch(self.name)
        if batch is None:
            raise ArchiveError(f"{self.name} holds no array of many ECGs any more.")
        for first, last in _slices(batch.size):
            yield Source(
                f"{self.name}#{first + 1}-{last}", whole.size * (last - first) // batch.size, whole.version
            )

    def read(self, sources: Sequence[Source], told: Told) -> Iterator[Found]:
        """The ECGs in the slices, each called by its name in the file, else by its number from 1."""
        plain = self.name.rsplit("/", 1)[-1]
        for source in sources:
            first, last = map(int, source.name.rsplit("#", 1)[1].split("-"))
            try:
                piece = {plain: _batch(self.name).piece(first - 1, last)}
            except (ArchiveError, OSError, ValueError, KeyError, RuntimeError, TypeError):
                why = f"ECGs {first} to {last} of {plain} cannot be read: it is damaged, or cut short. Copy it again."
                yield Found(source, Answer(source.name, error=why), None)
                continue
            for _, answer in stream_apart(piece, fs=told.fs, unit=told.unit, leads=told.leads, partial=True):
                exam = answer.file.removeprefix(plain).removeprefix("#") or f"{first}-{last}"
                yield Found(source, replace(answer, file=f"{self.name}#{exam}"), exam)


def _slices(size: int) -> Iterator[tuple[int, int]]:
    """From where to before where, `SLICE` at a time; the last one takes a single ECG along, which alone were no batch."""
    first = 0
    while first < size:
        last = size if size - first <= SLICE + 1 else first + SLICE
        yield first, last
        first = last


@dataclass(frozen=True, slots=True)
class _Batch:
    """size: how many ECGs; piece: → the bytes of a file with those from first to before last, and what stands beside."""

    size: int
    piece: Callable[[int, int], bytes]


@lru_cache(maxsize=2)
def _batch(name: str) -> _Batch | None:
    """The batch in a file, None where it holds none. Raises ArchiveError for a damaged file."""
    fs, path = opened(name)
    try:
        if path.endswith((".npy", ".npz")):
            return _numpy(np.load(path, mmap_mode="r", allow_pickle=False))
        return _hdf5(fs.open(path, "rb"))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ArchiveError(f"{name} is damaged, or cut short: copy or export it again.") from error


def _numpy(array: Any) -> _Batch | None:
    if getattr(array, "ndim", 0) != 3:
        return None

    def piece(first: int, last: int) -> bytes:
        file = io.BytesIO()
        np.savez(file, tracings=array[first:last], exam_id=np.arange(first + 1, last + 1))
        return file.getvalue()

    return _Batch(len(array), piece)


def _hdf5(stream: Any) -> _Batch | None:
    import h5py

    file = h5py.File(stream, "r")
    datasets = {
        key: file[key]
        for key in file
        if isinstance(file.get(key, getlink=True), h5py.HardLink) and isinstance(file[key], h5py.Dataset)
    }
    own = {key: d for key, d in datasets.items() if d.shape and d.external is None and not d.is_virtual}
    many = [d for d in own.values() if d.ndim == 3]
    if len(many) != 1:
        return None
    n = len(many[0])

    def piece(first: int, last: int) -> bytes:
        inner = io.BytesIO()
        with h5py.File(inner, "w") as part:
            _copy_facts(file, part)
            for key, dataset in own.items():
                each = dataset.shape[0] == n
                if each or dataset.size <= _SMALL:
                    part.create_dataset(
                        key, data=dataset[first:last] if each else dataset[()], dtype=dataset.dtype
                    )
                    _copy_facts(dataset, part[key])
            if not any(dataset.ndim < 3 and len(dataset) == n for dataset in own.values()):
                part["exam_id"] = np.arange(first + 1, last + 1)
        return inner.getvalue()

    return _Batch(n, piece)


def _copy_facts(source: Any, target: Any) -> None:
    for key, value in source.attrs.items():
        if np.size(value) <= _SMALL and not isinstance(value, Mapping):
            target.attrs[key] = value
