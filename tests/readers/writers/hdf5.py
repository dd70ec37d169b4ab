"""HDF5: one dataset of leads by samples with attributes, or a dataset each lead; also as MATLAB 7.3 lays it out."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import h5py
import numpy as np

from ecgnet.record import LEADS

STEP = 1e-6


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    unit: str = "mV",
    age: float | None = None,
    sex: str | None = None,
    apart: bool = False,
) -> bytes:
    """signal (12, T) in mV; apart: a dataset each lead."""
    rows = np.asarray(signal, np.float32)[[LEADS.index(lead) for lead in leads]]

    def fill(file: h5py.File) -> None:
        file.attrs.update({k: v for k, v in {"fs": fs, "age": age, "sex": sex}.items() if v is not None})
        if apart:
            for lead, row in zip(leads, rows, strict=True):
                file[f"ecg/{lead}"] = row
            file["ecg"].attrs["unit"] = unit
        else:
            file.create_dataset("ecg", data=rows, compression="gzip")
            file["ecg"].attrs.update({"unit": unit, "leads": list(leads)})

    return bare(fill)


def matlab_7_3(signal: np.ndarray, fs: float, unit: str = "mV") -> bytes:
    """`val`, `fs`, `unit` and a cell `leads`, as MATLAB's save with -v7.3 lays them out: columns first, text as numbers."""

    def text(file: h5py.File, name: str, words: str) -> h5py.Dataset:
        made = file.create_dataset(name, data=np.array([[ord(c)] for c in words], np.uint16))
        made.attrs["MATLAB_class"] = np.bytes_("char")
        return made

    def fill(file: h5py.File) -> None:
        file["val"] = np.asarray(signal).T
        file["fs"] = np.array([[float(fs)]])
        text(file, "unit", unit)
        cells = [text(file, f"#refs#/{k}", lead).ref for k, lead in enumerate(LEADS)]
        file.create_dataset("leads", data=np.array([cells], h5py.ref_dtype))

    header = b"MATLAB 7.3 MAT-file".ljust(124, b" ") + b"\x00\x02IM"
    return header.ljust(512, b"\0") + bare(fill, userblock=512)[512:]


def bare(fill: Callable[[h5py.File], None], userblock: int = 0) -> bytes:
    """A file filled by a function."""
    stored = io.BytesIO()
    with h5py.File(stored, "w", userblock_size=userblock) as file:
        fill(file)
    return stored.getvalue()
