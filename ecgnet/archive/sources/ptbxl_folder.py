"""PTB-XL from its official files: each record with the age and sex of its table, read without the limited process, since
nothing but numbers of a known layout is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ecgnet.archive.sources.source import FoundEcg, Source, StatedFacts
from ecgnet.ptbxl import Catalogue, CatalogueError
from ecgnet.readers import Answer, plausibility

TABLES = ("ptbxl_database.csv", "scp_statements.csv")


def is_ptbxl(folder: Path) -> bool:
    """Whether a folder has PTB-XL's layout."""
    return all((folder / table).is_file() for table in TABLES)


@dataclass(frozen=True, slots=True)
class PtbxlFolder:
    """The records that its table lists, at 100 Hz where those files are there, else at 500 Hz; `exam` is the ecg_id."""

    folder: str

    @property
    def fs(self) -> int:
        """Hz of the files that are read."""
        return 100 if (Path(self.folder) / "records100").is_dir() else 500

    def sources(self) -> Iterator[Source]:
        """By ecg_id. Raises CatalogueError for tables that cannot be read."""
        table = _catalogue(self.folder).table.sort_index()
        names = table["filename_lr" if self.fs == 100 else "filename_hr"]
        # Column by column: a row of the table costs a millisecond.
        for ecg_id, name, age, sex in zip(table.index, names, table["age"], table["sex"], strict=True):
            path = f"{self.folder}/{name}"
            try:
                about = os.stat(f"{path}.dat")
                yield Source(f"{path}.hea#{ecg_id}", about.st_size, f"{about.st_mtime_ns} {age} {sex}")
            except OSError:
                yield Source(f"{path}.hea#{ecg_id}", 0, "not there")

    def read(self, sources: Sequence[Source], told: StatedFacts) -> Iterator[FoundEcg]:
        """The ECG of each; told is not needed."""
        catalogue, fs = _catalogue(self.folder), self.fs
        for source in sources:
            name, _, ecg_id = source.name.rpartition("#")
            try:
                record = catalogue.record(int(ecg_id), fs)
                answer = Answer(name, record, None, "PTB-XL", (*record.notes, *plausibility(record)))
            except CatalogueError as error:
                answer = Answer(name, error=str(error))
            yield FoundEcg(source, answer, ecg_id)


@lru_cache(maxsize=2)
def _catalogue(folder: str) -> Catalogue:
    return Catalogue(folder)
