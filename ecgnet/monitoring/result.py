"""What was watched as one object, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ecgnet import __version__
from ecgnet.estimate import UNKNOWN, Estimate
from ecgnet.language import say
from ecgnet.monitoring.stability import Shift
from ecgnet.reading import wording
from ecgnet.validation.result import plain

FORMAT = "ecgnet.monitoring/1"
"""Of the JSON; a field that changes its meaning makes another number."""


class AlarmKind(StrEnum):
    """What an alarm is about. Those in `LOOK` say that something changed, the last that answers do not hold."""

    ANSWERS = "answers"
    UNFAMILIAR = "unfamiliarity"
    QUALITY = "quality"
    ABSTAINED = "abstention"
    CALIBRATION = "calibration"


LOOK = (AlarmKind.ANSWERS, AlarmKind.UNFAMILIAR, AlarmKind.QUALITY, AlarmKind.ABSTAINED)


@dataclass(frozen=True, slots=True)
class Alarm:
    """kind; period: its name; label: the class, "" for none; text: a sentence or two."""

    kind: AlarmKind
    period: str
    label: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Period:
    """One period, or the reference. begin: its first day, or ECG, "" for PTB-XL; n: ECGs, answered: of them by the networks;
    stated: class → mean probability; found: class → share present or possible by the networks alone; unfamiliar, fine,
    abstained: shares; shift: class → its distribution against the reference; labelled: ECGs with a label; agreement: share
    of their classes that are found where they are labelled and not where they are not; observed_to_expected: class → by
    the labels."""

    name: str
    begin: str
    n: int
    answered: int
    stated: Mapping[str, float]
    found: Mapping[str, Estimate]
    unfamiliar: Estimate
    fine: Estimate
    abstained: Estimate
    shift: Mapping[str, Shift] = field(default_factory=dict)
    labelled: int = 0
    agreement: Estimate = UNKNOWN
    observed_to_expected: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True)
class Monitoring:
    """made: when; folder, model, weights; profile: name of the site profile by which labels are compared, None for the
    networks as shipped; reference: what the periods are compared with; periods, the earliest first, those of the reference
    included; compared: names of those after it; undated: ECGs in no period; refused: without an answer; labels: how they
    came, None without; alarms, the latest period first; notes: what else has to be known."""

    made: datetime
    folder: str
    model: str
    weights: str
    profile: str | None
    reference: Period
    periods: tuple[Period, ...]
    compared: tuple[str, ...]
    undated: int
    refused: int
    labels: str | None
    alarms: tuple[Alarm, ...]
    notes: tuple[str, ...]
    version: str = field(default=__version__)


def as_json(found: Monitoring) -> dict[str, Any]:
    """In numbers, texts, lists and dicts, with its format and the notice; NaN is null."""
    content = asdict(found) | {"made": found.made.isoformat(timespec="seconds")}
    return plain({"format": FORMAT, "notice": say(wording.NOTICE), **content})
