"""From row numbers of a work list to what the tables say of these ECGs: of the files, row groups and columns concerned
alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist.listing import Listing
from ecgnet.language import say


def read_rows(listing: Listing, rows: np.ndarray, *, columns: Sequence[str]) -> pa.Table:
    """These columns of these rows (n,), in their order. Raises ArchiveError where a part was replaced or removed since the
    listing was opened."""
    rows, names = np.asarray(rows, np.int64), list(columns)
    files = np.searchsorted(listing.ends, rows, side="right")
    fragments = list(listing.dataset.get_fragments())
    begins = np.concatenate([[0], listing.ends])
    pieces, places = [pa.schema([listing.dataset.schema.field(name) for name in names]).empty_table()], []
    for file in np.unique(files):
        here = np.flatnonzero(files == file)
        try:
            pieces.append(
                _of_file(fragments[file], rows[here] - begins[file], columns=names).cast(pieces[0].schema)
            )
        except (OSError, pa.ArrowInvalid, IndexError) as error:
            raise ArchiveError(say("The tables changed while they were read: reload the page.")) from error
        places.append(here)
    found = pa.concat_tables(pieces)
    return found.take(np.argsort(np.concatenate(places))) if places else found


def _of_file(fragment: ds.ParquetFileFragment, rows: np.ndarray, *, columns: list[str]) -> pa.Table:
    """These rows of one file, of which their row groups alone are read."""
    sizes = [group.num_rows for group in fragment.row_groups]
    ends = np.cumsum(sizes)
    groups = np.searchsorted(ends, rows, side="right")
    asked = np.unique(groups)
    read = fragment.subset(row_group_ids=asked.tolist()).to_table(columns=columns)
    begins = np.concatenate([[0], np.cumsum([sizes[group] for group in asked])])
    inside = rows - (ends - sizes)[groups]
    return read.take(begins[np.searchsorted(asked, groups)] + inside)


def place_of(found: np.ndarray, row: int) -> int | None:
    """Where a row stands in a list that `choose` made, None where it is not in it."""
    places = np.flatnonzero(found == row)
    return int(places[0]) if len(places) else None


def file_label(row: Mapping[str, Any]) -> str:
    """The file without its folders, and the ECG in it. row: with file and exam."""
    name = PurePosixPath(row["file"]).name or row["file"]
    return f"{name} {row['exam']}" if row["exam"] and row["exam"] not in name else name
