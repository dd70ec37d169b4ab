"""Signal quality: what is missing, cut off or drowned in noise, limb leads that contradict each other, swapped arms;
and whether a record can be read at all.

numpy and scipy only. Thresholds and how they were set: docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.language import Words, joined, say, say_n
from ecgnet.leads import residual
from ecgnet.measure import alike_beats, arm_reversal
from ecgnet.notices import Notice, NoticeKind, texts
from ecgnet.record import LEADS, Record
from ecgnet.signal import resample

FLAGS: dict[str, str] = Words(
    {
        "missing": "not recorded",
        "gap": "recorded with gaps",
        "flat": "flat for 2 s or more",
        "clipped": "cut off at the recorder's limit",
        "noisy": "noisy",
        "drift": "drifting by more than 1.5 mV",
        "step": "jumping to another level",
    }
)
"""Each flag and how it reads."""
FLAT = 0.02
"""mV; a lead that stays within it for 2 s is flat."""
CLIPPED = 0.1
"""s; together so long at its highest or lowest value, away from the baseline, a lead is clipped."""
NOISE, BURST = 0.012, 0.025
"""mV RMS between 16 and 50 Hz beside the QRS complexes: in the usual second, and in the worst one."""
HUM = 0.02
"""mV, amplitude of the 50 or 60 Hz line."""
DRIFT = 1.5
"""mV, range of the baseline below 0.4 Hz within 10 s."""
STEP, HALF = 0.5, 0.4
"""mV between the levels before and after a place, beyond what the level moves within either side, each twice so many s
long. On a quarter of PTB-XL's fold 9, 87 % of added steps of 1 mV are found, 0.3 % of untouched leads carry the flag."""
LIMB = 0.1
"""mV RMS by which Einthoven's or Goldberger's equations may be off: rounding and resampling stay far below."""
LONGEST = 60.0
"""s looked at in each of up to three parts of a longer record."""
SHORTEST, SLOWEST = 5.0, 50.0
"""s and Hz; less is not judged: half the window that the models learnt from, and the rate that beats are found at."""
DEAD, DEAD_SHARE = 4, 0.7
"""Leads that hold nothing, each in that share of its seconds, from which a record is not judged (of fewer leads: all)."""
CUT, CUT_SHARE = 4, 0.1
"""Leads that spend that share of their samples at their highest or lowest value, from which a record is not judged;
the fourth worst lead of PTB-XL's records (fold 9) spends at most 0.4 % there."""
ALIKE = 0.25
"""Share of the QRS complexes found that must have one shape; the least on fold 9 is 0.31, noise stays below 0.07."""


@dataclass(frozen=True, slots=True)
class LeadQuality:
    """What is wrong with one lead: flags from `FLAGS`, empty when it is fine."""

    lead: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """What is wrong with a record.

    leads: 12, in the order of `LEADS`. limb_leads: that Einthoven's or Goldberger's equations do not hold, or None.
    reversal: that electrodes seem to be exchanged, or None.
    """

    leads: tuple[LeadQuality, ...]
    limb_leads: Notice | None = None
    reversal: Notice | None = None

    @property
    def fine(self) -> bool:
        """Whether nothing was found."""
        return not (self.limb_leads or self.reversal or any(lead.flags for lead in self.leads))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was found, in plain words; empty when the record is fine."""
        found = []
        for flag, words in FLAGS.items():
            names = [lead.lead for lead in self.leads if flag in lead.flags]
            if names:
                text = say_n(
                    "{listed} is {words}.",
                    "{listed} are {words}.",
                    n=len(names),
                    listed=_listed(names),
                    words=words,
                )
                found.append(Notice(NoticeKind.LEAD_FAULT, text))
        return (*found, *filter(None, (self.limb_leads, self.reversal)))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The texts of the notices."""
        return texts(*self.notices)


def unreadable(record: Record, quality: Quality, *, leads: Collection[str] = LEADS) -> Notice | None:
    """Why nobody should judge this record, with the reason's kind; None for one that can be read. Never raises.

    Too short, too few samples a second, leads without a signal, a recorder driven to its limits, or no two QRS complexes
    that resemble one another. quality: as `assess` found it. leads: those that an answer would come from; what the others
    hold, or that they are missing, is no reason. Milder faults are `quality.sentences` and are judged.
    On PTB-XL's fold 9 (2,183 records) nothing is refused; by lead I alone 3 of 200 are.
    """
    if record.duration < SHORTEST:
        return Notice(
            NoticeKind.TOO_SHORT,
            say(
                "The record lasts {duration:.3g} s; at least {shortest:g} s are needed.",
                duration=record.duration,
                shortest=SHORTEST,
            ),
        )
    if record.fs < SLOWEST:
        return Notice(
            NoticeKind.TOO_FEW_SAMPLES,
            say(
                "The record has {fs:g} samples a second; at least {slowest:g} are needed.",
                fs=record.fs,
                slowest=SLOWEST,
            ),
        )
    parts, used = _parts(record), np.isin(LEADS, list(leads))
    empty = [lead.lead for k, lead in enumerate(quality.leads) if used[k] and ("missing" in lead.flags or (
        "flat" in lead.flags and all(_still(part[k], record.fs) > DEAD_SHARE for part in parts)))]  # fmt: skip
    if len(empty) >= min(DEAD, used.sum()):
        return Notice(
            NoticeKind.NO_SIGNAL,
            say_n(
                "{listed} holds no signal.", "{listed} hold no signal.", n=len(empty), listed=_listed(empty)
            ),
        )
    over = np.any([_at_limits(part) > CUT_SHARE for part in parts], axis=0)
    cut = [name for k, name in enumerate(LEADS) if used[k] and over[k]]
    if len(cut) >= min(CUT, used.sum()):
        return Notice(
            NoticeKind.AT_LIMITS,
            say_n(
                "{listed} is at the recorder's limit for a tenth of the time or more.",
                "{listed} are at the recorder's limit for a tenth of the time or more.",
                n=len(cut),
                listed=_listed(cut),
            ),
        )
    if not used.all():
        record = replace(record, signal=np.where(used[:, None], record.signal, np.nan))
    beats, one_shape = alike_beats(record)
    if beats == 0:
        return Notice(
            NoticeKind.NO_BEATS,
            say(
                "No QRS complexes stand out: the record is noise, or shows ventricular fibrillation or asystole."
            ),
        )
    if one_shape < max(2, ALIKE * beats):
        return Notice(
            NoticeKind.NOISE,
            say("No two QRS complexes resemble one another: the record is noise, or drowned in it."),
        )
    return None


def _still(trace: np.ndarray, fs: float) -> float:
    """Share of a lead's seconds that stay within `FLAT`; gaps count as still."""
    n = max(2, round(fs))
    seconds = trace[: len(trace) // n * n].reshape(-1, n)
    return float(np.mean([np.isnan(s).all() or np.nanmax(s) - np.nanmin(s) < FLAT for s in seconds]))


def _at_limits(part: np.ndarray) -> np.ndarray:
    """(12,) share of each lead's samples at its highest or lowest value; one that is the baseline does not count."""
    share = np.zeros(len(part))
    rows = np.flatnonzero(~np.isnan(part).all(1))
    known = part[rows]
    plain = not np.isnan(known).any()
    middle, high, low = (
        f(known, axis=1, keepdims=True)
        for f in ((np.median, np.max, np.min) if plain else (np.nanmedian, np.nanmax, np.nanmin))
    )
    away = np.maximum(0.3, 0.3 * (high - low))
    count = (~np.isnan(known)).sum(1)
    for end in (high, low):
        far = (np.abs(end - middle) >= away)[:, 0]
        if far.any():
            share[rows[far]] += (np.abs(known[far] - end[far]) <= 2e-3).sum(1) / count[far]
    return share


def _listed(names: list[str]) -> str:
    """ "Lead I", "Leads I and II", "All leads"."""
    if len(names) == len(LEADS):
        return say("All leads")
    if len(names) == 1:
        return say("Lead {names}", names=names[0])
    return say(
        "Leads {names} and {names_2}",
        names=", ".join(names[:-1]),
        names_2=names[-1],
    )


def assess(record: Record, *, arms: bool = True) -> Quality:
    """Quality of any record; never raises. arms: whether the rule for swapped arms is asked.

    Missing leads and gaps are looked for in the whole record, the rest, when it is longer than three minutes, in its
    first, middle and last minute.

    >>> from dataclasses import replace
    >>> from ecgnet.demo import draw
    >>> record = draw("imi", 1)
    >>> without_v1 = record.signal.copy()
    >>> without_v1[6] = 0
    >>> assess(replace(record, signal=without_v1)).sentences
    ('Lead V1 is flat for 2 s or more.',)
    """
    counts, parts = record.gaps, _parts(record)
    found = [{"gap"} if name in counts else set() for name in LEADS]
    there = [k for k, name in enumerate(LEADS) if name not in record.missing]
    for part in parts:
        for k, flags in zip(there, _flags(part[there], record.fs), strict=True):
            found[k] |= flags
    leads = tuple(
        LeadQuality(name, tuple(flag for flag in FLAGS if flag in flags) if k in there else ("missing",))
        for k, (name, flags) in enumerate(zip(LEADS, found, strict=True))
    )
    return Quality(leads, _limb_leads(parts), arm_reversal(record) if arms else None)


def _parts(record: Record) -> list[np.ndarray]:
    """The whole signal, or of a long one the first, middle and last minute, each (12, T)."""
    width = int(LONGEST * record.fs)
    if record.n_samples <= 3 * width:
        return [record.signal]
    middle = (record.n_samples - width) // 2
    return [record.signal[:, a : a + width] for a in (0, middle, record.n_samples - width)]


def _flags(leads: np.ndarray, fs: float) -> list[set[str]]:
    """What is wrong with each of the leads (L, T), gaps and missing samples aside."""
    known = ~np.isnan(leads)
    found: list[set[str]] = [set() for _ in leads]
    rows = np.flatnonzero(known.sum(1) >= max(2, fs))
    if not rows.size:
        return found
    known = known[rows]
    leads = _bridged(leads[rows], known)
    clipped = np.array([_is_clipped(lead[there], fs) for lead, there in zip(leads, known, strict=True)])
    noisy = (
        (_noisy(leads, known, fs) | _humming(leads, fs)) & ~clipped if fs >= 50 else np.zeros_like(clipped)
    )
    for flag, where in (
        ("flat", _flat(leads, known, fs)),
        ("clipped", clipped),
        ("noisy", noisy),
        ("drift", _drifting(leads, fs)),
        ("step", _stepping(leads, fs)),
    ):
        for row in rows[where]:
            found[row].add(flag)
    return found


def _bridged(leads: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(L, T) float64 with straight lines over what was not recorded."""
    leads = leads.astype(np.float64)
    for lead, there in zip(leads, known, strict=True):
        if not there.all():
            places = np.flatnonzero(there)
            lead[:] = np.interp(np.arange(len(lead)), places, lead[places])
    return leads


def _flat(leads: np.ndarray, known: np.ndarray, fs: float) -> np.ndarray:
    """(L,) bool: 2 s within `FLAT`."""
    n = min(leads.shape[1], max(2, round(2 * fs)))
    blocks = _blocks(leads, n)
    return ((np.ptp(blocks, axis=2) < FLAT) & _blocks(known, n).all(2)).any(1)


def _blocks(leads: np.ndarray, n: int) -> np.ndarray:
    """(L, T) as whole pieces of n samples: (L, T // n, n)."""
    return leads[:, : leads.shape[1] // n * n].reshape(len(leads), -1, n)


def _is_clipped(lead: np.ndarray, fs: float) -> bool:
    """Whether the lead keeps returning to exactly the same extreme value, or rests there.

    An extreme that is the baseline does not count, nor does a single short one: a slow wave's turning point is flat.
    """
    middle, span = np.median(lead), float(np.ptp(lead))
    for sign in (1, -1):
        side = sign * lead
        top = side.max()
        if top - sign * middle < max(0.3, 0.3 * span):
            continue
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (side >= top - 5e-4).astype(int), [0]])))
        runs = (edges[1::2] - edges[::2]) / fs
        held = runs[runs > 2.5 / fs]
        if held.sum() > CLIPPED or (len(held) > 1 and held.sum() > 0.04):
            return True
    return False


def _noisy(leads: np.ndarray, known: np.ndarray, fs: float) -> np.ndarray:
    """(L,) bool: high-frequency residual at 100 Hz in 0.1 s pieces; the quiet fifth of each second lies beside the QRS
    complex."""
    at_100 = resample(leads, fs, fs_to=100).astype(np.float64)
    residual = at_100 - gaussian_filter1d(at_100, 1.0, axis=1)
    seconds = residual.shape[1] // 100
    if seconds < 1:
        return np.zeros(len(leads), bool)
    pieces = np.sqrt((residual[:, : seconds * 100].reshape(len(leads), seconds, 10, 10) ** 2).mean(3))
    quiet = np.percentile(pieces, 20, axis=2)
    starts = np.minimum((np.arange(seconds) * fs).astype(int), known.shape[1] - 1)
    whole = np.stack([known[:, a : a + int(fs)].all(1) for a in starts], axis=1)
    found = np.zeros(len(leads), bool)
    for k, (level, there) in enumerate(zip(quiet, whole, strict=True)):
        found[k] = there.any() and (np.median(level[there]) > NOISE or level[there].max() > BURST)
    return found


def _humming(leads: np.ndarray, fs: float) -> np.ndarray:
    """(L,) bool: a line at 50 or 60 Hz stands out of its neighbourhood; unseen at 100 Hz and below."""
    n = leads.shape[1]
    found = np.zeros(len(leads), bool)
    if fs <= 125 or n < 2 * fs:
        return found
    away = leads - leads.mean(1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(away * np.hanning(n), axis=1)) * 4 / n
    frequency = np.fft.rfftfreq(n, 1 / fs)
    for line in (50, 60):
        off = np.abs(frequency - line)
        peak = spectrum[:, off < 0.6].max(1)
        beside = np.median(spectrum[:, (off > 1) & (off < 6)], axis=1)
        found |= (peak > HUM) & (peak > 4 * beside)
    return found


def _drifting(leads: np.ndarray, fs: float) -> np.ndarray:
    """(L,) bool: the baseline moves by more than `DRIFT` within 10 s."""
    slow = resample(leads, fs, fs_to=100).astype(np.float64) if fs > 100 else leads
    rate = min(fs, 100)
    slow = gaussian_filter1d(slow, 0.25 * rate, axis=1)
    return np.ptp(_blocks(slow, min(slow.shape[1], round(10 * rate))), axis=2).max(1) > DRIFT


def _stepping(leads: np.ndarray, fs: float) -> np.ndarray:
    """(L,) bool: the level jumps, by medians of four neighbouring pieces, the middle two of which lie beside the jump."""
    hop = round(HALF / 8 * fs)
    if hop < 1 or leads.shape[1] < 40 * hop:
        return np.zeros(len(leads), bool)
    pieces = np.lib.stride_tricks.sliding_window_view(leads, 8 * hop, axis=1)
    level, k = np.median(pieces[:, ::hop, :: max(1, round(fs / 100))], axis=-1), 8
    a, b, c, d = level[:, : -3 * k], level[:, k : -2 * k], level[:, 2 * k : -k], level[:, 3 * k :]
    rise = np.minimum(c, d) - np.maximum(a, b)
    fall = np.minimum(a, b) - np.maximum(c, d)
    return (np.maximum(rise, fall) - np.abs(a - b) - np.abs(c - d)).max(1) > STEP


def _limb_leads(parts: list[np.ndarray]) -> Notice | None:
    """Which of Einthoven's and Goldberger's equations do not hold, in a sentence; leads that are missing break none."""
    wrong = []
    for lead, words in (
        ("III", say("I + III is not II")),
        ("aVR", say("aVR is not −(I + II)/2")),
        ("aVL", say("aVL is not I - II/2")),
        ("aVF", say("aVF is not II − I/2")),
    ):
        for part in parts:
            off = residual(part, lead)
            off = off[~np.isnan(off)]
            # an offset between amplifiers is no contradiction, another shape is
            if off.size and float(np.std(off)) > LIMB:
                wrong.append(words)
                break
    if not wrong:
        return None
    return Notice(
        NoticeKind.LIMB_LEADS,
        say(
            "The limb leads contradict each other ({wrong}): a lead may be mislabelled, inverted or not "
            "simultaneous.",
            wrong=joined("; ", wrong),
        ),
    )
