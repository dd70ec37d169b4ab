"""The rhythm of an SCP-ECG record: sections 3 (leads), 4 (beats), 5 (reference beat) and 6 (rhythm) together.

Source: EN 1064:2005, 5.6 to 5.9 and annex C. Bimodal compression keeps QRS complexes at the full rate and one value
for several samples between them; a reference beat is taken off the rhythm before it is stored.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _scp_huffman
from ecgnet.readers._core import MAX_SAMPLES, ReadError
from ecgnet.readers._names import LEADS_BY_CODE
from ecgnet.readers._stated import Channel

_OTHERS_BY_CODE = {16: "X", 17: "Y", 18: "Z"}
_SUBTRACTED = 1  # the lowest flag of section 3: a reference beat was taken off
_DENSEST = 4  # samples that share one value, at most


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead of section 3; first and last sample are counted from 1."""

    code: int
    first: int
    last: int

    @property
    def label(self) -> str:
        """Its name, or its code where that is not one that a 12-lead ECG has."""
        return (LEADS_BY_CODE | _OTHERS_BY_CODE).get(self.code, f"code {self.code}")

    @property
    def count(self) -> int:
        """Its samples."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class ScpBeats:
    """Section 4: length of the reference beat in ms, its fiducial sample, zones where it was taken off (type, first,
    fiducial, last sample) and zones of full rate (first, last sample), all counted from 1."""

    length: int
    fiducial: int
    subtracted: tuple[tuple[int, int, int, int], ...]
    protected: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Section 5 or 6: nanovolts of a step, microseconds of a sample, order of the differences, bytes of each lead."""

    step: int
    interval: int
    difference: int
    flag: int
    streams: tuple[bytes, ...]


def rhythm(
    bodies: Mapping[int, bytes], protocol: int, name: str, notes: list[str]
) -> tuple[list[Channel], float | None]:
    """Channels, NaN outside the time of each lead, and sampling rate in Hz, None if not stated. Raises ReadError."""
    for number, what in ((3, say("the leads are not described")), (6, say("there is no rhythm"))):
        if number not in bodies:
            later = (
                say(" in a form that is read here; it has the long-term one of version 3")
                if 12 in bodies
                else ""
            )
            raise ReadError(
                say(
                    "{name}: {what}{later}. Export the ECG with its 10 seconds of rhythm.",
                    name=name,
                    what=what,
                    later=later,
                )
            )
    leads, flags = _leads(bodies[3], name)
    tables = _scp_huffman.tables(bodies[2], name) if 2 in bodies else ()
    block = _block(bodies[6], leads, name)
    beats = _beats(bodies[4], name) if 4 in bodies else ScpBeats(0, 0, (), ())
    subtracted = bool(flags & _SUBTRACTED) and bool(beats.subtracted)
    bimodal = bool(block.flag) and protocol < 30  # reserved from version 3 on
    reference = _block(bodies[5], leads, name) if (subtracted or bimodal) and 5 in bodies else None
    if (subtracted or bimodal) and (reference is None or not reference.interval or not beats.length):
        raise ReadError(
            say(
                "{name} is stored relative to a reference beat that is not in it: export it uncompressed.",
                name=name,
            )
        )

    interval, factor = block.interval, 1
    if reference is not None:
        factor, rest = divmod(interval, reference.interval)
        if rest or not 1 <= factor <= _DENSEST or (factor > 1 and not (bimodal and beats.protected)):
            raise ReadError(
                say(
                    "{name}: its beats and its rhythm have rates that do not fit. Export it uncompressed.",
                    name=name,
                )
            )
        interval = reference.interval
    protected = beats.protected if factor > 1 else ()
    signals = []
    longer = False
    for lead, stream in zip(leads, block.streams, strict=True):
        count = sum(_kept(n, full, factor) for n, full in _stretches(lead, protected))
        values, more = _scp_huffman.decode(stream, count, tables, block.difference, name)
        signals.append(_spread(values, lead, protected, factor))
        longer |= more
    if longer:
        notes.append(
            say("The file holds more samples than it announces; only those that are announced are read.")
        )
    if factor > 1:
        notes.append(
            say(
                "Between the QRS complexes the file keeps one value for {factor} samples; they are "
                "interpolated.",
                factor=factor,
            )
        )
    if subtracted:
        if not block.step or not reference.step:
            raise ReadError(
                say(
                    "{name} does not say how its beats and its rhythm compare: export it uncompressed.",
                    name=name,
                )
            )
        _add_reference(signals, leads, beats, reference, reference.step / block.step, tables, name)
        notes.append(say("The rhythm was stored less a reference beat, which is added again."))
    # a rate or a step of 0 is one that is not stated
    gain, unit = (float(block.step), "nV") if block.step else (1.0, "")
    channels = [Channel(label, row, gain, unit) for label, row in _aligned(signals, leads)]
    return channels, 1e6 / interval if interval else None


def _leads(body: bytes, name: str) -> tuple[list[Lead], int]:
    count, flags = body[0], body[1]
    found = []
    for k in range(count):
        first, last, code = struct.unpack_from("<IIB", body, 2 + 9 * k)
        found.append(Lead(code, first, last))
    if not found or any(not 1 <= lead.first <= lead.last for lead in found):
        raise ReadError(
            say(
                "{name} describes no leads, or leads without samples: export it again.",
                name=name,
            )
        )
    span = max(lead.last for lead in found) - min(lead.first for lead in found) + 1
    if span * count > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} announces {count} x {span} samples, too many to read: cut out a part.",
                name=name,
                count=count,
                span=span,
            )
        )
    return found, flags


def _block(body: bytes, leads: list[Lead], name: str) -> Block:
    step, interval, difference, flag = struct.unpack_from("<HHBB", body)
    sizes = struct.unpack_from(f"<{len(leads)}H", body, 6)
    starts = list(accumulate(sizes, initial=6 + 2 * len(leads)))
    if starts[-1] > len(body):
        raise ReadError(
            say(
                "{name} holds fewer samples than it announces: it is cut short, copy it again.",
                name=name,
            )
        )
    return Block(step, interval, difference, flag, tuple(body[a:b] for a, b in pairwise(starts)))


def _beats(body: bytes, name: str) -> ScpBeats:
    length, fiducial, count = struct.unpack_from("<HHH", body)
    zones, full = struct.Struct("<HIII"), struct.Struct("<II")
    subtracted = tuple(zones.unpack_from(body, 6 + k * zones.size) for k in range(count))
    at = 6 + count * zones.size
    protected = ()
    if at + count * full.size <= len(body):
        protected = tuple(full.unpack_from(body, at + k * full.size) for k in range(count))
    # a beat that is not protected has a zone of zeros
    protected = tuple(sorted(zone for zone in protected if 1 <= zone[0] <= zone[1]))
    if any(after[0] <= before[1] for before, after in pairwise(protected)):
        raise ReadError(
            say(
                "{name}: its QRS complexes overlap, so the rhythm is not clear. Export it uncompressed.",
                name=name,
            )
        )
    return ScpBeats(length, fiducial, subtracted, protected)


def _stretches(lead: Lead, protected: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, bool]]:
    """The lead from start to end: samples of each stretch, and whether it is of full rate."""
    at = lead.first
    for first, last in protected:
        first, last = max(first, lead.first), min(last, lead.last)
        if first <= last:
            yield first - at, False
            yield last - first + 1, True
            at = last + 1
    yield lead.last - at + 1, False


def _kept(n: int, full: bool, factor: int) -> int:
    """How many values are kept of a stretch of n samples: what does not fill a last value is kept as it is."""
    return n if full else n // factor + n % factor


def _spread(
    values: np.ndarray, lead: Lead, protected: tuple[tuple[int, int], ...], factor: int
) -> np.ndarray:
    """The values of a lead on all its samples, (count,) float64; linear between values that stand for several."""
    parts, at = [], 0
    for n, full in _stretches(lead, protected):
        coarse = 0 if full else n // factor
        kept = values[at : at + _kept(n, full, factor)]
        if coarse:
            middles = factor * np.arange(coarse) + factor // 2
            parts.append(np.interp(np.arange(coarse * factor), middles, kept[:coarse]))
        parts.append(kept[coarse:].astype(np.float64))
        at += len(kept)
    return np.concatenate(parts)


def _add_reference(
    signals: list[np.ndarray],
    leads: list[Lead],
    beats: ScpBeats,
    reference: Block,
    scale: float,
    tables: tuple[_scp_huffman.Table, ...],
    name: str,
) -> None:
    """Adds the reference beat, times `scale`, to the beats of its type (0), in place."""
    count = beats.length * 1000 // reference.interval
    for signal, lead, stream in zip(signals, leads, reference.streams, strict=True):
        values, _ = _scp_huffman.decode(stream, count, tables, reference.difference, name)
        beat = values * scale
        for kind, first, fiducial, last in beats.subtracted:
            begins = fiducial - beats.fiducial + 1  # the sample at which the reference beat starts
            first, last = max(first, begins, lead.first), min(last, begins + count - 1, lead.last)
            if kind == 0 and first <= last:
                signal[first - lead.first : last - lead.first + 1] += beat[first - begins : last - begins + 1]


def _aligned(signals: list[np.ndarray], leads: list[Lead]) -> list[tuple[str, np.ndarray]]:
    """The leads on one axis of time, NaN where one was not recorded."""
    start, end = min(lead.first for lead in leads), max(lead.last for lead in leads)
    channels = []
    for lead, signal in zip(leads, signals, strict=True):
        row = np.full(end - start + 1, np.nan)
        row[lead.first - start : lead.last - start + 1] = signal
        channels.append((lead.label, row))
    return channels
