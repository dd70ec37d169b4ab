"""The text of a WFDB header, checked before anything acts on it.

Source: WFDB Applications Guide, header(5), https://physionet.org/physiotools/wag/header-5.htm
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ecgnet.language import say
from ecgnet.readers._core import MAX_SAMPLES, ReadError
from ecgnet.readers._names import left_out

BITS = {"8": 8, "16": 16, "24": 24, "32": 32, "61": 16, "80": 8, "160": 16, "212": 12}
"""Bits a sample of the formats that pack samples one after the other, signal(5)."""
TRIPLETS = ("310", "311")  # three samples in four bytes
FLAC = ("508", "516", "524")
_MOST_A_FRAME = 64

RECORD_LINE = re.compile(
    r"(?P<record>[-\w.]+)(?:/(?P<segments>\d{1,9}))?\s+(?P<signals>\d{1,9})"
    r"(?:\s+(?P<fs>[-+\d.eE]+)(?:/\S*)?(?:\s+(?P<samples>\d{1,12})(?:\s.*)?)?)?"  # time and date are not used
)
NEXT_LINE = re.compile(r"\S+\s+\d{1,12}(?:x\d+)?(?::\d+)?(?:\+\d+)?(?:\s|$)")
"""A signal's file and format, or a segment and its length."""
_FORMAT = re.compile(
    r"(?P<code>\d{1,9})(?:x(?P<per_frame>\d{1,9}))?(?::(?P<skew>\d{1,9}))?(?:\+(?P<offset>\d{1,9}))?"
)
_GAIN = re.compile(r"(?P<gain>[-+\d.eE]+)(?:\((?P<baseline>-?\d{1,18})\))?(?:/(?P<unit>\S+))?")
# The first character keeps "..", hidden files and options out; ":" (drives, URLs) and slashes are not in.
_SEGMENT = re.compile(r"(?P<name>~|\w[-\w]*)\s+(?P<samples>\d{1,12})")
_PLAIN_NAME = re.compile(r"\w[\w.+\-()]*")


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal line. gain (ADC steps per `unit`), unit, first and checksum are None if not stated; per_frame: samples a
    frame, more than one only of what is no lead."""

    file: str
    format: str
    offset: int
    gain: float | None
    baseline: int
    unit: str | None
    first: int | None
    checksum: int | None
    label: str
    per_frame: int = 1


@dataclass(frozen=True, slots=True)
class Header:
    """A single-segment header: fs in Hz, None if not stated; n_samples of each signal, None if not stated."""

    fs: float | None
    n_samples: int | None
    signals: tuple[Signal, ...]
    comments: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The signal files, each once."""
        return tuple(dict.fromkeys(signal.file for signal in self.signals))


@dataclass(frozen=True, slots=True)
class Master:
    """A header of several segments: fs in Hz, n_samples of all, and of each its name (None: a gap) and its samples.

    variable: the segments need not have the same signals; a segment without samples, which lists them all, is left out.
    """

    fs: float | None
    n_signals: int
    n_samples: int
    segments: tuple[tuple[str | None, int], ...]
    variable: bool
    comments: tuple[str, ...]


def text_of(data: bytes) -> str:
    """Header bytes as text: UTF-8, else Latin-1, in which every byte is a character (old files' \u00b5V)."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse_master(data: bytes, name: str) -> Master | None:
    """The content of a header of several segments, None for one of a single segment. Raises ReadError."""
    comments, lines, match, fs = _open(data, name)
    if not match["segments"]:
        return None
    if len(lines) - 1 != int(match["segments"]) or len(lines) == 1:
        raise ReadError(
            say(
                "{name} announces {segments} segments and names {n_lines}: the header is cut short or "
                "edited, copy it again.",
                name=name,
                segments=match["segments"],
                n_lines=len(lines) - 1,
            )
        )
    segments = []
    for line in lines[1:]:
        segment = _SEGMENT.fullmatch(line)
        if segment is None or segment["name"] == match["record"]:
            raise ReadError(
                say(
                    "{name} names {line!r} as a segment; only other records in the folder of the header are "
                    "followed. Put the segments beside the header and name them there without a path.",
                    name=name,
                    line=line[:80],
                )
            )
        segments.append((None if segment["name"] == "~" else segment["name"], int(segment["samples"])))
    n_samples = sum(length for _, length in segments)
    if int(match["samples"] or n_samples) != n_samples:
        raise ReadError(
            say(
                "{name} announces {samples} samples and its segments have {n_samples}: copy it again.",
                name=name,
                samples=match["samples"],
                n_samples=n_samples,
            )
        )
    count = int(match["signals"])
    if count * n_samples > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} announces {count} x {n_samples} samples, too many to read: cut out a part.",
                name=name,
                count=count,
                n_samples=n_samples,
            )
        )
    variable = segments[0][1] == 0
    return Master(fs, count, n_samples, tuple(s for s in segments if s[1]), variable, comments)


def parse(data: bytes, name: str) -> Header:
    """A header's content. Raises ReadError for what is not a whole, plain, single-segment header."""
    comments, lines, match, fs = _open(data, name)
    count = int(match["signals"])
    if count == 0:
        raise ReadError(
            say(
                "{name} describes no signals: give the header of a 12-lead record.",
                name=name,
            )
        )
    if len(lines) - 1 != count:
        raise ReadError(
            say(
                "{name} announces {count} signals and describes {n_lines}: the header is cut short or "
                "edited, copy it again.",
                name=name,
                count=count,
                n_lines=len(lines) - 1,
            )
        )
    n_samples = int(match["samples"] or 0) or None
    if count * (n_samples or 1) > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} announces {count} x {n_samples} samples, too many to read: cut out a part.",
                name=name,
                count=count,
                n_samples=n_samples,
            )
        )
    signals = tuple(_signal(line, k, name) for k, line in enumerate(lines[1:], start=1))
    return Header(fs, n_samples, signals, comments)


def _open(data: bytes, name: str) -> tuple[tuple[str, ...], list[str], re.Match[str], float | None]:
    """Comments, other lines, the record line as matched, and the sampling rate, None if it is not stated."""
    lines = [line.strip() for line in text_of(data).splitlines()]
    comments = tuple(line for line in lines if line.startswith("#"))
    lines = [line for line in lines if line and not line.startswith("#")]
    match = RECORD_LINE.fullmatch(lines[0]) if lines else None
    if match is None:
        raise ReadError(
            say(
                "{name}: the first line is not the record line of a WFDB header. Export it again.",
                name=name,
            )
        )
    fs = _number(match["fs"])
    if match["fs"] is not None and (fs is None or fs <= 0):
        raise ReadError(
            say(
                "{name} states no sampling rate above 0 Hz: add it to the first line of the header.",
                name=name,
            )
        )
    return comments, lines, match, fs


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _signal(line: str, number: int, name: str) -> Signal:
    file, *fields = line.split()
    if not _PLAIN_NAME.fullmatch(file) or ".." in file:
        raise ReadError(
            say(
                "{name}: signal {number} is to be read from {file!r}; only plain file names in the folder of "
                "the header are followed. Put the file beside the header and name it there without a path.",
                name=name,
                number=number,
                file=file,
            )
        )
    match = _FORMAT.fullmatch(fields[0]) if fields else None
    if match is None:
        raise ReadError(
            say(
                "{name}: the format of signal {number} is not understood. Export the record again.",
                name=name,
                number=number,
            )
        )
    if match["code"] not in (*BITS, *TRIPLETS, *FLAC):
        raise ReadError(
            say(
                "{name}: signal {number} has the format {code}, which is not read here.",
                name=name,
                number=number,
                code=match["code"],
            )
        )
    rest = fields[1:]
    gain, baseline, unit = None, None, None
    if rest and (calibration := _GAIN.fullmatch(rest[0])):
        gain = _number(calibration["gain"])
        if gain is None:
            raise ReadError(
                say(
                    "{name}: the gain of signal {number}, {rest!r}, is not a number.",
                    name=name,
                    number=number,
                    rest=rest[0],
                )
            )
        baseline, unit = calibration["baseline"], calibration["unit"]
        rest = rest[1:]
    numbers: list[int] = []  # resolution, zero, first value, checksum, block size
    while rest and len(numbers) < 5 and re.fullmatch(r"-?\d{1,18}", rest[0]):
        numbers.append(int(rest.pop(0)))
    _, zero, first, checksum, _ = (*numbers, *[None] * (5 - len(numbers)))
    label, per_frame = " ".join(rest), int(match["per_frame"] or 1)
    if per_frame != 1 and (not left_out(label) or not 0 < per_frame <= _MOST_A_FRAME):
        raise ReadError(
            say(
                "{name}: signal {number} has {per_frame} samples a frame, which is not read here: export the "
                "record with one rate for all signals.",
                name=name,
                number=number,
                per_frame=match["per_frame"],
            )
        )
    if int(match["skew"] or 0) and not left_out(label):
        raise ReadError(
            say(
                "{name}: signal {number} is skewed in time: align the signals (xform does) first.",
                name=name,
                number=number,
            )
        )
    return Signal(
        file=file,
        format=match["code"],
        offset=int(match["offset"] or 0),
        gain=gain or None,  # 0 means "not calibrated", as does no gain
        baseline=int(baseline) if baseline is not None else (zero or 0),
        unit=unit,
        first=first,
        checksum=checksum,
        label=label,
        per_frame=per_frame,
    )
