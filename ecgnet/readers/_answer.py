"""What became of one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ecgnet.readers._choice import ChoiceNote, RecordingChoice
from ecgnet.readers._core import MissingFacts, ReadError
from ecgnet.readers._plausibility import plausibility
from ecgnet.record import Record

Limit = Literal["time", "memory", "crash"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file: a record, or an error.

    file: its name as given; within an archive "archive.zip/inner.hea"; error: a sentence; format: the format's name;
    warnings: the notes of the reader and what looks implausible; question: what the file leaves out, where an answer
    would make it readable; no_ecg: it is something else than an ECG, such as a licence or a list of
    records; passed_over: so is it, and nobody named it: it lay in a folder; stopped: what ended the process that read it,
    None where none was ended; choice: which recording was read, of a file with several.
    """

    file: str
    record: Record | None = None
    error: str | None = None
    format: str | None = None
    warnings: tuple[str, ...] = ()
    question: MissingFacts | None = None
    no_ecg: bool = False
    passed_over: bool = False
    stopped: Limit | None = None
    choice: RecordingChoice | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a record."""
        return self.record is not None

    def values(self) -> dict[str, Any]:
        """As plain values: file, ok, error, warnings."""
        return {"file": self.file, "ok": self.ok, "error": self.error, "warnings": list(self.warnings)}


def success(file: str, record: Record, format: str) -> Answer:
    """A record and what there is to say about it."""
    choice = next((note.choice for note in record.notes if isinstance(note, ChoiceNote)), None)
    return Answer(file, record, None, format, (*record.notes, *plausibility(record)), choice=choice)


def failure(file: str, error: ReadError) -> Answer:
    """Why there is no record."""
    return Answer(file, error=str(error), question=error.question, no_ecg=error.no_ecg)
