"""SCP-ECG records with every compression of EN 1064: Huffman codes, differences, reference beat, bimodal."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgnet.record import LEADS

STEP = 0.001
CODES = dict(zip(LEADS, (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), strict=True))
# Two tables: small steps, with a way to the second one; whole words, with a way back.
OWN = (
    {0: "0", 1: "10", -1: "110", "to 2": "1110"},
    {"word": "0", "to 1": "1"},
)


@dataclass(frozen=True)
class Beats:
    """A reference beat (12, n) in mV with its fiducial sample, and where it stands: (first, fiducial, last), samples
    counted from 1; around each the samples `protected` are kept at the full rate."""

    beat: np.ndarray
    fiducial: int
    zones: tuple[tuple[int, int, int], ...]
    protected: tuple[tuple[int, int], ...] = ()


def write(
    signal: np.ndarray,
    fs: float,
    *,
    huffman: str | None = "default",
    difference: int = 2,
    beats: Beats | None = None,
    factor: int = 1,
    leads: Sequence[str] = LEADS,
    spans: Sequence[tuple[int, int]] | None = None,
    step: int | None = 1000,
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str = "",
    birth_date: str = "",
    patient_id: str = "",
    clock: tuple[int, int, int] | None = None,
    text: str = "latin-1",
    stated: Mapping[int, bytes] | None = None,
) -> bytes:
    """signal (12, T) in mV in steps of 1 µV. huffman: "default", "own" or None; factor: samples outside the protected
    zones that share a value (bimodal); spans: first and last sample of each lead, counted from 1; clock: hour,
    minute, second; text: "utf-8" is said in tag 14; stated: bodies of further sections by number."""
    rows = np.round(np.asarray(signal) / STEP).astype(np.int64)[[LEADS.index(lead) for lead in leads]]
    spans = spans or [(1, rows.shape[1])] * len(leads)
    interval = round(1e6 / fs)
    sections = {
        1: _patient(age, sex, height, weight, name, birth_date, patient_id, clock, text),
        **(stated or {}),
    }
    if huffman:
        sections[2] = struct.pack("<H", 19999) if huffman == "default" else _tables()
    sections[3] = bytes([len(leads), (beats is not None) | 4 | min(len(leads), 31) << 3]) + b"".join(
        struct.pack("<IIB", *span, CODES[lead]) for lead, span in zip(leads, spans, strict=True)
    )
    stored = [row[first - 1 : last] for row, (first, last) in zip(rows, spans, strict=True)]
    if beats is not None:
        beat = np.round(beats.beat / STEP).astype(np.int64)
        sections[4] = _beats(beats, beat.shape[1] * interval // 1000)
        sections[5] = _block(list(beat), step, interval, difference, 0, huffman)
        for row, taken in zip(stored, beat, strict=True):
            for first, fiducial, last in beats.zones:
                row[first - 1 : last] -= taken[beats.fiducial - fiducial + first - 1 :][: last - first + 1]
    if factor > 1:
        stored = [_thinned(row, beats.protected, factor) for row in stored]
    sections[6] = _block(stored, step, interval * factor, difference, factor > 1, huffman)
    return _record(sections)


def _record(sections: dict[int, bytes]) -> bytes:
    packed = {n: _section(n, body + b"\0" * (len(body) % 2)) for n, body in sections.items()}
    at = 7 + 16 + 12 * 10
    pointers = struct.pack("<HII", 0, at - 7, 7)
    for n in range(1, 12):
        pointers += struct.pack("<HII", n, len(packed.get(n, b"")), at if n in packed else 0)
        at += len(packed.get(n, b""))
    body = struct.pack("<I", at - 1) + _section(0, pointers) + b"".join(packed[n] for n in sorted(packed))
    return struct.pack("<H", binascii.crc_hqx(body, 0xFFFF)) + body


def _section(number: int, body: bytes) -> bytes:
    reserved = b"SCPECG" if number == 0 else bytes(6)
    packed = struct.pack("<HIBB6s", number, len(body) + 16, 20, 20, reserved) + body
    return struct.pack("<H", binascii.crc_hqx(packed, 0xFFFF)) + packed


def _patient(age, sex, height, weight, name, birth_date, patient_id, clock, text) -> bytes:
    def tag(number: int, value: bytes) -> bytes:
        return struct.pack("<BH", number, len(value)) + value

    tags = tag(0, name.encode("latin-1") + b"\0") + tag(2, patient_id.encode("latin-1") + b"\0")
    if age is not None:
        tags += tag(4, struct.pack("<HB", round(age), 1))
    if birth_date:
        tags += tag(5, struct.pack("<HBB", *map(int, birth_date.split("-"))))
    if height is not None:
        tags += tag(6, struct.pack("<HB", round(height), 1))
    if weight is not None:
        tags += tag(
            7,
            struct.pack(
                "<HB", round(weight * 1000) if weight < 65 else round(weight), 2 if weight < 65 else 1
            ),
        )
    tags += tag(8, bytes([{"male": 1, "female": 2}.get(sex, 0)]))
    code = 0x37 if text == "utf-8" else 0
    tags += tag(14, bytes(8) + b"ECG-1\0" + bytes([20, 0xC0, code]) + bytes(19) + b"\0" * 6)
    if clock:
        tags += tag(26, bytes(clock))
    return tags + tag(25, struct.pack("<HBB", 2024, 2, 29)) + tag(255, b"")


def _tables() -> bytes:
    packed = struct.pack("<H", len(OWN))
    for table in OWN:
        packed += struct.pack("<H", len(table))
        for meaning, prefix in table.items():
            base, mode, extra = (meaning, 1, 0) if isinstance(meaning, int) else (0, 1, 16)
            if isinstance(meaning, str) and meaning.startswith("to "):
                base, mode, extra = int(meaning[3:]), 0, 0
            packed += struct.pack(
                "<BBBhI", len(prefix), len(prefix) + extra, mode, base, int(prefix[::-1], 2)
            )
    return packed


def _beats(beats: Beats, milliseconds: int) -> bytes:
    packed = struct.pack("<HHH", milliseconds, beats.fiducial, len(beats.zones))
    packed += b"".join(struct.pack("<HIII", 0, *zone) for zone in beats.zones)
    return packed + b"".join(struct.pack("<II", *zone) for zone in beats.protected)


def _thinned(row: np.ndarray, protected: tuple[tuple[int, int], ...], factor: int) -> np.ndarray:
    """Outside the protected zones means of `factor` samples; what is left over there is kept as it is."""
    parts, at = [], 0
    for first, last in (*protected, (len(row) + 1, len(row))):
        open_stretch = row[at : first - 1]
        n = len(open_stretch) // factor * factor
        parts += [open_stretch[:n].reshape(-1, factor).mean(1), open_stretch[n:], row[first - 1 : last]]
        at = last
    return np.round(np.concatenate(parts)).astype(np.int64)


def _block(
    rows: list[np.ndarray], step, interval: int, difference: int, flag: bool, huffman: str | None
) -> bytes:
    streams = []
    for row in rows:
        values = row.copy()
        if difference == 1:
            values[1:] = np.diff(row)
        elif difference == 2:
            values[1], values[2:] = row[1], np.diff(row, n=2)
        if huffman is None:
            streams.append(values.astype("<i2").tobytes())
        else:
            bits = "".join(map(_default if huffman == "default" else _own, values.tolist()))
            bits += "0" * (-len(bits) % 16)
            streams.append(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    head = struct.pack("<HHBB", step or 0, interval, difference, flag)
    return head + struct.pack(f"<{len(streams)}H", *map(len, streams)) + b"".join(streams)


def _default(value: int) -> str:
    if value == 0:
        return "0"
    if abs(value) <= 8:
        return "1" * abs(value) + "0" + ("1" if value < 0 else "0")
    if -128 <= value < 128:
        return f"1111111110{value & 0xFF:08b}"
    return f"1111111111{value & 0xFFFF:016b}"


def _own(value: int) -> str:
    if value in OWN[0]:
        return OWN[0][value]
    return OWN[0]["to 2"] + OWN[1]["word"] + f"{value & 0xFFFF:016b}" + OWN[1]["to 1"]
