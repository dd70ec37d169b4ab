"""A small process that has the parsers' packages imported and forks for each conversation, in milliseconds.

It has one thread and opens no file itself. Over its standard input, a Unix socket, come pairs of sockets: one for the
conversation, one on which it tells how the process ended; when the app closes that one, the process is ended. When the
app is gone, so is this.
"""

from __future__ import annotations

import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ecgnet.readers._child import confine, converse
from ecgnet.readers._core import formats

PACKAGES = ["scipy.io", "h5py", "pydicom", "wfdb", "ecgdatakit"]
"""Imported while nobody waits; one that is not installed is left out."""
_IDLE = 0.05  # seconds without a request before the next of them is imported


@dataclass(frozen=True, slots=True)
class _Child:
    status: socket.socket
    folder: Path


def main() -> None:
    """Serve until the app closes standard input."""
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    formats()
    children: dict[int, _Child] = {}
    cold = list(PACKAGES)
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    waiting = selectors.DefaultSelector()
    waiting.register(control, selectors.EVENT_READ)
    waiting.register(woken, selectors.EVENT_READ)
    while True:
        events = waiting.select(_IDLE if cold and not children else None)
        if not events and cold and not children:
            with suppress(ImportError):
                importlib.import_module(cold.pop(0))
        for key, _ in events:
            if key.fileobj is control:
                sockets = _receive(control)
                if sockets is None:
                    _end(children)
                    with suppress(OSError):  # who started this may not be there any more to do it
                        os.rmdir(tempfile.gettempdir())
                    return
                if len(sockets) == 2:
                    pid, child = _fork(*sockets, [control, woken, wake], children, warm=not cold)
                    children[pid] = child
                    waiting.register(child.status, selectors.EVENT_READ, pid)
            elif key.fileobj is woken:
                with suppress(BlockingIOError):
                    os.read(woken, 4096)
            elif key.data in children:  # the app hung up
                os.kill(key.data, signal.SIGKILL)
                waiting.unregister(key.fileobj)
        for pid, code in _ended(children):
            child = children.pop(pid)
            with suppress(KeyError, ValueError):
                waiting.unregister(child.status)
            with suppress(OSError):
                child.status.sendall(json.dumps({"code": code}).encode())
            child.status.close()
            shutil.rmtree(child.folder, ignore_errors=True)


def _receive(control: socket.socket) -> list[socket.socket] | None:
    """The sockets of the next conversation; None when the app is gone."""
    try:
        message, fds, _, _ = socket.recv_fds(control, 1, 2)
    except OSError:
        return None
    return [socket.socket(fileno=fd) for fd in fds] if message else None


def _fork(
    data: socket.socket,
    status: socket.socket,
    inherited: list[socket.socket | int],
    children: dict[int, _Child],
    warm: bool,
) -> tuple[int, _Child]:
    folder = Path(tempfile.mkdtemp(prefix="ecgnet-"))
    pid = os.fork()
    if pid:
        data.close()
        return pid, _Child(status, folder)
    code = 1
    try:  # nothing may come back from here into the loop above
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in [*inherited, status, *(child.status for child in children.values())]:
            os.close(other if isinstance(other, int) else other.fileno())
        with data.makefile("rb") as reader, data.makefile("wb") as writer:
            converse(reader, writer, confine(folder, warm))
        code = 0
    finally:
        os._exit(code)


def _ended(children: dict[int, _Child]) -> list[tuple[int, int]]:
    """Process and exit code of those that ended; the negative number of the signal that ended it."""
    found = []
    for pid in children:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            found.append((pid, os.waitstatus_to_exitcode(status)))
    return found


def _end(children: dict[int, _Child]) -> None:
    for pid, child in children.items():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        shutil.rmtree(child.folder, ignore_errors=True)
