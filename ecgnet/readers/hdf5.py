"""HDF5: an array of leads by samples, or a dataset each lead, with rate, unit and names in attributes or datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from ecgnet.readers import _hdf5
from ecgnet.readers._arrays import record_of
from ecgnet.readers._batch import Batch
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._hdf5 import Groups
from ecgnet.record import Record

NAME = "HDF5"


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes are an HDF5 file, and not one of MATLAB."""
    return _hdf5.has_signature(data) and not data.startswith(b"MATLAB 7.3")


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record in the datasets, signal (12, T) in mV. Raises ReadError, with a question for what is left out."""
    return record_of(_hdf5.arrays(data, name), name, NAME, options)


def batch(data: bytes, name: str) -> Batch | Groups | None:
    """The ECGs of a file that holds many in one array, such as CODE-15 %'s `tracings`; None for another."""
    try:
        return _hdf5.batch(data, name)
    except ReadError:  # told when the file itself is read
        return None


def batch_in_parts(stream: BinaryIO, name: str) -> Batch | Groups | None:
    """As `batch`, of a file of any size that is read where its ECGs lie. Raises ReadError for a damaged file."""
    return _hdf5.batch(stream, name)


def read_one(found: Batch | Groups, k: int, *, name: str, options: ReadOptions) -> Record:
    """The ECG number k, from 0, of a batch, signal (12, T) in mV. Raises ReadError."""
    return record_of(found.arrays(k), name, NAME, options)
