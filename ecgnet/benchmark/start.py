"""How long a command takes from nothing, beside a Python that imports torch and does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.record import LEADS


def contests() -> Iterator[Contest]:
    """One: whole processes, from their start to their end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ecg.csv"
        rows = [
            ",".join(["time_s", *(f"{lead} (mV)" for lead in LEADS)]),
            *(
                ",".join([f"{k / 100:.2f}", *(f"{value:.4f}" for value in sample)])
                for k, sample in enumerate(draw("norm_male", 1, fs=100).signal.T)
            ),
        ]
        file.write_text("\n".join(rows) + "\n")
        yield Contest(
            "a command on one file",
            "start",
            "python -c 'import torch'",
            {
                "python -c 'import torch'": _started("-c", "import torch"),
                "ecgnet info": _started("-m", "ecgnet", "info", str(file)),
                "ecgnet predict": _started("-m", "ecgnet", "predict", str(file), "--model", "late_fusion"),
                "ecgnet read": _started("-m", "ecgnet", "read", str(file)),
            },
        )


def _started(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
