"""How long a work list of many ECGs takes: opened, a page, filters, the next page, another order. Rows are made up.

    python benchmarks/worklist_speed.py [rows] [rows a file] [models]

Seconds of the wall clock. The list is opened once a state of the folder, by `ecgnet run --scored` before it answers.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecgnet.archive import worklist
from ecgnet.archive.columns import VERSION, columns_of, schema_of
from ecgnet.archive.dataset import GROUP
from ecgnet.states import STATES
from ecgnet.ui.worklist.table import COLUMNS, ROWS

MODELS = ("late_fusion", "waveform_cnn", "spectrogram_cnn", "early_fusion")


def made_up(schema: pa.Schema, first: int, *, count: int, chance: np.random.Generator) -> pa.Table:
    """count rows that look like answers, numbered from first."""

    def one_of(values: list[Any]) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(chance.integers(0, len(values), count)))

    def values(field: pa.Field) -> pa.Array:
        name = field.name
        if name in ("file", "source"):
            return pa.array([f"/archive/ward{k % 40}/{k:08}.xml" for k in range(first, first + count)])
        if name == "critical_level":
            return one_of(["critical", "urgent"] + [None] * 38)
        if "_state_" in name:
            return one_of(list(STATES))
        if name == "grade":
            return one_of(["normal", "borderline", "abnormal"])
        if field.type == pa.bool_():
            return pa.array(chance.random(count) < 0.9)
        if pa.types.is_floating(field.type):
            return pa.array(chance.random(count), field.type)
        if field.type == pa.string():
            return one_of(["Sinus rhythm. Left bundle branch block", "Atrial fibrillation", "Normal ECG"])
        return pa.nulls(count, field.type)

    return pa.table([values(field) for field in schema], schema=schema)


def write(folder: Path, rows: int, *, part: int, models: tuple[str, ...]) -> None:
    """The folder of a run with so many rows, `part` in a file."""
    schema, chance = schema_of(columns_of(models)), np.random.default_rng(0)
    (folder / "ecgs").mkdir()
    for k, first in enumerate(range(0, rows, part)):
        table = made_up(schema, first, count=min(part, rows - first), chance=chance)
        pq.write_table(table, folder / f"ecgs/part-{k:06}.parquet", compression="zstd", row_group_size=GROUP)
    (folder / "run.json").write_text(json.dumps({"schema": VERSION, "models": {name: {} for name in models}}))


def timed(what: str, work: Callable[[], Any]) -> Any:
    """What `work` returns; the seconds are printed."""
    began = time.perf_counter()
    found = work()
    print(f"{what:58}{time.perf_counter() - began:8.3f} s", flush=True)
    return found


def main(rows: int = 1_000_000, part: int = 256, models: int = 1) -> None:
    """Make the rows, then measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows, part=part, models=MODELS[:models])
        print(f"{rows:,} ECGs, {len(list(folder.glob('ecgs/*'))):,} files, {models} models")
        listing = timed("opened, in the order of urgency", lambda: worklist.open_listing(folder))
        print(f"{'held in memory':58}{listing.index.nbytes / 1e6:8.0f} MB")
        timed("state of the folder", lambda: worklist.state_of(folder))

        def page(found: np.ndarray, number: int) -> None:
            numbers = found[number * ROWS : (number + 1) * ROWS]
            columns = [c for c in COLUMNS if c in listing.dataset.schema.names]
            timed(f"  page {number + 1:,}", lambda: worklist.read_rows(listing, numbers, columns=columns))

        for words, wanted in {
            "everything": worklist.Wanted(),
            "critical": worklist.Wanted(levels=("critical",)),
            "MI present, fine": worklist.Wanted(label="MI", states=("present",), quality=("fine",)),
            "in doubt": worklist.Wanted(doubts=("disagree", "abstain", "unfamiliar")),
            "widest span first": worklist.Wanted(order="span"),
            "MI absent, most unfamiliar first": worklist.Wanted(
                label="MI", states=("absent",), order="unfamiliarity"
            ),
        }.items():
            found = timed(words, lambda wanted=wanted: worklist.choose(listing, wanted))
            page(found, 0)
            page(found, len(found) // ROWS // 2)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
