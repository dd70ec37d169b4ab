"""What every measurement stands on: the prepared window, its beats and the dominant one, found once a record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ecgnet.language import for_all
from ecgnet.measure._median import Median, median_beat
from ecgnet.measure._peaks import detect_r_peaks
from ecgnet.measure._prepare import LONGEST, RATE, Prepared, prepare
from ecgnet.record import Record

RECENT = 32
"""Records whose beats are kept, about 1 MB each of 10 s: a reading asks for the same ones up to four times, and an
archive's first looks at those of three batches before it reads one."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """prepared: the window; peaks: (n,) int, R peaks in its samples; median: the dominant beat, None without a whole one."""

    prepared: Prepared
    peaks: np.ndarray
    median: Median | None


def find_beats(record: Record) -> Found:
    """The beats of a record, found once for the records asked about last.

    A record is never changed in place; a longer one than is measured is not kept, since it may be a day long."""
    return _kept(record) if record.duration <= LONGEST else _find(record)


@for_all
def _find(record: Record) -> Found:
    prepared = prepare(record)
    peaks = detect_r_peaks(prepared.signal, RATE)
    return Found(prepared, peaks, median_beat(prepared, peaks) if len(peaks) else None)


_kept = lru_cache(maxsize=RECENT)(_find)
