"""What a parser may do: read its own folder and Python's packages, and no more.

Three fences, one behind the other. The kernel's two hold for code in C as well, where the kernel has them; Python's audit
hook (PEP 578) holds everywhere, for Python's own calls, and tells by name what was refused.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecgnet.language import say
from ecgnet.readers._landlock import restrict_files
from ecgnet.readers._seccomp import restrict_calls

_FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostby", "socket.send", "subprocess.Popen",
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.kill", "os.startfile", "pty.spawn",
    "pickle.find_class", "urllib.Request", "winreg.", "ftplib.", "smtplib.",
)  # fmt: skip
_CHANGING = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.ch",
)
_READABLE = (
    "/dev/null",
    "/dev/urandom",
    "/etc/localtime",
    "/usr/share/zoneinfo/",
    "/proc/self/",
    "/proc/cpuinfo",
)
_SHARED_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
"""What the system's loader opens for a package in C; Python's own calls have no business there."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What holds around the process that reads files. landlock: the version of the kernel's interface, 0 for none;
    seccomp: whether the kernel refuses system calls; memory: whether it limits the memory. Python's audit hook and the
    limits of time hold always."""

    landlock: int
    seccomp: bool
    memory: bool

    @property
    def words(self) -> str:
        """One line for people."""
        held = [
            say(
                "the kernel refuses other files and TCP (Landlock {landlock})",
                landlock=self.landlock,
            )
            if self.landlock
            else "",
            say("the kernel refuses sockets, other programs and processes (seccomp)") if self.seccomp else "",
            say("Python refuses other files, the network, programs and pickles (audit hook)"),
            say("limits of time and memory") if self.memory else say("limits of time"),
        ]
        line = "; ".join(filter(None, held)) + "."
        absent = [
            name for name, there in ((say("Landlock"), self.landlock), ("seccomp", self.seccomp)) if not there
        ]
        if absent:
            line += say(
                " This system has no {absent}: a fault in a parser written in C could leave.",
                absent=say(" and no ").join(absent),
            )
        return line


def put_up_fence(folder: Path, *, memory: bool) -> Fence:
    """Refuse, for good, what no parser needs: other files, the network, other programs, pickles.

    folder: the only one that may be written in; memory: whether that is limited, which is said on."""
    own = os.path.realpath(folder)
    libraries = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    libraries |= {step for step in sys.path if Path(step).name in ("site-packages", "dist-packages")}
    libraries.add(str(Path(__file__).parents[1]))
    readable = [os.path.realpath(place) + os.sep for place in sorted(filter(None, libraries))]
    shared = (*_SHARED_LIBRARIES, os.path.join(sys.base_prefix, "lib"))
    # The child's own /proc is named by its number before the fence is closed.
    landlock = restrict_files(readable=(*readable, *_READABLE, *shared), writable=(own,))
    seccomp = restrict_calls()
    _hook(own + os.sep, (own + os.sep, *readable, *_READABLE))
    return Fence(landlock, seccomp, memory)


def _hook(own: str, readable: tuple[str, ...]) -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, int):
                return
            place = os.path.realpath(os.fsdecode(path))
            writes = any(c in (mode or "") for c in "wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
            if not (place + os.sep).startswith(own) and (writes or not place.startswith(readable)):
                raise PermissionError(say("a parser asked for a file that is not its own"))
        elif event.startswith(_CHANGING):
            paths = [os.path.realpath(os.fsdecode(a)) for a in arguments if isinstance(a, str | bytes)]
            if not all((place + os.sep).startswith(own) for place in paths):
                raise PermissionError(say("a parser tried to change a file that is not its own"))
        elif event.startswith(_FORBIDDEN):
            raise PermissionError(say("a parser tried to leave its process"))

    sys.addaudithook(hook)
