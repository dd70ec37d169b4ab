"""`ecgnet score` killed at random moments and started again, until its tables are whole: are they those of a run that nobody
disturbed?

    python benchmarks/archive_kills.py [--kills 10] [--files 300] [--seed 0]

It draws ECGs of the demo library into a temporary folder. Exit code 1 where a table differs, a row is there twice, or a
process outlives its run.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ecgnet.archive.dataset import open_ecgs, open_refusals
from ecgnet.demo import draw
from ecgnet.record import LEADS

MODEL = "waveform_cnn"
MARK = "ECGNET_ARCHIVE_KILLS"
"""The variable by which the processes of a run are known; the workers take it over."""
TIMES = ["milliseconds", f"{MODEL}_milliseconds"]


def main() -> int:
    """Run it → the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as place:
        library, out, whole = (Path(place, name) for name in ("library", "killed", "whole"))
        write_library(library, options.files)
        began = time.monotonic()
        start(library, whole).wait()
        usual = time.monotonic() - began
        print(f"undisturbed: {options.files} files in {usual:.0f} s", flush=True)
        kills = rounds = 0
        while kills < options.kills:
            running = start(library, out)
            if kills % 4:  # every fourth dies while it starts or at its first part
                wait_for_a_part(out, running)
            try:
                running.wait(chance.uniform(0.2, 10.0))
                print(f"through after {kills} kills; once more from the beginning")
                check(out, whole)
                rounds += 1
                out = out.with_name(f"killed{rounds}")
            except subprocess.TimeoutExpired:
                running.kill()  # the process that writes; those that work have to end by themselves
                running.wait()
                kills += 1
                print(f"kill {kills}: {len(list(out.glob('ecgs/part-*')))} parts are whole", flush=True)
        start(library, out).wait()
        check(out, whole)
        time.sleep(2)
        assert not left(library), f"processes outlive their run: {left(library)}"
    print(f"killed {kills} times: the tables are those of the undisturbed run")
    return 0


def write_library(folder: Path, files: int) -> None:
    """CSV files of drawn ECGs, one in ten of them no ECG."""
    folder.mkdir()
    for k in range(files):
        if k % 10 == 9:
            (folder / f"{k:05}.txt").write_text(f"a note, number {k}")
            continue
        record = draw(("norm_male", "imi", "norm_female")[k % 3], k, fs=100)
        table = np.vstack([np.arange(record.n_samples) / 100, record.signal]).T
        head = ",".join(["time (s)", *(f"{lead} (mV)" for lead in LEADS)])
        np.savetxt(folder / f"{k:05}.csv", table, delimiter=",", header=head, comments="", fmt="%.4f")


def start(library: Path, out: Path) -> subprocess.Popen:
    """The command, quietly."""
    words = ["score", str(library), "--out", str(out), "--model", MODEL, "--part", "4", "--workers", "2"]
    return subprocess.Popen(
        [sys.executable, "-m", "ecgnet", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, MARK: str(library)},
    )


def wait_for_a_part(out: Path, running: subprocess.Popen) -> None:
    """Until this call has written its first part, or has ended."""
    before = len(list(out.glob("ecgs/part-*")))
    while running.poll() is None and len(list(out.glob("ecgs/part-*"))) == before:
        time.sleep(0.05)


def check(out: Path, whole: Path) -> None:
    """Raises AssertionError where the tables differ, or a file is there twice."""
    for opened, dropped in ((open_ecgs, TIMES), (open_refusals, [])):
        found, wanted = (
            opened(folder).to_table().drop_columns(dropped).sort_by("file") for folder in (out, whole)
        )
        assert len(set(found["file"].to_pylist())) == len(found), "a row is there twice"
        assert found.equals(wanted), "the tables differ"


def left(library: Path) -> list[str]:
    """The commands of processes that still work for the library (Linux)."""
    lines = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={library}".encode() in place.read_bytes():
                lines.append((place.parent / "cmdline").read_text())
        except OSError:
            continue
    return lines


if __name__ == "__main__":
    sys.exit(main())
