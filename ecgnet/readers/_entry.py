"""The ways in: one file, several files of an upload, paths of a command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ecgnet.readers._core import (
    Question,
    ReadError,
    ReadOptions,
    Unit,
    check_size,
    decode,
    format_of,
    formats,
)
from ecgnet.readers._plausibility import plausibility
from ecgnet.record import Record


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file: a record, or an error.

    file: its name as given; error: a sentence; format: the format's name; warnings: the notes of the reader
    and what looks implausible; question: what the file leaves out, where an answer would make it readable.
    """

    file: str
    record: Record | None = None
    error: str | None = None
    format: str | None = None
    warnings: tuple[str, ...] = ()
    question: Question | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a record."""
        return self.record is not None


def read(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    companions: Mapping[str, bytes] | None = None,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
) -> Record:
    """One ECG out of a file or its bytes: signal (12, T) float32 in mV.

    source: a path, or the content itself, then with `name` to call it by. A WFDB record may be given by its
    header, its signal file, or by the record's name without ending.
    companions: the other files of the record, by name; with a path they are looked up in its folder.
    fs (Hz), unit, leads: what the file leaves out; partial: leads and samples may be missing; see `ReadOptions`.

    Raises ReadError, and nothing else, for everything that cannot be read.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial)
    if isinstance(source, bytes):
        return decode(source, name or "The file", companions or {}, options)[0]
    return _read_path(Path(source), name, companions, options)[0]


def read_together(
    files: Mapping[str, bytes],
    *,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
) -> list[Answer]:
    """The records in the files of one upload, name to content, in the order given.

    A header takes its signal files from among them, and they share its answer; a signal file without its
    header is answered with an error. One bad file does not keep the others from being read. Options as in
    `read`; raises ReadError only for options without sense.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial)
    follows = _followers(files.items())
    return [
        _answer(name, data, _beside(name, files), options)
        for name, data in files.items()
        if name not in follows
    ]


def read_paths(
    paths: Sequence[str | Path],
    *,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
) -> list[Answer]:
    """The records at these paths, in the order given, each answered on its own.

    What a header needs is looked up in its folder; given beside its header, a signal file shares its answer.
    Options as in `read`; raises ReadError only for options without sense.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial)
    contents: list[tuple[str, bytes]] = []
    for path in map(Path, paths):
        try:
            contents.append((path.as_posix(), _load(path) if _is_header(path.name) else b""))
        except ReadError:
            contents.append((path.as_posix(), b""))
    follows = _followers(contents)
    answers = []
    for path in paths:
        if Path(path).as_posix() in follows:
            continue
        try:
            answers.append(_success(str(path), *_read_path(Path(path), None, None, options)))
        except ReadError as error:
            answers.append(Answer(str(path), error=str(error), question=error.question))
    return answers


def _answer(name: str, data: bytes, companions: Mapping[str, bytes], options: ReadOptions) -> Answer:
    try:
        return _success(name, *decode(data, name, companions, options))
    except ReadError as error:
        return Answer(name, error=str(error), question=error.question)


def _success(name: str, record: Record, format: str) -> Answer:
    return Answer(name, record, None, format, (*record.notes, *plausibility(record)))


def _is_header(name: str) -> bool:
    return any(name.lower().endswith(m.HEADER) for m in formats() if hasattr(m, "HEADER"))


def _folder_of(name: str) -> str:
    """The folder part of a name as given, with its separator; "" for a plain name."""
    return name[: max(name.rfind("/"), name.rfind("\\")) + 1]


def _beside(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files in the same folder as `name`, by their plain names."""
    folder = _folder_of(name)
    return {key.removeprefix(folder): data for key, data in files.items() if _folder_of(key) == folder}


def _needed(data: bytes, name: str) -> tuple[str, ...]:
    """The plain names of the files a header calls for; () for a file that stands alone."""
    module = format_of(data, name)
    return module.companions(data, name) if hasattr(module, "companions") else ()


def _followers(files: Iterable[tuple[str, bytes]]) -> set[str]:
    """The names of those files that are part of a record led by another of them."""
    files = list(files)
    names = {name for name, _ in files}
    follows: set[str] = set()
    for name, data in files:
        with suppress(ReadError):  # told when the file itself is read
            follows.update(_folder_of(name) + needed for needed in _needed(data, name))
        for module in formats():
            # Its namesakes go with a header even if it is too damaged to say so.
            if hasattr(module, "HEADER") and name.lower().endswith(module.HEADER):
                stem = name[: -len(module.HEADER)]
                follows.update(
                    n for n in names if n[: -len(Path(n).suffix) or None] == stem and _is_part(n, module)
                )
    return (follows & names) - {name for name in names if _is_header(name)}


def _is_part(name: str, module: object) -> bool:
    return name.lower().endswith(getattr(module, "PARTS", ()))


def _load(path: Path) -> bytes:
    """The bytes at a path. Raises ReadError when there are none to have."""
    try:
        check_size(path.stat().st_size, path.name)
        return path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"{path}: there is no such file. Check the path.") from None
    except IsADirectoryError:
        raise ReadError(f"{path} is a folder: give the files in it.") from None
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} cannot be opened ({error}). Check the path and its permissions.") from error


def _leading_file(path: Path) -> Path:
    """The header of a record that was given by its signal file or its bare name, else the path itself."""
    for module in formats():
        if hasattr(module, "HEADER"):
            if _is_part(path.name, module) and path.with_suffix(module.HEADER).is_file():
                return path.with_suffix(module.HEADER)
            bare = path.with_name(path.name + module.HEADER) if path.name else path
            if not path.exists() and bare.is_file():
                return bare
    return path


def _read_path(
    path: Path, name: str | None, companions: Mapping[str, bytes] | None, options: ReadOptions
) -> tuple[Record, str]:
    with suppress(OSError, ValueError):  # a path no file system takes: opening it says so
        path = _leading_file(path)
    data = _load(path)
    name = name or path.name
    if companions is None:
        siblings = (path.with_name(needed) for needed in _needed(data, name))
        companions = {sibling.name: _load(sibling) for sibling in siblings if sibling.is_file()}
    return decode(data, name, companions, options)
