"""What every reader shares: the error, the options, and the way from bytes to the reader that knows them."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Protocol

from ecgnet.language import say, say_n
from ecgnet.readers._calibration import without_pulses
from ecgnet.readers._no_ecg import what_it_is
from ecgnet.readers._padding import without_padding
from ecgnet.record import LeftOut, Record, RecordError

MAX_FILE_BYTES = 50_000_000
MAX_SAMPLES = 64_000_000
"""Samples over all channels; 12 leads at 1000 Hz for 88 minutes. Longer is not a resting ECG."""

Unit = Literal["mV", "uV", "V"]


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """What a file leaves out and only its owner knows.

    asks: some of "fs", "unit", "leads", in this order; likely: a value for each that suggests itself (Hz, a `Unit`, lead
    names in order; None where several do) and why, a sentence; columns: how many signals the file holds; kind: the same
    for files that leave out the same in the same way, so that one answer may serve the next of them.
    """

    asks: tuple[str, ...]
    likely: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    columns: int = 0
    kind: str = ""


class ReadError(RecordError):
    """A file that cannot be read; the message names it and says what to do. `question`: what an answer to would mend
    it, None where no answer would; no_ecg: it is something else than an ECG, such as a licence or a list."""

    def __init__(self, message: str, question: MissingFacts | None = None, *, no_ecg: bool = False) -> None:
        super().__init__(message)
        self.question = question
        self.no_ecg = no_ecg


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a file may leave out and its reader then takes from here.

    fs: sampling rate in Hz; unit: of the samples; leads: names of the columns, in order. Files that always
    state these themselves are read as they state. partial: leads and samples may be missing, they are NaN
    in the record; otherwise such a file is refused. recording: the number, from 1, of the recording to read where a file
    holds several. some: of a file that holds many ECGs, only those from one number to another, both from 1 and included;
    other files are read whole. Raises ReadError for values without sense.
    """

    fs: float | None = None
    unit: Unit | None = None
    leads: tuple[str, ...] | None = None
    partial: bool = False
    recording: int | None = None
    some: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.fs is not None and not (math.isfinite(self.fs) and self.fs > 0):
            raise ReadError(
                say(
                    "The sampling rate given, {fs}, must be a number of Hz above 0.",
                    fs=self.fs,
                )
            )
        if self.unit not in (None, "mV", "uV", "V"):
            raise ReadError(say("The unit given, {unit!r}, must be mV, uV or V.", unit=self.unit))
        if self.recording is not None and self.recording < 1:
            raise ReadError(
                say(
                    "The recording given, {recording}, must be a number from 1.",
                    recording=self.recording,
                )
            )
        if self.some is not None and not 1 <= self.some[0] <= self.some[1]:
            raise ReadError(
                say(
                    "The ECGs given, {some} to {some_2}, must be numbers from 1, in order.",
                    some=self.some[0],
                    some_2=self.some[1],
                )
            )


class Format(Protocol):
    """One module of this package.

    NAME is shown to people. `sniff` looks at the content, the name is at most a hint. Optional attributes:
    GENERIC = True: asked only when no other format claims the bytes (plain text would claim too much);
    HEADER and PARTS: the ending of the file that leads a record of several, and of those that follow it,
    with `companions(data, name) -> tuple[str, ...]`, the plain names of the files a header calls for;
    batch(data, name), read_one(found, k): of files that hold many ECGs; batch_in_parts(stream, name): the same of any size,
    which raises ReadError for a file that is damaged.
    """

    NAME: str

    def sniff(self, data: bytes, name: str) -> bool: ...

    def read(
        self, data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions
    ) -> Record: ...


@cache
def formats() -> tuple[Format, ...]:
    """The modules of this package that read a format, the generic ones last."""
    package = importlib.import_module(__package__)
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")]
    modules = [importlib.import_module(f"{__package__}.{name}") for name in sorted(names)]
    return tuple(sorted(modules, key=lambda module: getattr(module, "GENERIC", False)))


def read_in_parts(opening: bytes, name: str) -> bool:
    """Whether a file that begins so may be larger than `MAX_FILE_BYTES`, as the ECGs in it are read where they lie."""
    return part_format(opening, name) is not None


def part_format(opening: bytes, name: str) -> Any:
    """The format of a file that begins so, where it has `batch_in_parts`, else None."""
    return next((m for m in formats() if hasattr(m, "batch_in_parts") and m.sniff(opening, name)), None)


def format_of(data: bytes, name: str) -> Format:
    """The format that claims these bytes. Raises ReadError when none does."""
    if not data:
        raise ReadError(say("{name} is empty: export or copy it again.", name=name))
    for module in formats():
        if module.sniff(data, name):
            return module
    if (what := what_it_is(data, name)) is not None:
        raise ReadError(f"{name} {what}", no_ecg=True)
    for module in formats():
        if name.lower().endswith(getattr(module, "PARTS", ())):
            raise ReadError(
                say(
                    "{name} holds only the samples of a {name_2} record: give its header, a {header} file, "
                    "together with it.",
                    name=name,
                    name_2=module.NAME,
                    header=module.HEADER,
                )
            )
    known = ", ".join(module.NAME for module in formats())
    raise ReadError(
        say(
            "{name} is in no format that is read here ({known}): export the ECG as one of these.",
            name=name,
            known=known,
        ),
        no_ecg=True,
    )


def check_size(size: int, name: str, *, limit: int = MAX_FILE_BYTES) -> None:
    """Raises ReadError for a file of more than `limit` bytes."""
    if size > limit:
        raise ReadError(
            say(
                "{name} has {size:.0f} MB, more than the {limit:.0f} MB that are read here: cut out the part "
                "you need.",
                name=name,
                size=size / 1000000.0,
                limit=limit / 1000000.0,
            )
        )


def _check_complete(record: Record, name: str) -> None:
    """Raises ReadError for a record that lacks leads or more than short gaps."""
    if record.missing:
        others = [note for note in record.notes if isinstance(note, LeftOut)]
        raise ReadError(
            say_n(
                "{name}: lead {missing} is missing. ",
                "{name}: lead {missing} are missing. ",
                n=len(record.missing),
                name=name,
                missing=", ".join(record.missing),
            )
            + "".join(f"{note} " for note in others)
            + say("A record needs all 12 leads, of the limb leads at least two of I, II and III.")
        )
    if not record.complete:
        gaps = ", ".join(f"{lead} ({n})" for lead, n in record.gaps.items())
        raise ReadError(
            say(
                "{name}: samples are missing (NaN) in lead {gaps}; fill or cut the gap, then read it again.",
                name=name,
                gaps=gaps,
            )
        )


def decode_one(module: Any, found: Any, k: int, name: str, options: ReadOptions) -> tuple[Record, str]:
    """The ECG number k, from 0, of a batch that `module.batch` found. Raises ReadError, and nothing else."""
    return _finished(lambda: module.read_one(found, k, name=name, options=options), module, name, options)


def decode(
    data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions
) -> tuple[Record, str]:
    """The record in these bytes and its format's name. Raises ReadError, and nothing else."""
    check_size(len(data), name)
    module = format_of(data, name)
    return _finished(lambda: module.read(data, name, companions, options), module, name, options)


def _finished(read: Callable[[], Record], module: Any, name: str, options: ReadOptions) -> tuple[Record, str]:
    try:
        record = read()
        if record.signal.size > MAX_SAMPLES:
            raise ReadError(
                say(
                    "{name} holds {n_samples} samples a lead, too many to read: cut out a part.",
                    name=name,
                    n_samples=record.n_samples,
                )
            )
        record = without_pulses(without_padding(record))
        if record is None:
            raise ReadError(
                say(
                    "{name} holds a calibration pulse and no ECG: export the recording of the patient.",
                    name=name,
                )
            )
        if not options.partial:
            _check_complete(record, name)
        return record, module.NAME
    except ReadError:
        raise
    except MemoryError as error:
        raise ReadError(
            say(
                "{name} would take more memory than there is for one file: it is damaged, or cut out a part.",
                name=name,
            )
        ) from error
    # A parser fed with damaged bytes may raise anything; whoever opened the file needs one kind of answer.
    # Its own words stay behind the error (`__cause__`): they may quote folders or whole tracebacks.
    except Exception as error:
        raise ReadError(
            say(
                "{name} could not be read as {name_2}, it may be damaged or cut short ({name_3}): export or "
                "copy it again.",
                name=name,
                name_2=module.NAME,
                name_3=type(error).__name__,
            )
        ) from error
