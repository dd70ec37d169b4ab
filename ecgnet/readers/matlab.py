"""MATLAB files (`.mat`): versions 4 and 5 to 7 through scipy, 7.3, which is HDF5, through h5py.

Only numbers, texts, and the structures and cells that hold them are taken; objects and functions are not. Of a WFDB
record the header decides (`wfdb_files`); alone, the `val` of the CinC challenges is ADC steps without a unit.
Source: MathWorks, MAT-File Format.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _hdf5
from ecgnet.readers._arrays import Arrays, record_of
from ecgnet.readers._batch import Batch, Several, batch_of, is_batch, is_ecg, several_of
from ecgnet.readers._core import MAX_FILE_BYTES, MAX_SAMPLES, ReadError, ReadOptions
from ecgnet.readers._hdf5 import Groups
from ecgnet.record import Record

NAME = "MATLAB"

_HEADER = 128
_COMPRESSED = 15
_PLAIN = {"double", "single", "char", "struct", "cell", "logical"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
_MAX_DEPTH = 3
_MAX_ROWS = 64
_MAX_UNPACKED = 4 * MAX_FILE_BYTES


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes begin as a MATLAB file of version 5 or 7.3, or hold a matrix of version 4 first."""
    return _is_5(data) or data.startswith(b"MATLAB 7.3") or _is_4(data)


def _is_5(data: bytes) -> bool:
    return len(data) >= _HEADER and data[126:128] in (b"IM", b"MI") and not _hdf5.has_signature(data)


def _is_4(data: bytes) -> bool:
    if len(data) < 22:
        return False
    for order in "<>":
        kind, rows, columns, imaginary, length = struct.unpack(f"{order}5i", data[:20])
        machine, number, text = kind // 1000, kind // 10 % 10, kind % 10
        if machine == (order == ">") and kind // 100 % 10 == 0 and number <= 5 and text in (0, 1):
            title = data[20 : 20 + length] if 2 <= length <= 64 else b""
            if rows > 0 and columns > 0 and imaginary in (0, 1) and title.endswith(b"\0"):
                return title[:-1].decode("latin-1").isidentifier()
    return False


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record in the variables, signal (12, T) in mV.

    Variables may lie in one structure, and `fs`, `unit`, `leads` beside the samples. Raises ReadError, with a question for
    what is left out.
    """
    found = _hdf5.arrays(data, name) if _hdf5.has_signature(data) else _variables(data, name)
    hint = ""
    if "val" in found.arrays:
        hint = say("If there is a header, a .hea file, give it together with this file instead.")
    return record_of(found, name, NAME, options, hint)


def batch(data: bytes, name: str) -> Batch | Several | Groups | None:
    """The ECGs of a file that holds many in one variable or each in a variable; None for another."""
    try:
        if _hdf5.has_signature(data):
            return _hdf5.batch(data, name)
        shapes = _matrices(data)
        if len(shapes) < 2 and not any(map(is_batch, shapes)):
            return None
        found = _variables(data, name)
    except ReadError:  # told when the file itself is read
        return None
    beside = Arrays(facts=found.facts, small=found.small)
    return batch_of(found.arrays, beside) or several_of(found.arrays, beside)


def read_one(found: Batch | Several | Groups, k: int, *, name: str, options: ReadOptions) -> Record:
    """The ECG number k, from 0, of a batch, signal (12, T) in mV. Raises ReadError."""
    return record_of(found.arrays(k), name, NAME, options)


def batch_in_parts(stream: BinaryIO, name: str) -> None:
    """Raises ReadError: what MATLAB stores lies column by column, so that an ECG of many lies all over the file."""
    raise ReadError(
        say(
            "{name} has {seek:.0f} MB, more than the {max_file_bytes:.0f} MB of a MATLAB file that are "
            "read here: cut out the part you need, or save the ECGs in one array (number, samples, "
            "leads) as HDF5 or NumPy, of which any size is read.",
            name=name,
            seek=stream.seek(0, io.SEEK_END) / 1000000.0,
            max_file_bytes=MAX_FILE_BYTES / 1000000.0,
        )
    )


def _matrices(data: bytes) -> list[tuple[int, ...]]:
    """The shapes of the variables that can hold an ECG or several; () for a damaged file, which is told when it is read."""
    import scipy.io

    try:
        shapes = [tuple(shape) for _, shape, _ in scipy.io.whosmat(io.BytesIO(data))]
    except Exception:  # as in `_variables`
        return []
    return [shape for shape in shapes if is_ecg(shape) or is_batch(shape)]


def _variables(data: bytes, name: str) -> Arrays:
    import scipy.io  # slow to import: only those who read MATLAB wait

    if _is_5(data):
        _check_elements(data, name)
    try:
        listed = scipy.io.whosmat(io.BytesIO(data))
        if sum(int(np.prod(shape, dtype=object)) for _, shape, _ in listed) > MAX_SAMPLES:
            raise ReadError(
                say(
                    "{name} announces more than {max_samples} samples: cut out a part.",
                    name=name,
                    max_samples=MAX_SAMPLES,
                )
            )
        wanted = [variable for variable, _, kind in listed if kind in _PLAIN]
        loaded = scipy.io.loadmat(io.BytesIO(data), variable_names=wanted, chars_as_strings=True)
    except ReadError:
        raise
    # scipy's own reader meets damage with whatever it trips over.
    except Exception as error:
        raise ReadError(
            say(
                "{name} is a damaged MATLAB file, or cut short: copy or save it again.",
                name=name,
            )
        ) from error
    if wanted == [] and listed:
        raise ReadError(
            say(
                "{name} holds only {listed} variables, which are not opened: save plain arrays.",
                name=name,
                listed=listed[0][2],
            )
        )
    found = Arrays()
    for variable in wanted:
        if variable in loaded:
            _add(found, variable, loaded[variable], 0)
    return found


def _add(found: Arrays, name: str, value: Any, depth: int) -> None:
    """Sort in a variable; of a structure its fields, of a cell array its texts."""
    value = np.asarray(value)
    if value.dtype.names and value.size == 1 and depth < _MAX_DEPTH:
        for key in value.dtype.names:
            _add(found, f"{name}.{key}", value.ravel()[0][key], depth + 1)
    elif (
        value.dtype.names and value.size <= _MAX_ROWS and depth < _MAX_DEPTH
    ):  # one row a signal, as `rdmat` has them
        for key in value.dtype.names:
            _add_each(found, f"{name}.{key}", [np.ravel(row[key]) for row in value.ravel()])
    elif value.dtype == object and value.size == 1 and depth < _MAX_DEPTH:
        _add(found, name, value.ravel()[0], depth + 1)
    elif value.dtype == object:
        texts = [np.ravel(item)[0] if np.size(item) == 1 else None for item in value.ravel()]
        if all(isinstance(text, str) for text in texts):
            found.add(name, [str(text) for text in texts])
    else:
        found.add(name, value)


def _add_each(found: Arrays, name: str, values: list[np.ndarray]) -> None:
    """A text or a number of each row."""
    firsts = [value[0] if value.size == 1 else None for value in values]
    if all(isinstance(first, str) for first in firsts):
        found.add(name, [str(first) for first in firsts])
    elif all(isinstance(first, np.number) for first in firsts):
        found.add(name, np.array(firsts, dtype=np.float64))


def _check_elements(data: bytes, name: str) -> None:
    """Raises ReadError for elements that are cut short, or that decompress to more than a file may hold."""
    order = "<" if data[126:128] == b"IM" else ">"
    at, total = _HEADER, 0
    while at < len(data):
        if len(data) - at < 8:
            raise ReadError(say("{name} is cut short: copy it again.", name=name))
        kind, size = struct.unpack_from(f"{order}II", data, at)
        if kind >> 16:  # a small element: kind and size in four bytes, data in the next
            at += 8
            continue
        if size > len(data) - at - 8:
            raise ReadError(say("{name} is cut short: copy it again.", name=name))
        if kind == _COMPRESSED:
            total += _unpacked_size(data[at + 8 : at + 8 + size], name, _MAX_UNPACKED - total)
        at += 8 + size if kind == _COMPRESSED else 8 + -(-size // 8) * 8


def _unpacked_size(packed: bytes, name: str, limit: int) -> int:
    total, rest, part = 0, packed, zlib.decompressobj()
    try:
        while rest and not part.eof:
            total += len(part.decompress(rest, 1 << 20))
            rest = part.unconsumed_tail
            if total > limit:
                raise ReadError(
                    say(
                        "{name} decompresses to more than is read here: save a part of it.",
                        name=name,
                    )
                )
    except zlib.error as error:
        raise ReadError(say("{name} is a damaged MATLAB file: copy or save it again.", name=name)) from error
    if not part.eof:
        raise ReadError(say("{name} is cut short: copy it again.", name=name))
    return total
