"""The outer shape of an SCP-ECG record: its sections, their checksums, and the patient's data in section 1.

Source: EN 1064:2005 (ISO 11073-91064), 5.2 (record), 5.3 (pointers, section 0), 5.4 (patient, section 1).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ecgnet.language import say
from ecgnet.readers import _patient
from ecgnet.readers._bytes import checksum, day_of
from ecgnet.readers._core import ReadError
from ecgnet.record import Identity, Metadata

_RECORD = struct.Struct("<HI")  # checksum, size
_SECTION = struct.Struct("<HHIBB6x")  # checksum, number, length, version, protocol
_POINTER = struct.Struct("<HII")  # number, length, position counted from 1
_FIRST = _RECORD.size
STANDARD = range(12)  # the sections of the standard that are read here; 12 is long-term rhythm of version 3

# Code pages of tag 14, byte 17; any even code is Latin-1.
_CODECS = {
    0x03: "iso8859_2",
    0x0B: "iso8859_4",
    0x13: "iso8859_5",
    0x1B: "iso8859_6",
    0x23: "iso8859_7",
    0x2B: "iso8859_8",
    0x33: "iso8859_11",
    0x3B: "iso8859_15",
    0x07: "utf-16-le",
    0x0F: "shift_jis",
    0x17: "euc_jp",
    0x1F: "euc_jp",
    0x27: "gb2312",
    0x2F: "cp949",
    0x37: "utf-8",
}
_FIXED_SIZES = {
    4: 3,
    5: 4,
    6: 3,
    7: 3,
    8: 1,
    9: 1,
    11: 2,
    12: 2,
    24: 1,
    25: 4,
    26: 3,
    27: 2,
    28: 2,
    29: 1,
    33: 2,
}
_AGE_UNITS = {1: "year", 2: "month", 3: "week", 4: "day", 5: "hour"}
_LENGTH_UNITS = {1: "cm", 2: "in", 3: "mm"}
_WEIGHT_UNITS = {1: "kg", 2: "g", 3: "lb"}
_SEXES = {1: "male", 2: "female"}


@dataclass(frozen=True, slots=True)
class Sections:
    """bodies: number → content without its header; protocol: version times ten; damaged: parts whose checksum is wrong."""

    bodies: dict[int, bytes]
    protocol: int
    damaged: tuple[str, ...]


def looks_like_scp(data: bytes) -> bool:
    """Whether a record's size and the pointer of section 0 to itself stand where they must."""
    if len(data) < _FIRST + _SECTION.size + _POINTER.size:
        return False
    size = _RECORD.unpack_from(data)[1]
    _, number, length, _, _ = _SECTION.unpack_from(data, _FIRST)
    pointed, _, position = _POINTER.unpack_from(data, _FIRST + _SECTION.size)
    tables = length - _SECTION.size
    return (
        number == pointed == 0
        and position == _FIRST + 1
        and tables > 0
        and tables % _POINTER.size == 0
        and size >= _FIRST + length
    )


def split(data: bytes, name: str) -> Sections:
    """The sections of a record. Raises ReadError for one that is cut short or points outside itself."""
    stored, size = _RECORD.unpack_from(data)
    if size > len(data):
        raise ReadError(
            say(
                "{name} announces {size} bytes and has {n_data}: it is cut short, copy it again.",
                name=name,
                size=size,
                n_data=len(data),
            )
        )
    data = data[:size]
    _, _, length, _, protocol = _SECTION.unpack_from(data, _FIRST)
    damaged = [] if checksum(data[2:]) == stored else [say("the record")]
    bodies: dict[int, bytes] = {}
    for at in range(_FIRST + _SECTION.size, _FIRST + length - _POINTER.size + 1, _POINTER.size):
        number, extent, position = _POINTER.unpack_from(data, at)
        if number == 0 or extent <= _SECTION.size:  # a section that is not there
            continue
        whole = data[position - 1 : position - 1 + extent]
        if position == 0 or len(whole) < extent:
            raise ReadError(
                say(
                    "{name}: section {number} lies outside the file, which is damaged: copy it again.",
                    name=name,
                    number=number,
                )
            )
        if number not in STANDARD:
            bodies[number] = whole[_SECTION.size :]
            continue
        stated, found, inner, _, _ = _SECTION.unpack_from(whole)
        if found != number or number in bodies:
            raise ReadError(
                say(
                    "{name}: section {number} is not where the file says: export or copy it again.",
                    name=name,
                    number=number,
                )
            )
        if checksum(whole[2:]) != stated:
            damaged.append(f"section {number}")
        bodies[number] = whole[_SECTION.size : inner if inner > _SECTION.size else extent]
    return Sections(bodies, protocol, tuple(damaged))


def patient(body: bytes, notes: list[str]) -> tuple[Metadata, Identity, int]:
    """Patient data of section 1, and the protocol version of the device (times ten, 0 if not stated)."""
    given = tags(body)
    if given is None:
        notes.append(say("The patient's data could not be read: their lengths do not fit the file."))
    known = given or {}
    device = known.get(14, b"")

    def text(tag: int) -> str:
        plain = known.get(tag, b"").decode(codec(known), errors="replace")
        return plain.split("\0")[0].strip()

    def amount(tag: int) -> tuple[str, int]:
        if len(known.get(tag, b"")) < 3:
            return "", 0
        value, unit = struct.unpack_from("<HB", known[tag])
        return str(value), unit

    birth, taken = (day(known.get(tag, b"")) for tag in (5, 25))
    facts, remarks = _patient.metadata(
        age=amount(4)[0],
        age_unit=_AGE_UNITS.get(amount(4)[1], say("not stated")),
        birth=birth,
        recorded=taken,
        sex=_SEXES.get(known[8][0], "") if known.get(8) else "",
        height=(amount(6)[0], _LENGTH_UNITS.get(amount(6)[1], "")),
        weight=(amount(7)[0], _WEIGHT_UNITS.get(amount(7)[1], "")),
    )
    notes.extend(remarks)
    person = _patient.identity((text(1), text(0), text(3)), birth, text(2))
    return facts, person, device[14] if len(device) > 14 else 0


def tags(body: bytes) -> dict[int, bytes] | None:
    """Tag → value of section 1, the first of each; None when they do not fit the section."""
    found = _tags(body, {})
    return (
        found if found is not None else _tags(body, _FIXED_SIZES)
    )  # some writers state wrong lengths for these


def codec(given: Mapping[int, bytes]) -> str:
    """The code page of the record's texts, out of tag 14."""
    device = given.get(14, b"")
    return _CODECS.get(device[16], "latin-1") if len(device) > 16 else "latin-1"


def day(value: bytes) -> date | None:
    """A date as a tag holds it; None for none."""
    return day_of(*struct.unpack_from("<HBB", value)) if len(value) >= 4 else None


def _tags(body: bytes, sizes: dict[int, int]) -> dict[int, bytes] | None:
    """Tag → value, the first of each; None when a value reaches beyond the section."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 3 <= len(body):
        tag, length = struct.unpack_from("<BH", body, at)
        if tag == 255:
            break
        length = sizes.get(tag, length)
        at += 3
        if at + length > len(body):
            return None
        found.setdefault(tag, body[at : at + length])
        at += length
    return found
