"""The rhythm in words and as a code, from the RR intervals, the P waves and the networks' statements together.

What is measured and what is stated must agree for a name to be given without reservation; where they do not, the
words say so and the rhythm is "not certain". Codes are SCP-ECG rhythm statements (EN 1064) where there is one.
Limits: bradycardia below 60/min and tachycardia above 100/min by convention; a pause from 2 s (AHA/ACC/HRS 2007 part
II counts pauses among the primary statements; the length is the usual one), critical from 3 s (`limits.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgnet.language import say
from ecgnet.measure import Measurements
from ecgnet.reading import wording

EARLY = 0.85
"""Share of the usual RR interval below which a beat comes early (docs/measurements.md)."""
PAUSE = 2.0
"""Seconds."""
SLOW, FAST = 60.0, 100.0
"""Beats a minute within which sinus rhythm is neither bradycardia nor tachycardia."""
FASTEST_SINUS = 150.0
"""Beats a minute above which a wave before each beat alone does not make it the sinus node's."""
NAMED = ("AFIB", "AFLT", "SVTAC", "PSVT", "PACE", "SR")
"""Statements that name a rhythm."""
TACHYCARDIAS = ("AFLT", "SVTAC", "PSVT")
"""What a regular tachycardia without P waves may be."""
SURE, LIKELY = 0.5, 0.25
"""Calibrated probabilities from which a statement of the rhythm is taken to hold, or to cast doubt."""
ERRATIC = "irregularly irregular"
REPEATS = 0.12
"""Share of the mean RR interval within which three of four intervals must repeat those of two or three beats before."""
SHAPES = 0.2
"""Share of beats that come in time and have another shape, from which no shape tells of an origin."""
FEWEST_PAIRS = 3
"""Times that a pattern must follow upon itself to be called bigeminy or trigeminy."""

Origin = Literal["ventricular", "supraventricular", "unknown"]


@dataclass(frozen=True, slots=True)
class Premature:
    """Premature beats of the window: how many, of which origin (by the shape of their QRS complexes), in which
    pattern: "", "bigeminy", "trigeminy"; not_early: beats of another shape than the usual one that are not premature."""

    count: int = 0
    origin: Origin = "unknown"
    pattern: str = ""
    not_early: int = 0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """text: the rhythm in words, "" where nothing can be said; code: an SCP-ECG rhythm code or None; certain: whether
    what was measured and what was stated agree; because: what speaks for it; premature; longest_rr: s, None where
    unknown; reason: why nothing can be said; led_by_spikes: beats with a pacing spike before them, of a paced rhythm; among:
    codes of the rhythms that a text without a code leaves open."""

    text: str
    code: str | None
    certain: bool
    because: tuple[str, ...] = ()
    premature: Premature = Premature()
    longest_rr: float | None = None
    reason: str = ""
    led_by_spikes: int = 0
    among: tuple[str, ...] = ()

    @property
    def sinus(self) -> bool:
        """Whether it is a rhythm of the sinus node."""
        return self.code in ("SR", "SBRAD", "STACH", "SARRH")

    @property
    def without_p(self) -> bool:
        """Whether P waves conducted one to one are excluded by the rhythm's name."""
        return self.code in ("AFIB", "AFLT")


def premature_beats(measured: Measurements) -> Premature:
    """Beats that come early against the usual RR interval; bigeminy where every second is of its own kind, trigeminy where
    every third is, by its RR interval or its shape. In a rhythm that is erratic, or early in more than half of its
    beats, none is premature."""
    rr, dominant = measured.rr, measured.beats.dominant
    known = rr[np.isfinite(rr)]
    other = int((~dominant).sum())
    if len(known) < 4:
        return Premature(not_early=other)
    early, pattern = _repeating(rr)
    if not pattern:
        if measured.regularity == ERRATIC:
            return Premature(not_early=other)
        early = _early(rr, dominant)
        pattern = _pattern(early) or _pattern(~dominant)
    count = int(early.sum())
    if not count or count > 0.55 * len(dominant):
        return Premature(not_early=other, pattern=_pattern(~dominant))
    wide = int((early & ~dominant).sum())
    origin: Origin = "ventricular" if wide > count / 2 else "supraventricular" if not wide else "unknown"
    if other - wide > SHAPES * len(
        dominant
    ):  # where beats in time look otherwise as well, a shape tells of no origin
        origin = "unknown"
    return Premature(count, origin, pattern, other - wide)


def _early(rr: np.ndarray, dominant: np.ndarray) -> np.ndarray:
    """(n,) bool: beats that come early against the usual RR interval."""
    early = np.zeros(len(dominant), bool)
    early[1:] = np.isfinite(rr) & (rr < EARLY * _usual_interval(rr, dominant))
    # an early beat after an early one of the same shape is a fast rhythm
    early[1:] &= ~(early[:-1] & dominant[1:])
    return early


def _repeating(rr: np.ndarray) -> tuple[np.ndarray, str]:
    """(n,) bool: the beats at the end of the short RR interval, where the intervals repeat themselves every second or
    third beat, and the pattern's name; else none and ""."""
    early = np.zeros(len(rr) + 1, bool)
    if not np.isfinite(rr).all():
        return early, ""
    for step, name in ((2, "bigeminy"), (3, "trigeminy")):
        if len(rr) < FEWEST_PAIRS * step - 1:
            continue
        away = np.abs(rr[step:] - rr[:-step]) / rr.mean()
        places = [np.median(rr[k::step]) for k in range(step)]
        short = int(np.argmin(places))
        if np.quantile(away, 0.75) < REPEATS and places[short] < EARLY * np.median(np.delete(places, short)):
            early[1 + short :: step] = True
            return early, name
    return early, ""


def _usual_interval(rr: np.ndarray, dominant: np.ndarray) -> float:
    """s; the median RR interval between beats of the dominant shape, or, where short and long intervals alternate as in
    bigeminy, half of a pair."""
    even, odd = rr[::2][np.isfinite(rr[::2])], rr[1::2][np.isfinite(rr[1::2])]
    if min(len(even), len(odd)) >= FEWEST_PAIRS:
        short, long = sorted((even, odd), key=np.median)
        steady = all(
            np.quantile(np.abs(part / np.median(part) - 1), 0.75) < 1 - EARLY for part in (short, long)
        )
        if steady and np.median(short) < EARLY * np.median(long):
            return float(np.median(short) + np.median(long)) / 2
    plain = np.isfinite(rr) & dominant[:-1] & dominant[1:]
    return float(np.median(rr[plain] if plain.sum() >= 2 else rr[np.isfinite(rr)]))


def _pattern(early: np.ndarray) -> str:
    places = np.flatnonzero(early)
    if len(places) < FEWEST_PAIRS:
        return ""
    steps = np.diff(places)
    for step, name in ((2, "bigeminy"), (3, "trigeminy")):
        if (steps == step).sum() >= max(FEWEST_PAIRS - 1, 0.75 * len(steps)):
            return name
    return ""


def is_erratic(measured: Measurements, extra: Premature | None = None) -> bool:
    """Whether the RR intervals are irregularly irregular, without steady P waves and without a pattern."""
    extra = premature_beats(measured) if extra is None else extra
    return measured.regularity == ERRATIC and not extra.pattern


def describe(measured: Measurements, stated: Mapping[str, float], *, paced: bool = False) -> Rhythm:
    """The rhythm of a record. stated: SCP-ECG code → calibrated probability, of every statement; paced: whether
    pacing was settled elsewhere. Never raises."""
    rr = measured.rr[np.isfinite(measured.rr)]
    longest = float(rr.max()) if rr.size else None
    if not measured.rhythm and not rr.size:
        return Rhythm("", None, False, longest_rr=longest, reason=measured.rhythm_reason)
    extra = premature_beats(measured)
    code, certain, text = ("PACE", True, "") if paced else _name(measured, stated, extra)
    because = (
        _regularity(measured, extra),
        extra.not_early and wording.other_shape(extra.not_early),
        say(wording.P_FOUND) if measured.pr.measurable else say(wording.P_NOT_FOUND),
    )
    if not text:
        text = wording.RHYTHMS[code] if code else wording.unnamed_rhythm(_regularity(measured, extra))
        text = (
            say(wording.BASE_OPEN) if extra.pattern and not code else text
        )  # the pattern says how irregular it is
        if code and not certain:
            text = wording.uncertain_rhythm(text)
    spikes = measured.led_by_spikes if paced else 0
    if spikes:
        because = (wording.spikes(spikes, len(measured.beats)), *because)
    names = dict.fromkeys([*NAMED, code] if code else NAMED)
    spoken = [wording.stated(name, stated[name]) for name in names if stated.get(name, 0.0) >= LIKELY]
    among = TACHYCARDIAS if text == say(wording.REGULAR_TACHYCARDIA) else ()
    because = tuple(why for why in because if why and not text.startswith(why))
    text = "; ".join([text, *_additions(extra, code, longest, stated)])
    return Rhythm(text, code, certain, (*because, *spoken), extra, longest, led_by_spikes=spikes, among=among)


def _regularity(measured: Measurements, extra: Premature) -> str:
    """How regularly the beats come, in words; "" where nothing can be said."""
    if extra.pattern and measured.regularity != "regular":
        return say(wording.REPEATING)
    return wording.REGULARITY.get(measured.regularity, "")


def _name(
    measured: Measurements, stated: Mapping[str, float], extra: Premature
) -> tuple[str | None, bool, str]:
    """(code, certain, words where the code has none)."""
    p = {code: stated.get(code, 0.0) for code in NAMED}
    rate, has_p, erratic = measured.heart_rate.value, measured.pr.measurable, is_erratic(measured, extra)
    regular = measured.regularity == "regular"
    if has_p:
        base = _sinus(rate)
        if p["AFIB"] >= SURE or p["AFLT"] >= SURE:  # P waves before the beats are no fibrillation
            return None, False, wording.contradicted(base, "AFIB" if p["AFIB"] >= p["AFLT"] else "AFLT")
        irregular = measured.regularity not in ("regular", "") and not extra.count
        certain = max(p["AFIB"], p["AFLT"]) < LIKELY
        if rate is not None and rate > FASTEST_SINUS and max(p["SR"], stated.get("STACH", 0.0)) < LIKELY:
            certain = False
        return ("SARRH" if irregular and base == "SR" else base), certain, ""
    if p["AFLT"] >= max(LIKELY, p["AFIB"]):
        return "AFLT", p["AFLT"] >= SURE, ""
    if regular and rate is not None and rate > FAST and max(p["AFIB"], p["SVTAC"], p["PSVT"]) >= LIKELY:
        tachycardia = max(("SVTAC", "PSVT"), key=lambda code: p[code])
        sure = p[tachycardia] >= SURE and p["AFIB"] < LIKELY
        return (tachycardia, True, "") if sure else (None, False, say(wording.REGULAR_TACHYCARDIA))
    if p["AFIB"] >= SURE:
        return "AFIB", erratic or not regular, ""
    if erratic:
        return "AFIB", False, ""
    if regular and rate is not None and rate < SLOW and p["SR"] < SURE:
        return None, False, say(wording.ESCAPE)
    if p["SR"] >= SURE and regular:
        return _sinus(rate), False, ""
    return None, False, ""


def _sinus(rate: float | None) -> str:
    if rate is None:
        return "SR"
    return "SBRAD" if round(rate) < SLOW else "STACH" if round(rate) > FAST else "SR"


def _additions(
    extra: Premature, code: str | None, longest: float | None, stated: Mapping[str, float]
) -> list[str]:
    """Premature beats, pauses and blocks, each as a part of the sentence."""
    found = []
    # In fibrillation no supraventricular beat is premature.
    if (extra.count or extra.pattern) and not (code == "AFIB" and extra.origin != "ventricular"):
        found.append(wording.premature(extra.count, extra.origin, pattern=extra.pattern))
    if longest is not None and longest >= PAUSE:
        found.append(wording.pause(longest))
    found += [wording.block(block) for block in ("3AVB", "2AVB") if stated.get(block, 0) >= SURE]
    return found
