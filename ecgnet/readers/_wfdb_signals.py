"""The samples of one WFDB header in mV, by the `wfdb` package.

The header is checked and rewritten before the package decodes: so no name out of a file reaches the file system, a
short file is told with its size, and the µ of µV, which wfdb drops, counts.
Sources: WFDB Applications Guide, header(5) and signal(5), https://physionet.org/physiotools/wag/
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgnet.language import say
from ecgnet.readers._core import MAX_SAMPLES, ReadError
from ecgnet.readers._leads import millivolts_per
from ecgnet.readers._names import left_out
from ecgnet.readers._wfdb_header import BITS, FLAC, Header
from ecgnet.record import LeftOut


def channels(
    header: Header, companions: Mapping[str, bytes], name: str, notes: list[str]
) -> list[tuple[str, np.ndarray]]:
    """The signals of a single-segment header (label, (T,) float64 in mV). Raises ReadError."""
    others = {s.file for s in header.signals if s.file not in companions}
    others -= {s.file for s in header.signals if not left_out(s.label)}
    if others:  # files of nothing but channels that are left out in any case
        notes.append(
            LeftOut(
                say(
                    "Not there, and no lead in it: {sorted}.",
                    sorted=", ".join(sorted(others)),
                )
            )
        )
        header = replace(header, signals=tuple(s for s in header.signals if s.file not in others))
    missing = [file for file in header.files if file not in companions]
    if missing:
        raise ReadError(
            say(
                "{name} needs {missing}: give it together with the header.",
                name=name,
                missing=", ".join(missing),
            )
        )
    n_samples = _checked_length(header, companions, name, notes)
    scale = _scale_to_millivolts(header, name, notes)
    digital, physical = _decode(header, n_samples, companions)
    if physical.shape != (n_samples, len(header.signals)):
        raise ReadError(
            say(
                "{name} announces {n_samples} samples and its files hold fewer: copy them again.",
                name=name,
                n_samples=n_samples,
            )
        )
    _check_sums(header, digital, notes)
    return [(s.label, physical[:, k] * scale[k]) for k, s in enumerate(header.signals)]


def _checked_length(header: Header, companions: Mapping[str, bytes], name: str, notes: list[str]) -> int:
    """The samples of each signal, after each file has been seen to hold that many."""
    lengths = set()
    for file in header.files:
        inside = [s for s in header.signals if s.file == file]
        format, offset = inside[0].format, inside[0].offset
        if any((s.format, s.offset) != (format, offset) for s in inside):
            raise ReadError(
                say(
                    "{name} describes {file} in two ways: the header is damaged, export it again.",
                    name=name,
                    file=file,
                )
            )
        size = len(companions[file]) - offset
        frame = sum(signal.per_frame for signal in inside)
        if companions[file].startswith(b"MATLAB 5.0"):
            raise ReadError(
                say(
                    "{file} is a MATLAB 5 file; WFDB uses version 4 (in MATLAB: save with '-v4').",
                    file=file,
                )
            )
        n_samples = header.n_samples
        if n_samples is None:
            bits = BITS.get(format, 1) * frame
            if bits % 8 or size <= 0 or size * 8 % bits:
                raise ReadError(
                    say(
                        "{name} does not state the number of samples: add it to its first line.",
                        name=name,
                    )
                )
            n_samples = size * 8 // bits
            notes.append(
                say(
                    "The header states no length; {file} holds {n_samples} samples a lead.",
                    file=file,
                    n_samples=n_samples,
                )
            )
        lengths.add(n_samples)
        if format in FLAC:
            continue  # compressed: how long it is shows when it is decoded
        needed = _bytes_needed(format, n_samples * frame)
        if size < needed:
            raise ReadError(
                say(
                    "{file} holds {size} bytes of samples where {name} announces {needed}: it is cut short, copy "
                    "it again.",
                    file=file,
                    size=max(size, 0),
                    name=name,
                    needed=needed,
                )
            )
        if size >= needed + _bytes_needed(format, frame):
            notes.append(
                say(
                    "{file} is longer than the header announces; the first {n_samples} samples are read.",
                    file=file,
                    n_samples=n_samples,
                )
            )
    if len(lengths) != 1:
        raise ReadError(
            say(
                "{name}: its files hold different numbers of samples. Copy them again.",
                name=name,
            )
        )
    (n_samples,) = lengths
    if n_samples * sum(signal.per_frame for signal in header.signals) > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} holds {n_samples} samples a lead, too many to read: cut out a part.",
                name=name,
                n_samples=n_samples,
            )
        )
    return n_samples


def _bytes_needed(format: str, n: int) -> int:
    """Bytes that hold n samples of a format that is not compressed, signal(5)."""
    if format == "310" and n % 3 == 2:
        return (n + 1) // 3 * 4
    return -(-n * 4 // 3) if format in ("310", "311") else -(-n * BITS[format] // 8)


def _scale_to_millivolts(header: Header, name: str, notes: list[str]) -> list[float]:
    """mV per unit of each signal; one that is no lead (a pulse, a pressure) may be in any unit. Raises ReadError for a
    lead whose unit is not a voltage; NaN for another signal."""
    scale = []
    for signal in header.signals:
        factor = millivolts_per(signal.unit or "mV")
        if factor is None and left_out(signal.label):
            factor = math.nan
        if factor is None:
            raise ReadError(
                say(
                    "{name}: lead {label} is in {unit!r}, not in mV, uV or V: correct the unit in the header.",
                    name=name,
                    label=signal.label or say("(no name)"),
                    unit=signal.unit,
                )
            )
        scale.append(factor)
    leads = [s for s in header.signals if not left_out(s.label)]
    silent = [s.label or say("(no name)") for s in leads if s.unit is None]
    if silent:
        notes.append(
            say(
                "No unit stated for {silent}; read as mV, the default of WFDB.",
                silent=", ".join(silent),
            )
        )
    uncalibrated = [s.label or say("(no name)") for s in leads if s.gain is None]
    if uncalibrated:
        notes.append(
            say(
                "No gain stated for {uncalibrated}; read as 200 per mV, the default of WFDB.",
                uncalibrated=", ".join(uncalibrated),
            )
        )
    return scale


def _decode(header: Header, n_samples: int, companions: Mapping[str, bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Samples (T, signals) as stored and in physical units, by wfdb, in a folder that holds nothing else."""
    import wfdb  # slow to import: only those who read WFDB wait

    stored_as = {file: f"signals{k}.dat" for k, file in enumerate(header.files)}
    lines = [f"record {len(header.signals)} {header.fs or 1:.6f} {n_samples}"]
    for k, s in enumerate(header.signals):
        format = f"{s.format}{f'x{s.per_frame}' if s.per_frame > 1 else ''}+{s.offset}"
        gain = f"{s.gain or 200.0!r}({s.baseline})/mV"
        lines.append(f"{stored_as[s.file]} {format} {gain} 0 0 {s.first or 0} 0 0 channel{k}")
    with tempfile.TemporaryDirectory(prefix="ecgnet-") as folder:
        for file, stored in stored_as.items():
            Path(folder, stored).write_bytes(companions[file])
        Path(folder, "record.hea").write_text("\n".join(lines) + "\n", encoding="ascii")
        record = wfdb.rdrecord(str(Path(folder, "record")), physical=False)
    return record.d_signal, record.dac()


def _check_sums(header: Header, digital: np.ndarray, notes: list[str]) -> None:
    """Notes the leads whose samples do not add up to the checksum of the header (16 bits, header(5))."""
    sums = digital.sum(axis=0, dtype=np.int64)
    wrong = [
        s.label or say("(no name)")
        for s, total in zip(header.signals, sums, strict=True)
        if s.checksum is not None and not left_out(s.label) and (int(total) - s.checksum) % 65536
    ]
    if wrong:
        notes.append(
            say(
                "The checksum of {wrong} does not match: the samples may be damaged or edited.",
                wrong=", ".join(wrong),
            )
        )
