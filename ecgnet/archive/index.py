"""What decides a work list's order and filters, of every ECG of a part: 16 bytes each, in a small file beside the part.

To open a Parquet file takes two milliseconds for its table of contents alone, which for a million ECGs in 4,000 parts are
ten seconds. A part's index says which part it is of, by the size and the checksum of its end, where Parquet keeps that
table of contents: where it is missing, or of another part, the part itself is read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ecgnet import atomic
from ecgnet.archive.columns import column
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import GRADES
from ecgnet.states import STATES

FOLDER = "index"
"""Beside the folders of the tables."""
LEVELS = ("critical", "urgent")
"""Of critical values and findings, the graver first."""
SCHEMA = pa.schema(
    {
        "level": pa.int8(),
        "grade": pa.int8(),
        "readable": pa.bool_(),
        "fine": pa.bool_(),
        **{f"state_{label}": pa.int8() for label in SUPERCLASSES},
        "disagree": pa.bool_(),
        "span": pa.float32(),
        "abstain": pa.bool_(),
        "unfamiliar": pa.bool_(),
        "unfamiliarity": pa.float32(),
    }
)
"""level, grade: places in LEVELS and GRADES, null for none; readable, fine: of the quality; state_CLASS: place in STATES,
of the leading model; disagree: whether one model calls a class present and another absent; span: the widest range of the
models' probabilities over the classes, 0 to 1; abstain, unfamiliar, unfamiliarity: the leading model's (1 is the limit)."""
_VERSION = "1"
"""Of the meaning of these columns: another one makes every index that was written before be passed over."""
_END = 32_768
"""Bytes of a part's end that tell it from another of the same size."""


def leading_first(models: Iterable[str]) -> tuple[str, ...]:
    """The models of a run with the one first whose states the reading has, as `judge` has it: the default one, else the
    first."""
    return tuple(sorted(models, key=lambda name: name != DEFAULT))


def columns_read(models: Sequence[str]) -> list[str]:
    """The columns of a run's table that its index is made of."""
    answers = [
        column(m, f"{what}_{label}") for m in models for what in ("p", "state") for label in SUPERCLASSES
    ]
    trust = [column(leading_first(models)[0], what) for what in ("abstain", "familiar", "unfamiliarity")]
    return ["critical_level", "grade", "readable", "quality_fine", *answers, *trust]


def index_of(table: pa.Table, models: Sequence[str]) -> pa.Table:
    """A row an ECG, as SCHEMA has it. table: with `columns_read(models)`."""
    leading = leading_first(models)[0]

    def of(what: str) -> pa.ChunkedArray:
        return table[column(leading, what)]

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
        },
        schema=SCHEMA,
    )


def _places(values: pa.ChunkedArray, among: Iterable[str]) -> pa.ChunkedArray:
    return pc.index_in(values, pa.array(list(among))).cast(pa.int8())


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


def write_index(path: Path, index: pa.Table, *, part: Path, models: Sequence[str]) -> None:
    """Write a part's index. part: the file that it is of, which may still have another name. Raises OSError."""
    marked = index.combine_chunks().cast(SCHEMA.with_metadata(_marks(part, models)))
    with (
        atomic.replacing(path, durable=True) as unfinished,
        pa.ipc.new_file(unfinished, marked.schema) as out,
    ):
        out.write_table(marked)


def read_index(path: Path, *, part: Path, models: Sequence[str]) -> pa.Table | None:
    """The index of a part, None where there is none that is of this very file. Raises OSError for a part that cannot be
    read."""
    marks = _marks(part, models)
    try:
        index = pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()
    except (OSError, pa.ArrowException):  # not there, or damaged
        return None
    return index if index.schema.equals(SCHEMA.with_metadata(marks), check_metadata=True) else None


def path_of_index(part: Path) -> Path:
    """Where the index of a part of the table of ECGs lies."""
    return part.parents[1] / FOLDER / f"{part.stem}.arrow"


def _marks(part: Path, models: Sequence[str]) -> dict[str, str]:
    """What has to be the same for an index to be a part's."""
    with part.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END))
        end = zlib.crc32(file.read())
    return {
        "ecgnet.index": _VERSION,
        "ecgnet.part": f"{size} bytes, {end:08x}",
        "ecgnet.models": " ".join(leading_first(models)),
    }
