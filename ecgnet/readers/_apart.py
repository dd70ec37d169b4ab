"""Reading in a process of its own, so that a parser's crash, hang or hunger costs one file and not the app."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ecgnet.language import learn, say
from ecgnet.readers import _process
from ecgnet.readers._answer import Answer, Limit
from ecgnet.readers._child import MEMORY, SECONDS, WALL_SECONDS
from ecgnet.readers._core import ReadError, ReadOptions, Unit
from ecgnet.readers._disk import Disk
from ecgnet.readers._fence import Fence
from ecgnet.readers._parts import MAX_PART, InParts
from ecgnet.readers._process import Conversation, reason
from ecgnet.readers._wire import WireError, receive, send, unpack

FILE_SECONDS = 60.0
"""For all the records of one archive together."""
STREAMED_BYTES = 32_000_000
"""Of samples that `stream_apart` takes at once; a longer record is taken alone."""
_START_SECONDS = 30.0  # for a process to start on a busy machine
_PATIENCE = 2 * WALL_SECONDS  # beyond the child's own clock, and the only clock where it has none


def read_apart(
    files: Mapping[str, bytes],
    *,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
    recording: int | None = None,
) -> list[Answer]:
    """The records in the files of one upload as `read_together` gives them, read in a process of its own.

    The process may take 5 s of computing, 10 s on the clock and 1 GB for a record; where it takes more, or crashes,
    that file is answered with an error and the others are read nevertheless. Threads may call this at once. Raises
    ReadError only for options without sense.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial, recording)
    answers = _Reading(files, options, plain=False).answers()
    return [answer for name in files for answer in answers[name]]


def read_paths_apart(
    paths: Sequence[str | Path],
    *,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
    recording: int | None = None,
) -> list[Answer]:
    """The records at these paths as `read_paths` gives them, read in a process of its own as by `read_apart`."""
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial, recording)
    disk = Disk(paths)
    answers = _Reading(disk, options, plain=True).answers()
    return [disk.labelled(name, answer) for name in disk for answer in answers[name]]


def stream_apart(
    files: Mapping[str, bytes],
    *,
    at_once: int = 64,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
    recording: int | None = None,
    some: tuple[int, int] | None = None,
) -> Iterator[tuple[str, Answer]]:
    """The records in these files as `read_apart` gives them, each after the name of the file given, for more of them
    than there is memory for: after `at_once` records, or `STREAMED_BYTES` of samples, the process that reads ends, and
    another one reads on once the caller asks for more. some: of a file that holds many, only those from one number to
    another; see `ReadOptions`. A file is called by its plain name. Raises as `read_apart`."""
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial, recording, some)
    return _Reading(files, options, plain=True, at_once=at_once).stream()


def names_apart(files: Sequence[str | Path] | Mapping[str, bytes]) -> list[str]:
    """What the records at some paths, or in some files by name, are called, whether they can be read or not, in the order
    of `read_paths`: none of them is read."""
    given = files if isinstance(files, Mapping) else Disk(files)
    answers = _Reading(given, ReadOptions(), plain=True, list_only=True).answers()
    found = [(name, answer) for name in given for answer in answers[name]]
    if given is files:
        return [answer.file for _, answer in found]
    return [given.labelled(name, answer).file for name, answer in found]


def fence() -> Fence | None:
    """What holds around the process that reads files, asked of such a process; None where none can be started."""
    try:
        talk = _process.conversation()
    except OSError:
        return None
    try:
        talk.within(_START_SECONDS)
        send(talk.writer, _request({}, ReadOptions(), plain=True))
        message, _ = receive(talk.reader)
        return Fence(**message["fence"])
    except (WireError, OSError, KeyError, TypeError):
        return None
    finally:
        talk.close()


def _request(
    files: Mapping[str, bytes],
    options: ReadOptions,
    *,
    plain: bool,
    list_only: bool = False,
    done: Iterable[str] = (),
    failed: Iterable[str] = (),
) -> dict[str, Any]:
    """The first message of a conversation."""
    return {
        "names": list(files),
        "options": asdict(options),
        "plain": plain,
        "list": list_only,
        "done": sorted(done),
        "failed": sorted(failed),
    }


@dataclass(eq=False)
class _Reading:
    """One call: its files, what was found and not yet given out, what was answered so far, and what is at work now.

    When the process ends too soon, the file at work is answered with an error and another process reads on. at_once: answers
    after which it is ended on purpose, None for never; list_only: name the records and read none.
    """

    files: Mapping[str, bytes]
    options: ReadOptions
    plain: bool
    at_once: int | None = None
    list_only: bool = False
    found: dict[str, list[Answer]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    began: dict[str, float] = field(default_factory=dict)
    at_work: tuple[str, str] | None = None  # the file, and the given file it lies in

    def answers(self) -> dict[str, list[Answer]]:
        """The answers by the name of the file given; empty for one that belongs to another's record."""
        answers: dict[str, list[Answer]] = {name: [] for name in self.files}
        for name, answer in self.stream():
            answers[name].append(answer)
        return answers

    def stream(self) -> Iterator[tuple[str, Answer]]:
        """Each answer after the name of the file given, as one process after the other gives them."""
        self.found = {name: [] for name in self.files}
        answered: set[str] = set()
        idle = 0
        while self.found and idle < 2:
            self.at_work = None
            before = len(self.done) + len(self.failed)
            try:
                talk = _process.conversation()
            except OSError:
                break
            try:
                ended = self._hold(talk)
                if ended is None:
                    self.began.clear()  # the caller's time is not the archive's
                elif not ended and self.at_work is not None:
                    why = reason(talk.code(), talk.late)
                    self._fail(*self.at_work, self._sentence(self.at_work[0], why), why)
            finally:
                talk.close()
            for name, answers in self.found.items():
                if answers:
                    answered.add(name)
                    yield from ((name, answer) for answer in answers)
                    answers.clear()
            if ended:
                return
            idle = idle + 1 if len(self.done) + len(self.failed) == before else 0
        for name in (name for name in self.found if name not in answered):
            error = say(
                "{name} could not be read: the process that reads files does not start. Try it again.",
                name=name,
            )
            yield name, Answer(name, error=error)

    def _hold(self, talk: Conversation) -> bool | None:
        """Serve the process what it asks for and take its answers → whether it came to the end; None where it was stopped
        because enough was answered at once."""
        answers = size = 0
        request = _request(
            self.files,
            self.options,
            plain=self.plain,
            list_only=self.list_only,
            done=self.done,
            failed=self.failed,
        )
        try:
            talk.within(_START_SECONDS)
            send(talk.writer, request)
            while True:
                message, raw = receive(talk.reader)
                if "begin" in message:
                    talk.within(_PATIENCE)
                    if not self._begin(message["begin"], message["given"]):
                        return False
                elif "has" in message:
                    send(talk.writer, {"has": message["has"] in self.files})
                elif "load" in message:
                    self._load(talk, message)
                elif "size" in message:
                    send(talk.writer, {"size": self._size(message["size"])})
                elif "answer" in message:
                    answer = unpack(message["answer"], raw)
                    learn(message["said"])
                    self._own(answer.file, message["given"])
                    self.found[message["given"]].append(answer)
                    self.done.add(answer.file)
                    self.at_work = None
                    answers, size = answers + 1, size + len(raw)
                    if self.at_once is not None and (answers >= self.at_once or size > STREAMED_BYTES):
                        return None
                elif "names" in message:
                    for file in map(str, message["names"]):
                        self._own(file, message["given"])
                        self.found[message["given"]].append(Answer(file))
                        self.done.add(file)
                elif "end" in message:
                    return True
        except (WireError, OSError, KeyError, TypeError):
            return False

    def _begin(self, file: str, given: str) -> bool:
        """Note what is at work; False when its archive has had its time."""
        self._own(file, given)
        self.at_work = file, given
        now = time.monotonic()
        if now - self.began.setdefault(given, now) <= FILE_SECONDS:
            return True
        self._fail(
            given,
            given,
            say(
                "{given} holds more than can be read in {file_seconds:g} s; the rest of it is left out: give "
                "it in parts.",
                given=given,
                file_seconds=FILE_SECONDS,
            ),
            "time",
        )
        self.at_work = None
        return False

    def _size(self, name: str) -> int | None:
        return self.files.size(name) if isinstance(self.files, InParts) and name in self.files else None

    def _load(self, talk: Conversation, message: dict[str, Any]) -> None:
        """Give a file, or the part of it that is asked for."""
        name = message["load"]
        try:
            if "bytes" in message:
                data = self.files.part(
                    name, max(0, int(message["from"])), min(int(message["bytes"]), MAX_PART)
                )
            else:
                data = self.files[name]
        except ReadError as error:
            send(talk.writer, {"error": str(error)})
        else:
            send(talk.writer, {}, data)

    def _own(self, file: str, given: str) -> None:
        """Raises WireError for a file that was not asked for."""
        if given not in self.found or not (file == given or file.startswith((f"{given}/", f"{given}#"))):
            raise WireError(say("an answer to no question"))

    def _fail(self, file: str, given: str, error: str, stopped: Limit) -> None:
        self.failed.add(file)
        self.found[given].append(Answer(file, error=error, stopped=stopped))

    def _sentence(self, file: str, reason: Limit) -> str:
        why = {
            "time": say("took longer than {seconds:g} s to read", seconds=SECONDS),
            "memory": say(
                "needs more than the {memory:g} GB of memory that a file is given",
                memory=MEMORY / 1000000000.0,
            ),
            "crash": say("stopped the process that reads it"),
        }[reason]
        return say(
            "{file} {why}: it may be damaged or too long. Export or copy it again, or cut out a part.",
            file=file,
            why=why,
        )
