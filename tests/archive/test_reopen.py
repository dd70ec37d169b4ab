"""From a row back to its ECG, whatever it came in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from ecgnet.archive.dataset import open_ecgs, open_run
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.reopen import reopen
from ecgnet.archive.sources import large
from ecgnet.demo import draw
from ecgnet.record import LEADS, signal_hash


def test_each_row_leads_to_its_ecg(
    run, library: Path, tiny_ptbxl: Path, tmp_path: Path, out: Path, monkeypatch
):
    with zipfile.ZipFile(tmp_path / "small.zip", "w") as pack:
        pack.write(library / "ward0/0.csv", "a/0.csv")
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as pack:
        for k in range(2):
            pack.write(library / f"ward{k}/{k}.csv", f"b/{k}.csv")
    monkeypatch.setattr(large, "MOST_MEMBERS", 1)
    with h5py.File(tmp_path / "exams.hdf5", "w") as file:
        file["tracings"] = np.stack([draw("imi", k, fs=100).signal.T for k in range(3)])
        file.attrs.update({"fs": 100, "unit": "mV", "leads": list(LEADS)})
    for k in range(3, 61):  # two records of the data set are enough
        (tiny_ptbxl / f"records100/00000/{k:05}_lr.dat").unlink()
    run(
        library / "ward1", tmp_path / "small.zip", tmp_path / "large.zip", tmp_path / "exams.hdf5", tiny_ptbxl
    )
    rows, said = open_ecgs(out).to_table().to_pylist(), open_run(out)
    assert len(rows) == 2 + 1 + 2 + 3 + 2
    for row in rows:
        assert signal_hash(reopen(row, said).record) == row["signal_sha256"]


def test_an_ecg_that_is_gone_is_told(run, library: Path, out: Path):
    run(library / "ward1")
    row = open_ecgs(out).to_table().to_pylist()[0]
    Path(row["source"]).unlink()
    with pytest.raises(ArchiveError, match="is not there any more"):
        reopen(row, open_run(out))
