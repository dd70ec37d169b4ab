"""The header of an EDF, EDF+ or BDF file: texts of fixed width, for all signals field by field.

Source: https://www.edfplus.info/specs/edf.html and edfplus.html; BDF: https://www.biosemi.com/faq/file_format.htm
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date

from ecgnet.language import say
from ecgnet.readers import _patient
from ecgnet.readers._bytes import day_of
from ecgnet.readers._core import ReadError
from ecgnet.record import Identity, Metadata

_EDF, _BDF = b"0       ", b"\xffBIOSEMI"
_FIXED = 256  # bytes of the first part, and of each signal's
_ANNOTATIONS = ("EDF Annotations", "BDF Annotations")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[\d.]*)?\x14")


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: lowest and highest value in its unit and as stored; first: samples before it in a data record."""

    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[int, int]
    per_block: int
    first: int

    @property
    def is_annotation(self) -> bool:
        """Whether it holds texts in place of samples."""
        return self.label in _ANNOTATIONS


@dataclass(frozen=True, slots=True)
class Header:
    """size: its bytes; blocks: the number of data records, -1 if not known when it was written; duration: seconds of
    each; discontinuous: they need not follow one another."""

    size: int
    blocks: int
    duration: float
    bytes_per_sample: int
    discontinuous: bool
    signals: tuple[Signal, ...]
    metadata: Metadata
    identity: Identity


def looks_like_edf(data: bytes) -> bool:
    """Whether the bytes open as EDF or BDF and count their signals."""
    opening = data[:8].rstrip(b"\0 \t") in (_EDF.strip(), _BDF)
    return (
        opening and len(data) >= _FIXED and re.fullmatch(rb"[ \t]*\d{1,4}[ \t\0]*", data[252:256]) is not None
    )


def columns(signal: Signal, width: int) -> slice:
    """The bytes of a signal in a data record."""
    return slice(signal.first * width, (signal.first + signal.per_block) * width)


def onset(texts: bytes, name: str) -> float:
    """The second at which a data record starts, out of its annotations. Raises ReadError when it is not there."""
    match = _ONSET.match(texts)
    if match is None:
        raise ReadError(
            say(
                "{name} does not say when one of its data records starts: it is damaged, copy it again.",
                name=name,
            )
        )
    return float(match[1])


def parse(data: bytes, name: str, notes: list[str]) -> Header:
    """A header's content. Raises ReadError for one that is cut short or holds no numbers where they belong."""
    count = _whole(data[252:256], say("number of signals"), name)
    size = _FIXED * (count + 1)
    if count < 1 or len(data) < size:
        raise ReadError(
            say(
                "{name} ends within its header: it is cut short, copy it again.",
                name=name,
            )
        )
    if _whole(data[184:192], say("size of the header"), name) != size:
        notes.append(
            say(
                "The header states a size that does not fit its {count} signals; {size} bytes are taken.",
                count=count,
                size=size,
            )
        )
    kind = data[192:197].decode("latin-1")
    metadata, identity, remarks = _patient_of(data, kind)
    notes.extend(remarks)
    duration = _number(data[244:252], say("duration of a data record"), name)
    if duration < 0:
        raise ReadError(
            say(
                "{name} states data records of {duration:g} s: its header is damaged, copy it again.",
                name=name,
                duration=duration,
            )
        )
    return Header(
        size=size,
        blocks=_whole(data[236:244], say("number of data records"), name),
        duration=duration,
        bytes_per_sample=3 if data[:8] == _BDF else 2,
        discontinuous=kind in ("EDF+D", "BDF+D"),
        signals=_signals(data, count, name),
        metadata=metadata,
        identity=identity,
    )


def _signals(data: bytes, count: int, name: str) -> tuple[Signal, ...]:
    at = _FIXED

    def field(width: int) -> list[bytes]:
        nonlocal at
        at += count * width
        return [data[at - (count - k) * width : at - (count - k - 1) * width] for k in range(count)]

    labels, _, units = field(16), field(80), field(8)
    low, high = ([_number(v, say("physical range"), name) for v in field(8)] for _ in range(2))
    bottom, top = ([_whole(v, say("digital range"), name) for v in field(8)] for _ in range(2))
    field(80)
    sizes = [_whole(value, say("number of samples"), name) for value in field(8)]
    if min(sizes) < 1:
        raise ReadError(
            say(
                "{name} has a signal without samples: its header is damaged, copy it again.",
                name=name,
            )
        )
    return tuple(
        Signal(
            label=_text(labels[k]),
            unit=_text(units[k]),
            physical=(low[k], high[k]),
            digital=(bottom[k], top[k]),
            per_block=sizes[k],
            first=sum(sizes[:k]),
        )
        for k in range(count)
    )


def _text(field: bytes) -> str:
    """A field, which some writers fill up with NUL in place of blanks, and some keep in UTF-8 in place of ASCII."""
    bare = field.strip(b" \0\t").split(b"\0")[0]
    try:
        return bare.decode("utf-8").strip()
    except UnicodeDecodeError:
        return bare.decode("latin-1").strip()


def _number(field: bytes, what: str, name: str) -> float:
    try:
        value = float(_text(field).replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ReadError(
            say(
                "{name}: the {what} in its header is not a number. Export or copy it again.",
                name=name,
                what=what,
            )
        )
    return value


def _whole(field: bytes, what: str, name: str) -> int:
    value = _number(field, what, name)
    if value != int(value):
        raise ReadError(
            say(
                "{name}: the {what} in its header is not a whole number. Export or copy it again.",
                name=name,
                what=what,
            )
        )
    return int(value)


def _patient_of(data: bytes, kind: str) -> tuple[Metadata, Identity, tuple[str, ...]]:
    """The patient field: in EDF+ code, sex, birth date and name; in EDF free text, kept as the patient's number."""
    text = _text(data[8:88])
    if kind[3:4] != "+":
        return Metadata(), _patient.identity((), None, text), ()
    code, sex, born, person = (*(part if part != "X" else "" for part in text.split()), "", "", "", "")[:4]
    birth = _day(born)
    start = re.match(r"Startdate (\S+)", _text(data[88:168]))
    recorded = _day(start[1]) if start else None
    metadata, remarks = _patient.metadata(birth=birth, recorded=recorded, sex=sex)
    return metadata, _patient.identity((person.replace("_", " "),), birth, code.replace("_", " ")), remarks


def _day(text: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})", text)
    if match is None or match[2].upper() not in _MONTHS:
        return None
    return day_of(int(match[3]), _MONTHS.index(match[2].upper()) + 1, int(match[1]))
