"""Sources cut into parts, which stay the same from call to call.

Where a part begins is decided by the name of its first source alone (content-defined chunking, Muthitacharoen et al. 2001,
SOSP): a file that comes or goes changes its own part and no other, so that the work on a million others is kept without a
list of what was done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ecgnet.archive.sources import Root, Source

MEAN = 256
"""Sources in a part, on the mean: about what an interruption loses."""
LARGEST = 4
"""Times as many at most."""
BYTES = 100_000_000
"""Of all sources of a part, but for one that is larger itself: a zip may hold thousands of ECGs."""


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """Some sources of one root, in order."""

    root: Root
    sources: tuple[Source, ...]

    @property
    def place(self) -> str:
        """What the part is called: by its first source, 16 hexadecimal digits."""
        return hashlib.sha256(self.sources[0].name.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    @property
    def state(self) -> str:
        """What changes with any source's name, size or version, 32 hexadecimal digits."""
        text = "\n".join("\t".join(map(str, source)) for source in self.sources)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def parts_of(roots: Iterable[Root], mean: int = MEAN) -> Iterator[ArchivePart]:
    """All sources in parts of about `mean`. Raises ArchiveError as the roots do."""
    for root in roots:
        some: list[Source] = []
        size = 0
        for source in root.sources():
            full = len(some) >= LARGEST * mean or size + source.size > BYTES
            if some and (full or _begins(source, mean)):
                yield ArchivePart(root, tuple(some))
                some, size = [], 0
            some.append(source)
            size += source.size
        if some:
            yield ArchivePart(root, tuple(some))


def _begins(source: Source, mean: int) -> bool:
    digest = hashlib.sha256(b"part " + source.name.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8]) % mean == 0
