"""What stands in the tables: columns with their units, the same answers as one ECG alone has, refusals with their kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import ecgnet
from ecgnet.archive.columns import column, columns_of
from ecgnet.archive.dataset import open_ecgs, open_refusals, open_run
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.refusals import KINDS
from ecgnet.archive.scorer import Asked
from ecgnet.archive.sources import StatedFacts
from ecgnet.inference import Predictor
from ecgnet.record import LEADS, signal_hash
from tests.archive.conftest import MODEL, write_csv
from tests.readers.writers import muse_xml


def rows(folder: Path) -> dict[str, dict]:
    """The ECGs by the name of their file."""
    return {Path(row["file"]).name: row for row in open_ecgs(folder).to_table().to_pylist()}


def test_an_ecg_is_answered_as_it_is_alone(run, library: Path, out: Path):
    run(library)
    record = ecgnet.read(library / "ward1/3.csv")
    reading = ecgnet.judge(record, [Predictor(MODEL)])
    row = rows(out)["3.csv"]
    chances = [row[column(MODEL, f"p_{label}")] for label in reading.prediction.labels]
    np.testing.assert_allclose(chances, reading.prediction.probabilities, atol=1e-5)
    assert {label: row[column(MODEL, f"state_{label}")] for label in reading.states} == reading.states
    assert row["heart_rate_per_min"] == pytest.approx(reading.ranges["heart_rate"].value)
    assert row["qrs_ms"] == pytest.approx(reading.ranges["qrs"].value)
    assert row["conclusion"] == reading.conclusion.text
    assert [s["code"] for s in row[column(MODEL, "statements")]] == [s.code for s in reading.statements]
    assert row[column(MODEL, "confidence")] == pytest.approx(reading.trust.confidence, abs=1e-3)
    assert row[column(MODEL, "abstain")] == reading.trust.abstain
    assert row[column(MODEL, "weights")] == reading.prediction.weights_id
    assert row["signal_sha256"] == signal_hash(record)
    assert row["source"] == str(library / "ward1/3.csv")


def test_columns_have_meanings_and_units(run, library: Path, out: Path):
    run(library)
    schema = open_ecgs(out).schema
    assert schema.names == [c.name for c in columns_of([MODEL])]
    assert all(schema.field(name).metadata[b"about"] for name in schema.names)
    units = {b"ms": "_ms", b"Hz": "_hz", b"s": "_s", b"1/min": "_per_min", b"years": "_years", b"B": "_bytes"}
    for field in schema:
        ending = units.get(field.metadata.get(b"unit"))
        assert ending is None or field.name.endswith((ending, "milliseconds"))


def test_each_lead_has_its_faults(run, tmp_path: Path, out: Path):
    file = write_csv(tmp_path / "flat.csv", 1)
    lines = [line.split(",") for line in file.read_text().splitlines()]
    at = 1 + LEADS.index("V3")
    file.write_text(
        "\n".join(
            ",".join([*line[:at], line[at] if k == 0 else "0.0", *line[at + 1 :]])
            for k, line in enumerate(lines)
        )
    )
    run(file)
    quality = rows(out)["flat.csv"]["quality"]
    assert quality["V3"] == ["flat"] and quality["V4"] == []


def test_what_nobody_should_judge_is_a_row_without_answers(run, tmp_path: Path, out: Path):
    noise = np.random.default_rng(1).normal(0, 0.5, (1000, 12))
    file = tmp_path / "noise.csv"
    np.savetxt(file, noise, delimiter=",", header=",".join(f"{lead} (mV)" for lead in LEADS), comments="")
    run(file, asked=Asked((MODEL,), told=StatedFacts(fs=100)))
    row = rows(out)["noise.csv"]
    assert not row["readable"] and row["unreadable_reason"]
    assert row[column(MODEL, "p_MI")] is None and row[column(MODEL, "state_MI")] is None


def test_a_refusal_has_its_kind_and_its_reason(run, library: Path, out: Path):
    file = library / "without_rate.csv"
    table = np.loadtxt(library / "ward0/0.csv", delimiter=",", skiprows=1)[:, 1:]
    np.savetxt(file, table, delimiter=",", header=",".join(LEADS), comments="")
    run(library)
    refused = {Path(row["file"]).name: row for row in open_refusals(out).to_table().to_pylist()}
    assert {name: row["kind"] for name, row in refused.items()} == {
        "LICENSE": "no_ecg",
        "short.csv": "damaged",
        "without_rate.csv": "left_out",
    }
    assert "fs" in refused["without_rate.csv"]["asks"]
    assert "states no sampling rate" in refused["without_rate.csv"]["reason"]
    assert {row["kind"] for row in refused.values()} <= set(KINDS)


def test_every_model_has_its_own_columns(run, library: Path, out: Path):
    run(library / "ward0", asked=Asked((MODEL, "spectrum_cnn_transformer")))
    table = open_ecgs(out).to_table()
    assert all(
        pc.all(pc.is_valid(table[column(model, "p_MI")])).as_py()
        for model in (MODEL, "spectrum_cnn_transformer")
    )
    assert not table[column(MODEL, "p_MI")].equals(table[column("spectrum_cnn_transformer", "p_MI")])


def test_the_tables_name_nobody(run, tmp_path: Path, out: Path):
    file = tmp_path / "ecg.xml"
    file.write_bytes(muse_xml.write(np.full((12, 500), 0.3), 250, name="Miller", patient_id="4711"))
    run(file)
    said = str(open_ecgs(out).to_table().to_pylist())
    assert "Miller" not in said and "4711" not in said


def test_who_opens_another_folder_is_told(tmp_path: Path):
    with pytest.raises(ArchiveError, match="holds no answers of ecgnet score"):
        open_ecgs(tmp_path)


def test_the_run_says_what_was_asked(run, library: Path, out: Path):
    run(library)
    said = open_run(out)
    assert said["inputs"] == [str(library)] and list(said["models"]) == [MODEL]
    assert said["notice"].startswith("Research use only")


def test_tables_of_many_parts_are_one_schema(run, library: Path, out: Path):
    run(library)
    files = list((out / "ecgs").glob("*.parquet"))
    assert len(files) > 1
    assert isinstance(open_ecgs(out).to_table(), pa.Table)
