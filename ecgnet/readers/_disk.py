"""Paths into files: folders opened up, headers looked up, and nothing read but what stands beside a given path."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ecgnet.language import say
from ecgnet.readers._answer import Answer
from ecgnet.readers._core import ReadError, check_size, formats

MAX_FILES = 100_000
_MAX_LIST = 10_000_000  # bytes of a RECORDS list


class Disk(Mapping[str, bytes]):
    """The files at some paths and beside them, by their paths; loaded when asked for, ReadError where they cannot be.

    Its keys are those that lead: a folder stands for every file below it but hidden ones, in order of name; a signal
    file or a bare name for its header. `labels` has for each the path as it was given.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self._errors: dict[str, str] = {}
        self._unnamed: set[str] = set()
        self._states: dict[str, tuple[int, int]] = {}  # size and time of change of files read in parts
        files = [pair for path in paths for pair in self._expanded(path)]
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
        if name in self._errors:
            raise ReadError(self._errors[name])
        if name not in self:
            raise ReadError(say("{name} is not one of the files given.", name=name))
        return _load(Path(name), self.labels.get(name, name))

    def size(self, name: str) -> int | None:
        """Bytes of a file, None for one that cannot be had: loading it says why."""
        if name in self._errors or name not in self:
            return None
        with suppress(OSError, ValueError):
            return Path(name).stat().st_size if Path(name).is_file() else None
        return None

    def part(self, name: str, start: int, n: int) -> bytes:
        """Up to n bytes from a place on. Raises ReadError for a file that has changed since its first part was read."""
        label = self.labels.get(name, name)
        try:
            with Path(name).open("rb") as file:
                about = os.fstat(file.fileno())
                state = about.st_size, about.st_mtime_ns
                if self._states.setdefault(name, state) != state:
                    raise ReadError(
                        say(
                            "{label} changed while it was read: wait until it is written, then read it again.",
                            label=label,
                        )
                    )
                file.seek(start)
                return file.read(n)
        except OSError as error:
            raise ReadError(
                say(
                    "{label} cannot be opened ({error}). Check the path and its permissions.",
                    label=label,
                    error=error,
                )
            ) from error

    def labelled(self, name: str, answer: Answer) -> Answer:
        """An answer to the file `name`, called as its path was given, and so in its error where it lay in a folder, in which
        others may have the same name."""
        label, plain = self.labels[name], Path(name).name
        error = answer.error
        if error is not None and name in self._unnamed and error.startswith(plain):
            error = label + error.removeprefix(plain)
        return replace(
            answer,
            file=label + answer.file.removeprefix(name),
            error=error,
            passed_over=answer.no_ecg and name in self._unnamed,
        )

    def _expanded(self, path: str | Path) -> Iterator[tuple[str, str]]:
        """(path, path as given) of a file; of each file below a folder; of each record in a RECORDS list."""
        given = str(path)
        with suppress(OSError, ValueError):
            if Path(path).is_dir():
                files = _below(Path(path))
                self._unnamed |= {key for key, _ in files}
                yield from files or [(Path(path).as_posix(), given)]
                return
            listed = _listed(Path(path))
            if listed:
                yield from self._records(Path(path), listed)
                return
        yield Path(path).as_posix(), given  # loading it says what is wrong

    def _records(self, path: Path, listed: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The headers, or the files in the folders, that a RECORDS list names below its own folder."""
        for line in listed:
            place = path.parent / line
            label = str(place)
            if line.startswith(("/", "\\")) or ".." in line.replace("\\", "/").split("/") or ":" in line[:2]:
                self._errors[f"{path.as_posix()}/{line}"] = say(
                    "{name} names {line!r}, which points outside of its folder: it is not followed.",
                    name=path.name,
                    line=line[:80],
                )
                yield f"{path.as_posix()}/{line}", label
            elif line.endswith("/"):
                nested = place / "RECORDS"
                below = _listed(nested) if nested.is_file() else ()
                inner = [one for one in below if not one.endswith("/")]
                yield from self._records(nested, inner) if inner else _below(place)
            else:
                yield place.as_posix(), label


def _listed(path: Path) -> tuple[str, ...]:
    """The records that a list of PhysioNet's names, one a line; () for any other file."""
    if not path.name.upper().startswith("RECORDS") or path.suffix not in ("", ".txt") or not path.is_file():
        return ()
    if path.stat().st_size > _MAX_LIST:
        return ()
    text = path.read_text(encoding="utf-8", errors="replace")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))[
        :MAX_FILES
    ]


def _below(folder: Path) -> list[tuple[str, str]]:
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        found += [Path(place, name) for name in sorted(files) if not _hidden(name)]
        if len(found) > MAX_FILES:
            raise ReadError(
                say(
                    "{folder} holds more than {max_files} files: give the folders in it one by one.",
                    folder=folder,
                    max_files=MAX_FILES,
                )
            )
    return [(path.as_posix(), str(path)) for path in found]


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _load(path: Path, label: str) -> bytes:
    """The bytes at a path. Raises ReadError when there are none to have."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ReadError(say("{label} is a device or a pipe, no file: give a file.", label=label))
        before = path.stat()
        check_size(before.st_size, path.name)
        data = path.read_bytes()
        after = path.stat()
        if (len(data), after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise ReadError(
                say(
                    "{label} changed while it was read: wait until it is written, then read it again.",
                    label=label,
                )
            )
        return data
    except FileNotFoundError:
        raise ReadError(say("{label}: there is no such file. Check the path.", label=label)) from None
    except IsADirectoryError:
        raise ReadError(
            say(
                "{label} is a folder without any file in it: give a folder of ECG files.",
                label=label,
            )
        ) from None
    except ReadError:
        raise
    except (OSError, ValueError) as error:
        raise ReadError(
            say(
                "{label} cannot be opened ({error}). Check the path and its permissions.",
                label=label,
                error=error,
            )
        ) from error


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
