"""What people are told of a record or of an answer: its kind, for code to decide on, and its text, to be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ecgnet.language import localised, worded


class NoticeKind(Enum):
    """What a notice is about."""

    LEAD_FAULT = auto()
    """A lead that is missing, flat, cut off, noisy or drifting."""
    LIMB_LEADS = auto()
    """Limb leads that contradict each other."""
    ELECTRODES = auto()
    """Electrodes that seem exchanged."""

    TOO_SHORT = auto()
    """This one and the next five: why nobody should judge a record (`ecgnet.quality.unreadable`)."""
    TOO_FEW_SAMPLES = auto()
    NO_SIGNAL = auto()
    AT_LIMITS = auto()
    NO_BEATS = auto()
    NOISE = auto()

    FILLING = auto()
    """Ends without ECG, left out. This one and the next seven: what was done to a record for the networks to read it."""
    GAPS_BRIDGED = auto()
    RESAMPLED = auto()
    CUT = auto()
    """Only a part of a long record was read."""
    REPEATED = auto()
    """A short record was repeated to fill the window."""
    WANDER_FILTERED = auto()
    LEADS_DERIVED = auto()
    """Limb leads computed from others."""
    FEWER_LEADS = auto()
    """Which leads the answer comes from, where some are not there."""

    FAMILIARITY = auto()
    """Whether an ECG is like those that the model learnt from. This one and the rest: how far an answer may be relied on."""
    PACED = auto()
    CONFIDENCE = auto()
    """How sure the answer as a whole is."""
    SETS = auto()
    """Which classes are present, absent or uncertain."""
    VERDICT = auto()
    """Which classes are ruled in or out."""
    SITE_PROFILE = auto()
    """That a site profile changed the answer."""
    NOT_MEASURED = auto()
    """That the card has no statistics for these weights or leads."""


@worded("text")
@dataclass(frozen=True, slots=True)
class Notice:
    """A kind and a sentence or two, said in the language of the context where they were noted; str() is the text."""

    kind: NoticeKind
    text: str

    def __str__(self) -> str:
        return self.text


def texts(*notices: Notice | None) -> tuple[str, ...]:
    """What the notices say, in order; None is left out."""
    return tuple(notice.text for notice in notices if notice is not None)


def percent(share: float, digits: int = 0) -> str:
    """A share of 0 to 1 as it is printed: 0.1 → "10 %"."""
    return localised(f"{100 * share:.{digits}f} %")
