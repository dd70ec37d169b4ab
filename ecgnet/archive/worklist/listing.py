"""The ECGs of a run in each order: the indexes of its parts together, read once and held in some 30 bytes an ECG."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from ecgnet.archive.dataset import ECGS, open_ecgs, open_run
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.index import LEVELS, columns_read, index_of, leading_first, path_of_index, read_index
from ecgnet.language import Words, say

TOGETHER = 16
"""Files that are read at once where they have no index: their columns are in memory together."""
_PART = "__fragment_index"  # pyarrow's own column: which file of the dataset a row is in

Order = Literal["urgency", "span", "unfamiliarity", "row"]
ORDERS: dict[Order, str] = Words(
    {
        "urgency": "most urgent first",
        "span": "widest span between the models first",
        "unfamiliarity": "most unfamiliar first",
        "row": "as the files were listed",
    }
)


@dataclass(frozen=True, eq=False)
class Listing:
    """The ECGs of a run. run: its description; models: the leading one first; ends: (files,) rows up to the end of each
    file; orders: row numbers (ECGs,) in each order; sources_here: whether its ECGs may be read again where the tables say
    that they lie; index: a row an ECG, in the order of the tables, as `archive.index.SCHEMA` has it."""

    run: dict[str, Any]
    models: tuple[str, ...]
    dataset: ds.Dataset
    ends: np.ndarray
    index: pa.Table
    orders: dict[Order, np.ndarray]
    sources_here: bool = True

    @property
    def leading(self) -> str:
        """The model whose states the reading has."""
        return self.models[0]


def state_of(folder: str | Path) -> str:
    """What changes when a part of the table is written, replaced or removed. Raises ArchiveError without a table."""
    try:
        with os.scandir(Path(folder) / ECGS) as files:
            found = sorted((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files)
    except OSError:
        raise ArchiveError(
            say(
                "{folder} holds no answers of ecgnet score: {ecgs}/ is missing.",
                folder=folder,
                ecgs=ECGS,
            )
        ) from None
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def open_listing(folder: str | Path) -> Listing:
    """The ECGs of a run in the order of urgency: critical values, then as many doubts as there are (models that disagree, an
    answer better left to a reader, an unfamiliar ECG, one that nobody should judge), then span and unfamiliarity. Raises
    ArchiveError for a folder without answers, or with tables of another version."""
    dataset, run = open_ecgs(folder), open_run(folder)
    models = leading_first(run["models"])
    try:
        kept = [
            read_index(path_of_index(part), part=part, models=models) for part in map(Path, dataset.files)
        ]
        return listing_of(dataset, run, kept=kept)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArchiveError(
            say(
                "{folder} cannot be read: a part is damaged, or was replaced meanwhile.",
                folder=folder,
            )
        ) from error


def listing_of(
    dataset: ds.Dataset,
    run: dict[str, Any],
    *,
    kept: Sequence[pa.Table | None] | None = None,
    sources_here: bool = True,
) -> Listing:
    """The ECGs of a run's table, its description and whether its sources may be read. kept: each file's index, None where it
    has to be made of the file. Raises OSError and pa.ArrowInvalid for a part that cannot be read."""
    models = leading_first(run["models"])
    pieces = _indexes(dataset, models, kept)
    index = pa.concat_tables(pieces).combine_chunks()
    return Listing(
        run, models, dataset, np.cumsum(list(map(len, pieces))), index, _orders(index), sources_here
    )


def _indexes(
    dataset: ds.Dataset, models: Sequence[str], kept: Sequence[pa.Table | None] | None
) -> list[pa.Table]:
    """Each file's index."""
    fragments = list(dataset.get_fragments())
    indexes = list(kept or [None] * len(fragments))
    missing = [place for place, index in enumerate(indexes) if index is None]
    for k in range(0, len(missing), TOGETHER):
        places = missing[k : k + TOGETHER]
        some = ds.FileSystemDataset([fragments[place] for place in places], dataset.schema, dataset.format)
        # A file's table of contents takes a third of a megabyte as Arrow keeps it: it is not kept.
        table = some.to_table([*columns_read(models), _PART], cache_metadata=False)
        ends = np.cumsum(np.bincount(table[_PART].to_numpy(), minlength=len(places)))
        index = index_of(table, models)
        for place, begin, end in zip(places, [0, *ends], ends, strict=False):
            indexes[place] = index.slice(begin, end - begin)
    return [index.replace_schema_metadata() for index in indexes]


def _orders(index: pa.Table) -> dict[Order, np.ndarray]:
    signs = (index["disagree"], index["abstain"], index["unfamiliar"], pc.invert(index["readable"]))
    keys = pa.table(
        {
            "row": pa.array(np.arange(len(index), dtype=np.int32)),
            "level": index["level"].fill_null(len(LEVELS)),
            "doubts": reduce(pc.add, (sign.cast(pa.int8()) for sign in signs)),
            "span": index["span"],
            "unfamiliarity": index["unfamiliarity"],
        }
    )
    falling = {name: (name, "descending") for name in ("doubts", "span", "unfamiliarity")}
    by = {
        "urgency": [("level", "ascending"), *falling.values()],
        "span": [falling["span"]],
        "unfamiliarity": [falling["unfamiliarity"]],
        "row": [],
    }
    last = ("row", "ascending")  # so that an order is the same each time
    return {
        name: pc.sort_indices(keys, [*first, last]).to_numpy().astype(np.int32) for name, first in by.items()
    }
