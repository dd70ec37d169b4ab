"""Files into records: each family of files is one module here, recognised by content.

A family is a public module of this package with `NAME`, `sniff` and `read` (see `_core.Format`); it is found
by being there. Every failure is a `ReadError`: a sentence that names the file and says what to do. Files of
strangers are read by `read_apart`, `read_paths_apart` and, where they are many, `stream_apart`, in a process with limits.
"""

from __future__ import annotations

from ecgnet.readers._answer import Answer
from ecgnet.readers._apart import fence, names_apart, read_apart, read_paths_apart, stream_apart
from ecgnet.readers._archive import MAX_MEMBERS as MOST_MEMBERS
from ecgnet.readers._core import MAX_FILE_BYTES as LARGEST_FILE
from ecgnet.readers._core import (
    MissingFacts,
    ReadError,
    ReadOptions,
    Unit,
    check_size,
    formats,
    read_in_parts,
)
from ecgnet.readers._entry import read, read_paths, read_together
from ecgnet.readers._fence import Fence
from ecgnet.readers._plausibility import plausibility
from ecgnet.readers._process import warm_up

__all__ = [
    "LARGEST_FILE",
    "MOST_MEMBERS",
    "Answer",
    "Fence",
    "MissingFacts",
    "ReadError",
    "ReadOptions",
    "Unit",
    "check_size",
    "fence",
    "formats",
    "names_apart",
    "plausibility",
    "read",
    "read_apart",
    "read_in_parts",
    "read_paths",
    "read_paths_apart",
    "read_together",
    "stream_apart",
    "warm_up",
]
