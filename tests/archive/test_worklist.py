"""The work list of a run: order, filters, rows and exports, over small tables that are made up."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from ecgnet.archive import worklist
from ecgnet.archive.columns import VERSION, column, columns_of, schema_of
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import Listing, Wanted, printed, sent
from ecgnet.demo import draw
from ecgnet.judge import judge
from ecgnet.readers import Answer
from ecgnet.record import signal_hash

MODELS = ("waveform_cnn", "late_fusion")
"""The default one leads, wherever it stands."""
SCHEMA = schema_of(columns_of(MODELS))


def ecg(name: str, **said: object) -> dict[str, object]:
    """A row of a readable ECG in which nothing is found, but for what is said."""
    row = {field.name: None for field in SCHEMA} | {
        "file": f"/ward/{name}.xml",
        "source": f"/ward/{name}.xml",
    }
    row |= {"readable": True, "quality_fine": True, "critical": [], "grade": "normal"}
    for model in MODELS:
        row |= {column(model, "abstain"): False, column(model, "familiar"): True}
        row |= {column(model, "unfamiliarity"): 0.5}
        for label in ("NORM", "MI", "STTC", "CD", "HYP"):
            row |= {column(model, f"p_{label}"): 0.1, column(model, f"state_{label}"): "absent"}
    return row | said


ECGS = [
    [
        ecg("nothing"),
        ecg("urgent", critical_level="urgent", critical=["QTc 520 ms"], grade="abnormal"),
        ecg("torn", waveform_cnn_state_MI="present", waveform_cnn_p_MI=0.9, grade="abnormal"),
        ecg("wide", waveform_cnn_p_CD=0.4),
    ],
    [
        ecg("strange", late_fusion_familiar=False, late_fusion_unfamiliarity=1.5),
        ecg("critical", critical_level="critical", critical=["=Asystole"], late_fusion_state_MI="possible"),
        ecg("noise", readable=False, quality_fine=False, grade="not diagnostic"),
        ecg("unsure", late_fusion_abstain=True, late_fusion_familiar=False, quality_fine=False),
    ],
]
"""Two parts of four."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ecgs").mkdir()
    (tmp_path / "run.json").write_text(json.dumps({"schema": VERSION, "models": {m: {} for m in MODELS}}))
    for k, rows in enumerate(ECGS):
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), tmp_path / f"ecgs/part-{k}.parquet")
    return tmp_path


@pytest.fixture
def listing(folder: Path) -> Listing:
    return worklist.open_listing(folder)


def names(listing: Listing, **wanted: object) -> list[str]:
    """What is found, in order, by the names of the files."""
    found = worklist.choose(listing, Wanted(**wanted))
    files = worklist.read_rows(listing, found, columns=["file"])["file"].to_pylist()
    return [file.removeprefix("/ward/").removesuffix(".xml") for file in files]


def test_the_most_urgent_comes_first(listing: Listing):
    assert names(listing) == ["critical", "urgent", "unsure", "torn", "strange", "noise", "wide", "nothing"]


def test_the_default_model_leads(listing: Listing):
    assert listing.leading == "late_fusion"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"levels": ("critical", "urgent")}, ["critical", "urgent"]),
        ({"levels": ("urgent",), "grades": ("normal",)}, []),
        ({"grades": ("abnormal",)}, ["urgent", "torn"]),
        ({"label": "MI"}, ["critical"]),  # present or possible, as the leading model has it
        ({"label": "MI", "states": ("present",)}, []),
        ({"quality": ("faults", "unreadable")}, ["unsure", "noise"]),
        ({"quality": ("fine",), "doubts": ("unfamiliar",)}, ["strange"]),
        ({"doubts": ("disagree", "abstain")}, ["unsure", "torn"]),
    ],
)
def test_filters(listing: Listing, wanted: dict, found: list[str]):
    assert names(listing, **wanted) == found


@pytest.mark.parametrize(
    ("order", "first"),
    [("span", ["torn", "wide"]), ("unfamiliarity", ["strange"]), ("row", ["nothing", "urgent"])],
)
def test_other_orders(listing: Listing, order: str, first: list[str]):
    assert names(listing, order=order)[: len(first)] == first


def test_where_a_row_stands_in_the_list(listing: Listing):
    found = worklist.choose(listing, Wanted(levels=("critical", "urgent")))
    assert [worklist.place_of(found, row) for row in (5, 1, 0)] == [0, 1, None]


def test_a_part_that_is_written_changes_the_state_of_the_folder(folder: Path):
    before = worklist.state_of(folder)
    pq.write_table(pa.Table.from_pylist([ecg("new")], SCHEMA), folder / "ecgs/part-9.parquet")
    assert worklist.state_of(folder) != before


def test_a_part_that_went_away_meanwhile_is_told(folder: Path, listing: Listing):
    (folder / "ecgs/part-1.parquet").unlink()
    with pytest.raises(ArchiveError, match="reload"):
        worklist.read_rows(listing, [5], columns=["file"])


def test_tables_of_another_version_are_refused(folder: Path):
    (folder / "run.json").write_text(json.dumps({"schema": VERSION - 1, "models": {}}))
    with pytest.raises(ArchiveError, match="score the ECGs anew"):
        worklist.open_listing(folder)


@pytest.mark.parametrize("opened", [worklist.open_listing, worklist.state_of])
def test_another_folder_is_refused(tmp_path: Path, opened):
    with pytest.raises(ArchiveError, match="no answers"):
        opened(tmp_path)


@pytest.fixture
def exported(listing: Listing) -> pa.Table:
    return worklist.read_rows(listing, [5, 1], columns=worklist.exported_columns(listing))


def test_csv_has_the_list_in_its_order_and_the_notice(exported: pa.Table):
    table = pa.csv.read_csv(io.BytesIO(worklist.as_csv(exported)))
    assert table["file"].to_pylist() == ["/ward/critical.xml", "/ward/urgent.xml"]
    assert set(table["notice"].to_pylist()) == {worklist.NOTICE}
    assert table["critical"].to_pylist() == ["'=Asystole", "QTc 520 ms"]  # no formula


def test_parquet_keeps_units_and_has_the_notice(exported: pa.Table):
    table = pq.read_table(io.BytesIO(worklist.as_parquet(exported)))
    assert table["critical"].to_pylist() == [["=Asystole"], ["QTc 520 ms"]]
    assert table.schema.field("qrs_ms").metadata[b"unit"] == b"ms"
    assert table.schema.metadata[b"ecgnet.notice"] == worklist.NOTICE.encode()


@pytest.fixture
def printable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Listing:
    """A list of three ECGs: one as it was, one replaced since, one whose file is gone."""
    record = draw("imi", 1, fs=100)
    rows = [ecg("one", signal_sha256=signal_hash(record)), ecg("replaced", signal_sha256="0"), ecg("gone")]
    for old in (folder / "ecgs").iterdir():
        old.unlink()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / "ecgs/part-0.parquet")

    def reopened(row, run) -> Answer:
        if row["file"] == "/ward/gone.xml":
            raise ArchiveError("/ward/gone.xml is not there any more.")
        return Answer(row["file"], record)

    monkeypatch.setattr(printed, "reopen", reopened)
    return worklist.open_listing(folder)


def test_a_list_is_one_pdf_whose_last_page_says_what_is_not_in_it(printable: Listing):
    told: list[int] = []
    pdf = worklist.as_pdf(
        printable, printable.orders["row"], read=lambda record: judge(record, []), progress=told.append
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert told == [0, 1, 2, 3]
    assert all(worklist.NOTICE.rstrip(".") in page for page in pages)
    assert "replaced.xml: The file holds another signal than when it was scored" in pages[-1]
    assert "gone.xml: /ward/gone.xml is not there any more" in pages[-1]
    assert [item.title for item in PdfReader(io.BytesIO(pdf)).outline] == ["one.xml", "Not printed"]


def parts_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("ecgs/*"))}


def zipped(folder: Path) -> bytes:
    """As a file manager packs the folder."""
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.rglob("*.*")):
            out.write(path, f"answers/{path.relative_to(folder)}")
    return pack.getvalue()


@pytest.mark.parametrize(
    "sent", [parts_of, lambda folder: {"answers.zip": zipped(folder)}], ids=["parts", "zip"]
)
def test_tables_that_are_sent_are_the_list_of_their_folder(folder: Path, sent):
    found = worklist.open_sent(sent(folder))
    assert names(found) == names(worklist.open_listing(folder))
    assert names(found, doubts=("disagree", "abstain")) == ["unsure", "torn"]


def test_where_the_ecgs_of_a_sent_table_lie_is_not_looked_for(folder: Path):
    found = worklist.open_sent(parts_of(folder))
    with pytest.raises(ArchiveError, match="sent without its ECGs"):
        worklist.as_pdf(found, found.orders["row"], read=lambda record: judge(record, []))


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (lambda part: {"ecg.xml": b"<ecg/>"}, "ecg.xml is no Parquet file, or damaged"),
        (lambda part: {"part.parquet": part[:-100]}, "no Parquet file, or damaged"),
        (lambda part: {"taxis.parquet": parquet(pa.table({"x": [1]}))}, "no table of ECGs that ecgnet score wrote"),
        (lambda part: {"part.parquet": parquet(of_version(part, "1"))}, "version 1, and 3 is read here"),
        (lambda part: {"part.parquet": parquet(pq.read_table(io.BytesIO(part)).drop_columns(["file"]))}, "columns are"),
        (lambda part: {"a.parquet": part, "b.parquet": parquet(of_one_model())}, "b.parquet is of another run"),
        (lambda part: {"empty.zip": b"PK\5\6" + bytes(18)}, "There is no table of ecgnet score"),
    ],
)  # fmt: skip
def test_whatever_else_is_sent_is_refused(folder: Path, sent, said: str):
    with pytest.raises(ArchiveError, match=said):
        worklist.open_sent(sent((folder / "ecgs/part-0.parquet").read_bytes()))


def of_version(part: bytes, version: str) -> pa.Table:
    return pq.read_table(io.BytesIO(part)).replace_schema_metadata({"ecgnet.schema": version})


def of_one_model() -> pa.Table:
    return schema_of(columns_of(MODELS[:1])).empty_table()


@pytest.mark.parametrize("limit", ["MOST_ECGS", "MOST_BYTES"])
def test_too_much_is_refused_before_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str):
    monkeypatch.setattr(sent, limit, 5)
    with pytest.raises(ArchiveError, match="ecgnet run --scored instead"):
        worklist.open_sent({"answers.zip": zipped(folder)})
