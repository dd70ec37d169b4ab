"""Of several recordings in one file, the one that is read: a whole resting ECG and no beat, sound, the longest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgnet.language import mark, say
from ecgnet.leads import LIMB, residual
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._leads import lead_of, millivolts_per
from ecgnet.readers._stated import Channel
from ecgnet.record import BRIDGED

_TWELVE = 8  # leads from which all 12 follow, at least
_BEAT = re.compile(r"median|average|mean|template|representative|dominant|beat|reference", re.IGNORECASE)
_RHYTHM = re.compile(r"rhythm|resting|12[\s_-]?lead|original", re.IGNORECASE)
_TOLERANCE = 0.02, 0.05  # mV, and of the amplitude
_MAX_SAMPLES = 60_000
_MOST = 200  # recordings that can be chosen from
_REASONS = (
    mark("it has the most leads"),
    mark("it is no average beat"),
    mark("it is sound: its limb leads agree and no lead is flat or has gaps"),
    mark("it is named a rhythm"),
    mark("it is the longest"),
    mark("it has the most leads"),
)
"""What each part of a recording's worth says of it."""


def is_beat(title: str) -> bool:
    """Whether a recording of this name is an average beat and no rhythm."""
    return _BEAT.search(title) is not None


def without_beats(names: Iterable[str]) -> list[str]:
    """Those of several recordings that are no average beats by their names; all where there are no others."""
    names = list(names)
    return [name for name in names if not is_beat(name)] or names


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording of a file. title: what the file calls it, "" for nothing; fs: Hz, None is not stated."""

    title: str
    channels: Sequence[Channel]
    fs: float | None

    @property
    def seconds(self) -> float:
        """How long it lasts; samples where no rate is stated."""
        return max((len(channel.stored) for channel in self.channels), default=0) / (self.fs or 1.0)

    def __str__(self) -> str:
        return f"{self.title or 'no name'}, {self.seconds:g} {'s' if self.fs else 'samples'}"


@dataclass(frozen=True, slots=True)
class RecordingChoice:
    """Which of several recordings of a file was read. titles: of all, in the file's order; number: of the one that was
    read, from 1; why: a sentence."""

    titles: tuple[str, ...]
    number: int
    why: str


class ChoiceNote(str):
    """A note on which of several recordings is read; `choice` has it as data."""

    choice: RecordingChoice

    def __new__(cls, text: str, choice: RecordingChoice) -> ChoiceNote:
        """The note as people read it, with its data."""
        note = super().__new__(cls, text)
        note.choice = choice
        return note


def choose(
    recordings: Sequence[Recording], name: str, options: ReadOptions, *, what: str, together: str = ""
) -> tuple[int, str]:
    """Which of a file's recordings is read, from 0, and the note that says so (`ChoiceNote`), "" where there is only one.

    what: they are, in the plural; together: where none of them is a whole ECG, how all of them are read as one, which is
    then the last number and read unless another is asked for. Raises ReadError for a number in the options that the file
    does not have.
    """
    ways = [*map(str, recordings), *filter(None, [together])]
    if options.recording is not None and options.recording > len(ways):
        raise ReadError(
            say(
                "{name} holds {n_recordings} {what}, and number {recording} was asked for.",
                name=name,
                n_recordings=len(recordings),
                what=what,
                recording=options.recording,
            )
        )
    if len(ways) == 1:
        return 0, ""
    if options.recording is not None:
        best, why = options.recording - 1, say("as asked for")
    elif together:
        best, why = len(recordings), say("as none of the others holds the 12 leads")
    else:
        worth = [_worth(recording) for recording in recordings]
        best = max(range(len(recordings)), key=lambda k: (*worth[k], -k))
        why = f"as {_reason(best, worth)}"
    listed = "; ".join(f"{k}: {recording}" for k, recording in enumerate(recordings[:6], start=1))
    more = say("; and {n_recordings} more", n_recordings=len(recordings) - 6) if len(recordings) > 6 else ""
    choice = RecordingChoice(
        tuple(ways[:_MOST]),
        best + 1,
        say(
            "Number {best} of {n_ways} is read, {why}.",
            best=best + 1,
            n_ways=len(ways),
            why=why,
        ),
    )
    reading = say("all of them are") if best == len(recordings) else say("number {best} is", best=best + 1)
    note = say(
        "The file holds {n_recordings} {what} ({listed}{more}); {reading} read, {why}.",
        n_recordings=len(recordings),
        what=what,
        listed=listed,
        more=more,
        reading=reading,
        why=why,
    )
    return best, ChoiceNote(note, choice)


def _reason(best: int, worth: Sequence[tuple[float, ...]]) -> str:
    """Why one was preferred to the next best: the first thing in which they differ."""
    rival = max(other for k, other in enumerate(worth) if k != best)
    differ = (say(why) for why, a, b in zip(_REASONS, worth[best], rival, strict=True) if a != b)
    return next(differ, say("they are alike and it comes first"))


def _worth(recording: Recording) -> tuple[float, ...]:
    """All leads before some, rhythm before beats, sound before spoilt, named so before not, long before short."""
    leads = {lead for channel in recording.channels if (lead := lead_of(channel.label))}
    unnamed = sum(not channel.label for channel in recording.channels)
    count = max(len(leads), unnamed)
    return (
        min(count, _TWELVE),
        not is_beat(recording.title),
        sound(recording.channels, recording.fs),
        bool(_RHYTHM.search(recording.title)),
        recording.seconds,
        count,
    )


def sound(channels: Sequence[Channel], fs: float | None) -> bool:
    """Whether Einthoven's and Goldberger's equations hold where they can be tested, no lead is flat, and none has gaps
    of more than 0.1 s altogether."""
    leads: Mapping[str, np.ndarray] = {
        lead: channel.values[:_MAX_SAMPLES] * (millivolts_per(channel.unit) or 1.0)
        for channel in channels
        if (lead := lead_of(channel.label))
    }
    for values in leads.values():
        lacking = int(np.isnan(values).sum())
        if (
            lacking > BRIDGED * (fs or 500.0)
            or lacking == len(values)
            or np.nanmax(values) == np.nanmin(values)
        ):
            return False
    if not {"I", "II"} <= leads.keys():
        return True
    length = min(map(len, leads.values()))
    limb = np.stack([leads[lead][:length] if lead in leads else np.full(length, np.nan) for lead in LIMB])
    span = float(np.nanmax(limb[:2]) - np.nanmin(limb[:2]))
    for lead in LIMB[2:]:
        error = np.abs(residual(limb, lead))
        known = error[~np.isnan(error)]
        if known.size and np.percentile(known, 99) > _TOLERANCE[0] + _TOLERANCE[1] * span:
            return False
    return True
