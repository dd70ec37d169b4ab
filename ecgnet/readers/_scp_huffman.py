"""Samples of SCP-ECG sections 5 and 6: Huffman codes and differences undone.

Source: EN 1064:2005, 5.5 (Huffman tables, section 2), 5.8, 5.9 and annex C (compression).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from ecgnet.language import say
from ecgnet.readers._core import ReadError

_DEFAULT = 19999
_PADDING = 32  # bits after the last sample; writers fill up to whole words
_CODE = struct.Struct(
    "<BBBhI"
)  # bits of the prefix and of all, mode, value, prefix with its first bit lowest


@dataclass(frozen=True, slots=True)
class Table:
    """codes: prefix, in characters 0 and 1 → (bits that follow, value or number of a table, whether it is a value)."""

    codes: dict[str, tuple[int, int, bool]]

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of its prefixes, the shortest first."""
        return tuple(sorted({len(prefix) for prefix in self.codes}))


def _default() -> Table:
    """The table of the standard: 0; ones, a zero and a sign for 1 to 8; ten bits before a whole byte or two."""
    codes = {"0": (0, 0, True), "1111111110": (8, 0, True), "1111111111": (16, 0, True)}
    for size in range(1, 9):
        codes |= {"1" * size + "00": (0, size, True), "1" * size + "01": (0, -size, True)}
    return Table(codes)


def tables(body: bytes, name: str) -> tuple[Table, ...]:
    """The tables of section 2, at least one. Raises ReadError for tables that are cut short or unclear."""
    (count,) = struct.unpack_from("<H", body)
    if count == _DEFAULT:
        return (_default(),)
    found, at = [], 2
    for _ in range(count):
        (size,) = struct.unpack_from("<H", body, at)
        codes: dict[str, tuple[int, int, bool]] = {}
        for k in range(size):
            prefix, total, mode, value, stored = _CODE.unpack_from(body, at + 2 + k * _CODE.size)
            if not 1 <= prefix <= min(total, 32) or total - prefix > 32 or (total > prefix and value):
                raise ReadError(
                    say(
                        "{name}: its Huffman tables are not understood. Export it with the default one.",
                        name=name,
                    )
                )
            codes[f"{stored:032b}"[: -prefix - 1 : -1]] = (total - prefix, value, mode != 0)
        found.append(Table(codes))
        at += 2 + size * _CODE.size
    if not found or not all(table.codes for table in found):
        raise ReadError(say("{name}: its Huffman tables are empty. Export it again.", name=name))
    return tuple(found)


def decode(
    stream: bytes, count: int, known: tuple[Table, ...], difference: int, name: str
) -> tuple[np.ndarray, bool]:
    """`count` samples, int64, out of one lead's bytes, and whether these hold more; without tables they are plain
    16-bit integers. difference: 0, or the order of the differences that are stored.

    Raises ReadError when the bytes hold fewer samples.
    """
    if difference not in (0, 1, 2):
        raise ReadError(
            say(
                "{name} stores differences of order {difference}, which are not defined. Export it again.",
                name=name,
                difference=difference,
            )
        )
    held = len(stream) * 8 if known else len(stream) // 2
    if count > held:
        raise ReadError(
            say(
                "{name} announces {count} samples a lead, more than it can hold: copy it again.",
                name=name,
                count=count,
            )
        )
    if known:
        values, used = _undo_huffman(stream, count, known, name)
    else:
        values, used = np.frombuffer(stream, "<i2", count).astype(np.int64), 16 * count
    return _undo_differences(values, difference), len(stream) * 8 - used > _PADDING


def _undo_huffman(stream: bytes, count: int, known: tuple[Table, ...], name: str) -> tuple[np.ndarray, int]:
    """The values, and how many bits they took."""
    bits = f"{int.from_bytes(stream, 'big'):0{len(stream) * 8}b}" if stream else ""
    values = np.empty(count, np.int64)
    codes, lengths, at, n = known[0].codes, known[0].lengths, 0, 0
    while n < count:
        for length in lengths:
            code = codes.get(bits[at : at + length])
            if code is not None:
                break
        else:
            raise ReadError(
                say(
                    "{name}: {n} of {count} samples of a lead can be decoded: it is damaged, copy it again.",
                    name=name,
                    n=n,
                    count=count,
                )
            )
        at += length
        extra, value, is_value = code
        if not is_value:
            if not 1 <= value <= len(known):
                raise ReadError(
                    say(
                        "{name}: it calls for a Huffman table that is not there. Export it again.",
                        name=name,
                    )
                )
            codes, lengths = known[value - 1].codes, known[value - 1].lengths
            continue
        if extra:
            if at + extra > len(bits):
                raise ReadError(
                    say(
                        "{name}: the samples of a lead end too early: it is damaged, copy it again.",
                        name=name,
                    )
                )
            value = int(bits[at : at + extra], 2)
            value -= (value >> (extra - 1)) << extra  # two's complement
            at += extra
        values[n] = value
        n += 1
    return values, at


def _undo_differences(values: np.ndarray, order: int) -> np.ndarray:
    """Samples from their differences; the first `order` values are the samples themselves."""
    if order == 2 and len(values) > 2:
        slopes = np.cumsum(np.concatenate([values[1:2] - values[:1], values[2:]]))
        values = np.concatenate([values[:1], values[0] + np.cumsum(slopes)])
    elif order == 1:
        values = np.cumsum(values)
    return values.astype(np.int16).astype(np.int64)  # writers compute in 16 bits, which wrap around
