"""Words for how regularly the beats come. They describe; they name no diagnosis."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ecgnet.language import say, say_n

Regularity = Literal["regular", "irregular", "irregularly irregular", "several shapes", ""]
"""How the beats of the dominant shape follow one another; "irregularly irregular" is said only without steady P waves,
"several shapes" where no shape has half of the beats, "" where too few beats were found."""

FEWEST = 5
"""RR intervals; fewer show no pattern."""
REGULAR = 0.10
"""Deviation from the median RR interval, as a share of it, up to which an interval counts as regular."""
EARLY = 0.85
"""Share of the median RR interval below which a beat counts as early."""
ERRATIC = 0.06
"""Median change from one RR interval to the next, as a share of RR, from which a rhythm without steady P waves counts
as irregularly irregular."""


def regularity(rr: np.ndarray, dominant: np.ndarray, p_found: bool) -> tuple[Regularity, str, str]:
    """What the RR intervals (n - 1,) s of n beats show, the same in words, and "" or, when nothing can be said, the reason.

    Intervals that begin or end with a beat of another shape (dominant (n,) bool is False) are set aside. The limit of
    10 % for a regular rhythm is the usual one for sinus arrhythmia (120 ms or 10 %); the others were set on PTB-XL,
    see docs/measurements.md.
    """
    known = np.isfinite(rr)
    if known.sum() < FEWEST:
        return "", "", say("Fewer than {fewest} beats in a row were found.", fewest=FEWEST + 1)
    other = int((~dominant).sum())
    plain = known & dominant[:-1] & dominant[1:]
    if plain.sum() < 3 or other > 0.5 * len(dominant):
        return "several shapes", say("irregular, with beats of several shapes"), ""
    typical = float(np.median(rr[plain]))
    early = int((plain & (rr < EARLY * typical)).sum())
    off = np.abs(rr[plain] / typical - 1) > REGULAR
    few = 0 < early + other <= max(1, 0.25 * len(rr))
    tolerated = 0.1 * len(off) + (2 * (early + other) if few else 0)
    if not p_found and _erratic(rr[plain]):
        found: Regularity = "irregularly irregular"
    else:
        found = "regular" if off.sum() <= tolerated else "irregular"
    base = (
        say("irregularly irregular, without steady P waves")
        if found == "irregularly irregular"
        else say(found)
    )
    extra = early if found == "regular" else 0
    count = other + extra
    if count:
        if not extra:
            beats = say_n("{n} beat of another shape", "{n} beats of another shape", n=count)
        elif not other:
            beats = say_n("{n} beat early", "{n} beats early", n=count)
        else:
            beats = say_n(
                "{n} beat early or of another shape", "{n} beats early or of another shape", n=count
            )
        joint = "; " if found == "irregularly irregular" else say(" apart from ")
        return found, f"{base}{joint}{beats}", ""
    if found == "irregular" and p_found:
        return found, say("irregular, with a P wave before most beats"), ""
    return found, base, ""


def _erratic(rr: np.ndarray) -> bool:
    """Whether the RR interval typically changes by more than `ERRATIC` from one beat to the next."""
    if len(rr) < 3:
        return False
    return bool(np.median(np.abs(np.diff(rr))) > ERRATIC * np.median(rr))
