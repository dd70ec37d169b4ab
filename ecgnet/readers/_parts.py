"""A large file read in parts: what of it is asked for, and nothing else of it in memory."""

from __future__ import annotations

import io
from typing import Protocol, runtime_checkable

MAX_PART = 64_000_000
"""Bytes that are asked for at once, at most."""
OPENING = 4096
"""Bytes from which a format is told."""
_BUFFER = 1 << 18


@runtime_checkable
class InParts(Protocol):
    """Files by name that can be read in parts. Both raise ReadError."""

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where it is not known, or only the whole file is to be had."""

    def part(self, name: str, start: int, n: int) -> bytes:
        """Up to n bytes from a place in a file on."""


class _Raw(io.RawIOBase):
    def __init__(self, files: InParts, name: str, size: int) -> None:
        super().__init__()
        self._files, self._name, self._size = files, name, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        n = min(len(buffer), MAX_PART, max(0, self._size - self._at))
        data = self._files.part(self._name, self._at, n) if n else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def stream(files: InParts, name: str, size: int) -> io.BufferedReader:
    """A file as a stream to read from, loaded where it is read."""
    return io.BufferedReader(_Raw(files, name, size), _BUFFER)
