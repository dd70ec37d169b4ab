"""The record: one 12-lead ECG in millivolts, leads in standard order. No file is read here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ecgnet.language import say
from ecgnet.recorder import RecorderReport

LEADS: tuple[str, ...] = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
"""The 12 leads in the order of the standard display (AHA/ACC/HRS 2007, Circulation 115:1306)."""

BRIDGED = 0.1
"""Seconds of a gap that a straight line can bridge without any answer changing."""

Sex = Literal["female", "male"]


class RecordError(ValueError):
    """An ECG that cannot be used; the message is a sentence for people."""


class LeftOut(str):
    """A note on what a file holds beside the 12 leads and is not read: told with the error where leads are missing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of the patient: age in years, sex, height in cm, weight in kg; None is unknown. over_89: older than
    that, by how much is hidden, as data sets do with ages that few people reach; the age is None then."""

    age: float | None = None
    sex: Sex | None = None
    height: float | None = None
    weight: float | None = None
    over_89: bool = False

    @property
    def age_in_words(self) -> str:
        """ "63 years", "older than 89 years" or "age unknown"."""
        if self.age is None:
            return say("older than 89 years") if self.over_89 else say("age unknown")
        return say("{age:.0f} years", age=self.age)


@dataclass(frozen=True, slots=True)
class SourceStudy:
    """Where in an archive a DICOM object belongs, as it says itself, so that results find their way into its study: UIDs of
    study, series, instance and class; the patient's name and sex in DICOM's own form; who gave the patient's number; the
    study's date, time, number and accession number. "" is not stated.

    Raises ValueError for a UID that is none (PS3.5 9.1) or a text longer than any of DICOM's."""

    study: str
    series: str
    instance: str
    sop_class: str
    patient_name: str = ""
    sex: str = ""
    issuer: str = ""
    date: str = ""
    time: str = ""
    number: str = ""
    accession: str = ""

    def __post_init__(self) -> None:
        for uid in (self.study, self.series, self.instance, self.sop_class):
            if not re.fullmatch(r"[0-9][0-9.]{0,63}", uid):
                raise ValueError(say("a UID has digits and dots, at most 64"))
        for text in (
            self.patient_name,
            self.sex,
            self.issuer,
            self.date,
            self.time,
            self.number,
            self.accession,
        ):
            if (
                len(text) > 324 or not text.isprintable()
            ):  # a name has three forms of up to 64 letters and five parts
                raise ValueError(say("a text of DICOM is one line of plain text"))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the patient is, as the file says it, and where in an archive the ECG belongs. Shown only when asked for; never in
    a link, a log or a cached file."""

    name: str | None = None
    birth_date: str | None = None
    patient_id: str | None = None
    study: SourceStudy | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part of a recording lies: its start and end in the whole, and the duration of the whole, in s."""

    start: float
    end: float
    whole: float

    def __str__(self) -> str:
        return say(
            "seconds {start:.6g} to {end:.6g} of {whole:.6g}",
            start=self.start,
            end=self.end,
            whole=self.whole,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One 12-lead ECG.

    signal: (12, T) float32 in mV, leads ordered as `LEADS`; NaN where nothing was recorded: a gap, or a whole lead;
    fs: sampling rate in Hz; id: how the record is called; source: where it came from ("PTB-XL", a file's name, "demo
    library"); notes: what the reader had to derive, assume or convert, each a sentence; recorder: what the cart stated
    itself, of the whole recording also where this is a part of it; part: which part, None of a whole recording.

    Raises RecordError when the shape, the rate or a sample makes no sense, or no sample was recorded at all.
    """

    signal: np.ndarray
    fs: float
    id: str
    source: str
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()
    identity: Identity = field(default_factory=Identity, repr=False)
    recorder: RecorderReport | None = field(default=None, repr=False)
    part: Part | None = None

    def __post_init__(self) -> None:
        signal = np.ascontiguousarray(self.signal, dtype=np.float32)
        if signal.ndim != 2 or signal.shape[0] != len(LEADS):
            raise RecordError(
                say(
                    "{id}: a record needs 12 leads by T samples, this one has the shape {shape}.",
                    id=self.id,
                    shape=signal.shape,
                )
            )
        if signal.shape[1] < 2:
            raise RecordError(say("{id}: the record holds no samples.", id=self.id))
        if not (np.isfinite(self.fs) and self.fs > 0):
            raise RecordError(
                say(
                    "{id}: the sampling rate must be above 0 Hz, not {fs}.",
                    id=self.id,
                    fs=self.fs,
                )
            )
        if np.isinf(signal).any():
            raise RecordError(
                say(
                    "{id}: a sample is too large for an ECG in mV (infinite); check the unit.",
                    id=self.id,
                )
            )
        if np.isnan(signal).all():
            raise RecordError(say("{id}: no lead holds a sample.", id=self.id))
        signal.setflags(write=False)
        object.__setattr__(self, "signal", signal)
        object.__setattr__(self, "fs", float(self.fs))
        object.__setattr__(self, "notes", tuple(self.notes))

    @property
    def n_samples(self) -> int:
        """Samples per lead."""
        return self.signal.shape[1]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.fs

    @property
    def missing(self) -> tuple[str, ...]:
        """The leads without any sample."""
        return tuple(lead for lead, empty in zip(LEADS, np.isnan(self.signal).all(1), strict=True) if empty)

    @property
    def gaps(self) -> dict[str, int]:
        """Lead → samples not recorded, for the leads that are there in part."""
        counts = dict(zip(LEADS, np.isnan(self.signal).sum(1).tolist(), strict=True))
        return {lead: n for lead, n in counts.items() if 0 < n < self.n_samples}

    @property
    def complete(self) -> bool:
        """Whether every lead is there, as the networks need it, but for gaps of up to `BRIDGED` seconds."""
        return not self.missing and all(
            _longest(lacking) <= BRIDGED * self.fs for lacking in np.isnan(self.signal) if lacking.any()
        )

    def lead(self, name: str) -> np.ndarray:
        """One lead, (T,) float32 in mV. Raises KeyError for a name that is not in `LEADS`."""
        if name not in LEADS:
            raise KeyError(
                say(
                    "{name!r} is not one of the 12 leads {leads}",
                    name=name,
                    leads=", ".join(LEADS),
                )
            )
        return self.signal[LEADS.index(name)]

    def cut(self, first: int, count: int) -> Record:
        """`count` samples from sample `first` on, which know where in the whole recording they lie."""
        whole = self.part or Part(0.0, self.duration, self.duration)
        signal = self.signal[:, first : first + count]
        start = whole.start + first / self.fs
        return replace(self, signal=signal, part=Part(start, start + signal.shape[1] / self.fs, whole.whole))

    def with_metadata(self, metadata: Metadata) -> Record:
        """The same ECG with other patient data."""
        return replace(self, metadata=metadata)

    def with_notes(self, *notes: str) -> Record:
        """The same ECG with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def signal_hash(record: Record) -> str:
    """SHA-256 of the rate in Hz (float64) and the samples, 12 leads in order, in mV (float32), both little-endian: the same
    for the same signal, whatever file it came in."""
    digest = hashlib.sha256(np.float64(record.fs).astype("<f8").tobytes())
    digest.update(np.ascontiguousarray(record.signal, "<f4"))
    return digest.hexdigest()


def _longest(lacking: np.ndarray) -> int:
    """The longest run of True in (T,) bool."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], lacking, [False]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))
