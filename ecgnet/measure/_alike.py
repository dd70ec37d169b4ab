"""How many QRS complexes a record holds, and how many of them share one shape."""

from __future__ import annotations

from ecgnet.measure._found import find_beats
from ecgnet.measure._prepare import SHORTEST
from ecgnet.record import Record


def alike_beats(record: Record) -> tuple[int, int]:
    """Beats found in the window that is measured, and how many of them have the dominant shape; never raises.

    In noise few "beats" are found, and none of them resembles another over all leads.
    """
    if record.duration < SHORTEST:
        return 0, 0
    found = find_beats(record)
    n = len(found.peaks)
    return n, int(found.median.dominant.sum()) if n > 1 and found.median is not None else min(n, 1)
