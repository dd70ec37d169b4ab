"""The process that reads for the app: its limits, its fence, and its side of the conversation.

It sees the files it is given and nothing else: it sits in an empty folder, behind a fence (see `_fence`), and the kernel
ends it when it takes too long or too much memory.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

from ecgnet.language import noting
from ecgnet.readers._core import ReadError, ReadOptions, formats
from ecgnet.readers._fence import Fence, put_up_fence
from ecgnet.readers._walk import Walk, plain_name
from ecgnet.readers._wire import pack, receive, send

try:
    import resource
except ImportError:  # Windows: the app's clock alone
    resource = None  # type: ignore[assignment]

SECONDS = 5.0
"""Of computing, to read one record."""
WALL_SECONDS = 10.0
"""On the clock, which runs on while a busy machine does other things."""
_IMPORT_SECONDS = 5.0  # more of both in a process that has to import its parsers first
MEMORY = 1_000_000_000
"""Bytes of address space beyond what the process starts with."""
_IMPORTS = 2_000_000_000  # bytes of address space that the parsers' packages may map
_MAX_TEMPORARY = 300_000_000  # bytes of a file in the temporary folder
_MAX_REQUEST = 64_000_000
_NAMES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Confinement:
    """What was put around this process, and what restarts its clock for the next file."""

    fence: Fence
    restart_clock: Callable[[], None]


class Remote(Mapping[str, bytes]):
    """The files of the app, asked for one at a time over the stream."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO, names: list[str]) -> None:
        self._reader, self._writer, self._names = reader, writer, names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return bool(self._ask({"has": name})[0].get("has"))

    def __getitem__(self, name: str) -> bytes:
        message, data = self._ask({"load": name})
        if "error" in message:
            raise ReadError(str(message["error"]))
        return data

    def size(self, name: str) -> int | None:
        """Bytes of a file that can be read in parts, None for another."""
        size = self._ask({"size": name})[0].get("size")
        return size if isinstance(size, int) else None

    def part(self, name: str, start: int, n: int) -> bytes:
        """Up to n bytes from a place in a file on. Raises ReadError."""
        message, data = self._ask({"load": name, "from": start, "bytes": n})
        if "error" in message:
            raise ReadError(str(message["error"]))
        return data

    def _ask(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        send(self._writer, question)
        return receive(self._reader)


def converse(reader: BinaryIO, writer: BinaryIO, confinement: Confinement) -> None:
    """Read what the app asks for and answer record by record.

    Messages out: begin (a file, before it is touched), has, size and load (each answered by the app), answer, names of
    records where only these are asked for, and end, with the fence that held.
    """
    request, _ = receive(reader, _MAX_REQUEST)
    names, failed = list(request["names"]), set(request["failed"])
    options = request["options"]

    def begin(file: str, given: str) -> bool:
        if file in failed or given in failed:
            return False
        if request["list"] and file != given:  # nothing is read
            return True
        confinement.restart_clock()
        send(writer, {"begin": file, "given": given})
        return True

    walk = Walk(
        Remote(reader, writer, names),
        ReadOptions(**options | {key: options[key] and tuple(options[key]) for key in ("leads", "some")}),
        plain_name if request["plain"] else str,
        begin,
        frozenset(request["done"]),
        naming=request["list"],
    )
    if request["list"]:
        for given, jobs in groupby(walk.jobs(names), lambda job: job.given):
            while files := [job.file for job in islice(jobs, _NAMES_AT_ONCE)]:
                send(writer, {"names": files, "given": given})
        names = []
    with noting() as said:  # the app is read in more languages than one
        for given, answer in walk.answers(names):
            message, raw = pack(answer)
            send(writer, {"answer": message, "given": given, "said": said}, raw)
            said.clear()
    send(writer, {"end": True, "fence": asdict(confinement.fence)})


def confine(folder: Path, warm: bool) -> Confinement:
    """Limit this process for good.

    folder: empty, the only one it may write in; warm: the parsers' packages are already imported.
    """
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    os.environ.update({"HOME": str(folder), "TMPDIR": str(folder), "MPLCONFIGDIR": str(folder)})
    fence = put_up_fence(folder, memory=_limit_memory(warm))
    more = 0.0 if warm else _IMPORT_SECONDS

    def restart_clock() -> None:
        # Not handled by Python but by the kernel, which ends the process: a parser stuck in C hears nothing else.
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS + more)
        if resource is not None:
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + SECONDS + more) + 1, hard))

    return Confinement(fence, restart_clock)


def _limit_memory(warm: bool) -> bool:
    """Whether the kernel holds the limit of memory."""
    if resource is None:
        return False
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: _MAX_TEMPORARY, resource.RLIMIT_NOFILE: 256}
    with suppress(OSError):  # without /proc, on macOS, the kernel does not hold this limit either
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + MEMORY + (0 if warm else _IMPORTS)
    for kind, limit in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
    return resource.RLIMIT_AS in limits


def main() -> None:
    """Read for one conversation over standard input and output, where processes cannot be forked."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what a parser prints is no message
        os.dup2(null, standard)
    formats()
    place = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="ecgnet-", ignore_cleanup_errors=True) as folder:
        converse(reader, writer, confine(Path(folder), warm=False))
        os.chdir(place)
