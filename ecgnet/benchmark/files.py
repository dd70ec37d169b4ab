"""Records from files and from the prepared store, beside `wfdb.rdsamp` and a bare loop."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
import wfdb

from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.ptbxl import read_format16
from ecgnet.record import LEADS, Record

RECORDS = 200


def contests() -> Iterator[Contest]:
    """Two, over records in PTB-XL's format that are drawn for it: one record, and all of them into one array."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = [draw("norm_male", seed, fs=100) for seed in range(8)]
        paths = [_written(Path(folder), k, drawn[k % 8]) for k in range(RECORDS)]
        whole = np.stack([read_format16(path, 100).T for path in paths])
        np.save(Path(folder) / "store.npy", whole)
        store = np.load(Path(folder) / "store.npy", mmap_mode="r")
        place = cycle(range(RECORDS))
        yield Contest(
            "one record of 12 leads, 10 s at 100 Hz",
            "record",
            "wfdb.rdsamp",
            {
                "wfdb.rdsamp": lambda: wfdb.rdsamp(str(paths[next(place)])),
                "ECGNet's reader of PTB-XL": lambda: read_format16(paths[next(place)], 100),
                "the prepared store": lambda: np.array(store[next(place)]),
            },
        )

        def bare() -> None:
            for path in paths:
                np.fromfile(path.with_suffix(".dat"), np.int16)

        def prepared() -> None:
            signals = np.empty((RECORDS, 12, 1000), np.int16)
            for k, path in enumerate(paths):
                signals[k] = read_format16(path, 100).T

        yield Contest(
            f"{RECORDS} records into one array",
            f"{RECORDS} records",
            "a bare loop of reads",
            {"a bare loop of reads": bare, "as `ecgnet prepare` does": prepared},
        )


def _written(folder: Path, k: int, record: Record) -> Path:
    name = f"{k:05d}_lr"
    wfdb.wrsamp(
        name,
        fs=100,
        units=["mV"] * 12,
        sig_name=list(LEADS),
        p_signal=np.nan_to_num(record.signal.T).astype(float),
        fmt=["16"] * 12,
        adc_gain=[1000.0] * 12,
        baseline=[0] * 12,
        write_dir=str(folder),
    )
    return folder / name
