"""MFER files: definitions of tag, length and value, then the samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS

STEP = 0.00125
CODES = dict(zip(LEADS, (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), strict=True))
NULL = -32768


def write(
    signal: np.ndarray,
    fs: float,
    *,
    little: bool = True,
    mark: bool = True,
    end: bool = True,
    block: int | None = None,
    frames: Sequence[tuple[int | None, int, int]] | None = None,
    leads: Sequence[str] | None = LEADS,
    rate: bool = True,
    step: bool = True,
    age: float | None = None,
    sex: str | None = None,
    name: str = "",
    birth_date: str = "",
    patient_id: str = "",
) -> bytes:
    """signal (12, T) in mV in steps of 1.25 µV, NaN as the value of no sample. block: samples of a channel that stand
    together; frames: where each starts by the file (None: not stated), and which samples (first, end) it holds."""
    order = "little" if little else "big"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, order, signed=True)

    steps = np.where(np.isnan(signal), NULL, np.round(np.nan_to_num(signal) / STEP))
    data = tag(64, b"MFR Standard 12 leads ECG\0") if mark else b""
    data += tag(1, bytes([little])) + tag(2, b"\1\1\0") + tag(8, number(1, 2))
    if rate:
        data += tag(11, bytes([1, 256 - 6]) + number(round(1e6 / fs), 4))  # µs
    if step:
        data += tag(12, bytes([0, 256 - 8]) + number(125, 2))  # 10 nV
    data += tag(18, number(NULL, 2)) + tag(10, b"\0") + tag(5, number(len(signal), 1))
    family, given = (name.rpartition(" ")[2], name.rpartition(" ")[0])
    data += tag(129, f"{family}^^{given}".encode()) if name else b""
    data += tag(130, patient_id.encode()) if patient_id else b""
    data += tag(132, bytes([{"male": 1, "female": 2}.get(sex, 0)]))
    year, month, day = map(int, birth_date.split("-")) if birth_date else (0, 0, 0)
    if age is not None or birth_date:
        data += tag(131, bytes([round(age or 0)]) + number(0, 2) + number(year, 2) + bytes([month, day]))
    data += tag(133, number(2024, 2) + bytes([2, 29, 8, 30, 0]))
    for k, lead in enumerate(leads or ()):
        data += bytes([63, k]) + length(tag(9, number(CODES[lead], 2)))
    for pointer, first, last in frames or [(None, 0, steps.shape[1])]:
        part = steps[:, first:last]
        size = block or part.shape[1]
        data += tag(4, number(size, 4)) + tag(6, number(part.shape[1] // size, 4))
        data += tag(7, number(pointer, 4)) if pointer is not None else b""
        stored = part.reshape(len(part), -1, size).transpose(1, 0, 2)
        data += tag(30, stored.astype("<i2" if little else ">i2").tobytes())
    return data + (b"\x80\0" if end else b"")


def tag(code: int, value: bytes) -> bytes:
    return bytes([code]) + length(value)


def length(value: bytes) -> bytes:
    """A value after its length."""
    size = len(value)
    return (bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")) + value
