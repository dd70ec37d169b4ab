"""A Ray cluster: Ray Data maps the same parts with the same code, an actor a core, or a GPU where there are any.

What is answered comes back to this process, which alone writes, so that only the inputs have to be seen by all machines.
Autoscaling, retries of what a lost machine worked on, and spilling are Ray's.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ecgnet.archive.engines.engine import Ticks
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.parts import ArchivePart
from ecgnet.archive.scorer import Asked, ScoredPart, Scorer

WAVE = 1024
"""Parts that Ray is given at once: their lists of files are in memory, the others' are not."""
LOOK, PATIENCE = 5.0, 20.0
"""Seconds without a part after which it is asked whether the head of the cluster is there, and for which it may be away: one
that is restarted is back sooner."""
INSTALL = "pip install -r requirements-scale.txt, or pip install 'ecgnet[scale]'"


@dataclass(frozen=True)
class RayData:
    """address: of a running cluster ("auto": the one of this machine), None starts one here; workers: actors at most, by
    default one for each core, or GPU, that the cluster has at the start; more let it grow, and share the GPUs."""

    address: str | None = None
    workers: int | None = None

    def __call__(self, asked: Asked, parts: Iterable[ArchivePart], *, ticks: Ticks) -> Iterator[ScoredPart]:
        """Each part answered, in the order in which they are done. Raises ArchiveError where Ray is not installed, its
        cluster cannot be reached, or is lost."""
        with _cluster(self.address) as ray:
            gpus = int(ray.cluster_resources().get("GPU", 0))
            most = self.workers or gpus or int(ray.cluster_resources().get("CPU", 1))
            parts, begun = iter(parts), 0
            while wave := list(islice(parts, WAVE)):
                rows = [{"part": pickle.dumps(part)} for part in wave]
                answers = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
                    _Actor,
                    fn_constructor_args=(asked,),
                    batch_size=1,
                    concurrency=(1, most),
                    num_cpus=1,
                    num_gpus=min(1.0, gpus / most) if gpus else None,
                )
                for row in _watched(answers.iter_rows, head=_head(ray, self.address)):
                    scored: ScoredPart = pickle.loads(row["scored"])  # of our own actors
                    begun += scored.sources
                    ticks(begun)
                    yield scored


class _Actor:
    """One process of the cluster, with the models loaded."""

    def __init__(self, asked: Asked) -> None:
        self._scorer = Scorer(asked)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[bytes]]:
        return {"scored": [pickle.dumps(self._scorer.part(pickle.loads(part))) for part in batch["part"]]}


class _HeadLost(ConnectionError):
    """Nobody answers any more where the head of the cluster was."""


def _head(ray: Any, address: str | None) -> tuple[str, int] | None:
    """Host and port of the cluster's head, None where this process reaches it by a proxy (`ray://`) alone."""
    if address is not None and "://" in address:
        return None
    host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
    return host.strip("[]"), int(port)


def _watched(rows: Callable[[], Iterable[Any]], *, head: tuple[str, int] | None) -> Iterator[Any]:
    """The rows, waited for beside their making, so that a head that is gone for `PATIENCE` s is told: Ray itself says
    nothing and ends the process after a minute. Raises _HeadLost, and what the rows raise."""
    made: queue.Queue[tuple[bool, Any]] = queue.Queue(maxsize=1)

    def make() -> None:
        try:
            for row in rows():
                made.put((False, row))
            made.put((True, None))
        except Exception as error:
            made.put((True, error))

    threading.Thread(target=make, name="rows of Ray", daemon=True).start()
    answered = time.monotonic()
    while True:
        try:
            last, found = made.get(timeout=LOOK)
        except queue.Empty:
            if head is None or _answers(head):
                answered = time.monotonic()
            elif time.monotonic() - answered > PATIENCE:
                raise _HeadLost("its head does not answer any more") from None
            continue
        if not last:
            yield found
            answered = time.monotonic()
        elif found is None:
            return
        else:
            raise found


def _answers(head: tuple[str, int]) -> bool:
    try:
        socket.create_connection(head, timeout=LOOK).close()
    except OSError:
        return False
    return True


def _has_token() -> bool:
    """Whether this user has a token for clusters: `ray start` then asks for it, whoever connects."""
    named = os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token"
    return bool(os.environ.get("RAY_AUTH_TOKEN")) or Path(named).is_file()


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected; one that was connected before stays so. What it raises becomes one sentence."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to others
    if address and _has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # as `ray start` chooses; `ray.init` leaves it out
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ArchiveError(f"--engine ray needs Ray, which is not installed: {INSTALL}.") from error
    before, lost = ray.is_initialized(), False
    try:
        if not before:
            options = {} if address else {"include_dashboard": False}
            ray.init(address or "local", log_to_driver=False, logging_level="ERROR", **options)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # plans of execution; the run has its own line
        yield ray
    except (ray.exceptions.RayError, ConnectionError) as error:
        lost = isinstance(error, _HeadLost)
        *_, said = str(error).strip().splitlines() or [type(error).__name__]
        raise ArchiveError(
            f"The Ray cluster {address or 'of this machine'} cannot be reached or was lost ({said}); the same command goes "
            "on where it stopped."
        ) from error
    finally:
        if not before and ray.is_initialized() and not lost:  # which waits for an answer of the head
            ray.shutdown()
