"""Files into records: each family of files is one module here, recognised by content.

A family is a public module of this package with `NAME`, `sniff` and `read` (see `_core.Format`); it is found
by being there. Every failure is a `ReadError`: a sentence that names the file and says what to do.
"""

from __future__ import annotations

from ecgnet.readers._core import Question, ReadError, ReadOptions, formats
from ecgnet.readers._entry import Answer, read, read_paths, read_together
from ecgnet.readers._plausibility import plausibility

__all__ = [
    "Answer",
    "Question",
    "ReadError",
    "ReadOptions",
    "formats",
    "plausibility",
    "read",
    "read_paths",
    "read_together",
]
