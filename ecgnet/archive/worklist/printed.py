"""The ECGs of a work list on paper: each read again from its source and reported on, all in one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.reopen import reopen
from ecgnet.archive.worklist.listing import Listing
from ecgnet.archive.worklist.rows import file_label, read_rows
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.record import Record, RecordError, signal_hash
from ecgnet.report import report
from ecgnet.report.together import together

MOST_PRINTED = 200
"""ECGs in one file: a second or so each, and some 15 MB."""
COLUMNS = ("file", "exam", "source", "signal_sha256")


def as_pdf(
    listing: Listing,
    rows: np.ndarray,
    *,
    read: Callable[[Record], Reading],
    progress: Callable[[int], None] = lambda done: None,
) -> bytes:
    """One PDF with the report of each of these rows (n,), in their order, without names of patients; the last page says
    which could not be printed, and why.

    read: the reading of an ECG; progress: told before each how many are done, and once more at the end; what it raises ends
    the work. Raises ArchiveError where the tables changed meanwhile, and for a list whose sources may not be read here.
    """
    if not listing.sources_here:
        raise ArchiveError(say("This list was sent without its ECGs: they are printed where it was scored."))
    reports, left_out = [], []
    for done, row in enumerate(read_rows(listing, rows, columns=COLUMNS).to_pylist()):
        progress(done)
        try:
            reports.append((file_label(row), report(read(_again(row, listing.run)))))
        except (ArchiveError, RecordError, OSError) as error:
            left_out.append(f"{file_label(row)}: {error}")
    progress(len(rows))
    return together(reports, say("ECGNet work list, {n_rows} ECGs", n_rows=len(rows)), left_out=left_out)


def _again(row: Mapping[str, Any], run: Mapping[str, Any]) -> Record:
    """Raises ArchiveError for an ECG that cannot be read, or is another one than when it was scored."""
    answer = reopen(row, run)
    if answer.record is None:
        raise ArchiveError(answer.error or say("This ECG could not be read."))
    if signal_hash(answer.record) != row["signal_sha256"]:
        raise ArchiveError(say("The file holds another signal than when it was scored: score it again."))
    return answer.record
