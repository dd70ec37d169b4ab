"""ISHNE Holter files: header, remark, 16-bit samples of the leads in turn."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS

STEP = 0.0025
CODES = {**dict(zip(LEADS, range(5, 17), strict=True)), "X": 2, "Y": 3, "Z": 4}


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    codes: Sequence[int] | None = None,
    step: int = 2500,
    remark: bytes = b"",
    announced: int | None = None,
    sex: str | None = None,
    name: str = "",
    birth_date: str = "",
    patient_id: str = "",
) -> bytes:
    """signal (12, T) in mV; NaN becomes the value of a lead that is off. step: nV; announced: samples a lead."""
    rows = np.asarray(signal)[[LEADS.index(lead) for lead in leads]]
    stored = np.where(np.isnan(rows), -32768, np.round(np.nan_to_num(rows) / STEP)).astype("<i2")
    first, _, last = name.rpartition(" ")
    year, month, day = map(int, birth_date.split("-")) if birth_date else (-9, -9, -9)
    samples = rows.shape[1] if announced is None else announced
    header = struct.pack("<iiiih", len(remark), samples, 522, 522 + len(remark), 1)
    header += struct.pack("<40s40s20s", first.encode(), last.encode(), patient_id.encode())
    header += struct.pack("<hh", {"male": 1, "female": 2}.get(sex, 0), 0)
    header += struct.pack("<12h", day, month, year, 29, 2, 2024, 29, 2, 2024, 8, 30, 0)
    header += struct.pack("<h", len(leads))
    for values in (codes or [CODES[lead] for lead in leads], [1] * len(leads), [step] * len(leads)):
        header += struct.pack("<12h", *values, *[-9] * (12 - len(leads)))
    header += struct.pack("<h40sh248x", 0, b"digital", round(fs))
    checksum = binascii.crc_hqx(header + remark, 0xFFFF)
    return b"ISHNE1.0" + struct.pack("<H", checksum) + header + remark + stored.T.tobytes()
