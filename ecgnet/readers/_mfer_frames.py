"""The definitions of an MFER file in the order they are read, and the frames of samples that they describe.

Source: MFER part 1, basic encoding rules (ISO 22077-1), https://www.mfer.org/en/document.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np

from ecgnet.language import say
from ecgnet.readers._core import MAX_SAMPLES, ReadError


class Tag(IntEnum):
    """The definitions that are used here."""

    BLE = 1  # byte order
    VER = 2
    TXC = 3  # character set
    BLK = 4  # samples of a channel that stand together
    CHN = 5  # channels
    SEQ = 6  # how often the blocks of all channels follow one another
    PNT = 7  # where a frame starts, in samples
    WFM = 8  # kind of waveform
    LDN = 9  # lead
    DTP = 10  # data type
    IVL = 11  # sampling interval or rate
    SEN = 12  # step
    OFF = 13
    CMP = 14  # compression
    NUL = 18  # the value that is no sample
    WAV = 30  # the samples
    ATT = 63  # definitions of one channel
    PRE = 64
    SKW = 67
    SET = 103  # definitions in a group
    END = 128
    PNM = 129  # patient: name, number, age, sex
    PID = 130
    AGE = 131
    SEX = 132
    TIM = 133


KNOWN = {*range(1, 16), 17, 18, 21, 22, 23, Tag.WAV, Tag.ATT, *range(64, 71), Tag.SET, *range(Tag.END, 137)}
_TYPES = {0: "i2", 1: "u2", 2: "i4", 3: "u1", 4: "u2", 5: "i1", 6: "u4", 7: "f4", 8: "f8"}
STATUS = 4  # a data type that holds flags in place of samples
_MOST_CHANNELS = 256
_MOST_DEFINITIONS = 100_000
_NOT_ZERO = re.compile(rb"[^\0]")


@dataclass(frozen=True, slots=True)
class Definition:
    """What is in force for one channel: block length, sequences, data type, lead code and name, kind of waveform; rate in
    Hz and step in V, None if not stated; unit of the step (0 is volt); values of zero and of "no sample", as bytes."""

    block: int = 1
    sequences: int | None = None
    type: int = 0
    lead: int | None = None
    text: str = ""
    waveform: int = 0
    rate: float | None = None
    step: float | None = None
    unit: int = 0
    offset: bytes = b""
    null: bytes = b""


@dataclass(frozen=True, slots=True)
class Frame:
    """One MWF_WAV: the channels, the samples of each as stored (T,), how bytes are ordered, and where it starts."""

    channels: tuple[Definition, ...]
    samples: tuple[np.ndarray, ...]
    order: str
    pointer: int | None


@dataclass(slots=True)
class File:
    """Everything a file says: its frames, and the values of the tags that concern the patient."""

    name: str
    frames: list[Frame] = field(default_factory=list)
    facts: dict[int, bytes] = field(default_factory=dict)
    order: str = ">"
    ended: bool = False
    count: int = 1
    pointer: int | None = None
    common: Definition = field(default_factory=Definition)
    own: dict[int, dict[str, object]] = field(default_factory=dict)

    def take(self, data: bytes, channel: int | None = None, depth: int = 0) -> None:
        """Reads definitions one after the other. Raises ReadError for what is cut short or not understood."""
        if depth > 4:
            raise ReadError(
                say(
                    "{name}: its definitions lie too deep in one another: it is damaged, copy it again.",
                    name=self.name,
                )
            )
        for tag, number, value in definitions(data, self.name):
            if tag == Tag.END:
                self.ended = True
            elif tag == Tag.ATT and channel is None and number < self.count:
                self.take(value, number, depth + 1)
            elif tag == Tag.SET:
                self.take(value, channel, depth + 1)
            elif tag == Tag.BLE:
                self.order = "<" if value == b"\1" else ">"
            elif tag == Tag.CHN and channel is None:
                self.count, self.own = self.whole(value, 1), {}
            elif tag == Tag.PNT:
                self.pointer = self.whole(value, 0) if value else None
            elif tag == Tag.CMP and self.whole(value, 0):
                raise ReadError(
                    say(
                        "{name} is compressed in a way that is not read here: export it uncompressed.",
                        name=self.name,
                    )
                )
            elif tag == Tag.WAV:
                self.frames.append(self._frame(value))
                self.pointer = None
            elif tag in (Tag.BLK, Tag.SEQ, Tag.WFM, Tag.LDN, Tag.DTP, Tag.IVL, Tag.SEN, Tag.OFF, Tag.NUL):
                self._define(self._meaning(tag, value), channel)
            else:
                self.facts[tag] = value

    def whole(self, value: bytes, default: int) -> int:
        """A number without sign in the byte order in force; the default for an empty definition."""
        return int.from_bytes(value, "little" if self.order == "<" else "big") if value else default

    def _signed(self, value: bytes) -> int:
        return int.from_bytes(value, "little" if self.order == "<" else "big", signed=True)

    def _define(self, meaning: dict[str, object], channel: int | None) -> None:
        if channel is None:
            self.common = replace(self.common, **meaning)
        else:
            self.own.setdefault(channel, {}).update(meaning)

    def _meaning(self, tag: int, value: bytes) -> dict[str, object]:
        """What a definition changes in a `Definition`; empty ones go back to the default."""
        if tag == Tag.BLK:
            return {"block": self.whole(value, 1)}
        if tag == Tag.SEQ:
            return {"sequences": self.whole(value, 0) if value else None}
        if tag == Tag.WFM:
            return {"waveform": self.whole(value[:2], 0)}
        if tag == Tag.LDN:
            code = value[0] if len(value) == 1 else self.whole(value[:2], 0)
            return {"lead": code if value else None, "text": value[2:].decode("latin-1").strip("\0 ")}
        if tag == Tag.DTP:
            if value and value[0] not in _TYPES:
                raise ReadError(
                    say(
                        "{name} stores samples in a way (type {value}) that is not read here.",
                        name=self.name,
                        value=value[0],
                    )
                )
            return {"type": value[0] if value else 0}
        if tag == Tag.OFF:
            return {"offset": value}
        if tag == Tag.NUL:
            return {"null": value}
        if not value:
            return {"rate": None} if tag == Tag.IVL else {"step": None, "unit": 0}
        number = self._signed(value[2:]) * 10.0 ** int.from_bytes(value[1:2], signed=True)
        if tag == Tag.SEN:
            return {"step": number, "unit": value[0]}
        if value[0] not in (0, 1) or number <= 0:
            raise ReadError(
                say(
                    "{name} states no sampling rate above 0 Hz in time: export it again.",
                    name=self.name,
                )
            )
        return {"rate": number if value[0] == 0 else 1 / number}

    def _frame(self, stored: bytes) -> Frame:
        if not 1 <= self.count <= _MOST_CHANNELS:
            raise ReadError(
                say(
                    "{name} announces {count} channels: it is damaged, copy it again.",
                    name=self.name,
                    count=self.count,
                )
            )
        # what the file says of all channels names the lead of the first only
        rest = replace(self.common, lead=None, text="")
        channels = tuple(
            replace(self.common if k == 0 else rest, **self.own.get(k, {})) for k in range(self.count)
        )
        sequences = channels[0].sequences
        if any(channel.sequences != sequences for channel in channels):
            raise ReadError(
                say(
                    "{name}: its channels are of different lengths, which is not read here.",
                    name=self.name,
                )
            )
        sizes = [channel.block * np.dtype(_TYPES[channel.type]).itemsize for channel in channels]
        held, rest_bytes = divmod(len(stored), sum(sizes)) if min(sizes) > 0 else (0, 0)
        if sequences is None:
            sequences = held if not rest_bytes else 0
        if sequences < 1 or held < sequences:
            raise ReadError(
                say(
                    "{name} holds fewer samples than it announces: it is cut short, copy it again.",
                    name=self.name,
                )
            )
        if sequences * sum(channel.block for channel in channels) > MAX_SAMPLES:
            raise ReadError(say("{name} holds too many samples to read: cut out a part.", name=self.name))
        kind = np.dtype([(str(k), self.order + _TYPES[c.type], (c.block,)) for k, c in enumerate(channels)])
        rows = np.frombuffer(stored, kind, sequences)
        return Frame(
            channels, tuple(rows[str(k)].ravel() for k in range(self.count)), self.order, self.pointer
        )


def definitions(data: bytes, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Tag, channel (of an attribute, else 0) and value of each definition. Raises ReadError where one is cut short."""
    at = 0
    for _ in range(_MOST_DEFINITIONS):
        start = _NOT_ZERO.search(data, at)
        if start is None:
            return
        tag, number, at = data[start.start()], 0, start.end()
        if tag == Tag.END:
            yield Tag.END, 0, b""
            return
        try:
            while tag == Tag.ATT:  # seven bits of the channel in each byte
                number, at = number << 7 | data[at] & 0x7F, at + 1
                if not data[at - 1] & 0x80:
                    break
            length, at = _length(data, at)
        except IndexError:
            length = len(data)
        end = _closed(data, at, name) if length is None else at + length
        if end > len(data):
            raise ReadError(
                say(
                    "{name} ends within a definition: it is cut short, copy it again.",
                    name=name,
                )
            )
        yield tag, number, data[at:end]
        at = end + (2 if length is None else 0)
    raise ReadError(
        say(
            "{name} has too many definitions: it is damaged, copy it again.",
            name=name,
        )
    )


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """A length and the byte after it; None where the value runs to two zeros."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    if first == 0x80:
        return None, at + 1
    data[at + (first & 0x7F)]  # its last byte
    return int.from_bytes(data[at + 1 : at + 1 + (first & 0x7F)], "big"), at + 1 + (first & 0x7F)


def _closed(data: bytes, at: int, name: str) -> int:
    """Where a value without length ends: at two zeros in the place of a definition."""
    depth = 1
    while at + 1 < len(data):
        if data[at : at + 2] == b"\0\0":
            depth -= 1
            if depth == 0:
                return at
            at += 2
            continue
        tag, at = data[at], at + 1
        while tag == Tag.ATT and at < len(data) and data[at] & 0x80:
            at += 1
        try:
            length, at = _length(data, at + (tag == Tag.ATT))
        except IndexError:
            break
        depth += length is None
        at += length or 0
    raise ReadError(
        say(
            "{name} ends within a definition: it is cut short, copy it again.",
            name=name,
        )
    )
