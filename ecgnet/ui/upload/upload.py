"""One upload: what was read of a file, what its owner said of it, and the part that is on screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ecgnet.language import Words, again, changed, for_all, localised, mark, say
from ecgnet.readers import Answer, MissingFacts
from ecgnet.record import LEADS, Metadata, Record
from ecgnet.ui.escape import plain
from ecgnet.ui.library import Shown
from ecgnet.ui.upload.window_scoring import WindowScoring
from ecgnet.windows import LONG, Suggestion, Survey, window

WORDS = Words({"fs": "sampling rate", "unit": "unit", "leads": "lead names"})
"""What may be asked for, as people call it."""


@dataclass(eq=False)
class Upload:
    """A record that was uploaded, or what became of the attempt.

    number: stands for it in keys, since names of files may be names of people; name: as the reader knows it; label: as
    people read it; question: what the file left out, given: the answers, and the recording chosen of several; kinds: of
    the questions answered, taken_from: the label of the file for which they were answered, if another; told: patient data
    given by hand; start: of the window on screen, in s; scoring: of all windows, once it was asked for; clicks: on the
    overview; came: how it came here, in words.
    """

    number: int
    name: str
    label: str
    answer: Answer
    question: MissingFacts | None = None
    given: dict[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    taken_from: str | None = None
    told: Metadata | None = None
    start: float = 0.0
    survey: Survey | None = None
    suggested: tuple[Suggestion, ...] = ()
    scoring: WindowScoring | None = None
    clicks: int = 0
    came: str = mark("uploaded in this visit")
    _shown: tuple[tuple, Shown] | None = None

    @property
    def record(self) -> Record | None:
        """The whole recording."""
        return self.answer.record

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer of its owner."""
        return self.record is None and self.answer.question is not None

    @property
    def refused(self) -> bool:
        """Whether it cannot be read at all."""
        return self.record is None and self.answer.question is None

    @property
    def long(self) -> bool:
        """Whether it holds more than one window."""
        return self.record is not None and self.record.duration > LONG

    @property
    def metadata(self) -> Metadata:
        """Patient data as given by hand, else as the file has it."""
        return self.told or (self.record.metadata if self.record else Metadata())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks implausible; the notes of the reader are shown with the record."""
        notes = self.record.notes if self.record else ()
        return tuple(again(w) for w in self.answer.warnings if w not in notes)

    def take(self, answer: Answer) -> None:
        """Put what was read in place of what was there."""
        self.answer, self._shown, self.survey, self.suggested = answer, None, None, ()
        self.unscore()
        if answer.question is not None:
            self.question = answer.question
        if self.record is not None and not 0 <= self.start < self.record.duration:
            self.start = 0.0
        if self.long:
            self.start = max(self.start, float(_first_recorded(self.record)))

    def tell(self, metadata: Metadata) -> None:
        """Take patient data given by hand."""
        if metadata != self.metadata:
            self.told = metadata
            self.unscore()

    def unscore(self) -> None:
        """Forget the windows' scores, and end the scoring where it goes on."""
        if self.scoring is not None:
            self.scoring.cancel()
        self.scoring = None

    @for_all
    def shown(self) -> Shown:
        """What goes on screen: the record, of a long recording the window. Raises RecordError for an empty window."""
        key = (self.start, self.told)
        if self._shown is None or self._shown[0] != key:
            record = self.record
            if self.told is not None and self.told != record.metadata:
                record = record.with_metadata(self.told).with_notes(say("Age and sex as given by hand."))
            if self.long:
                record = window(record, self.start)
            # The other pages write title and notes as Markdown, and both quote the file.
            record = replace(
                record, id=plain(self.label), notes=tuple(changed(note, plain) for note in record.notes)
            )
            shown = Shown(
                record,
                title=plain(self.label, 120),
                description=say("{format}, {came}", format=self.answer.format, came=say(self.came)),
                truth=None,
                truth_by="",
                key=f"upload/{self.number}/{self.start:g}",
            )
            self._shown = key, shown
        return self._shown[1]


def _first_recorded(record: Record) -> int:
    """The first whole second at which any lead holds a sample."""
    step = max(1, int(record.fs))
    for first in range(0, record.n_samples, step):
        if not np.isnan(record.signal[:, first : first + step]).all():
            return int(first / record.fs)
    return 0


def title(upload: Upload) -> str:
    """The name in a list, marked where it waits for an answer."""
    return plain(upload.label, 120) + (say(" :orange-badge[needs an answer]") if upload.asks else "")


def summary(upload: Upload) -> str:
    """Format, rate, duration and leads of a record in a line, or what it waits for."""
    if upload.record is None:
        return (
            say("its {asks}", asks=say(" and ").join(WORDS[name] for name in upload.question.asks))
            if upload.asks
            else say("not read")
        )
    record = upload.record
    parts = [upload.answer.format or "", localised(f"{record.fs:g} Hz"), spell(record.duration)]
    missing = len(record.missing) if record.n_samples < 1_000_000 else _missing(record)
    parts.append(say("{n_leads} of 12 leads", n_leads=len(LEADS) - missing) if missing else say("12 leads"))
    line = " · ".join(part for part in parts if part)
    if upload.taken_from:
        line += say(" · answers taken over")
    return line


def _missing(record: Record) -> int:
    """Leads without a sample, looked at sparsely: for recordings of hours."""
    return int(np.isnan(record.signal[:, :: max(1, record.n_samples // 10_000)]).all(1).sum())


def spell(seconds: float) -> str:
    """A duration as people say it: 10 s, 12 min, 3.5 h."""
    if seconds < 120:
        return localised(f"{seconds:.4g} s")
    return localised(f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h")
