"""The folder of a run: its parts on the disk, each whole or absent, its description and its lock.

The file of a part in `ecgs/` is written last and names the state of its sources: where it stands, the part is done. A part
in `refusals/` or `index/` without it is the rest of an interruption.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from ecgnet import atomic
from ecgnet.archive.columns import VERSION
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.index import FOLDER as INDEX
from ecgnet.archive.index import index_of, path_of_index, write_index
from ecgnet.language import say

if TYPE_CHECKING:  # who reads the tables needs no torch
    from ecgnet.archive.scorer import ScoredPart

RUN, LOCK = "run.json", ".lock"
ECGS, REFUSALS = "ecgs", "refusals"
GROUP = 1024
"""Rows that are read at once where a single one is asked for."""
_STATE, _SOURCES = b"ecgnet.state", b"ecgnet.sources"


def open_ecgs(folder: str | Path) -> ds.Dataset:
    """The table of the ECGs, to be filtered and read in pieces. Raises ArchiveError for a folder without one, or with one of
    another version."""
    return _open(Path(folder), ECGS)


def open_refusals(folder: str | Path) -> ds.Dataset:
    """The table of the refusals. Raises ArchiveError for a folder without one."""
    return _open(Path(folder), REFUSALS)


def open_run(folder: str | Path) -> dict[str, Any]:
    """What was asked for, as `description.describe` has it. Raises ArchiveError for a folder of something else."""
    try:
        found = json.loads((Path(folder) / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ArchiveError(
            say(
                "{folder} holds no answers of ecgnet score: {run} is missing or damaged.",
                folder=folder,
                run=RUN,
            )
        ) from None
    if not isinstance(found, dict):
        raise ArchiveError(
            say("{folder} holds no answers of ecgnet score: {run} is damaged.", folder=folder, run=RUN)
        )
    return found


def _open(folder: Path, table: str) -> ds.Dataset:
    if (version := open_run(folder).get("schema")) != VERSION:
        raise ArchiveError(
            say(
                "{folder} holds tables of version {version}, and {known} is read here: score the ECGs anew.",
                folder=folder,
                version=version,
                known=VERSION,
            )
        )
    if not any((folder / table).glob("part-*.parquet")):
        raise ArchiveError(
            say("{folder} holds no answers yet: let ecgnet score finish its first part.", folder=folder)
        )
    return ds.dataset(folder / table, format="parquet")


class OutputFolder:
    """A folder that is written by one run at a time; made with `locked`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    @contextmanager
    def locked(cls, folder: Path) -> Iterator[OutputFolder]:
        """The folder, for this process alone until the block ends or the process does, however that comes. Raises
        ArchiveError where another run holds it, or nothing can be written."""
        lock = FileLock(folder / LOCK)
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise ArchiveError(
                    f"{folder}: another run is writing there; wait for it, or stop it."
                ) from None
        try:
            yield cls(folder)
        finally:
            lock.release()

    def claim(self, description: Mapping[str, Any], difference: Any) -> None:
        """Make the folder this run's. difference: (what is there, what is asked) → what differs, None for nothing. Raises
        ArchiveError for the folder of another run, or of something else."""
        if (self.folder / RUN).exists():
            if other := difference(open_run(self.folder), description):
                raise ArchiveError(
                    f"{self.folder} holds the answers of another run ({other} differ): name another folder with --out."
                )
        else:
            if any(path.name != LOCK for path in self.folder.iterdir()):
                raise ArchiveError(f"{self.folder} holds other files: name a new folder with --out.")
            self._write_text(RUN, json.dumps(description, indent=1))
        with _told(self.folder):
            for table in (ECGS, REFUSALS, INDEX):
                (self.folder / table).mkdir(exist_ok=True)
                for rest in (self.folder / table).glob(".*.part.*"):
                    rest.unlink()

    def done(self, place: str, state: str) -> bool:
        """Whether the part is there, made of sources in this state."""
        path = self._path(ECGS, place)
        try:
            return (pq.read_schema(path).metadata or {}).get(_STATE) == state.encode()
        except (OSError, pa.ArrowInvalid):  # not there, or damaged: made anew
            return False

    def write(self, part: ScoredPart) -> None:
        """Write a part in place of what was there by its name: its refusals, the index of its ECGs, then they themselves.
        Raises ArchiveError where it cannot be written: then it is absent."""
        marks = {_STATE: part.state.encode(), _SOURCES: str(part.sources).encode()}
        for table, rows in ((REFUSALS, part.refusals), (ECGS, part.ecgs)):
            place = self._path(table, part.place)
            rows = rows.replace_schema_metadata({**(rows.schema.metadata or {}), **marks})
            with _told(self.folder), atomic.replacing(place, durable=True) as path:
                pq.write_table(rows, path, compression="zstd", row_group_size=GROUP)
                if table == ECGS:
                    index = index_of(rows, part.models)
                    write_index(path_of_index(place), index, part=path, models=part.models)

    def keep(self, places: Collection[str]) -> int:
        """Remove the parts of sources that are listed no more → how many."""
        removed = 0
        with _told(self.folder):
            for table in (ECGS, REFUSALS, INDEX):  # the rows first: without them a part is not there
                for path in (self.folder / table).glob("part-*"):
                    if path.stem.removeprefix("part-") not in places:
                        path.unlink()
                        removed += table == ECGS
        return removed

    def counts(self) -> tuple[int, int]:
        """ECGs and refusals in the tables."""
        found = []
        for table in (ECGS, REFUSALS):
            files = (self.folder / table).glob("part-*.parquet")
            found.append(sum(pq.read_metadata(path).num_rows for path in files))
        return found[0], found[1]

    def _path(self, table: str, place: str) -> Path:
        return self.folder / table / f"part-{place}.parquet"

    def _write_text(self, name: str, text: str) -> None:
        with _told(self.folder), atomic.replacing(self.folder / name, durable=True) as path:
            path.write_text(text, encoding="utf-8")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the system says of a folder that cannot be written, as one sentence."""
    try:
        yield
    except ArchiveError:
        raise
    except OSError as error:
        again = "the same command then goes on where it stopped"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ArchiveError(f"{folder}: the disk is full; make room, {again}.") from error
        why = error.strerror or str(error)
        raise ArchiveError(f"{folder} cannot be written ({why}); mend that, {again}.") from error
