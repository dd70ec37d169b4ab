"""Many ECGs in one array, (N, samples, leads) or (N, leads, samples), as CODE-15 % and arrays made of PTB-XL have them, or
with N last, as MATLAB stores them; or each in an array of its own.

One is taken out at a time, so that the others are never in memory. Names come from a row of N numbers or words beside the
array, else they are counted from 1; of arrays they are the names of these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ecgnet.readers import _keys
from ecgnet.readers._arrays import Arrays, is_usual
from ecgnet.readers._choice import without_beats

_IDS = (
    "exam_id",
    "ecg_id",
    "record_id",
    "study_id",
    "id",
    "ids",
    "exam_ids",
    "ecg_ids",
    "names",
    "name",
    "filename",
)
_CHANNELS = (8, 12, 15)
_SHORTEST = 100  # samples
_MAX_COLUMNS = 64  # of a row of N facts, such as a gain for each lead


@dataclass(frozen=True, slots=True)
class Batch:
    """names: of its N ECGs; array: (N, ...), sliced one at a time; beside: facts of all; each: rows of N facts; alike:
    what one of them leaves out, all do."""

    names: Sequence[str]
    array: Any
    beside: Arrays
    each: Mapping[str, Any] = field(default_factory=dict)
    alike: ClassVar[bool] = True

    def arrays(self, k: int) -> Arrays:
        """The samples of the ECG number k, from 0, and the facts that stand beside them."""
        one = np.asarray(self.array[k])
        found = Arrays({}, dict(self.beside.facts), dict(self.beside.small))
        for key, row in self.each.items():
            value = row[k]
            found.add(key, value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
        if "is_male" in self.each and "sex" not in found.facts:
            found.facts["sex"] = "male" if np.ravel(self.each["is_male"][k])[0] else "female"
        found.add("tracing", one)
        return found


@dataclass(frozen=True, slots=True)
class Several:
    """ECGs in arrays of their own. names: of the arrays; beside: facts of all."""

    names: tuple[str, ...]
    arrays_by_name: Mapping[str, np.ndarray]
    beside: Arrays
    alike: ClassVar[bool] = False

    def arrays(self, k: int) -> Arrays:
        """The samples of the ECG number k, from 0, and the facts that stand beside them."""
        one = {self.names[k]: self.arrays_by_name[self.names[k]]}
        return Arrays(one, dict(self.beside.facts), dict(self.beside.small))


@dataclass(frozen=True, slots=True)
class _NumberLast:
    """An array (..., N) as one that is indexed by number first."""

    array: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, ...)"""
        return (self.array.shape[-1], *self.array.shape[:-1])

    def __getitem__(self, k: int) -> np.ndarray:
        return self.array[..., k]


def is_batch(shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape holds several ECGs."""
    return _number_first(shape) or _number_last(shape)


def _number_first(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[0] > 1 and is_ecg(shape[1:])


def _number_last(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[-1] > 1 and is_ecg(shape[:-1]) and not _number_first(shape)


def is_ecg(shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape can be the leads of one ECG by its samples."""
    return len(shape) == 2 and min(shape) in _CHANNELS and max(shape) >= _SHORTEST


def several_of(arrays: Mapping[str, np.ndarray], beside: Arrays) -> Several | None:
    """The ECGs among some arrays that hold one each, under names that are no usual name of samples (`p_signal` beside
    `d_signal` is one ECG, twice), average beats left out; None for fewer than two."""
    names = tuple(without_beats(key for key, array in arrays.items() if is_ecg(tuple(array.shape))))
    if len(names) < 2 or any(is_usual(key) for key in names):
        return None
    return Several(names, arrays, beside)


def batch_of(arrays: Mapping[str, Any], beside: Arrays) -> Batch | None:
    """The batch among some arrays or datasets by name, which have `shape` and can be indexed; None where there is none, or
    more than one."""
    found = {key: array for key, array in arrays.items() if is_batch(tuple(array.shape))}
    if len(found) != 1:
        return None
    (array,) = found.values()
    array = array if _number_first(tuple(array.shape)) else _NumberLast(array)
    n = array.shape[0]
    each = {
        _keys.plain(key.rsplit("/", 1)[-1]): row
        for key, row in arrays.items()
        if tuple(row.shape) == (n,)
        or (len(row.shape) == 2 and row.shape[0] == n and row.shape[1] <= _MAX_COLUMNS)
    }
    ids = next((each[key] for key in _IDS if key in each and math.prod(each[key].shape) == n), None)
    return Batch(_names(ids, n), array, beside, {key: row for key, row in each.items() if key not in _IDS})


class _Numbered(Sequence[str]):
    """Names that are whole numbers, each written out when it is asked for: a slice of a large batch names none of the
    others."""

    def __init__(self, numbers: Sequence[int] | np.ndarray) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, k: int) -> str:  # type: ignore[override]
        return str(int(self._numbers[k]))


def _names(ids: Any, n: int) -> Sequence[str]:
    if ids is None:
        return _Numbered(range(1, n + 1))
    found = np.ravel(ids[:])
    if found.dtype.kind in "iu" and np.unique(found).size == n:
        return _Numbered(found)
    values = found.tolist()
    texts = [value.decode("utf-8", "replace") if isinstance(value, bytes) else f"{value}" for value in values]
    texts = ["".join(c if c.isprintable() and c not in "/\\#" else "_" for c in text)[:80] for text in texts]
    seen: dict[str, int] = {}
    names = []
    for k, text in enumerate(texts, start=1):
        seen[text] = seen.get(text, 0) + 1
        names.append(text if text and seen[text] == 1 else f"{text or 'number'}-{k}")
    return tuple(names)
