"""NumPy arrays, `.npy` and `.npz`: leads by samples or samples by leads, or an array each lead.

Python objects inside them (pickles) are never opened. Source: NEP 1, a simple file format for NumPy arrays.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping

import numpy as np

from ecgnet.readers._archive import Zip
from ecgnet.readers._arrays import Arrays, record_of
from ecgnet.readers._batch import Batch, batch_of
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.record import Record

NAME = "NumPy"

_MAGIC = b"\x93NUMPY"


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes are an array, or a zip that begins with one."""
    if data.startswith(_MAGIC):
        return True
    length = int.from_bytes(data[26:28], "little")
    return data[:4] == b"PK\x03\x04" and data[30 : 30 + length].endswith(b".npy")


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record of one array or of those in an `.npz`, signal (12, T) in mV.

    In an `.npz`, `fs`, `unit` and `leads` (and the like) may stand beside the samples. Raises ReadError, with a question
    for what is left out.
    """
    found = Arrays()
    for key, array in _arrays(data, name).items():
        found.add(key, array)
    return record_of(found, name, NAME, options)


def batch(data: bytes, name: str) -> Batch | None:
    """The ECGs of a file that holds many in one array, (N, samples, leads) or (N, leads, samples); None for another."""
    try:
        arrays = _arrays(data, name)
    except ReadError:  # told when the file itself is read
        return None
    beside = Arrays()
    for key, array in arrays.items():
        if array.ndim < 2 and array.size <= 64:
            beside.add(key, array)
    return batch_of(arrays, beside)


def read_one(found: Batch, k: int, *, name: str, options: ReadOptions) -> Record:
    """The ECG number k, from 0, of a batch, signal (12, T) in mV. Raises ReadError."""
    return record_of(found.arrays(k), name, NAME, options)


def _arrays(data: bytes, name: str) -> dict[str, np.ndarray]:
    if data.startswith(_MAGIC):
        return {"(unnamed)": _array(data, name)}
    members = Zip(data, name)
    return {inner.removesuffix(".npy"): _array(members[inner], f"{name}/{inner}") for inner in members}


def _array(data: bytes, name: str) -> np.ndarray:
    """The array in the bytes of an `.npy`, whose size has to be as its header says."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
        elif version == (2, 0):
            shape, by_columns, dtype = np.lib.format.read_array_header_2_0(stream)
        else:
            raise ReadError(
                f"{name} is in version {version[0]} of the NumPy format: save it as a plain array."
            )
    except ReadError:
        raise
    except (ValueError, SyntaxError, TypeError, RecursionError) as error:
        raise ReadError(f"{name}: the header of the array is damaged. Copy or save it again.") from error
    if dtype.hasobject:
        raise ReadError(
            f"{name} holds Python objects, which are not opened, as they may run programs: save plain numbers."
        )
    if dtype.kind not in "iufSU":
        raise ReadError(f"{name} holds values of type {dtype}, not samples: save plain numbers.")
    if any(size < 0 for size in shape):
        raise ReadError(f"{name}: the header of the array is damaged. Copy or save it again.")
    needed, there = math.prod(shape) * dtype.itemsize, len(data) - stream.tell()
    if needed != there:
        raise ReadError(
            f"{name} holds {there} bytes of samples where its header announces {needed}: it is damaged or "
            "cut short, copy it again."
        )
    if needed == 0:
        return np.zeros(shape, dtype)
    values = np.frombuffer(data, dtype, offset=stream.tell())
    return values.reshape(shape, order="F" if by_columns else "C")
