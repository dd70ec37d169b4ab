"""The index of a part: what a list opened from it says is what the tables say, however many parts have one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgnet.archive import worklist
from ecgnet.archive.columns import VERSION, column, columns_of, schema_of
from ecgnet.archive.dataset import OutputFolder
from ecgnet.archive.index import LEVELS, index_of, path_of_index, read_index, write_index
from ecgnet.archive.refusals import SCHEMA as REFUSED
from ecgnet.archive.scorer import ScoredPart
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import GRADES
from ecgnet.states import STATES
from tests.archive.conftest import MODEL, write_csv

MODELS = ("waveform_cnn", "late_fusion")
TABLE = schema_of(columns_of(MODELS))
REALS = st.none() | st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]) | st.floats(0, 1, width=32)


@st.composite
def ecgs(draw: st.DrawFn) -> dict[str, object]:
    """A row that says anything that a table may say, nothing included."""

    def perhaps(*values: object) -> object:
        return draw(st.sampled_from([None, *values]))

    row = dict.fromkeys(TABLE.names)
    row |= {"critical_level": perhaps(*LEVELS), "grade": perhaps(*GRADES)}
    row |= {"readable": draw(st.booleans()), "quality_fine": draw(st.booleans())}
    for model in MODELS:
        row |= {column(model, f"state_{label}"): perhaps(*STATES) for label in SUPERCLASSES}
        row |= {column(model, f"p_{label}"): draw(REALS) for label in SUPERCLASSES}
        row |= {column(model, what): perhaps(True, False) for what in ("abstain", "familiar")}
        row |= {column(model, "unfamiliarity"): draw(REALS)}
    return row


def said(row: dict) -> dict[str, object]:
    """A row of the index, in plain words. row: as the table gives it back."""
    leading = "late_fusion"
    pairs = [[row[column(model, f"p_{label}")] for model in MODELS] for label in SUPERCLASSES]
    pairs = [[p for p in some if p is not None] for some in pairs]
    states = [{row[column(model, f"state_{label}")] for model in MODELS} for label in SUPERCLASSES]
    place = {None: None} | {word: k for words in (LEVELS, GRADES, STATES) for k, word in enumerate(words)}
    return {
        "level": place[row["critical_level"]],
        "grade": place[row["grade"]],
        "readable": row["readable"],
        "fine": row["quality_fine"],
        **{f"state_{label}": place[row[column(leading, f"state_{label}")]] for label in SUPERCLASSES},
        "disagree": any({"present", "absent"} <= some for some in states),
        "span": max(
            (float(pa.scalar(max(p) - min(p), pa.float32()).as_py()) for p in pairs if p), default=None
        ),
        "abstain": row[column(leading, "abstain")] is True,
        "unfamiliar": row[column(leading, "familiar")] is False,
        "unfamiliarity": row[column(leading, "unfamiliarity")],
    }


def falling(value: float | None) -> float:
    return 1.0 if value is None else -value


def urgency(row: dict) -> tuple:
    level = len(LEVELS) if row["level"] is None else row["level"]
    doubts = row["disagree"] + row["abstain"] + row["unfamiliar"] + (not row["readable"])
    return level, -doubts, falling(row["span"]), falling(row["unfamiliarity"])


INDEXED = ("its own", "none", "another's", "of other models", "damaged", "cut short")


def write(folder: Path, parts: list[list[dict]], kinds: list[str]) -> None:
    """The parts with an index of each kind."""
    (folder / "ecgs").mkdir()
    (folder / "run.json").write_text(json.dumps({"schema": VERSION, "models": {m: {} for m in MODELS}}))
    other = folder / "other.parquet"
    pq.write_table(pa.Table.from_pylist([dict.fromkeys(TABLE.names)], TABLE), other)
    for k, (rows, kind) in enumerate(zip(parts, kinds, strict=True)):
        table, part = pa.Table.from_pylist(rows, TABLE), folder / f"ecgs/part-{k}.parquet"
        pq.write_table(table, part)
        # What must not be believed says the opposite of the table.
        wrong = pa.Table.from_pylist([row | {"readable": not row["readable"]} for row in rows], TABLE)
        path = path_of_index(part)
        if kind == "another's":
            write_index(path, index_of(wrong, MODELS), part=other, models=MODELS)
        elif kind == "of other models":
            write_index(path, index_of(wrong, MODELS), part=part, models=MODELS[:1])
        elif kind != "none":
            write_index(path, index_of(table, MODELS), part=part, models=MODELS)
            whole = path.read_bytes()
            ends = {"damaged": bytes(len(whole)), "cut short": whole[:-8]}
            path.write_bytes(ends.get(kind, whole))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_list_is_in_the_order_of_its_tables_whatever_indexes_there_are(data: st.DataObject):
    parts = data.draw(st.lists(st.lists(ecgs(), max_size=6), min_size=1, max_size=4))
    kinds = [data.draw(st.sampled_from(INDEXED)) for _ in parts]
    with TemporaryDirectory() as name:
        write(Path(name), parts, kinds)
        listing = worklist.open_listing(name)
        table = pa.concat_tables([pq.read_table(path) for path in sorted(Path(name).glob("ecgs/*"))])
    rows = [said(row) for row in table.to_pylist()]
    assert listing.ends.tolist() == [sum(map(len, parts[: k + 1])) for k in range(len(parts))]
    found = listing.index.to_pylist()
    assert [row | {"span": None} for row in found] == [row | {"span": None} for row in rows]
    assert [row["span"] for row in found] == pytest.approx([row["span"] for row in rows], abs=1e-6)
    rows = [row | {"span": one["span"]} for row, one in zip(rows, found, strict=True)]  # to the last bit
    by = {
        "urgency": urgency,
        "span": lambda row: falling(row["span"]),
        "unfamiliarity": lambda row: falling(row["unfamiliarity"]),
        "row": lambda row: 0,
    }
    for order, key in by.items():
        assert listing.orders[order].tolist() == sorted(range(len(rows)), key=lambda k: key(rows[k]))


def test_a_list_is_opened_from_what_a_run_wrote_beside_its_parts(
    run: Callable, library: Path, out: Path, monkeypatch
):
    run(library)
    write_csv(library / "ward0/2.csv", 17, "imi")
    (library / "ward1/1.csv").unlink()
    run(library)  # one part written anew, one removed
    parts = sorted(out.glob("ecgs/*"))
    assert sorted(out.glob("index/*")) == [path_of_index(part) for part in parts]
    for part in parts:
        index = read_index(path_of_index(part), part=part, models=(MODEL,))
        assert index.replace_schema_metadata() == index_of(pq.read_table(part), (MODEL,))
    monkeypatch.setattr(worklist.listing, "index_of", None)  # no part is read
    assert len(worklist.open_listing(out).index) == 3


def test_an_index_that_outlives_its_part_is_not_believed(tmp_path: Path):
    """Killed between the index of a part and the part itself, which stood there before."""
    row = dict.fromkeys(TABLE.names) | {"readable": True, "quality_fine": True}
    with OutputFolder.locked(tmp_path) as folder:
        folder.claim({"schema": VERSION, "models": {m: {} for m in MODELS}}, lambda here, asked: None)
        for readable in (False, True):
            rows = pa.Table.from_pylist([row | {"readable": readable}], TABLE)
            before = list(tmp_path.glob("ecgs/*"))
            older = before[0].read_bytes() if before else b""
            folder.write(ScoredPart("a", "state", 1, MODELS, rows, REFUSED.empty_table()))
    (part,) = tmp_path.glob("ecgs/*")
    assert worklist.open_listing(tmp_path).index["readable"].to_pylist() == [True]
    part.write_bytes(older)
    assert worklist.open_listing(tmp_path).index["readable"].to_pylist() == [False]
