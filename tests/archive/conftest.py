"""Small archives: recordings of the demo library in files, answered for by one small model in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ecgnet import weights
from ecgnet.archive.engines import ScoringEngine
from ecgnet.archive.engines.local import Local
from ecgnet.archive.run import Summary, score
from ecgnet.archive.scorer import Asked
from ecgnet.demo import draw
from ecgnet.record import LEADS

MODEL = "waveform_cnn"
ASKED = Asked((MODEL,))
TIMES = ("milliseconds", f"{MODEL}_milliseconds")
"""The columns that differ from run to run."""


@pytest.fixture(autouse=True)
def needs_weights():
    if MODEL not in weights.available():
        pytest.skip(f"weights/{MODEL}.json is not there")


def write_csv(path: Path, seed: int, entry: str = "norm_male", fs: int = 100) -> Path:
    """A table of 12 named leads with its clock."""
    record = draw(entry, seed, fs=fs)
    table = np.vstack([np.arange(record.n_samples) / fs, record.signal]).T
    path.parent.mkdir(parents=True, exist_ok=True)
    head = ",".join(["time (s)", *(f"{lead} (mV)" for lead in LEADS)])
    np.savetxt(path, table, delimiter=",", header=head, comments="", fmt="%.5f")
    return path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Four ECGs in two folders, a licence, and a file that is cut short."""
    folder = tmp_path / "library"
    for k in range(4):
        write_csv(folder / f"ward{k % 2}" / f"{k}.csv", k)
    (folder / "LICENSE").write_text("Everybody may use this.")
    whole = (folder / "ward0/0.csv").read_text()
    (folder / "ward1/short.csv").write_text(whole[:120])
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answers"


@pytest.fixture
def run(out: Path) -> Callable[..., Summary]:
    """Score into `out`, a file a part."""

    def scored(*inputs: object, asked: Asked = ASKED, engine: ScoringEngine | None = None) -> Summary:
        return score([str(one) for one in inputs], out, asked=asked, engine=engine or Local(1), mean=1)

    return scored
