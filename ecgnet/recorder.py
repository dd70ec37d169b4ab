"""What the recorder (the cart) stated itself: its interpretation, its measurements and when it recorded.

Kept as it was said, beside what ECGNet finds and never mixed with it. Nothing of who the patient is, or who signed, is in
here. No file is read here; `readers` fills it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

MAX_STATEMENTS = 60
MAX_LETTERS = 400
"""Letters of one statement, and of the device's name."""


@dataclass(frozen=True, slots=True)
class PlausibleRange:
    """A unit and the range in it outside of which a value is no measurement of a heart."""

    unit: str
    low: float
    high: float


MEASURES: dict[str, PlausibleRange] = {
    "heart_rate": PlausibleRange("/min", 10, 400),
    "p_duration": PlausibleRange("ms", 10, 400),
    "pr": PlausibleRange("ms", 30, 800),
    "qrs": PlausibleRange("ms", 20, 400),
    "qt": PlausibleRange("ms", 100, 900),
    "qtc": PlausibleRange("ms", 100, 900),
    "qtc_bazett": PlausibleRange("ms", 100, 900),
    "qtc_fridericia": PlausibleRange("ms", 100, 900),
    "qtc_framingham": PlausibleRange("ms", 100, 900),
    "qtc_hodges": PlausibleRange("ms", 100, 900),
    "p_axis": PlausibleRange("°", -180, 180),
    "axis": PlausibleRange("°", -180, 180),
    "t_axis": PlausibleRange("°", -180, 180),
}
"""The measurements that are kept, named as in `measure.Measurements`. "qtc": the recorder does not say by which formula;
"axis": that of the QRS complex, in the frontal plane as the others."""

ST_POINTS: tuple[str, ...] = ("j", "j20", "j40", "j60", "j80")
"""Where ST is measured: at the J point, and so many ms behind it."""

_ST = PlausibleRange("mV", -5, 5)
_TURNING = {
    "LRE",
    "RLE",
    "LRO",
    "RLO",
    "PDF",
    "LRI",
    "RLI",
    "FSI",
    "PDI",
}  # signs that turn the writing around


_PACEMAKER = re.compile(
    r"pacemaker|schrittmacher|\bpac(?:ed|ing|er)\b|stimulateur|marcapaso|ペースメーカ|ペーシング",
    re.IGNORECASE,
)
_OF_THE_HEART = re.compile(  # in the same part of the sentence, before the word
    r"(?:\bwand(?:er|elnd)\w*|\bectopic|\bjunctional|\bsubsidiary|\bnodal|\bno|\bnot|\bwithout|\bkein\w*|\bohne)\b"
    r"[^.,;:]{0,25}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RecorderValue:
    """A measurement of the recorder, in the unit of `MEASURES`: "/min", "ms" or "°"."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class RecorderReport:
    """What the recorder stated.

    statements: its interpretation as it now stands in the file, a line each, in the file's language, as plain text (it
    may look like markup); original: the lines before a physician changed them, empty where nothing was changed;
    measurements: name in `MEASURES` → value; st: lead → point in `ST_POINTS` → mV; recorded_at: when the recording was
    made on the recorder's clock, a date alone where no time is stated; confirmed: whether a physician confirmed the
    interpretation, None is not stated; device: maker and model.

    Raises ValueError for a measurement, lead, point or length that cannot be.
    """

    statements: tuple[str, ...] = ()
    original: tuple[str, ...] = ()
    measurements: Mapping[str, RecorderValue] = field(default_factory=dict)
    st: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    recorded_at: datetime | date | None = None
    confirmed: bool | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        for texts in (self.statements, self.original):
            if len(texts) > MAX_STATEMENTS or any(text != cleaned(text) or not text for text in texts):
                raise ValueError("the statements of a recorder are too many, too long or no plain text")
        if self.device is not None and self.device != cleaned(self.device):
            raise ValueError("the name of a recorder is too long or no plain text")
        for name, measured in self.measurements.items():
            if not plausible(name, measured.value) or measured.unit != MEASURES[name].unit:
                raise ValueError(f"a recorder cannot measure {name} as {measured.value} {measured.unit}")
        for lead, points in self.st.items():
            if (
                len(lead) > 3
                or len(self.st) > 12
                or not set(points) <= set(ST_POINTS)
                or not all(map(plausible_st, points.values()))
            ):
                raise ValueError(f"a recorder cannot measure ST as {points}")

    @property
    def states_pacemaker(self) -> bool:
        """Whether its interpretation names an artificial pacemaker or paced beats, in English, German, French, Spanish or
        Japanese; not where that is denied, nor of a pacemaker within the heart ("wandering", "junctional")."""
        return any(
            not _OF_THE_HEART.search(text[: found.start()])
            for text in self.statements
            for found in _PACEMAKER.finditer(text)
        )

    def as_json(self) -> dict[str, Any]:
        """The same in numbers, texts, lists and dicts; the time in ISO 8601."""
        return {
            "statements": list(self.statements),
            "original": list(self.original),
            "measurements": {
                name: {"value": measured.value, "unit": measured.unit}
                for name, measured in self.measurements.items()
            },
            "st": {lead: dict(points) for lead, points in self.st.items()},
            "recorded_at": self.recorded_at and self.recorded_at.isoformat(),
            "confirmed": self.confirmed,
            "device": self.device,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """What `as_json` gave. Raises KeyError, TypeError, ValueError or AttributeError for anything else."""
        at, confirmed, device = fields["recorded_at"], fields["confirmed"], fields["device"]
        if not (confirmed is None or isinstance(confirmed, bool)):
            raise ValueError("confirmed is true, false or unknown")
        return cls(
            tuple(map(str, fields["statements"])),
            tuple(map(str, fields["original"])),
            {
                str(name): RecorderValue(float(measured["value"]), str(measured["unit"]))
                for name, measured in fields["measurements"].items()
            },
            {
                str(lead): {str(point): float(value) for point, value in points.items()}
                for lead, points in fields["st"].items()
            },
            None if at is None else datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at),
            confirmed,
            None if device is None else str(device),
        )


def plausible(name: str, value: float) -> bool:
    """Whether a value in the unit of `MEASURES` may be the measurement of that name; False for a name not in there."""
    limits = MEASURES.get(name)
    return limits is not None and math.isfinite(value) and limits.low <= value <= limits.high


def plausible_st(millivolts: float) -> bool:
    """Whether ST may be that high or deep."""
    return math.isfinite(millivolts) and _ST.low <= millivolts <= _ST.high


def cleaned(text: str) -> str:
    """A text of a device in one line: control characters and those that turn the direction of writing become blanks,
    what is longer than `MAX_LETTERS` ends in "…". Letters of every script stay."""
    kept = "".join(
        " "
        if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(c) in _TURNING
        else c
        for c in text[: 20 * MAX_LETTERS]
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= MAX_LETTERS else kept[: MAX_LETTERS - 1].rstrip() + "…"


def lines(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts cleaned, without empty ones, at most `MAX_STATEMENTS`."""
    kept: list[str] = []
    for text in texts:
        if len(kept) == MAX_STATEMENTS:
            break
        if line := cleaned(text):
            kept.append(line)
    return tuple(kept)
