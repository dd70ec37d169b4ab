"""EDF and BDF files, plain, continuous (+C) and discontinuous (+D)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS

STEP = 0.001
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def write(
    signal: np.ndarray,
    fs: float,
    *,
    kind: str = "EDF",
    duration: float = 1.0,
    onsets: Sequence[float] | None = None,
    labels: Sequence[str] = tuple(f"ECG {lead}" for lead in LEADS),
    unit: str = "uV",
    other: tuple[str, int] | None = None,
    blocks: int | None = None,
    stated_duration: float | None = None,
    sex: str | None = None,
    name: str = "",
    birth_date: str = "",
    patient_id: str = "",
) -> bytes:
    """signal (n, T) in mV in steps of 1 µV, whole data records of it. kind: EDF, EDF+C, EDF+D, BDF, BDF+C or BDF+D;
    onsets: seconds at which the data records start; other: label and samples a record of a further signal of noise;
    blocks, stated_duration: what the header says of the data records."""
    width, plus = 3 if kind.startswith("BDF") else 2, "+" in kind
    per_block = round(fs * duration)
    steps = np.round(np.asarray(signal) / STEP).astype(np.int64)
    count = steps.shape[1] // per_block
    rows = [
        (label, unit, row[: count * per_block].reshape(count, -1))
        for label, row in zip(labels, steps, strict=True)
    ]
    if other:
        noise = np.random.default_rng(0).integers(-99, 99, (count, other[1]))
        rows.append((other[0], "uV", noise))
    if plus:
        onsets = onsets or [k * duration for k in range(count)]
        texts = [f"+{onset:g}\x14\x14\0".encode().ljust(30, b"\0") for onset in onsets]
        padded = np.array([list(text) for text in texts], np.uint8)
        rows.append((f"{kind[:3]} Annotations", "", padded))
    packed = [_packed(row, width) if row.dtype != np.uint8 else row for _, _, row in rows]
    header = _header(
        kind,
        len(rows),
        count if blocks is None else blocks,
        duration if stated_duration is None else stated_duration,
        sex,
        name,
        birth_date,
        patient_id,
    )
    top = 2 ** (8 * width - 1) - 1
    for field in (
        [f"{label:16}" for label, _, _ in rows],
        [" " * 80] * len(rows),
        [f"{dimension:8}" for _, dimension, _ in rows],
        *([f"{limit:<8}"] * len(rows) for limit in (-top - 1, top, -top - 1, top)),
        [" " * 80] * len(rows),
        [f"{row.shape[1] // width:<8}" for row in packed],
        [" " * 32] * len(rows),
    ):
        header += "".join(field)
    first = b"\xffBIOSEMI" if width == 3 else b"0       "
    return first + header.encode("latin-1") + np.concatenate(packed, axis=1).tobytes()


def _packed(rows: np.ndarray, width: int) -> np.ndarray:
    whole = rows.astype("<i4").view(np.uint8).reshape(*rows.shape, 4)
    return whole[..., :width].reshape(len(rows), -1)


def _header(kind, count, blocks, duration, sex, name, birth_date, patient_id) -> str:
    patient = patient_id
    if "+" in kind:
        year, month, day = birth_date.split("-") if birth_date else ("", "1", "")
        born = f"{day}-{_MONTHS[int(month) - 1]}-{year}" if birth_date else "X"
        gender = {"male": "M", "female": "F"}.get(sex, "X")
        patient = f"{patient_id.replace(' ', '_') or 'X'} {gender} {born} {name.replace(' ', '_') or 'X'}"
    recording = "Startdate 29-FEB-2024 X X X"
    reserved = kind if "+" in kind else "24BIT" if kind == "BDF" else ""
    size = 256 * (count + 1)
    return (
        f"{patient:80}{recording:80}29.02.2408.30.00{size:<8}{reserved:44}{blocks:<8}{duration:<8g}{count:<4}"
    )
