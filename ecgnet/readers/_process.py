"""Starting the processes that read, and talking to one of them."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ecgnet.readers._answer import Limit

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ecgnet.readers import {0}; {0}.main()"
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH")  # without these Python may not start
_PLACES = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
"""Conversations at once; the others wait, so that many visitors do not take all the memory."""


@dataclass(eq=False)
class Conversation:
    """One process that reads. `code` is how it ended: 0, an exit code, or the negative number of a signal."""

    reader: BinaryIO
    writer: BinaryIO
    _process: subprocess.Popen | None = None  # of its own, with a folder, or
    _folder: str | None = None
    _data: socket.socket | None = None  # forked by the server
    _status: socket.socket | None = None
    late: bool = False
    _clock: threading.Timer | None = field(default=None, repr=False)

    def within(self, seconds: float) -> None:
        """End it unless this is called again within so many seconds; `late` tells that it was ended so."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock = threading.Timer(seconds, self._too_late)
        self._clock.daemon = True
        self._clock.start()

    def _too_late(self) -> None:
        self.late = True
        self.stop()

    def stop(self) -> None:
        """End the process now."""
        if self._process is not None:
            self._process.kill()
        if self._data is not None:
            with suppress(OSError):
                self._data.shutdown(socket.SHUT_RDWR)
        if self._status is not None:
            with suppress(OSError):
                self._status.shutdown(socket.SHUT_RDWR)

    def code(self) -> int | None:
        """How the process ended, None if that is not known; waits for it."""
        if self._process is not None:
            return self._process.wait()
        try:
            return int(json.loads(self._status.recv(100))["code"])
        except (OSError, ValueError, KeyError):
            return None

    def close(self) -> None:
        """Leave nothing behind."""
        if self._clock is not None:
            self._clock.cancel()
        self.stop()
        for stream in (self.reader, self.writer, self._data, self._status):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.close()
        if self._process is not None:
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)
        _PLACES.release()


class _Server:
    """The process that forks, and the socket it is asked over. Raises OSError when it does not start."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._control, theirs = socket.socketpair()
        self._folder = tempfile.mkdtemp(prefix="ecgnet-")
        with theirs:
            self._process = _python("_server", self._folder, stdin=theirs, stdout=subprocess.DEVNULL)

    @property
    def usable(self) -> bool:
        """Whether it runs and is this process's own, not one seen through a fork."""
        return self.owner == os.getpid() and self._process.poll() is None

    def conversation(self) -> Conversation:
        data, their_data = socket.socketpair()
        status, their_status = socket.socketpair()
        with their_data, their_status:
            socket.send_fds(self._control, [b"+"], [their_data.fileno(), their_status.fileno()])
        status.settimeout(10)
        return Conversation(data.makefile("rb"), data.makefile("wb"), None, None, data, status)

    def close(self) -> None:
        self._control.close()
        if self.owner == os.getpid():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
            if self._process.poll() is None:  # busy importing a package, which nobody needs any more
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)  # with its children, a session of their own
                self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)


_server: _Server | None = None
_lock = threading.Lock()


def conversation() -> Conversation:
    """A process to talk to; waits for a free place. Raises OSError when none can be started."""
    _PLACES.acquire()
    try:
        if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
            folder = tempfile.mkdtemp(prefix="ecgnet-")
            process = _python("_child", folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            return Conversation(process.stdout, process.stdin, process, folder)
        with _lock:
            return _running().conversation()
    except BaseException:
        _PLACES.release()
        raise


def warm_up() -> None:
    """Start the process that reads, so that the first file need not wait for it."""
    if hasattr(os, "fork") and hasattr(socket, "send_fds"):
        with _lock:
            _running()


def _running() -> _Server:
    """The server, started anew where it is gone. Call it with the lock held."""
    global _server
    if _server is None or not _server.usable:
        if _server is not None:
            _server.close()
        _server = _Server()
    return _server


def shut_down() -> None:
    """End the process that reads; the next file starts another."""
    global _server
    with _lock:
        if _server is not None:
            _server.close()
        _server = None


atexit.register(shut_down)


def _python(module: str, folder: str, **streams: object) -> subprocess.Popen:
    """A Python of our own kind that sees our packages, of our environment as good as nothing, and a folder of its own
    for temporary files, which is removed by who started it: a process that is ended removes nothing."""
    root = str(Path(__file__).parents[2])
    path = [step for step in sys.path if step]
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
        "HDF5_PLUGIN_PATH": "::",  # no filters loaded from files
        "HDF5_USE_FILE_LOCKING": "FALSE",
    }
    # Threads of the linear algebra would not survive a fork, and each of them maps memory.
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-I", "-W", "ignore", "-X", "utf8", "-c", _START.format(module),
         json.dumps(path if root in path else [*path, root])],
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=os.sep,
        start_new_session=True,  # Ctrl-C in a terminal is meant for the app, which then ends it
        **streams,
    )  # fmt: skip


def reason(code: int | None, late: bool) -> Limit:
    """Why a process ended before its time."""
    if late or code in [-getattr(signal, name, 0) for name in ("SIGALRM", "SIGXCPU")]:
        return "time"
    return "memory" if code == -getattr(signal, "SIGKILL", 0) else "crash"
