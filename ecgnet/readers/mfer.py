"""MFER, the medical waveform format of Japanese devices (.mwf), ISO 22077.

It is decoded here, for the library that reads it tells of a file cut short only by a warning of the whole process.
Source: MFER part 1 (ISO 22077-1) and part 3-1 (standard 12-lead ECG), https://www.mfer.org/en/document.htm
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _mfer_frames, _patient
from ecgnet.readers._bytes import day_of
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._leads import standard_lead
from ecgnet.readers._mfer_frames import Definition, File, Frame, Tag
from ecgnet.readers._names import LEADS_BY_CODE, left_out, names
from ecgnet.readers._scp_sections import looks_like_scp
from ecgnet.readers._stated import Channel, assemble, check_samples, gain_of
from ecgnet.record import Identity, LeftOut, Metadata, Record

NAME = "MFER"

_DEFAULT_RATE = 1000.0  # Hz, where none is stated
_DOMINANT_BEAT = 9
_MARK = b"MFR "
_SIZES = {
    Tag.BLE: (1, 1),
    Tag.VER: (3, 3),
    Tag.DTP: (0, 1),
    Tag.BLK: (0, 4),
    Tag.CHN: (0, 4),
    Tag.SEQ: (0, 4),
    Tag.PNT: (0, 4),
    Tag.IVL: (0, 6),
    Tag.SEN: (0, 6),
    Tag.SEX: (1, 1),
}
_FEWEST = 4  # definitions before the samples, in a file that does not begin with the mark


def sniff(data: bytes, name: str) -> bool:
    """Whether the file begins with the mark of the format, or is a chain of its definitions up to the samples."""
    if data[:1] == bytes([Tag.PRE]) and data[2:6] == _MARK:
        return True
    if data[:1] not in map(bytes, ([tag] for tag in _SIZES)) or looks_like_scp(data):
        return False
    seen = 0
    try:
        for tag, _, value in _mfer_frames.definitions(data, name):
            low, high = _SIZES.get(tag, (0, len(data)))
            if tag not in _mfer_frames.KNOWN or not low <= len(value) <= high:
                return False
            if tag == Tag.WAV:
                return seen >= _FEWEST
            seen += 1
    except ReadError:
        return False
    return False


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The rhythm of an MFER file, signal (12, T) in mV; what the file marks as no sample is NaN.

    unit and leads of the options serve where the file leaves them out. Raises ReadError.
    """
    file = File(name)
    file.take(data)
    notes: list[str] = []
    if not file.ended:
        notes.append(say("The file has no end mark; what followed, if anything, is not there."))
    frames = _rhythm(file, name, notes)
    numbers, fs = _one_rate(frames[0], name, options, notes)
    labels = names([_label(frames[0].channels[k], k) for k in numbers], options)
    starts, length = _starts(frames, numbers, name, notes)
    check_samples(length * len(numbers), name)
    channels = []
    for label, k in zip(labels, numbers, strict=True):
        if left_out(label):
            channels.append(Channel(label, np.broadcast_to(np.nan, length), 1.0, say("not read")))
            continue
        row = np.full(length, np.nan)
        for start, frame in zip(starts, frames, strict=True):
            row[start : start + len(frame.samples[k])] = _values(frame, k)
        step, unit = _step(frames[0].channels[k], label, name)
        channels.append(Channel(label, row, step, unit))
    metadata, identity = _who(file, notes)
    return assemble(channels, fs, name, options, NAME, metadata, identity, list(dict.fromkeys(notes)))


def _rhythm(file: File, name: str, notes: list[str]) -> list[Frame]:
    """The frames with most of the 12 leads, all of the same channels; never dominant beats."""
    frames = [frame for frame in file.frames if frame.channels[0].waveform != _DOMINANT_BEAT]
    if not frames:
        raise ReadError(
            say(
                "{name} holds no rhythm, only dominant beats or nothing: export the ECG itself.",
                name=name,
            )
        )
    best = max(frames, key=lambda frame: len({LEADS_BY_CODE.get(c.lead) for c in frame.channels} - {None}))
    chosen = [frame for frame in frames if _same_channels(frame, best)]
    if len(chosen) < len(file.frames):
        notes.append(
            LeftOut(
                say(
                    "Left out: {n_frames} frames of other channels or of dominant beats.",
                    n_frames=len(file.frames) - len(chosen),
                )
            )
        )
    if Tag.SKW in file.facts:
        notes.append(say("The channels were sampled a little later or earlier; this is not corrected."))
    return chosen


def _same_channels(one: Frame, other: Frame) -> bool:
    """Whether frames are of one kind; they may differ in length, not in how the channels' rates relate."""
    kinds = [
        [(replace(c, sequences=None, block=1), c.block / frame.channels[0].block) for c in frame.channels]
        for frame in (one, other)
    ]
    return kinds[0] == kinds[1] and one.order == other.order


def _one_rate(frame: Frame, name: str, options: ReadOptions, notes: list[str]) -> tuple[list[int], float]:
    """The channels of the rate that most leads have, status left out, and that rate in Hz."""
    there = [k for k, channel in enumerate(frame.channels) if channel.type != _mfer_frames.STATUS]
    leads = [k for k in there if standard_lead(_label(frame.channels[k], k))] or there
    if not leads:
        raise ReadError(
            say(
                "{name} holds only states of the device, no ECG: export the ECG itself.",
                name=name,
            )
        )
    kinds = {k: (frame.channels[k].rate, frame.channels[k].block) for k in there}
    kind = Counter(kinds[k] for k in leads).most_common(1)[0][0]
    others = [_label(frame.channels[k], k) for k in there if kinds[k] != kind]
    if others:
        notes.append(LeftOut(say("Left out, as sampled at other rates: {others}.", others=", ".join(others))))
    fs = kind[0]
    if fs is None:
        fs = options.fs or _DEFAULT_RATE
        notes.append(
            say(
                "No sampling rate stated; read at {fs:g} Hz, {fs_2}.",
                fs=fs,
                fs_2=say("as given") if options.fs else say("the default of MFER"),
            )
        )
    return [k for k in there if kinds[k] == kind], fs


def _label(channel: Definition, k: int) -> str:
    if channel.lead is None and not channel.text:
        return f"channel {k + 1}"
    return LEADS_BY_CODE.get(channel.lead) or channel.text or f"code {channel.lead}"


def _starts(
    frames: Sequence[Frame], channels: Sequence[int], name: str, notes: list[str]
) -> tuple[list[int], int]:
    """The sample at which each frame starts, and the length of all."""
    starts: list[int] = []
    base, end = frames[0].pointer or 0, 0
    for frame in frames:
        start = end if frame.pointer is None else frame.pointer - base
        if start < end:
            raise ReadError(
                say(
                    "{name}: its frames overlap in time, so it is damaged. Export it again.",
                    name=name,
                )
            )
        if start > end:
            notes.append(say("The recording was paused; the pauses hold no samples."))
        starts.append(start)
        end = start + len(frame.samples[channels[0]])
    return starts, end


def _step(channel: Definition, label: str, name: str) -> tuple[float, str]:
    """How much a step is, and of what; "" where the file does not say. Raises ReadError for what is no voltage."""
    if channel.step is None:
        return 1.0, ""
    if channel.unit != 0:
        raise ReadError(
            say(
                "{name}: lead {label} is not a voltage: export it in volts.",
                name=name,
                label=label,
            )
        )
    return gain_of(channel.step, name, f"lead {label}"), "V"


def _values(frame: Frame, k: int) -> np.ndarray:
    """Samples of a channel in steps, float64; NaN where there is none."""
    stored, channel = frame.samples[k], frame.channels[k]
    values = stored.astype(np.float64)
    kind = stored.dtype
    if len(channel.null) >= kind.itemsize:
        values[stored == np.frombuffer(channel.null, kind, 1)[0]] = np.nan
    if len(channel.offset) >= kind.itemsize:
        values += float(np.frombuffer(channel.offset, kind, 1)[0])
    return values


def _who(file: File, notes: list[str]) -> tuple[Metadata, Identity]:
    codec = _codec(file.facts.get(Tag.TXC, b""))

    def text(tag: int) -> list[str]:
        plain = file.facts.get(tag, b"").decode(codec, errors="replace").strip("\0 ")
        return [part.strip() for part in plain.split("^")]

    age = file.facts.get(Tag.AGE, b"")
    stated = age[:1] != b"" and (age[0] > 0 or file.whole(age[1:3], 0) > 0)
    birth, recorded = _day(file, age[3:7]), _day(file, file.facts.get(Tag.TIM, b"")[:4])
    metadata, remarks = _patient.metadata(
        age=str(age[0] + file.whole(age[1:3], 0) / 365.25) if stated else "",
        birth=birth,
        recorded=recorded,
        sex={b"\1": "male", b"\2": "female"}.get(file.facts.get(Tag.SEX, b""), ""),
    )
    notes.extend(remarks)
    # family, its reading, given, its reading
    names = text(Tag.PNM)
    return metadata, _patient.identity((*names[2:3], names[0]), birth, text(Tag.PID)[0])


def _day(file: File, value: bytes) -> date | None:
    return day_of(file.whole(value[:2], 0), value[2], value[3]) if len(value) == 4 else None


def _codec(stated: bytes) -> str:
    """The character set of the file as Python calls it; Latin-1 where it is not known."""
    plain = stated.decode("latin-1").strip("\0 ").casefold()
    if re.match(r"jis x 020[12]", plain):
        return "shift_jis" if "0201" in plain else "iso2022_jp"
    try:
        return codecs.lookup(plain).name
    except (LookupError, ValueError):
        return "latin-1"
