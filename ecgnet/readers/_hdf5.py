"""The arrays of an HDF5 file, and of nothing outside it.

HDF5 can name other files from within: external links, external storage, virtual datasets. None of them is followed.
Source: HDF5 file format specification 3.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, ClassVar

import numpy as np

from ecgnet.language import say
from ecgnet.readers._arrays import Arrays, is_usual
from ecgnet.readers._batch import Batch, batch_of, is_batch, is_ecg
from ecgnet.readers._choice import without_beats
from ecgnet.readers._core import MAX_SAMPLES, ReadError
from ecgnet.readers._leads import lead_of

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MAX_OBJECTS = 2000
_MAX_DEPTH = 4
_MAX_ITEMS = 64
_CHUNKS = 100_000_000  # bytes of unpacked chunks that are kept, as one of them may hold a piece of many ECGs


def has_signature(data: bytes) -> bool:
    """Whether the bytes are an HDF5 file, also after a block of the writer's own."""
    return any(data[at : at + 8] == SIGNATURE for at in (0, 512, 1024, 2048))


def arrays(data: bytes, name: str) -> Arrays:
    """Datasets of numbers and text, and attributes, by their names. Raises ReadError."""
    import h5py  # slow to import: only those who read HDF5 wait

    found = Arrays()
    try:
        with h5py.File.in_memory(data) as file:
            _Reader(file, name, found).walk(file, "", 0)
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, ReadError):
            raise
        raise _damaged(name) from error
    return found


@dataclass(frozen=True, slots=True)
class Groups:
    """ECGs in groups or datasets of their own, each with its own facts. paths: of these; beside: of datasets that hold facts
    of all; file: that they lie in, read one at a time."""

    paths: tuple[str, ...]
    beside: tuple[str, ...]
    file: Any
    called: str
    alike: ClassVar[bool] = False

    @property
    def names(self) -> tuple[str, ...]:
        """The paths in one word each, as names of records have no slash."""
        return tuple(path.replace("/", ".") for path in self.paths)

    def arrays(self, k: int) -> Arrays:
        """What the group number k, from 0, holds, and the facts of the file."""
        found = Arrays()
        reader = _Reader(self.file, self.called, found)
        one = self.file[self.paths[k]]
        if hasattr(one, "dtype"):
            reader._dataset(one, self.paths[k])
        else:
            reader.walk(one, "", 1)
        above = one.parent
        while above.name != "/":  # facts of a patient above those of the file
            reader._attributes(above)
            above = above.parent
        reader._attributes(self.file)
        for key in self.beside:
            reader._dataset(self.file[key], key)
        return found


def batch(data: bytes | BinaryIO, name: str) -> Batch | Groups | None:
    """The ECGs of a file that holds many in one dataset or each in a group, read one at a time; None for another file.

    data: the file's bytes, or a stream of them that is read from where the ECGs lie. Raises ReadError for a damaged file.
    """
    import h5py

    found = None
    try:
        in_memory = isinstance(data, bytes)
        file = h5py.File.in_memory(data) if in_memory else h5py.File(data, "r", rdcc_nbytes=_CHUNKS)
        try:
            found = _many_in(file, name)
        finally:
            if found is None:  # at once: objects of a damaged file must not outlive it
                file.close()
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, ReadError):
            raise
        raise _damaged(name) from error
    return found


def _damaged(name: str) -> ReadError:
    return ReadError(
        say(
            "{name} is a damaged HDF5 file, or cut short: copy or export it again.",
            name=name,
        )
    )


def _many_in(file: Any, name: str) -> Batch | Groups | None:
    import h5py

    datasets: dict[str, Any] = {}
    for key in list(file)[:_MAX_OBJECTS]:
        item = file[key] if isinstance(file.get(key, getlink=True), h5py.HardLink) else None
        if isinstance(item, h5py.Dataset) and item.size and item.external is None and not item.is_virtual:
            datasets[key] = item
    if not any(is_batch(item.shape) for item in datasets.values()):
        facts = tuple(
            key for key, item in datasets.items() if len(item.shape) < 2 and item.size <= _MAX_ITEMS
        )
        ecgs = [key for key, item in datasets.items() if is_ecg(item.shape) and item.dtype.kind in "iuf"]
        if len(without_beats(ecgs)) > 1 and not any(map(is_usual, ecgs)):
            return Groups(tuple(without_beats(ecgs)), facts, file, name)
        groups = tuple(without_beats(_groups_with_an_ecg(file, "", 0))) if not ecgs else ()
        return Groups(groups, facts, file, name) if len(groups) > 1 and len(groups) > len(datasets) else None
    beside = Arrays()
    reader = _Reader(file, name, beside)
    reader._attributes(file)
    for key, item in datasets.items():
        if item.dtype.kind in "iufSO" and item.size <= _MAX_ITEMS and len(item.shape) < 2:
            reader._dataset(item, key)
        elif is_batch(item.shape):
            reader._attributes(item)
    rows = {key: item for key, item in datasets.items() if item.dtype.kind in "iufbSO"}
    return batch_of(rows, beside)


def _groups_with_an_ecg(parent: Any, path: str, depth: int) -> Iterator[str]:
    """The paths of the groups, at any depth, that hold an array that can be 12 leads, or a dataset for each of several
    leads."""
    import h5py

    for key in list(parent)[:_MAX_OBJECTS]:
        group = parent[key] if isinstance(parent.get(key, getlink=True), h5py.HardLink) else None
        if not isinstance(group, h5py.Group) or key.startswith("#"):
            continue
        leads, whole = 0, False
        for inner in list(group)[:_MAX_ITEMS]:
            item = group[inner] if isinstance(group.get(inner, getlink=True), h5py.HardLink) else None
            if isinstance(item, h5py.Dataset) and item.shape and item.dtype.kind in "iuf":
                whole |= is_ecg(item.shape)
                leads += lead_of(inner) is not None and len(item.shape) == 1
        if whole or leads >= 8:
            yield f"{path}{key}"
        elif depth < _MAX_DEPTH:
            yield from islice(_groups_with_an_ecg(group, f"{path}{key}/", depth + 1), _MAX_OBJECTS)


class _Reader:
    """One file on its way into arrays; every object of it is looked at once."""

    def __init__(self, file: Any, name: str, found: Arrays) -> None:
        self.file, self.name, self.found = file, name, found
        self.seen: set[int] = set()
        self.total = 0

    def walk(self, group: Any, path: str, depth: int) -> None:
        import h5py

        self._attributes(group)
        for key in group:
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink) or key.startswith("#"):  # MATLAB keeps cells in #refs#
                continue
            item = group[key]
            address = h5py.h5o.get_info(item.id).addr
            if address in self.seen:
                continue
            self.seen.add(address)
            if len(self.seen) > _MAX_OBJECTS:
                raise ReadError(
                    say(
                        "{name} holds more than {max_objects} objects: export one recording.",
                        name=self.name,
                        max_objects=_MAX_OBJECTS,
                    )
                )
            inner = f"{path}/{key}" if path else str(key)
            if isinstance(item, h5py.Group) and depth < _MAX_DEPTH:
                self.walk(item, inner, depth + 1)
            elif isinstance(item, h5py.Dataset):
                self._dataset(item, inner)

    def _attributes(self, item: Any) -> None:
        for key in item.attrs:
            if str(key).startswith(("MATLAB", "H5PATH", "DIMENSION", "CLASS", "NAME")):
                continue
            about = item.attrs.get_id(key)  # how large it claims to be, before it is loaded
            if (
                about.shape is not None
                and math.prod(about.shape) <= _MAX_ITEMS
                and about.dtype.kind in "iufSO"
            ):
                value = item.attrs[key]
                self.found.add(
                    str(key), value.tolist() if getattr(value, "dtype", None) == np.dtype("O") else value
                )

    def _dataset(self, item: Any, path: str) -> None:
        value = self._value(item, path)
        if value is None:
            return
        self._attributes(item)
        self.found.add(path, value)

    def _value(self, item: Any, path: str) -> Any:
        """What a dataset holds; None for what is neither numbers nor text."""
        import h5py

        if item.shape is None or not item.size:
            return None
        kind = item.dtype.kind
        if kind in "iufS":
            self.total += item.size
            if self.total > MAX_SAMPLES:
                raise ReadError(
                    say(
                        "{name} holds more than {max_samples} samples: cut out a part.",
                        name=self.name,
                        max_samples=MAX_SAMPLES,
                    )
                )
            if item.external is not None or item.is_virtual:
                raise ReadError(
                    say(
                        "{name}: {path} keeps its samples in another file, which is not opened: export it as one "
                        "file.",
                        name=self.name,
                        path=path[:80],
                    )
                )
            value = item[()]
            return _characters(value) if item.attrs.get("MATLAB_class") == b"char" else value
        if kind == "O" and item.size <= _MAX_ITEMS:
            if h5py.check_string_dtype(item.dtype) is not None:
                return [_plain(text) for text in np.ravel(item[()])]
            if h5py.check_ref_dtype(item.dtype) is h5py.Reference:  # a cell array
                cells = [self.file[ref] for ref in np.ravel(item[()]) if ref]
                texts = [
                    c for c in cells if isinstance(c, h5py.Dataset) and c.attrs.get("MATLAB_class") == b"char"
                ]
                return [self._value(c, path) for c in texts] if len(texts) == len(cells) else None
        return None


def _characters(codes: np.ndarray) -> str:
    """A text that MATLAB stored as numbers, column by column."""
    return "".join(chr(int(code)) for code in codes.ravel()[:1000] if 0 < code < 0xD800)


def _plain(text: Any) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
