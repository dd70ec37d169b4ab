"""What a command is given → where its sources come from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fsspec import AbstractFileSystem

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.sources.files import (
    Files,
    Folder,
    RecordsList,
    called,
    is_local,
    is_records_list,
    leading,
    opened,
)
from ecgnet.archive.sources.large import large_root
from ecgnet.archive.sources.ptbxl_folder import PtbxlFolder, is_ptbxl
from ecgnet.archive.sources.source import Root


def absolute(given: str) -> str:
    """A path without its dependence on the working folder; a URL as it is."""
    return given if "://" in given else os.path.abspath(os.path.expanduser(given))


def roots_of(given: Sequence[str], *, skipped: str = "") -> tuple[Root, ...]:
    """Where the sources of these files, folders, globs, RECORDS lists and URLs come from, each file once.

    skipped: a folder that is left out. Raises ArchiveError for what is not there.
    """
    roots: list[Root] = []
    files: dict[type[AbstractFileSystem], list[str]] = {}
    folders: list[str] = []
    for one in dict.fromkeys(map(absolute, given)):
        fs, path = opened(one)
        for place in _matching(fs, path):
            name = called(fs, place)
            if fs.isdir(place):
                folders.append(name)
            elif is_records_list(place):
                roots.append(RecordsList(name))
            elif (large := large_root(fs, place, name=name)) is not None:
                roots.append(large)
            else:
                files.setdefault(type(fs), []).append(name)
    folders = [name for name in dict.fromkeys(folders) if not _below(name, folders)]
    for name in folders:
        local = is_local(opened(name)[0])
        roots.append(PtbxlFolder(name) if local and is_ptbxl(Path(name)) else Folder(name, skipped))
    for names in files.values():
        if apart := [name for name in names if not _below(name, folders)]:
            roots.append(Files(tuple(sorted(set(apart)))))
    return tuple(roots)


def _matching(fs: AbstractFileSystem, path: str) -> list[str]:
    """The path where something is there, else what matches it as a pattern. Raises ArchiveError for nothing."""
    try:
        if fs.exists(path):
            return [path]
        if fs.isfile(header := leading(path, fs.isfile)):  # a record by its bare name
            return [header]
        found = sorted(fs.glob(path)) if any(mark in path for mark in "*?[") else []
    except OSError as error:
        raise ArchiveError(f"{called(fs, path)} cannot be reached: {error}") from error
    if not found:
        raise ArchiveError(f"{called(fs, path)}: there is no such file or folder. Check the path.")
    return found


def _below(name: str, folders: Sequence[str]) -> bool:
    """Whether a file or folder lies in one of the folders."""
    return any(name.startswith(f"{folder.rstrip('/')}/") for folder in folders)
