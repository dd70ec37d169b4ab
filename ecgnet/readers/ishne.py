"""ISHNE Holter files (.ecg): a header of 522 bytes, a remark, and 16-bit samples of up to 12 leads in turn.

Source: F. Badilini, "The ISHNE Holter Standard Output File Format", Ann Noninvasive Electrocardiol 1998;3:263.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _patient
from ecgnet.readers._bytes import checksum, day_of
from ecgnet.readers._core import MAX_SAMPLES, ReadError, ReadOptions
from ecgnet.readers._names import names
from ecgnet.readers._stated import Channel, assemble
from ecgnet.record import LEADS, Identity, Metadata, Record

NAME = "ISHNE Holter"

_MAGIC = b"ISHNE1.0"
_HEADER = np.dtype(
    [
        ("magic", "S8"),
        ("checksum", "<u2"),
        ("remark", "<i4"),  # its bytes
        ("samples", "<i4"),
        ("remark_at", "<i4"),
        ("samples_at", "<i4"),
        ("version", "<i2"),
        ("first_name", "S40"),
        ("last_name", "S40"),
        ("patient_id", "S20"),
        ("sex", "<i2"),
        ("race", "<i2"),
        ("birth", "<i2", 3),  # day, month, year, as the two that follow
        ("recorded", "<i2", 3),
        ("written", "<i2", 3),
        ("time", "<i2", 3),
        ("leads", "<i2"),
        ("codes", "<i2", 12),
        ("quality", "<i2", 12),
        ("steps", "<i2", 12),  # nV
        ("pacemaker", "<i2"),
        ("recorder", "S40"),
        ("fs", "<i2"),
        ("others", "V248"),
    ]
)
_LEADS_BY_CODE = dict(enumerate(("I", "II", "III", "aVR", "aVL", "aVF", *LEADS[6:]), start=5)) | {
    2: "X",
    3: "Y",
    4: "Z",
    17: "ES",
    18: "AS",
    19: "AI",
}
_FAULT = -32768  # what recorders write while a lead is off


@dataclass(frozen=True, slots=True)
class _Header:
    """announced: the length it states, in samples; steps: nanovolts a step of each lead; start: byte of the first sample."""

    announced: int
    codes: tuple[int, ...]
    steps: tuple[int, ...]
    fs: int
    start: int
    metadata: Metadata
    identity: Identity


def sniff(data: bytes, name: str) -> bool:
    """Whether the file begins with the eight letters of the format."""
    return data.startswith(_MAGIC)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The leads of a Holter file, signal (12, T) in mV; samples while a lead was off are NaN.

    fs, unit and leads of the options serve where the header leaves them out. Raises ReadError.
    """
    notes: list[str] = []
    header = _header(data, name, notes)
    stored = _frames(data, header, name, options, notes)
    labels = names([_LEADS_BY_CODE.get(code, f"code {code}") for code in header.codes], options)
    channels = [
        Channel(label, _without_faults(row), float(step) if step > 0 else 1.0, "nV" if step > 0 else "")
        for label, row, step in zip(labels, stored, header.steps, strict=True)
    ]
    fs = float(header.fs) if header.fs > 0 else None
    return assemble(channels, fs, name, options, NAME, header.metadata, header.identity, notes)


def _header(data: bytes, name: str, notes: list[str]) -> _Header:
    if len(data) < _HEADER.itemsize:
        raise ReadError(
            say(
                "{name} ends within its header: it is cut short, copy it again.",
                name=name,
            )
        )
    field = np.frombuffer(data, _HEADER, 1)[0]
    count, begins = int(field["leads"]), _HEADER.itemsize + int(field["remark"])
    if not 1 <= count <= 12:
        raise ReadError(
            say(
                "{name} announces {count} leads where the format has 1 to 12: export it again.",
                name=name,
                count=count,
            )
        )
    if not _HEADER.itemsize <= begins <= len(data):
        raise ReadError(say("{name} holds no samples: it is cut short, copy it again.", name=name))
    if field["samples_at"] != begins:
        notes.append(
            say(
                "The header puts the samples at byte {samples_at}; they are read at {begins}, after it.",
                samples_at=field["samples_at"],
                begins=begins,
            )
        )
    computed = checksum(data[10:begins])
    if field["checksum"] not in (0, computed, computed >> 8 | (computed & 0xFF) << 8):  # 0: not computed
        notes.append(say("The checksum of the header does not match: it may be damaged or edited."))
    birth, recorded = (day_of(*map(int, field[key][::-1])) for key in ("birth", "recorded"))
    metadata, remarks = _patient.metadata(
        birth=birth, recorded=recorded, sex={1: "male", 2: "female"}.get(int(field["sex"]), "")
    )
    notes.extend(remarks)
    return _Header(
        announced=int(field["samples"]),
        codes=tuple(field["codes"][:count].tolist()),
        steps=tuple(field["steps"][:count].tolist()),
        fs=int(field["fs"]),
        start=begins,
        metadata=metadata,
        identity=_patient.identity(
            (_text(field["first_name"]), _text(field["last_name"])), birth, _text(field["patient_id"])
        ),
    )


def _without_faults(row: np.ndarray) -> np.ndarray:
    faults = row == _FAULT
    return np.where(faults, np.nan, row) if faults.any() else row


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("latin-1")


def _frames(data: bytes, header: _Header, name: str, options: ReadOptions, notes: list[str]) -> np.ndarray:
    """The samples as stored, (leads, T) int16."""
    count, size = len(header.codes), len(data) - header.start
    held, rest = divmod(size, 2 * count)
    if held * count > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} holds {held} samples a lead, too many to read: cut out a part.",
                name=name,
                held=held,
            )
        )
    # writers count the samples of a lead, those of all leads, or their bytes
    fits = not rest and header.announced in (held, held * count, held * count * 2)
    if held == 0 or rest or (header.announced > held and not fits):
        if held == 0 or not options.partial:
            raise ReadError(
                say(
                    "{name} announces {announced} samples and holds {held} a lead: it is cut short, copy it "
                    "again.",
                    name=name,
                    announced=header.announced,
                    held=held,
                )
            )
        notes.append(
            say(
                "The header announces {announced} samples; the file holds {held} a lead.",
                announced=header.announced,
                held=held,
            )
        )
    elif header.announced <= 0:
        notes.append(
            say(
                "The header states no length; the file holds {held} samples a lead.",
                held=held,
            )
        )
    elif not fits:
        notes.append(
            say(
                "The file is longer than its header announces; the first {announced} samples are read.",
                announced=header.announced,
            )
        )
        held = header.announced
    return np.frombuffer(data, "<i2", held * count, header.start).reshape(held, count).T
