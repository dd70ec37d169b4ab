"""A format whose parser does what the file says: hang, crash, eat memory, or reach out of its process.

It is put among the formats of a reading process by the tests alone (`tests/readers/conftest.py`: `faulty`).
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.record import Record

NAME = "faulty"
_MAGIC = b"FAULTY "


def sniff(data: bytes, name: str) -> bool:
    return data.startswith(_MAGIC)


@dataclass(frozen=True)
class Deeds:
    """As many records as deeds, of which each does one."""

    names: tuple[str, ...]
    alike = True


def batch(data: bytes, name: str) -> Deeds | None:
    deeds = data.removeprefix(_MAGIC).decode().split(" then ")
    return Deeds(tuple(deeds)) if len(deeds) > 1 else None


def read_one(found: Deeds, k: int, *, name: str, options: ReadOptions) -> Record:
    return read(_MAGIC + found.names[k].encode(), name, {}, options)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    _DEEDS[data.removeprefix(_MAGIC).decode()]()
    raise ReadError(f"{name} did no harm.")


def _sleep() -> None:
    time.sleep(1000)


def _spin() -> None:
    while True:
        pass


def _eat() -> None:
    np.ones(2 * 10**9)


def _eat_bit_by_bit() -> None:
    kept = []
    while True:
        kept.append(bytes(10**7))


def _segfault() -> None:
    ctypes.string_at(0)


def _recurse() -> None:
    _recurse()


def _tell() -> None:
    """What the process sees of the world, as the error."""
    opened = sorted(int(fd) for fd in os.listdir("/proc/self/fd")) if sys.platform == "linux" else []
    kinds = [
        os.readlink(f"/proc/self/fd/{fd}").split(":")[0]
        for fd in opened
        if os.path.lexists(f"/proc/self/fd/{fd}")
    ]
    world = {"environment": sorted(os.environ), "folder": os.listdir("."), "open": kinds}
    raise ReadError(json.dumps(world))


def _leave_in_c() -> None:
    """What the C library is answered when it reaches out, past Python: "done" or the error's name, as the error."""
    libc = ctypes.CDLL(None, use_errno=True)

    def told(result: int) -> str:
        return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]

    answers = {}
    calls: dict[str, Callable[[], int]] = {
        "read a file": lambda: libc.open(b"/etc/passwd", os.O_RDONLY),
        "list a folder": lambda: libc.open(b"/home", os.O_RDONLY | os.O_DIRECTORY),
        "read another process": lambda: libc.open(f"/proc/{os.getppid()}/environ".encode(), os.O_RDONLY),
        "write a file": lambda: libc.open(b"/tmp/ecgnet-faulty", os.O_WRONLY),
        "make a file": lambda: libc.open(b"/tmp/ecgnet-faulty-too", os.O_WRONLY | os.O_CREAT, 0o600),
        "remove a file": lambda: libc.unlink(b"/tmp/ecgnet-faulty"),
        "TCP": lambda: libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0),
        "UDP": lambda: libc.socket(socket.AF_INET, socket.SOCK_DGRAM, 0),
        "Unix socket": lambda: libc.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0),
        "fork": lambda: libc.fork(),
        "run": lambda: libc.execl(b"/bin/true", b"true", None),
        "signal": lambda: libc.kill(os.getppid(), 0),
        "trace": lambda: libc.ptrace(16, os.getppid(), None, None),
        "limit another process": lambda: libc.prlimit(os.getppid(), 0, None, None),
        "slow another process down": lambda: libc.setpriority(0, os.getppid(), 19),
        "move another process": lambda: libc.sched_setaffinity(
            os.getppid(), 8, ctypes.byref(ctypes.c_uint64(1))
        ),
        "limit itself": lambda: libc.prlimit(0, 0, None, None),
        "limit itself by number": lambda: libc.prlimit(os.getpid(), 0, None, None),
    }
    for name, call in calls.items():
        ctypes.set_errno(0)
        answers[name] = told(call())
    raise ReadError(json.dumps(answers))


def _write() -> None:
    with open("/tmp/ecgnet-faulty", "w", encoding="ascii") as file:
        file.write("x")


def _read() -> None:
    with open("/etc/passwd", encoding="utf-8") as file:
        file.read()


def _climb() -> None:
    os.symlink("/etc", "way-out")
    with open("way-out/passwd", encoding="utf-8") as file:
        file.read()


_DEEDS: dict[str, Callable[[], object]] = {
    "sleep": _sleep,
    "spin": _spin,
    "eat": _eat,
    "eat bit by bit": _eat_bit_by_bit,
    "segfault": _segfault,
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "leave": sys.exit,
    "recurse": _recurse,
    "tell": _tell,
    "write": _write,
    "read": _read,
    "climb": _climb,
    "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
    "run": lambda: subprocess.run(["true"], check=False),
    "unpickle": lambda: pickle.loads(pickle.dumps(os.getcwd)),
    "leave in C": _leave_in_c,
    "nothing": lambda: None,
}


def file(deed: str, *more: str) -> bytes:
    """The file that makes the parser do it; of several deeds one for each of its records."""
    assert {deed, *more} <= _DEEDS.keys()
    return _MAGIC + " then ".join((deed, *more)).encode()
