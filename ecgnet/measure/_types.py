"""What a measurement is: a value or the reason why there is none, the beats, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from ecgnet.language import say
from ecgnet.measure._rhythm import Regularity
from ecgnet.record import LEADS


@dataclass(frozen=True, slots=True)
class Value:
    """One number with its unit ("ms", "/min", "°"), or None and the reason, a sentence, why it is not measurable."""

    value: float | None
    unit: str
    reason: str = ""

    @property
    def measurable(self) -> bool:
        """Whether there is a number."""
        return self.value is not None

    def __str__(self) -> str:
        """The number as it is read aloud, rounded to whole units: "162 ms", "−31°" or "not measurable"."""
        if self.value is None:
            return say("not measurable")
        space = "" if self.unit in ("°", "/min") else " "
        return f"{round(self.value)}{space}{self.unit}".replace("-", "−")


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """Where each beat's waves begin and end, (n,) float64 in seconds from the record's start; NaN where not found.

    r: the QRS complex's fiducial point, the largest deflection over all leads; never NaN. p_onset, p_offset, qrs_onset,
    qrs_offset, t_onset, t_peak, t_offset: global boundaries, over all leads. dominant: (n,) bool, whether the beat has
    the shape of the record's dominant rhythm (False: ectopic, aberrant or disturbed).
    """

    r: np.ndarray
    p_onset: np.ndarray
    p_offset: np.ndarray
    qrs_onset: np.ndarray
    qrs_offset: np.ndarray
    t_onset: np.ndarray
    t_peak: np.ndarray
    t_offset: np.ndarray
    dominant: np.ndarray

    def __post_init__(self) -> None:
        for column in fields(self):
            kind = bool if column.name == "dominant" else np.float64
            values = np.array(getattr(self, column.name), kind)
            if values.shape != np.shape(self.r):
                raise ValueError(
                    say(
                        "{name} has the shape {shape}, r has {shape_2}",
                        name=column.name,
                        shape=values.shape,
                        shape_2=np.shape(self.r),
                    )
                )
            values.setflags(write=False)
            object.__setattr__(self, column.name, values)

    def __len__(self) -> int:
        return len(self.r)

    @classmethod
    def from_r(cls, r: np.ndarray) -> Beats:
        """Beats of which only the QRS complexes are known; r: (n,) s."""
        unknown = np.full(len(r), np.nan)
        return cls(r, *(unknown for _ in range(7)), np.ones(len(r), bool))


@dataclass(frozen=True, slots=True)
class LeadMeasures:
    """One lead's waves in the dominant beat; None where it cannot be measured: a missing lead, no P wave, no T end.

    Amplitudes in mV with their sign, upwards positive, from the level at QRS onset (p from the line between the P
    wave's ends): p, q, r, s, r2 (R'), j (at the QRS complex's end), j60 (60 ms later), t. Durations in ms: q_duration,
    r_duration, s_duration. q, r, s, r2 and their durations are 0 where the QRS complex has no such wave; a QS complex
    is a q without an r.
    """

    p: float | None = None
    q: float | None = None
    r: float | None = None
    s: float | None = None
    r2: float | None = None
    j: float | None = None
    j60: float | None = None
    t: float | None = None
    q_duration: float | None = None
    r_duration: float | None = None
    s_duration: float | None = None

    @property
    def qs(self) -> bool:
        """Whether the QRS complex goes downwards only."""
        return self.q is not None and self.q < 0 and not self.r


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """What was measured in one record; every Value may be "not measurable".

    heart_rate in beats a minute; pr, qrs, qt, qtc_bazett, qtc_fridericia in ms; axis: the frontal QRS axis in degrees,
    -180 to 180, 0 towards lead I, 90 towards aVF. rhythm: words on the regularity of the beats, "" with rhythm_reason
    when nothing can be said. rr: (n - 1,) s between neighbouring beats, NaN across a gap. window: start and end in s
    of the part that was measured. notes: sentences on what was left out. leads: each of the 12 leads → its measures.
    regularity: what `rhythm` says, for code to decide on; led_by_spikes: beats with a pacing spike before them.
    """

    heart_rate: Value
    pr: Value
    qrs: Value
    qt: Value
    qtc_bazett: Value
    qtc_fridericia: Value
    axis: Value
    rhythm: str
    rhythm_reason: str
    rr: np.ndarray
    beats: Beats
    window: tuple[float, float]
    notes: tuple[str, ...] = ()
    leads: dict[str, LeadMeasures] = field(default_factory=lambda: {lead: LeadMeasures() for lead in LEADS})
    regularity: Regularity = ""
    led_by_spikes: int = 0
