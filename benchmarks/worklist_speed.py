"""What a work list of many ECGs takes: opened, a page, filters, the next page, another order. Rows are made up.

    python benchmarks/worklist_speed.py [rows] [rows a file] [models]

Processor time of the process, and the wall clock's. The list is opened once a state of the folder, by `ecgnet run --scored`
before it answers: from the indexes that `ecgnet score` writes beside its parts, and once more without them, each beside a
bare read of the same columns by pyarrow.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
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
from ecgnet.archive.dataset import ECGS, OutputFolder
from ecgnet.archive.index import FOLDER, columns_read
from ecgnet.archive.refusals import SCHEMA
from ecgnet.archive.scorer import ScoredPart
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
    """The folder of a run with so many rows, `part` in a file, as a run writes it."""
    schema, chance = schema_of(columns_of(models)), np.random.default_rng(0)
    with OutputFolder.locked(folder) as out:
        out.claim({"schema": VERSION, "models": {name: {} for name in models}}, lambda here, asked: None)
        for k, first in enumerate(range(0, rows, part)):
            table = made_up(schema, first, count=min(part, rows - first), chance=chance)
            out.write(ScoredPart(f"{k:016x}", "made up", len(table), models, table, SCHEMA.empty_table()))


def timed(what: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, and the processor time that it took, s; both times are printed."""
    began, clock = time.process_time(), time.perf_counter()
    found = work()
    spent, waited = time.process_time() - began, time.perf_counter() - clock
    print(f"{what:58}{spent:8.3f} s{waited:8.3f} s", flush=True)
    return found, spent


def peak() -> float:
    """The most memory that this process had so far, MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(rows: int = 1_000_000, part: int = 256, models: int = 1) -> None:
    """Make the rows, then measure."""
    asked = MODELS[:models]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        making = multiprocessing.get_context("spawn").Process(  # its memory is not this process's
            target=write, args=(folder, rows), kwargs={"part": part, "models": asked}
        )
        making.start()
        making.join()
        print(f"{rows:,} ECGs, {len(list((folder / ECGS).glob('part-*'))):,} files, {models} models")
        before = peak()
        print(f"{'':58}{'processor':>10}{'clock':>10}")
        listing, opening = timed("opened, in the order of urgency", lambda: worklist.open_listing(folder))
        print(f"{'  peak memory above what the process had before':58}{peak() - before:8.0f} MB")
        print(f"{'  held in memory':58}{held(listing) / rows:8.0f} bytes an ECG")
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
            found, _ = timed(words, lambda wanted=wanted: worklist.choose(listing, wanted))
            page(found, 0)
            page(found, len(found) // ROWS // 2)

        shutil.rmtree(folder / FOLDER)
        before = peak()
        _, without = timed("opened without its indexes", lambda: worklist.open_listing(folder))
        print(f"{'  peak memory above the highest before':58}{peak() - before:8.0f} MB")
        _, bare = timed(
            "bare read of the same columns by pyarrow",
            lambda: pq.read_table(folder / ECGS, columns=columns_read(asked)),
        )
        print(
            f"opened: {opening / bare:.2f} times the bare read; without indexes: {without / bare:.2f} times"
        )


def held(listing: worklist.Listing) -> int:
    """Bytes of what decides order and filters."""
    return listing.index.nbytes + sum(order.nbytes for order in listing.orders.values())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
