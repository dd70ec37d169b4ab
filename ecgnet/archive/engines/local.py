"""The processes of this machine, one a core, each with its own reader: no core waits for another.

One process alone works within this one. Threads would share Python's lock, which half of an answer's time needs.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from ecgnet.archive.engines.engine import Ticks
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.parts import ArchivePart
from ecgnet.archive.scorer import Asked, ScoredPart, Scorer

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Local:
    """workers: processes, by default one a core."""

    workers: int | None = None

    def __call__(self, asked: Asked, parts: Iterable[ArchivePart], *, ticks: Ticks) -> Iterator[ScoredPart]:
        """Each part answered, in the order in which they are done."""
        workers = self.workers or cores()
        return _here(asked, parts, ticks) if workers == 1 else _apart(workers, asked, parts, ticks)


def _here(asked: Asked, parts: Iterable[ArchivePart], ticks: Ticks) -> Iterator[ScoredPart]:
    scorer, begun = Scorer(asked), 0

    def tick() -> None:
        nonlocal begun
        begun += 1
        ticks(begun)

    for part in parts:
        yield scorer.part(part, tick)


def _apart(workers: int, asked: Asked, parts: Iterable[ArchivePart], ticks: Ticks) -> Iterator[ScoredPart]:
    context = multiprocessing.get_context("spawn")  # a forked torch may hang
    begun = context.Value("q", 0)
    parts = iter(parts)
    end, ends = context.Pipe(duplex=False)
    with (
        _environment(),
        _stopped(ProcessPoolExecutor(workers, context, _start, (asked, begun, end)), ends) as pool,
    ):
        at_work: set[Future] = {pool.submit(_answer, part) for part in islice(parts, workers)}
        while at_work:
            done, at_work = wait(at_work, timeout=1.0, return_when=FIRST_COMPLETED)
            ticks(begun.value)
            at_work |= {pool.submit(_answer, part) for part in islice(parts, len(done))}
            for future in done:
                try:
                    yield future.result()
                except BrokenProcessPool as error:
                    raise ArchiveError(
                        "A process that asks the networks was ended, perhaps for want of memory; the same command goes "
                        "on where it stopped, with --workers 1 it needs less."
                    ) from error


class _stopped:
    """The pool, whose processes end at once when the block ends: what they work on is made anew. ends: the pipe that they
    watch, closed then, or by the system with this process."""

    def __init__(self, pool: ProcessPoolExecutor, ends: Connection) -> None:
        self._pool, self._ends = pool, ends

    def __enter__(self) -> ProcessPoolExecutor:
        return self._pool

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._ends.close()


class _environment:
    """One thread a process for linear algebra, told before it is loaded."""

    def __enter__(self) -> None:
        self._before = {key: os.environ.get(key) for key in _ONE_THREAD}
        os.environ.update(_ONE_THREAD)

    def __exit__(self, *error: object) -> None:
        for key, value in self._before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})


_scorer: Scorer | None = None
_begun: Any = None


def _start(asked: Asked, begun: Any, end: Connection) -> None:
    """Make a process of the pool ready. It leaves Ctrl-C to the one that writes, and ends with it, however that comes."""
    global _scorer, _begun
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(end,), daemon=True).start()
    _scorer, _begun = Scorer(asked), begun


def _end_with(end: Connection) -> None:
    """End this process when the other side of the pipe is closed."""
    with suppress(EOFError, OSError):
        end.recv()  # nothing is ever sent
    os._exit(1)


def _answer(part: ArchivePart) -> ScoredPart:
    return _scorer.part(part, _tick)


def _tick() -> None:
    with _begun.get_lock():
        _begun.value += 1
