"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """A path to write to, in `path`'s folder, hidden and with its suffix; it takes `path`'s name when the block ends.
    durable: it does so when its content is on the disk, and the name is too when this returns, so that not even a power
    failure leaves a file cut short.

    When the block raises, what it wrote is removed and an earlier `path` stays as it was. Who has the earlier file open or
    mapped keeps reading that one. The folder is made where it is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{uuid4().hex[:8]}.part{path.suffix}")
    try:
        yield part
        if durable:
            _to_disk(part)
        part.replace(path)
        if durable and os.name == "posix":  # elsewhere a folder cannot be opened
            _to_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Wait until what was written there is on the disk."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, content: str | bytes) -> None:
    """Write a file at once, text as UTF-8."""
    with replacing(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
