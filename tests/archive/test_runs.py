"""A run that is interrupted, repeated, disturbed or pointed at the wrong folder."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgnet.archive.dataset import OutputFolder, open_ecgs, open_refusals
from ecgnet.archive.engines.local import Local
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.parts import ArchivePart
from ecgnet.archive.run import score
from ecgnet.archive.scorer import Asked
from ecgnet.archive.sources import Source
from tests.archive.conftest import ASKED, MODEL, TIMES, write_csv


def ecgs(folder: Path) -> pa.Table:
    """The rows without what differs from run to run, by file."""
    return open_ecgs(folder).to_table().drop_columns(list(TIMES)).sort_by("file")


def refusals(folder: Path) -> pa.Table:
    return open_refusals(folder).to_table().sort_by("file")


ENDED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs the tests behind itself has it ignored
from ecgnet.__main__ import main
from ecgnet.archive.dataset import OutputFolder
write, written = OutputFolder.write, []
def write_two(folder, part):
    write(folder, part)
    written.append(part)
    if len(written) == 2:
        os.kill(os.getpid(), int(sys.argv[1]))
OutputFolder.write = write_two
sys.exit(main(sys.argv[2:]))
"""
"""A run that a signal ends behind its second part."""


@pytest.mark.parametrize("killed_by", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_goes_on_where_it_stopped(library: Path, out: Path, tmp_path: Path, killed_by):
    whole = tmp_path / "whole"
    score([str(library)], whole, asked=ASKED, engine=Local(1), mean=1)
    words = ["score", str(library), "--out", str(out), "--model", MODEL, "--part", "1", "--workers", "1"]
    subprocess.run(
        [sys.executable, "-c", ENDED, str(int(killed_by)), *words], capture_output=True, check=False
    )
    kept = {path: path.stat().st_mtime_ns for path in out.glob("ecgs/part-*.parquet")}
    assert len(kept) == 2 < len(list(whole.glob("ecgs/part-*.parquet")))
    score([str(library)], out, asked=ASKED, engine=Local(1), mean=1)
    assert ecgs(out).equals(ecgs(whole)) and refusals(out).equals(refusals(whole))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not list(out.glob("*/.*"))


def test_two_processes_answer_as_one_and_end_no_other(library: Path, out: Path, tmp_path: Path):
    score([str(library)], tmp_path / "one", asked=ASKED, engine=Local(1), mean=2)
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(120,))
    other.start()
    try:
        score([str(library)], out, asked=ASKED, engine=Local(2), mean=2)
        until = time.monotonic() + 20
        while len(multiprocessing.active_children()) > 1 and time.monotonic() < until:
            time.sleep(0.05)
        assert multiprocessing.active_children() == [other]
    finally:
        other.kill()
    assert ecgs(out).equals(ecgs(tmp_path / "one"))


def test_a_whole_run_is_not_done_again(run, library: Path, out: Path):
    first = run(library)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    again = run(library, engine=refuse_to_work)
    assert (first.ecgs, first.refusals, first.scored) == (4, 2, 6)
    assert (again.ecgs, again.refusals, again.scored) == (4, 2, 0)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == before


def refuse_to_work(asked, parts, *, ticks):
    raise AssertionError(f"{list(parts)} need no answer")


def test_a_file_that_is_replaced_is_answered_anew_and_its_older_row_goes(run, library: Path, out: Path):
    run(library)
    before = {row["file"]: row["signal_sha256"] for row in ecgs(out).to_pylist()}
    replaced = write_csv(library / "ward0/2.csv", 17, "imi")
    summary = run(library)
    after = {row["file"]: row["signal_sha256"] for row in ecgs(out).to_pylist()}
    assert {file for file in before if before[file] != after[file]} == {str(replaced)}
    assert len(ecgs(out)) == len(after) == 4 and summary.scored < 6


def test_a_signal_that_is_replaced_beside_its_header_is_noticed(
    run, tiny_ptbxl: Path, tmp_path: Path, out: Path
):
    folder = tmp_path / "wfdb"
    folder.mkdir()
    for part in (".hea", ".dat"):
        (folder / f"00001_lr{part}").write_bytes(
            (tiny_ptbxl / f"records100/00000/00001_lr{part}").read_bytes()
        )
    run(folder)
    before = ecgs(out)["signal_sha256"].to_pylist()
    samples = bytearray((folder / "00001_lr.dat").read_bytes())
    samples[0] ^= 1
    (folder / "00001_lr.dat").write_bytes(samples)
    run(folder)
    assert len(ecgs(out)) == 1 and ecgs(out)["signal_sha256"].to_pylist() != before


def test_new_files_are_added_and_removed_ones_leave(run, library: Path, out: Path):
    run(library)
    write_csv(library / "ward2/9.csv", 9)
    (library / "ward0/0.csv").unlink()
    run(library)
    assert [Path(file).name for file in ecgs(out)["file"].to_pylist()] == ["2.csv", "1.csv", "3.csv", "9.csv"]


def test_what_arrives_while_a_run_goes_on_is_not_lost(run, library: Path, out: Path):
    class Late:
        """A file comes between the first look at the folder and the work."""

        def __call__(self, asked, parts, *, ticks):
            write_csv(library / "ward2/9.csv", 9)
            yield from Local(1)(asked, parts, ticks=ticks)

    run(library, engine=Late())
    assert "9.csv" in [Path(file).name for file in ecgs(out)["file"].to_pylist()]


def test_a_name_that_is_no_utf_8_is_spelled_out(run, library: Path, out: Path):
    odd = library / "ward1" / os.fsdecode(b"\xe4.csv")
    (library / "ward1/1.csv").rename(odd)
    run(library)
    assert any(r"\udce4.csv" in file for file in ecgs(out)["file"].to_pylist())


def test_two_runs_on_one_folder_are_refused(run, library: Path, out: Path):
    with OutputFolder.locked(out), pytest.raises(ArchiveError, match="another run is writing there"):
        run(library)
    run(library)


HOLD = """
import pathlib, sys, time
from ecgnet.archive.dataset import OutputFolder
with OutputFolder.locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_goes_with_its_process(run, library: Path, out: Path):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ArchiveError, match="another run"):
        run(library)
    holder.kill()
    holder.communicate()
    assert run(library).ecgs == 4


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"asked": Asked(("spectrum_cnn_transformer",))}, "the models or their weights differ"),
        ({"asked": Asked((MODEL,), anyway=True)}, "the options differ"),
    ],
)
def test_the_folder_of_another_run_is_refused(run, library: Path, out: Path, other: dict, said: str):
    run(library)
    with pytest.raises(ArchiveError, match=said):
        run(library, **other)
    with pytest.raises(ArchiveError, match="the inputs differ"):
        run(library / "ward0")


def test_the_folder_of_another_version_is_refused(run, library: Path, out: Path, monkeypatch):
    run(library)
    monkeypatch.setattr("ecgnet.archive.description.__version__", "0.0.9")
    with pytest.raises(ArchiveError, match="ECGNet's version differ"):
        run(library)


def test_a_folder_of_other_files_is_refused(run, library: Path, out: Path):
    out.mkdir()
    (out / "thesis.txt").write_text("my work")
    with pytest.raises(ArchiveError, match="holds other files"):
        run(library)


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_after(run, library: Path, out: Path, monkeypatch):
    written = []

    def full(table: pa.Table, path: Path, **options: object) -> None:
        if len(written) == 3:
            path.write_bytes(b"PAR1")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        real(table, path, **options)

    real = pq.write_table
    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(ArchiveError, match="the disk is full; make room, the same command then goes on"):
        run(library)
    assert len(list(out.glob("ecgs/*"))) == 1 and not list(out.glob("*/.*"))
    monkeypatch.setattr(pq, "write_table", real)
    assert run(library).ecgs == 4


def test_an_output_that_cannot_be_written_is_one_sentence(run, library: Path, out: Path, monkeypatch):
    out.parent.joinpath("file").write_text("")
    with pytest.raises(ArchiveError, match=r"cannot be written \(Not a directory\)"):
        score([str(library)], out.parent / "file" / "answers", asked=ASKED, engine=Local(1))


class Deadly:
    """Files that end the process which reads them."""

    def read(self, sources, told):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_dies_is_told():
    parts = [ArchivePart(Deadly(), (Source("file", 1, ""),))]
    with pytest.raises(ArchiveError, match="was ended, perhaps for want of memory; the same command goes on"):
        list(Local(2)(ASKED, parts, ticks=lambda begun: None))


def test_a_part_that_is_damaged_is_made_anew(run, library: Path, out: Path):
    run(library)
    before = ecgs(out)
    part = next(iter(out.glob("ecgs/part-*.parquet")))
    part.write_bytes(part.read_bytes()[:-30])
    run(library)
    assert ecgs(out).equals(before)
