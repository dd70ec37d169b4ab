"""Damaged files into every reader: whatever comes, the answer is a record or a ReadError, soon, and from these bytes alone.

    python benchmarks/fuzz_readers.py --count 2000 --seed 1 [--format NAME]

Files to damage come from the writers of the tests and, where ECGNET_SAMPLES is set, from real ones. A row of the table
is a format: inputs, records read, refusals; `unforeseen` are refusals for which a parser tripped over the damage instead of
naming it; `stopped` hung or crashed a parser, which the separate process of `read_apart` then answered; `faults` are
breaches of the promise, listed below the table. Exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import pkgutil
import re
import struct
import sys
import sysconfig
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from ecgnet.readers import ReadError, ReadOptions, formats, read_apart
from ecgnet.readers._walk import Walk
from ecgnet.record import LEADS

CHECKOUT = Path(__file__).resolve().parents[1]
SECONDS = 5.0
MEMORY = 1_000_000_000
FS = 250
_GRACE = 10.0  # s, for a busy machine, before a worker that says nothing is ended

Files = dict[str, bytes]


@dataclass
class Row:
    """What became of the inputs of one format. stopped: hangs and crashes that the product's separate process answered
    with a sentence; slowest: ms; faults: sentences."""

    inputs: int = 0
    records: int = 0
    refusals: int = 0
    unforeseen: int = 0
    stopped: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def synthetic(seconds: float = 2.0) -> np.ndarray:
    """(12, T) in mV at `FS`: narrow beats in which Einthoven's and Goldberger's equations hold."""
    t = np.arange(round(seconds * FS)) / FS
    beat = np.exp(-((((t % 0.8) - 0.3) / 0.02) ** 2)) + 0.2 * np.exp(-((((t % 0.8) - 0.55) / 0.05) ** 2))
    one, two = np.round(700 * beat) / 1000, np.round(1100 * beat) / 1000
    limbs = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.stack([*limbs, *(np.round(beat * 100 * k) / 1000 for k in (-5, -8, 6, 12, 10, 7))])


def seeds(samples: Path | None) -> dict[str, list[Files]]:
    """Sound files by the name of the module that reads them, each a record's files by name, the leading one first."""
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))
    found: dict[str, list[Files]] = {}
    for info in pkgutil.iter_modules([str(CHECKOUT / "tests" / "readers" / "writers")]):
        writer = importlib.import_module(f"tests.readers.writers.{info.name}")
        if hasattr(writer, "write"):
            written = writer.write(synthetic(), FS)
            _add(found, written if isinstance(written, dict) else {"ecg": written})
    for path in sorted(samples.iterdir()) if samples is not None and samples.is_dir() else ():
        if path.is_file() and path.suffix not in (".json", ".md", ".mat"):
            beside = {p.name: p.read_bytes() for p in path.parent.glob(f"{path.stem}.*") if p != path}
            _add(found, {path.name: path.read_bytes()} | (beside if path.suffix == ".hea" else {}))
    return found


def _add(found: dict[str, list[Files]], files: Files) -> None:
    name, data = next(iter(files.items()))
    reader = next((module for module in formats() if module.sniff(data, name)), None)
    if reader is not None:
        found.setdefault(reader.__name__.rsplit(".", 1)[-1], []).append(files)


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """A file after one to four strokes of damage."""
    for _ in range(int(rng.integers(1, 5))):
        data = DAMAGES[int(rng.integers(len(DAMAGES)))](data, rng)[:20_000_000]
    return data


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes changed, more of them near the start, where headers are."""
    changed = bytearray(data)
    reach = len(data) if rng.random() < 0.5 else min(len(data), 2048)
    for at in rng.integers(0, max(reach, 1), int(rng.integers(1, 16))) if data else ():
        changed[at] = int(rng.integers(256))
    return bytes(changed)


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut off somewhere."""
    return data[: int(rng.integers(0, len(data) + 1))]


def move(data: bytes, rng: np.random.Generator) -> bytes:
    """A block taken out, put elsewhere, or there twice."""
    if len(data) < 4:
        return data
    start, stop, to = sorted(rng.integers(0, len(data), 3))
    block = data[start:stop]
    kept = data if rng.random() < 0.5 else data[:start] + data[stop:]
    return kept[:to] + (block if rng.random() < 0.7 else b"") + kept[to:]


def edit_text_number(data: bytes, rng: np.random.Generator) -> bytes:
    """A number in the text made absurd."""
    places = list(re.finditer(rb"-?\d+(?:\.\d+)?", data[:200_000]))
    if not places:
        return data
    place = places[int(rng.integers(len(places)))]
    absurd = (
        b"0",
        b"-1",
        b"1e309",
        b"nan",
        b"999999999999",
        b"-0.0001",
        b"1" * 400,
        b"",
        b"2147483648",
        b"\xb2",
    )
    return data[: place.start()] + absurd[int(rng.integers(len(absurd)))] + data[place.end() :]


def edit_binary_number(data: bytes, rng: np.random.Generator) -> bytes:
    """Two, four or eight bytes made an extreme number."""
    kind = ("<h", ">h", "<i", ">i", "<q", "<d")[int(rng.integers(6))]
    value = (0, -1, 1, 32767, -32768)[int(rng.integers(5))]
    if kind[1] in "iq" and rng.random() < 0.5:
        value = (2**31 - 1, -(2**31), 10**9)[int(rng.integers(3))]
    number = struct.pack(kind, value)
    at = int(rng.integers(0, max(1, min(len(data), 4096 if rng.random() < 0.7 else len(data)))))
    return data[:at] + number + data[at + len(number) :]


DAMAGES: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    flip, truncate, move, edit_text_number, edit_binary_number,
)  # fmt: skip


def made(files: list[Files], seed: int, number: int) -> Files:
    """Input `number` of a seed: one of the files with damage in one part of it or in all."""
    rng = np.random.default_rng([seed, number])
    chosen = dict(files[int(rng.integers(len(files)))])
    names = list(chosen)
    for name in names if rng.random() < 0.2 else [names[int(rng.integers(len(names)))]]:
        chosen[name] = damaged(chosen[name], rng)
    return chosen


def fuzz(name: str, files: list[Files], count: int, seed: int) -> Row:
    """`count` damaged inputs to one format, in a worker that is replaced when it dies or hangs."""
    row = Row()
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    with tempfile.TemporaryDirectory(prefix="ecgnet-fuzz-") as folder:
        while row.inputs < count:
            here, there = context.Pipe()
            worker = context.Process(
                target=_work, args=(there, folder, files, count, seed, row.inputs), daemon=True
            )
            worker.start()
            there.close()
            what = _follow(here, row, name)
            if what is not None:
                answers = read_apart(made(files, seed, row.inputs), partial=True)
                row.stopped += 1
                if not answers or any(answer.ok or not answer.error for answer in answers):
                    row.faults.append(f"{name}, seed {seed}, input {row.inputs}: {what}")
                row.inputs += 1
            worker.kill()
            worker.join()
            here.close()
    return row


def _follow(here: Connection, row: Row, name: str) -> str | None:
    """Take the worker's reports; what went wrong with the input after the last one, None when all were done."""
    while True:
        try:
            if not here.poll(SECONDS + _GRACE):
                return f"took longer than {SECONDS + _GRACE:g} s"
            report = here.recv()
        except EOFError:
            return "the process died"
        if report is None:
            return None
        number, records, refusals, unforeseen, milliseconds, faults = report
        row.inputs = number + 1
        row.records, row.refusals = row.records + records, row.refusals + refusals
        row.unforeseen, row.slowest = row.unforeseen + unforeseen, max(row.slowest, milliseconds)
        row.faults += [f"{name}, input {number}: {fault}" for fault in faults]


def _work(there: Connection, folder: str, files: list[Files], count: int, seed: int, first: int) -> None:
    warnings.simplefilter("ignore")
    tempfile.tempdir = folder
    os.chdir(folder)
    for sound in files:  # imports what the parsers need
        list(_read(sound))
    _limit_memory()
    seen: list[str] = []
    _watch(folder, seen)
    for number in range(first, count):
        given = made(files, seed, number)
        counts, faults = [0, 0, 0], []
        began, computed = time.perf_counter(), time.process_time()
        try:
            for kind in _read(given):
                counts[kind] += 1
        # Anything but a ReadError is what is looked for here.
        except BaseException as error:
            faults.append(f"{type(error).__name__}: {error}"[:300])
        took = time.perf_counter() - began
        if time.process_time() - computed > SECONDS:
            faults.append(f"computed for {time.process_time() - computed:.1f} s")
        faults += [f"reached for {place}" for place in seen]
        seen.clear()
        records, named, unforeseen = counts
        there.send((number, records, named + unforeseen, unforeseen, 1000 * took, faults))
    there.send(None)


def _read(files: Files) -> Iterator[int]:
    """0 for a record, 1 for a refusal, 2 for one that names no cause, for each record in the files."""
    options = ReadOptions(partial=True)
    walk = Walk(files, options)
    for job in walk.jobs(files):
        try:
            record, _ = job.read()
        except ReadError as error:
            yield 2 if "could not be read as" in str(error) else 1
        else:
            assert record.signal.shape[0] == len(LEADS)
            yield 0


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _watch(folder: str, seen: list[str]) -> None:
    """Note from now on each file opened and each connection, but for this folder and the libraries (PEP 578)."""
    libraries = [sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    allowed = tuple(os.path.realpath(p) for p in (folder, *libraries, CHECKOUT / "ecgnet", "/dev/null"))

    def hook(event: str, arguments: tuple) -> None:
        if event == "open" and not isinstance(arguments[0], int):
            place = os.path.realpath(os.fsdecode(arguments[0]))
            if not place.startswith(allowed):
                seen.append(place)
        elif event in ("socket.connect", "subprocess.Popen", "os.system", "pickle.find_class"):
            seen.append(event)

    sys.addaudithook(hook)


def main() -> int:
    """Fuzz and print the table → 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="damaged inputs a format (default 500)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", help="the name of one module of ecgnet/readers")
    options = parser.parse_args()
    samples = Path(os.environ["ECGNET_SAMPLES"]) if "ECGNET_SAMPLES" in os.environ else None
    found = seeds(samples)
    if options.format is not None and options.format not in found:
        parser.error(f"no format is named {options.format}; there are {', '.join(sorted(found))}")
    names = [options.format] if options.format else sorted(found)
    heads = (
        ("seeds", 5),
        ("inputs", 7),
        ("records", 8),
        ("refusals", 9),
        ("unforeseen", 11),
        ("stopped", 8),
        ("faults", 7),
        ("slowest ms", 11),
    )
    print(f"{'format':16} " + " ".join(f"{head:>{width}}" for head, width in heads))
    faults: list[str] = []
    for name in names:
        row = fuzz(name, found[name], options.count, options.seed)
        faults += row.faults
        print(
            f"{name:16} {len(found[name]):5} {row.inputs:7} {row.records:8} {row.refusals:9} {row.unforeseen:11} "
            f"{row.stopped:8} "
            f"{len(row.faults):7} {row.slowest:11.1f}",
            flush=True,
        )
    print("\n".join(faults[:50]) or "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
