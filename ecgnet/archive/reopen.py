"""From a row of the tables back to the ECG: where a work list opens a reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.sources import Root, Source, StatedFacts
from ecgnet.archive.sources.files import Files, opened
from ecgnet.archive.sources.large import LargeBatch, LargeZip
from ecgnet.archive.sources.ptbxl_folder import PtbxlFolder, is_ptbxl
from ecgnet.language import say
from ecgnet.readers import Answer


def reopen(row: Mapping[str, Any], run: Mapping[str, Any]) -> Answer:
    """The ECG of a row, read again from its source as the run read it; an answer with an error where it cannot be.

    row: with the columns file, exam and source; run: as `dataset.open_run` gives it. Raises ArchiveError where the source is
    not there any more, or does not hold that ECG. `record.signal_hash` of the record is the row's unless it was replaced.
    """
    root = _root_of(row["source"])
    for found in root.read((Source(row["source"], 0, ""),), told_by(run)):
        if (found.answer.file, found.exam) == (row["file"], row["exam"]):
            return found.answer
    raise ArchiveError(
        say(
            "{source} does not hold {file} any more.",
            source=row["source"],
            file=row["file"],
        )
    )


def told_by(run: Mapping[str, Any]) -> StatedFacts:
    """What the run was told of what files leave out."""
    options = run["options"]
    return StatedFacts(
        options["fs_hz"], options["unit"], tuple(options["leads"]) if options["leads"] else None
    )


def _root_of(source: str) -> Root:
    fs, path = opened(source)
    if fs.isfile(path):
        return Files((source,))
    name, _, _ = source.rpartition("#")
    if name and fs.isfile(opened(name)[1]):
        folder = next((folder for folder in Path(name).parents if is_ptbxl(folder)), None)
        return LargeBatch(name) if folder is None else PtbxlFolder(str(folder))
    outer = source
    while "/" in outer.rstrip("/"):
        outer = outer.rstrip("/").rsplit("/", 1)[0]
        if outer and not outer.endswith(":") and fs.isfile(opened(outer)[1]):
            return LargeZip(outer)
    raise ArchiveError(say("{source} is not there any more.", source=source))
