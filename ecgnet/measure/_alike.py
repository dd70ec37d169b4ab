"""How many QRS complexes a record holds, and how many of them share one shape."""

from __future__ import annotations

from ecgnet.measure._median import median_beat
from ecgnet.measure._peaks import detect_r_peaks
from ecgnet.measure._prepare import RATE, SHORTEST, prepare
from ecgnet.record import Record


def alike_beats(record: Record) -> tuple[int, int]:
    """Beats found in the window that is measured, and how many of them have the dominant shape; never raises.

    In noise few "beats" are found, and none of them resembles another over all leads.
    """
    prepared = prepare(record)
    if prepared.seconds < SHORTEST:
        return 0, 0
    peaks = detect_r_peaks(prepared.signal, RATE)
    median = median_beat(prepared, peaks) if len(peaks) > 1 else None
    return len(peaks), int(median.dominant.sum()) if median is not None else min(len(peaks), 1)
