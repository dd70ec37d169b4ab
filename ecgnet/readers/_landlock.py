"""Landlock: the Linux kernel's own list of what this process may still open (Linux 5.13 and later).

After linux/landlock.h and Documentation/userspace-api/landlock.rst of the kernel. What is not listed here is refused
to this process and all its code, also to a library in C: files, folders, TCP, and (from version 6) signals and abstract
sockets of others. Looking at a file's size and times is not.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION, _PATH_BENEATH, _NO_NEW_PRIVILEGES = 1, 1, 38
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_OF_FILES = (1 << 0) | (1 << 1) | _READ_FILE | (1 << 14) | (1 << 15)
"""The rights that a file can have: execute, write, read, truncate, device control; the others are a folder's."""
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Version of the interface → how many rights on files it knows, counted from bit 0; later ones know 16."""
_TCP, _SCOPES = 0b11, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def restrict_files(*, readable: Iterable[str], writable: Iterable[str]) -> int:
    """Refuse this thread, and what it starts, for good every file beside these and TCP as a whole → the version of
    Landlock that holds, 0 where the kernel has none. Places that do not exist are left out."""
    try:
        call = ctypes.CDLL(None, use_errno=True).syscall
    except (OSError, TypeError, AttributeError):  # not Linux
        return 0
    version = call(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return 0
    everything = (1 << _RIGHTS.get(version, 16)) - 1
    asked = _Ruleset(everything, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = call(_CREATE_RULESET, ctypes.byref(asked), ctypes.c_size_t(size), 0)
    if rules < 0:
        return 0
    try:
        for places, rights in ((readable, _READ_FILE | _READ_DIR), (writable, everything)):
            for place in places:
                _allow(call, rules, place, rights)
        held = ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and not call(
            _RESTRICT_SELF, rules, 0
        )
    finally:
        os.close(rules)
    return version if held else 0


def _allow(call: ctypes._CFuncPtr, rules: int, place: str, rights: int) -> None:
    try:
        place_fd = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place_fd).st_mode):
            rights &= _OF_FILES
        call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(_PathBeneath(rights, place_fd)), 0)
    finally:
        os.close(place_fd)
