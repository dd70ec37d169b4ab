"""From files to records: which files lead a record, which follow one, and what lies in archives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import Any

from ecgnet.language import say
from ecgnet.readers import _archive
from ecgnet.readers._answer import Answer, failure, success
from ecgnet.readers._core import (
    MAX_FILE_BYTES,
    ReadError,
    ReadOptions,
    check_size,
    decode,
    decode_one,
    format_of,
    formats,
    part_format,
)
from ecgnet.readers._parts import OPENING, InParts, stream
from ecgnet.record import Record


@dataclass(frozen=True, slots=True)
class Job:
    """One record to be read. file: what its answer is called; given: the file it lies in; read: → the record and its
    format's name, raises ReadError."""

    file: str
    given: str
    read: Callable[[], tuple[Record, str]]


@dataclass(frozen=True, slots=True)
class Walk:
    """The way through some files, by name; a file is loaded when its turn comes.

    options: as for every reader; call: what sentences call a file; begin: told each file before it is touched (its
    name, and that of the given file it lies in), False leaves it out; done: those that were answered before; naming: the
    records are only named, so that none of a file that holds many is read.
    """

    files: Mapping[str, bytes]
    options: ReadOptions
    call: Callable[[str], str] = str
    begin: Callable[[str, str], bool] = lambda file, given: True
    done: frozenset[str] = frozenset()
    naming: bool = False

    def answers(self, names: Iterable[str]) -> Iterator[tuple[str, Answer]]:
        """The answer to each record in these files, in order, after the given file's name. Raises nothing."""
        for job in self.jobs(names):
            try:
                yield job.given, success(job.file, *job.read())
            except ReadError as error:
                yield job.given, failure(job.file, error)

    def jobs(self, names: Iterable[str]) -> Iterator[Job]:
        """The records in these files, those in archives among them."""
        names = list(names)
        for name in self._leaders(names, self.files, "", ""):
            yield from self._open(self.files, name, name, name, self.call(name), 0)

    def _open(
        self, files: Mapping[str, bytes], name: str, file: str, given: str, called: str, depth: int
    ) -> Iterator[Job]:
        if file in self.done or not self.begin(file, given):
            return
        try:
            large = self._in_parts(files, name, called, file, given)
            if large is not None:
                yield from large
                return
            data, called, depth = _unwrapped(files[name], called, depth)
            members = _archive.opened(data, called)
            if members is not None and depth >= _archive.MAX_DEPTH:
                raise ReadError(
                    say(
                        "{called} is an archive within archives: unpack the outer ones.",
                        called=called,
                    )
                )
        except ReadError as error:
            yield Job(file, given, partial(_fail, error))
            return
        if members is None:
            yield from self._batch(data, called, file, given) or [
                Job(file, given, partial(self._decode, data, called, files, name))
            ]
            return
        for inner in self._leaders(members, members, f"{file}/", given):
            yield from self._open(members, inner, f"{file}/{inner}", given, f"{called}/{inner}", depth + 1)

    def _batch(self, data: bytes, called: str, file: str, given: str) -> Iterator[Job] | None:
        """The ECGs of a file that holds many; None for one that holds one, or leaves out what has to be asked for first."""
        module = next((m for m in formats() if hasattr(m, "batch") and m.sniff(data, called)), None)
        found = module.batch(data, called) if module is not None else None
        return None if found is None else self._each(module, found, called, file, given)

    def _each(self, module: Any, found: Any, called: str, file: str, given: str) -> Iterator[Job]:
        """The ECGs of a batch, or those of them that are wanted."""
        n, number = len(found.names), self.options.recording
        first, last = (number, number) if number is not None else self.options.some or (1, n)
        if first > n:
            which = (
                say("number {first} was", first=first)
                if first == last
                else say("numbers {first} to {last} were", first=first, last=last)
            )
            error = ReadError(
                say(
                    "{called} holds {n} ECGs, and {which} asked for.",
                    called=called,
                    n=n,
                    which=which,
                )
            )
            return iter([Job(file, given, partial(_fail, error))])
        return self._jobs_of(module, found, range(first - 1, min(last, n)), called, file, given)

    def _in_parts(
        self, files: Mapping[str, bytes], name: str, called: str, file: str, given: str
    ) -> Iterator[Job] | None:
        """The ECGs of a file that holds many and is too large to be loaded; None for any other."""
        size = files.size(name) if isinstance(files, InParts) else None
        if size is None or size <= MAX_FILE_BYTES:
            return None
        module = part_format(files.part(name, 0, OPENING), called)
        found = module.batch_in_parts(stream(files, name, size), called) if module is not None else None
        return None if found is None else self._each(module, found, called, file, given)

    def _jobs_of(
        self, module: Any, found: Any, wanted: range, called: str, file: str, given: str
    ) -> Iterator[Job]:
        options = replace(self.options, recording=None, some=None)
        same = found.alike and not self.naming  # what the first leaves out, all of them do: it is asked once
        for k in wanted:
            one = f"{file}#{found.names[k]}"
            if one in self.done:
                same = False
                continue
            if not self.begin(one, given):
                continue
            read = partial(decode_one, module, found, k, f"{called}#{found.names[k]}", options)
            if same:
                same = False
                try:
                    read = partial(_give, read())
                except ReadError as error:
                    if error.question is not None:
                        yield Job(file, given, partial(decode_one, module, found, k, called, options))
                        return
                    read = partial(_fail, error)
            yield Job(one, given, read)

    def _decode(self, data: bytes, called: str, files: Mapping[str, bytes], name: str) -> tuple[Record, str]:
        return decode(data, called, _companions(data, called, files, name), self.options)

    def _leaders(
        self, names: Iterable[str], files: Mapping[str, bytes], prefix: str, given: str
    ) -> list[str]:
        """The names of those files that are not part of a record led by another of them."""
        names = list(names)
        follows: set[str] = set()
        for name in names:
            bare = name[:-3] if name.lower().endswith(".gz") else name
            for module in formats():
                header = getattr(module, "HEADER", None)
                if header is None or not bare.lower().endswith(header):
                    continue
                # Its namesakes go with a header even if it is too damaged to say so.
                stem = bare[: -len(header)]
                wanted = {stem + part for part in module.PARTS}
                if self.begin(prefix + name, given or name):
                    with suppress(ReadError):  # told when the file itself is read
                        data = _unwrapped(files[name], name, 0)[0]
                        wanted |= {_folder_of(name) + needed for needed in _needed(data, name)}
                follows |= {other for part in wanted for other in (part, f"{part}.gz")} - {name}
        return [name for name in names if name not in follows]


def plain_name(path: str) -> str:
    """A path without its folders."""
    return PurePath(path).name or path


def _fail(error: ReadError) -> tuple[Record, str]:
    raise error


def _give(found: tuple[Record, str]) -> tuple[Record, str]:
    return found


def _unwrapped(data: bytes, called: str, depth: int) -> tuple[bytes, str, int]:
    """The bytes out of their gzip wrappings, the name without ".gz", and the depth reached."""
    check_size(len(data), called)
    while _archive.is_gzip(data):
        if depth >= _archive.MAX_DEPTH:
            raise ReadError(
                say(
                    "{called} is an archive within archives: unpack the outer ones.",
                    called=called,
                )
            )
        data = _archive.gunzip(data, called)
        called = called[:-3] if called.lower().endswith(".gz") else called
        depth += 1
    _archive.refuse_others(data, called)
    return data, called, depth


def _companions(data: bytes, called: str, files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The files beside `name` that it calls for, as far as they are there, by their plain names."""
    found = {}
    try:
        wanted = _needed(data, called)
    except ReadError:
        return {}  # told when the file itself is read
    for plain in wanted:
        beside = _folder_of(name) + plain
        there = next((key for key in (beside, f"{beside}.gz") if key in files), None)
        if there is not None:
            found[plain] = _unwrapped(files[there], plain, 0)[0]
    return found


def _needed(data: bytes, name: str) -> tuple[str, ...]:
    """The plain names of the files a header calls for; () for a file that stands alone."""
    module = format_of(data, name)
    return module.companions(data, name) if hasattr(module, "companions") else ()


def _folder_of(name: str) -> str:
    """The folder part of a name as given, with its separator; "" for a plain name."""
    return name[: max(name.rfind("/"), name.rfind("\\")) + 1]
