"""Paths into files: folders opened up, headers looked up, and nothing read but what stands beside a given path."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ecgnet.readers._answer import Answer
from ecgnet.readers._core import ReadError, check_size, formats

MAX_FILES = 100_000


class Disk(Mapping[str, bytes]):
    """The files at some paths and beside them, by their paths; loaded when asked for, ReadError where they cannot be.

    Its keys are those that lead: a folder stands for every file below it but hidden ones, in order of name; a signal
    file or a bare name for its header. `labels` has for each the path as it was given.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        files = [(key, label) for path in paths for key, label in _expanded(path)]
        headers = {key for key, _ in files}
        self.labels: dict[str, str] = {}
        for key, label in files:
            leading = _leading_file(key)
            if leading == key or leading not in headers:
                self.labels.setdefault(leading, label)
        self._folders = {os.path.dirname(name) for name in self.labels}

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, name: object) -> bool:
        if name in self.labels:
            return True
        try:
            # A header's companions: plain names in its folder, whatever the header says.
            return isinstance(name, str) and os.path.dirname(name) in self._folders and Path(name).is_file()
        except ValueError:  # a zero byte
            return False

    def __getitem__(self, name: str) -> bytes:
        if name not in self:
            raise ReadError(f"{name} is not one of the files given.")
        return _load(Path(name), self.labels.get(name, name))

    def labelled(self, name: str, answer: Answer) -> Answer:
        """An answer to the file `name`, called as its path was given."""
        return replace(answer, file=self.labels[name] + answer.file.removeprefix(name))


def _expanded(path: str | Path) -> Iterator[tuple[str, str]]:
    """(path, path as given) of a file; of each file below a folder."""
    given = str(path)
    with suppress(OSError, ValueError):
        if not Path(path).is_dir():
            yield Path(path).as_posix(), given
            return
        files = _below(Path(path))
        yield from files or [(Path(path).as_posix(), given)]
        return
    yield Path(path).as_posix(), given  # loading it says what is wrong


def _below(folder: Path) -> list[tuple[str, str]]:
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        found += [Path(place, name) for name in sorted(files) if not _hidden(name)]
        if len(found) > MAX_FILES:
            raise ReadError(f"{folder} holds more than {MAX_FILES} files: give the folders in it one by one.")
    return [(path.as_posix(), str(path)) for path in found]


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _load(path: Path, label: str) -> bytes:
    """The bytes at a path. Raises ReadError when there are none to have."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ReadError(f"{label} is a device or a pipe, no file: give a file.")
        check_size(path.stat().st_size, path.name)
        return path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"{label}: there is no such file. Check the path.") from None
    except IsADirectoryError:
        raise ReadError(f"{label} is a folder without any file in it: give a folder of ECG files.") from None
    except ReadError:
        raise
    except (OSError, ValueError) as error:
        raise ReadError(f"{label} cannot be opened ({error}). Check the path and its permissions.") from error


def _leading_file(name: str) -> str:
    """The header of a record that was given by its signal file or its bare name, else the path itself."""
    path = Path(name)
    with suppress(OSError, ValueError):
        for module in formats():
            if not hasattr(module, "HEADER"):
                continue
            header = path.with_suffix(module.HEADER)
            if path.name.lower().endswith(module.PARTS) and header.is_file():
                return header.as_posix()
            bare = path.with_name(path.name + module.HEADER) if path.name else path
            if not path.exists() and bare.is_file():
                return bare.as_posix()
    return name
