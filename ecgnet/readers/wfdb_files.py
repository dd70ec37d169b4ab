"""WFDB records (PhysioNet): a text header and the signal files it names, among them PTB-XL and CinC `.mat`.

A record of several segments is a header of headers; its segments follow one another, with gaps where it says so.
Sources: WFDB Applications Guide, header(5) and signal(5), https://physionet.org/physiotools/wag/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _comments
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._names import names
from ecgnet.readers._stated import Channel, assemble
from ecgnet.readers._wfdb_header import NEXT_LINE, RECORD_LINE, Master, parse, parse_master, text_of
from ecgnet.readers._wfdb_signals import channels
from ecgnet.record import Identity, Record

NAME = "WFDB"
HEADER = ".hea"
PARTS = (".dat", ".mat", ".flac")

# How the signal files of a segment are called after it: by most, and by MIMIC-IV (ECG, respiration, numerics, pulse).
_SEGMENT_FILES = (*PARTS, "e.dat", "r.dat", "n.dat", "p.dat")


def sniff(data: bytes, name: str) -> bool:
    """Whether the first line that is no comment is a record line, and the second begins as a signal or a segment does; of a
    file named as a header the first is enough, so that a damaged one is told as such."""
    if b"\0" in data[:4096]:
        return False
    lines = [line.strip() for line in text_of(data[:65536]).splitlines()]
    first, second = ([line for line in lines if line and not line.startswith("#")] + ["", ""])[:2]
    if RECORD_LINE.fullmatch(first) is None:
        return False
    return (
        not second or name.lower().endswith((HEADER, f"{HEADER}.gz")) or NEXT_LINE.match(second) is not None
    )


def companions(data: bytes, name: str) -> tuple[str, ...]:
    """The files a header names, all plain names; for one of several segments their headers and what their signal files
    are usually called. Raises ReadError for a header that is not sound."""
    master = parse_master(data, name)
    if master is None:
        return parse(data, name).files
    segments = dict.fromkeys(segment for segment, _ in master.segments if segment is not None)
    return tuple(segment + ending for segment in segments for ending in (HEADER, *_SEGMENT_FILES))


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record of a header (`data`) and the files it names (`companions`), signal (12, T) in mV.

    A header states rate and units itself; what it leaves out is taken from the options, or asked for. Raises ReadError.
    """
    notes: list[str] = []
    master = parse_master(data, name)
    if master is not None:
        return _read_segments(master, name, companions, options, notes)
    header = parse(data, name)
    signals = channels(header, companions, name, notes)
    return _assembled(signals, header.fs, header.comments, name, options, notes)


def _assembled(
    signals: Sequence[tuple[str, np.ndarray]],
    fs: float | None,
    comments: Sequence[str],
    name: str,
    options: ReadOptions,
    notes: Sequence[str],
) -> Record:
    labels = names([label for label, _ in signals], options)
    found = [Channel(label, values, 1.0, "mV") for label, (_, values) in zip(labels, signals, strict=True)]
    metadata = _comments.metadata(_comments.facts(comments))
    return assemble(found, fs, name, options, NAME, metadata, Identity(), notes)


def _read_segments(
    master: Master, name: str, companions: Mapping[str, bytes], options: ReadOptions, notes: list[str]
) -> Record:
    """The segments on one axis of time; NaN where there is none, or one without the lead."""
    rows: dict[str, np.ndarray] = {}
    comments = list(master.comments)
    layout: tuple[str, ...] | None = None
    at = 0
    for segment, length in master.segments:
        if segment is not None:
            file = segment + HEADER
            if file not in companions:
                raise ReadError(
                    say(
                        "{name} needs {file} and its signal files: give them together with the header.",
                        name=name,
                        file=file,
                    )
                )
            if parse_master(companions[file], file) is not None:
                raise ReadError(
                    say(
                        "{name}: its segment {segment} has segments of its own, which WFDB does not allow.",
                        name=name,
                        segment=segment,
                    )
                )
            header = parse(companions[file], file)
            if header.fs != master.fs or header.n_samples not in (None, length):
                raise ReadError(
                    say(
                        "{name} and its segment {segment} state other rates or lengths: copy them again.",
                        name=name,
                        segment=segment,
                    )
                )
            labels = tuple(signal.label for signal in header.signals)
            if layout is None:
                layout = labels
            if len(set(labels)) < len(labels) or (not master.variable and labels != layout):
                raise ReadError(
                    say(
                        "{name}: the signals of its segment {segment} are not those of the first one.",
                        name=name,
                        segment=segment,
                    )
                )
            if len(rows.keys() | set(labels)) > master.n_signals:
                raise ReadError(
                    say(
                        "{name} announces {n_signals} signals and its segments have more.",
                        name=name,
                        n_signals=master.n_signals,
                    )
                )
            for label, samples in channels(header, companions, file, notes):
                if len(samples) != length:
                    raise ReadError(
                        say(
                            "{name} announces {length} samples for {segment}, which has {n_samples}.",
                            name=name,
                            length=length,
                            segment=segment,
                            n_samples=len(samples),
                        )
                    )
                rows.setdefault(label, np.full(master.n_samples, np.nan))[at : at + length] = samples
            comments += header.comments
        at += length
    if not rows:
        raise ReadError(
            say(
                "{name} has no segment with samples: give the header of another record.",
                name=name,
            )
        )
    pieces = sum(segment is not None for segment, _ in master.segments)
    notes = [*dict.fromkeys(notes), say("The record was put together from {pieces} segments.", pieces=pieces)]
    return _assembled(list(rows.items()), master.fs, comments, name, options, notes)
