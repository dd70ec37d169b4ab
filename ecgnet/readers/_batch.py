"""Many ECGs in one array: (N, samples, leads) or (N, leads, samples), as CODE-15 % and arrays made of PTB-XL have them.

One is taken out at a time, so that the others are never in memory. Names come from a row of N numbers or words beside the
array, else they are counted from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ecgnet.readers._arrays import Arrays

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


@dataclass(frozen=True, slots=True)
class Batch:
    """names: of its N ECGs; array: (N, ...), sliced one at a time; beside: facts of all; each: rows of N facts; alike:
    what one of them leaves out, all do."""

    names: tuple[str, ...]
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


def is_batch(shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape holds several ECGs."""
    if len(shape) != 3 or shape[0] < 2:
        return False
    shorter, longer = sorted(shape[1:])
    return shorter in _CHANNELS and longer >= _SHORTEST


def batch_of(arrays: Mapping[str, Any], beside: Arrays) -> Batch | None:
    """The batch among some arrays or datasets by name, which have `shape` and can be indexed; None where there is none, or
    more than one."""
    found = {key: array for key, array in arrays.items() if is_batch(tuple(array.shape))}
    if len(found) != 1:
        return None
    (array,) = found.values()
    n = array.shape[0]
    each = {
        key.rsplit("/", 1)[-1].casefold(): row
        for key, row in arrays.items()
        if tuple(row.shape) in ((n,), (n, 1))
    }
    ids = next((each[key] for key in _IDS if key in each), None)
    return Batch(_names(ids, n), array, beside, {key: row for key, row in each.items() if key not in _IDS})


def _names(ids: Any, n: int) -> tuple[str, ...]:
    if ids is None:
        return tuple(map(str, range(1, n + 1)))
    values = np.ravel(ids[:]).tolist()
    texts = [value.decode("utf-8", "replace") if isinstance(value, bytes) else f"{value}" for value in values]
    texts = ["".join(c if c.isprintable() and c not in "/\\#" else "_" for c in text)[:80] for text in texts]
    seen: dict[str, int] = {}
    names = []
    for k, text in enumerate(texts, start=1):
        seen[text] = seen.get(text, 0) + 1
        names.append(text if text and seen[text] == 1 else f"{text or 'number'}-{k}")
    return tuple(names)
