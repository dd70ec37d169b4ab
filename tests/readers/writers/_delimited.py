"""CSV with rate and unit in comments. (A text cut at the end of a line is a shorter text: no round trip for cut files.)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.record import LEADS

STEP = 1e-6


def write(
    signal: np.ndarray, fs: float, *, leads: Sequence[str] = LEADS, age: float | None = None, sex: str = ""
) -> bytes:
    """signal (12, T) in mV."""
    facts = {"fs": f"{fs:g}", "unit": "mV", "age": "" if age is None else f"{age:g}", "sex": sex}
    rows = np.asarray(signal)[[LEADS.index(lead) for lead in leads]].T
    lines = [f"# {key}: {value}" for key, value in facts.items() if value]
    lines += [",".join(leads), *(",".join(f"{v:.6f}" for v in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()
