"""A synthetic ECG to write files from, and the folder of real ones where there is one."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ecgnet.readers import _process
from ecgnet.record import LEADS
from tests.readers.writers import numpy_files

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def ecg() -> np.ndarray:
    """(12, 500) in mV, whole microvolts, at 250 Hz; Einthoven and Goldberger hold exactly."""
    t = np.arange(500) / 250
    beat = np.exp(-((((t % 0.8) - 0.3) / 0.012) ** 2)) + 0.2 * np.exp(-((((t % 0.8) - 0.55) / 0.05) ** 2))
    chest = [np.roll(beat, 2 * k) * scale for k, scale in enumerate((-0.5, -0.8, 0.6, 1.2, 1.0, 0.7))]
    one, two = (2 * np.round(500 * gain * beat + 20 * np.sin(2 * np.pi * t)) for gain in (0.7, 1.1))
    limbs = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    signal = np.stack([*limbs, *(np.round(1000 * lead) for lead in chest)]) / 1000
    signal.setflags(write=False)
    assert signal.shape == (len(LEADS), t.size)
    return signal


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files, from ECGNET_SAMPLES or beside the checkout."""
    folder = Path(os.environ.get("ECGNET_SAMPLES", CHECKOUT.parent / "shared" / "samples"))
    if not (folder / "expected.json").is_file():
        pytest.skip("no folder of real ECG files (set ECGNET_SAMPLES)")
    return folder


@pytest.fixture
def npz(ecg) -> bytes:
    """The synthetic ECG in a format that is read quickly and leaves nothing out."""
    return numpy_files.write(ecg, 250)


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes that read know the format of `faulty/` too, and have less time than usual."""
    start = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
        f"import ecgnet.readers; ecgnet.readers.__path__.append({str(Path(__file__).parent / 'faulty')!r}); "
        "from ecgnet.readers import _child; "
        "_child.SECONDS, _child.WALL_SECONDS, _child._IMPORT_SECONDS = 1.0, 4.0, 0.0; "
        "from ecgnet.readers import {0}; {0}.main()"
    )
    _process.shut_down()
    monkeypatch.setattr(_process, "_START", start)
    yield
    _process.shut_down()


@pytest.fixture(scope="session")
def zipped() -> Callable[..., bytes]:
    """Files by name into a zip; a name that ends in a slash is a folder."""

    def pack(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name), data, method)
        return stored.getvalue()

    return pack
