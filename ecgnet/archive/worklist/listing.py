"""What decides a work list's order and filters, of every ECG of a run: read once, kept in some 30 bytes an ECG."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from ecgnet.archive.columns import column
from ecgnet.archive.dataset import ECGS, open_ecgs, open_run
from ecgnet.archive.errors import ArchiveError
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import GRADES
from ecgnet.states import STATES

LEVELS = ("critical", "urgent")
"""Of critical values and findings, the graver first."""
_PART = "__fragment_index"  # pyarrow's own column: which file of the dataset a row is in


Order = Literal["urgency", "span", "unfamiliarity", "row"]
ORDERS: dict[Order, str] = {
    "urgency": "most urgent first",
    "span": "widest span between the models first",
    "unfamiliarity": "most unfamiliar first",
    "row": "as the files were listed",
}


@dataclass(frozen=True, eq=False)
class Listing:
    """The ECGs of a run. run: its description; models: the leading one first; ends: (files,) rows up to the end of each
    file; orders: row numbers (ECGs,) in each order; sources_here: whether its ECGs may be read again where the
    tables say that they lie; index: a row an ECG, in the order of the tables, with

    level, grade: places in LEVELS and GRADES, null for none; readable, fine: of the quality; state_CLASS: place in STATES,
    of the leading model; disagree: whether one model calls a class present and another absent; span: the widest range of the
    models' probabilities over the classes, 0 to 1; abstain, unfamiliar, unfamiliarity: the leading model's (1 is the limit).
    """

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
        raise ArchiveError(f"{folder} holds no answers of ecgnet score: {ECGS}/ is missing.") from None
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def open_listing(folder: str | Path) -> Listing:
    """The ECGs of a run in the order of urgency: critical values, then as many doubts as there are (models that disagree, an
    answer better left to a reader, an unfamiliar ECG, one that nobody should judge), then span and unfamiliarity. Raises
    ArchiveError for a folder without answers, or with tables of another version."""
    dataset, run = open_ecgs(folder), open_run(folder)
    try:
        return listing_of(dataset, run)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArchiveError(
            f"{folder} cannot be read: a part is damaged, or was replaced meanwhile."
        ) from error


def listing_of(dataset: ds.Dataset, run: dict[str, Any], *, sources_here: bool = True) -> Listing:
    """The ECGs of a run's table, its description and whether its sources may be read. Raises OSError and pa.ArrowInvalid
    for a part that cannot be read."""
    models = tuple(sorted(run["models"], key=lambda name: name != DEFAULT))  # as `judge` has it
    table = dataset.to_table([*_columns(models), _PART]).combine_chunks()
    parts = np.bincount(table[_PART].to_numpy(), minlength=sum(1 for _ in dataset.get_fragments()))
    index = _index(table, models)
    return Listing(run, models, dataset, np.cumsum(parts), index, _orders(index), sources_here)


def _columns(models: Sequence[str]) -> list[str]:
    answers = [
        column(m, f"{what}_{label}") for m in models for what in ("p", "state") for label in SUPERCLASSES
    ]
    trust = [column(models[0], what) for what in ("abstain", "familiar", "unfamiliarity")]
    return ["critical_level", "grade", "readable", "quality_fine", *answers, *trust]


def _index(table: pa.Table, models: Sequence[str]) -> pa.Table:
    def of(what: str) -> pa.ChunkedArray:
        return table[column(models[0], what)]

    return pa.table(
        {
            "level": _places(table["critical_level"], LEVELS),
            "grade": _places(table["grade"], GRADES),
            "readable": table["readable"],
            "fine": table["quality_fine"],
            **{f"state_{label}": _places(of(f"state_{label}"), STATES) for label in SUPERCLASSES},
            "disagree": _disagree(table, models),
            "span": _span(table, models),
            "abstain": of("abstain").fill_null(False),
            "unfamiliar": pc.invert(of("familiar").fill_null(True)),
            "unfamiliarity": of("unfamiliarity"),
        }
    )


def _disagree(table: pa.Table, models: Sequence[str]) -> pa.ChunkedArray:
    def anyone(label: str, state: str) -> pa.ChunkedArray:
        said = (pc.equal(table[column(m, f"state_{label}")], state).fill_null(False) for m in models)
        return reduce(pc.or_, said)

    return reduce(pc.or_, (pc.and_(anyone(x, "present"), anyone(x, "absent")) for x in SUPERCLASSES))


def _span(table: pa.Table, models: Sequence[str]) -> pa.ChunkedArray:
    spans = []
    for label in SUPERCLASSES:
        said = [table[column(m, f"p_{label}")] for m in models]
        spans.append(pc.subtract(pc.max_element_wise(*said), pc.min_element_wise(*said)))
    return pc.max_element_wise(*spans)


def _places(values: pa.ChunkedArray, among: Iterable[str]) -> pa.ChunkedArray:
    return pc.index_in(values, pa.array(list(among))).cast(pa.int8())


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
