"""NumPy arrays, `.npy` and `.npz`: leads by samples or samples by leads, or an array each lead.

Python objects inside them (pickles) are never opened. Source: NEP 1, a simple file format for NumPy arrays.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from ecgnet.language import say
from ecgnet.readers._archive import Zip
from ecgnet.readers._arrays import Arrays, record_of
from ecgnet.readers._batch import Batch, Several, batch_of, several_of
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.record import Record

NAME = "NumPy"

_MAGIC, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_MAX_FACTS = 64  # values of an array that says something of all ECGs
_LOADED = 8_000_000  # bytes up to which an array of an `.npz` that is read in parts is loaded whole


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes are an array, or a zip that begins with one."""
    if data.startswith(_MAGIC):
        return True
    length = int.from_bytes(data[26:28], "little")
    return data[:4] == _ZIP and data[30 : 30 + length].endswith(b".npy")


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record of one array or of those in an `.npz`, signal (12, T) in mV.

    In an `.npz`, `fs`, `unit` and `leads` (and the like) may stand beside the samples. Raises ReadError, with a question
    for what is left out.
    """
    found = Arrays()
    for key, array in _arrays(data, name).items():
        found.add(key, array)
    return record_of(found, name, NAME, options)


def batch(data: bytes, name: str) -> Batch | Several | None:
    """The ECGs of a file that holds many in one array, (N, samples, leads) or (N, leads, samples), or each in an array; None
    for another."""
    try:
        arrays = _arrays(data, name)
    except ReadError:  # told when the file itself is read
        return None
    beside = _beside(arrays)
    return batch_of(arrays, beside) or several_of(arrays, beside)


def batch_in_parts(stream: BinaryIO, name: str) -> Batch | None:
    """As `batch`, of a file of any size, which is read where its ECGs lie; None also for an array stored by columns, in
    which an ECG lies all over the file. Of a compressed `.npz` what comes before an ECG is unpacked to reach it. Raises
    ReadError for a damaged file."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if stream.read(4) == _ZIP:
        arrays = _members_in_parts(Zip(stream, name), name)
    else:
        stream.seek(0)
        arrays = {"(unnamed)": _in_parts(stream, size, name)}
    arrays = {key: array for key, array in arrays.items() if array is not None}
    return batch_of(arrays, _beside(arrays))


def read_one(found: Batch | Several, k: int, *, name: str, options: ReadOptions) -> Record:
    """The ECG number k, from 0, of a batch, signal (12, T) in mV. Raises ReadError."""
    return record_of(found.arrays(k), name, NAME, options)


def _beside(arrays: Mapping[str, Any]) -> Arrays:
    """The facts that stand beside the samples."""
    beside = Arrays()
    for key, array in arrays.items():
        if len(array.shape) < 2 and math.prod(array.shape) <= _MAX_FACTS:
            beside.add(key, array)
    return beside


def _members_in_parts(members: Zip, name: str) -> dict[str, Any]:
    """The arrays of an `.npz`: small ones loaded, of large ones a row at a time."""
    return {
        inner.removesuffix(".npy"): _array(members[inner], f"{name}/{inner}")
        if members.size(inner) <= _LOADED
        else _in_parts(*members.stream(inner), f"{name}/{inner}")
        for inner in members
    }


def _in_parts(stream: BinaryIO, end: int, name: str) -> _Rows | None:
    shape, by_columns, dtype = _header(stream, end, name)
    return None if by_columns or len(shape) < 2 else _Rows(stream, shape, dtype)


def _arrays(data: bytes, name: str) -> dict[str, np.ndarray]:
    if data.startswith(_MAGIC):
        return {"(unnamed)": _array(data, name)}
    members = Zip(data, name)
    return {inner.removesuffix(".npy"): _array(members[inner], f"{name}/{inner}") for inner in members}


def _array(data: bytes, name: str) -> np.ndarray:
    """The array in the bytes of an `.npy`, whose size has to be as its header says."""
    stream = io.BytesIO(data)
    shape, by_columns, dtype = _header(stream, len(data), name)
    if math.prod(shape) * dtype.itemsize == 0:
        return np.zeros(shape, dtype)
    values = np.frombuffer(data, dtype, offset=stream.tell())
    return values.reshape(shape, order="F" if by_columns else "C")


def _header(stream: BinaryIO, end: int, name: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether it is stored by columns, and type of an `.npy` that ends before a place; the stream then stands at its
    samples.

    Raises ReadError for what is not opened, and for another size than the header announces.
    """
    try:
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
        elif version == (2, 0):
            shape, by_columns, dtype = np.lib.format.read_array_header_2_0(stream)
        else:
            raise ReadError(
                say(
                    "{name} is in version {version} of the NumPy format: save it as a plain array.",
                    name=name,
                    version=version[0],
                )
            )
    except ReadError:
        raise
    except (ValueError, SyntaxError, TypeError, RecursionError) as error:
        raise ReadError(
            say(
                "{name}: the header of the array is damaged. Copy or save it again.",
                name=name,
            )
        ) from error
    if dtype.hasobject:
        raise ReadError(
            say(
                "{name} holds Python objects, which are not opened, as they may run programs: save plain "
                "numbers.",
                name=name,
            )
        )
    if dtype.kind not in "iufSU":
        raise ReadError(
            say(
                "{name} holds values of type {dtype}, not samples: save plain numbers.",
                name=name,
                dtype=dtype,
            )
        )
    if any(size < 0 for size in shape):
        raise ReadError(
            say(
                "{name}: the header of the array is damaged. Copy or save it again.",
                name=name,
            )
        )
    needed, there = math.prod(shape) * dtype.itemsize, end - stream.tell()
    if needed != there:
        raise ReadError(
            say(
                "{name} holds {there} bytes of samples where its header announces {needed}: it is damaged or "
                "cut short, copy it again.",
                name=name,
                there=there,
                needed=needed,
            )
        )
    return shape, by_columns, dtype


class _Rows:
    """An array of an `.npy` of which a row is loaded when it is asked for."""

    def __init__(self, stream: BinaryIO, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.shape = shape
        self._stream, self._dtype, self._begins = stream, dtype, stream.tell()
        self._row = math.prod(shape[1:]) * dtype.itemsize

    def __getitem__(self, k: int) -> np.ndarray:
        self._stream.seek(self._begins + k * self._row)
        return np.frombuffer(self._stream.read(self._row), self._dtype).reshape(self.shape[1:])
