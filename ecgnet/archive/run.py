"""A run: what is asked for, into which folder, by which engine. The same call goes on where an earlier one stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ecgnet.archive.dataset import OutputFolder
from ecgnet.archive.description import describe, difference
from ecgnet.archive.engines import ScoringEngine
from ecgnet.archive.engines.local import Local
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.meter import Meter
from ecgnet.archive.parts import MEAN, ArchivePart, parts_of
from ecgnet.archive.scorer import Asked
from ecgnet.archive.sources import roots_of
from ecgnet.archive.sources.inputs import absolute


@dataclass(frozen=True, slots=True)
class Summary:
    """ecgs, refusals: rows in the tables; sources: files that are listed; scored: those of this call; removed: parts whose
    files are not there any more."""

    ecgs: int
    refusals: int
    sources: int
    scored: int
    removed: int


def score(
    inputs: Sequence[str],
    out: str | Path,
    *,
    asked: Asked,
    engine: ScoringEngine | None = None,
    mean: int = MEAN,
) -> Summary:
    """Answer for every ECG in these inputs and write the tables to `out`. engine: by default a process a core; mean: sources
    in a part.

    What an earlier call of the same run wrote is kept: a part whose files changed is answered for anew and replaces the
    older one, one whose files are gone is removed at the end. Raises ArchiveError for inputs that are not there, a folder
    of another run, one that another process writes to or that cannot be written; WeightsError for models.
    """
    out = Path(out).absolute()
    inputs = [absolute(one) for one in inputs]
    roots = roots_of(inputs, skipped=out.as_posix())
    with OutputFolder.locked(out) as folder:
        folder.claim(describe(inputs, asked, mean=mean), difference)
        listed = done = 0
        places = set()  # of parts: some ten bytes for every 256 files
        for part in parts_of(roots, mean):
            listed += len(part.sources)
            places.add(part.place)
            done += len(part.sources) if folder.done(part.place, part.state) else 0
        if not listed:
            raise ArchiveError(f"{', '.join(inputs)}: there is no file to score. Check the path.")

        def waiting() -> Iterator[ArchivePart]:
            places.clear()  # what is kept at the end is what this listing found: files come and go meanwhile
            for part in parts_of(roots, mean):
                places.add(part.place)
                if not folder.done(part.place, part.state):
                    yield part

        meter = Meter(listed, done)
        if done < listed:
            with closing((engine or Local())(asked, waiting(), ticks=meter.show)) as parts:
                for part in parts:
                    folder.write(part)
            meter.end()
        removed = folder.keep(places)
        return Summary(*folder.counts(), listed, listed - done, removed)
