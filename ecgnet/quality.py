"""Signal quality: what is missing, cut off or drowned in noise, limb leads that contradict each other, swapped arms;
and whether a record can be read at all.

numpy and scipy only. Thresholds and how they were set: docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.leads import residual
from ecgnet.measure import alike_beats, arm_reversal
from ecgnet.notices import Notice, NoticeKind, texts
from ecgnet.record import LEADS, Record
from ecgnet.signal import resample

FLAGS: dict[str, str] = {
    "missing": "not recorded",
    "gap": "recorded with gaps",
    "flat": "flat for 2 s or more",
    "clipped": "cut off at the recorder's limit",
    "noisy": "noisy",
    "drift": "drifting by more than 1.5 mV",
    "step": "jumping to another level",
}
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
                is_are = "is" if len(names) == 1 else "are"
                found.append(Notice(NoticeKind.LEAD_FAULT, f"{_listed(names)} {is_are} {words}."))
        return (*found, *filter(None, (self.limb_leads, self.reversal)))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The texts of the notices."""
        return texts(*self.notices)


def unreadable(record: Record, quality: Quality, leads: Collection[str] = LEADS) -> Notice | None:
    """Why nobody should judge this record, with the reason's kind; None for one that can be read. Never raises.

    Too short, too few samples a second, leads without a signal, a recorder driven to its limits, or no two QRS complexes
    that resemble one another. quality: as `assess` found it. leads: those that an answer would come from; what the others
    hold, or that they are missing, is no reason. Milder faults are `quality.sentences` and are judged.
    On PTB-XL's fold 9 (2,183 records) nothing is refused; by lead I alone 3 of 200 are.
    """
    if record.duration < SHORTEST:
        return Notice(
            NoticeKind.TOO_SHORT,
            f"The record lasts {record.duration:.3g} s; at least {SHORTEST:g} s are needed.",
        )
    if record.fs < SLOWEST:
        return Notice(
            NoticeKind.TOO_FEW_SAMPLES,
            f"The record has {record.fs:g} samples a second; at least {SLOWEST:g} are needed.",
        )
    parts, used = _parts(record), np.isin(LEADS, list(leads))
    empty = [lead.lead for k, lead in enumerate(quality.leads) if used[k] and ("missing" in lead.flags or (
        "flat" in lead.flags and all(_still(part[k], record.fs) > DEAD_SHARE for part in parts)))]  # fmt: skip
    if len(empty) >= min(DEAD, used.sum()):
        verb = "holds" if len(empty) == 1 else "hold"
        return Notice(NoticeKind.NO_SIGNAL, f"{_listed(empty)} {verb} no signal.")
    cut = [
        name
        for k, name in enumerate(LEADS)
        if used[k] and any(_at_limits(part[k]) > CUT_SHARE for part in parts)
    ]
    if len(cut) >= min(CUT, used.sum()):
        verb = "is" if len(cut) == 1 else "are"
        return Notice(
            NoticeKind.AT_LIMITS,
            f"{_listed(cut)} {verb} at the recorder's limit for a tenth of the time or more.",
        )
    if not used.all():
        record = replace(record, signal=np.where(used[:, None], record.signal, np.nan))
    beats, one_shape = alike_beats(record)
    if beats == 0:
        return Notice(
            NoticeKind.NO_BEATS,
            "No QRS complexes stand out: the record is noise, or shows ventricular fibrillation or asystole.",
        )
    if one_shape < max(2, ALIKE * beats):
        return Notice(
            NoticeKind.NOISE,
            "No two QRS complexes resemble one another: the record is noise, or drowned in it.",
        )
    return None


def _still(trace: np.ndarray, fs: float) -> float:
    """Share of a lead's seconds that stay within `FLAT`; gaps count as still."""
    n = max(2, round(fs))
    seconds = trace[: len(trace) // n * n].reshape(-1, n)
    return float(np.mean([np.isnan(s).all() or np.nanmax(s) - np.nanmin(s) < FLAT for s in seconds]))


def _at_limits(trace: np.ndarray) -> float:
    """Share of a lead's samples at its highest or lowest value; one that is the baseline does not count."""
    known = trace[~np.isnan(trace)]
    if not known.size:
        return 0.0
    middle, away = np.median(known), max(0.3, 0.3 * float(np.ptp(known)))
    share = 0.0
    for end in (known.max(), known.min()):
        if abs(end - middle) >= away:
            share += float(np.mean(np.abs(known - end) <= 2e-3))
    return share


def _listed(names: list[str]) -> str:
    """ "Lead I", "Leads I and II", "All leads"."""
    if len(names) == len(LEADS):
        return "All leads"
    if len(names) == 1:
        return f"Lead {names[0]}"
    return f"Leads {', '.join(names[:-1])} and {names[-1]}"


def assess(record: Record) -> Quality:
    """Quality of any record; never raises.

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
    counts = record.gaps
    leads = []
    parts = _parts(record)
    for k, name in enumerate(LEADS):
        if name in record.missing:
            leads.append(LeadQuality(name, ("missing",)))
            continue
        flags = {"gap"} if name in counts else set()
        for part in parts:
            flags |= _flags(part[k], record.fs)
        leads.append(LeadQuality(name, tuple(flag for flag in FLAGS if flag in flags)))
    return Quality(tuple(leads), _limb_leads(parts), arm_reversal(record))


def _parts(record: Record) -> list[np.ndarray]:
    """The whole signal, or of a long one the first, middle and last minute, each (12, T)."""
    width = int(LONGEST * record.fs)
    if record.n_samples <= 3 * width:
        return [record.signal]
    middle = (record.n_samples - width) // 2
    return [record.signal[:, a : a + width] for a in (0, middle, record.n_samples - width)]


def _flags(trace: np.ndarray, fs: float) -> set[str]:
    """What is wrong with one lead (T,), gaps and missing samples aside."""
    known = ~np.isnan(trace)
    if known.sum() < max(2, fs):
        return set()
    places = np.flatnonzero(known)
    lead = np.interp(np.arange(len(trace)), places, trace[places].astype(np.float64))
    flags = set()
    if _is_flat(lead, known, fs):
        flags.add("flat")
    if _is_clipped(lead[known], fs):
        flags.add("clipped")
    if fs >= 50 and "clipped" not in flags and (_is_noisy(lead, known, fs) or _has_hum(lead, fs)):
        flags.add("noisy")
    if _drifts(lead, fs):
        flags.add("drift")
    if _steps(lead, fs):
        flags.add("step")
    return flags


def _is_flat(lead: np.ndarray, known: np.ndarray, fs: float) -> bool:
    n = min(len(lead), max(2, round(2 * fs)))
    blocks = lead[: len(lead) // n * n].reshape(-1, n)
    whole = known[: len(lead) // n * n].reshape(-1, n).all(1)
    return bool((np.ptp(blocks, axis=1) < FLAT)[whole].any())


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


def _is_noisy(lead: np.ndarray, known: np.ndarray, fs: float) -> bool:
    """High-frequency residual at 100 Hz in 0.1 s pieces; the quiet fifth of each second lies beside the QRS complex."""
    at_100 = resample(lead, fs, 100).astype(np.float64)
    residual = at_100 - gaussian_filter1d(at_100, 1.0)
    seconds = len(residual) // 100
    if seconds < 1:
        return False
    pieces = np.sqrt((residual[: seconds * 100].reshape(seconds, 10, 10) ** 2).mean(2))
    quiet = np.percentile(pieces, 20, axis=1)
    starts = np.minimum((np.arange(seconds) * fs).astype(int), len(known) - 1)
    there = np.array([known[a : a + int(fs)].all() for a in starts])
    return bool(there.any() and (np.median(quiet[there]) > NOISE or quiet[there].max() > BURST))


def _has_hum(lead: np.ndarray, fs: float) -> bool:
    """Whether a line at 50 or 60 Hz stands out of its neighbourhood; unseen at 100 Hz and below."""
    n = len(lead)
    if fs <= 125 or n < 2 * fs:
        return False
    spectrum = np.abs(np.fft.rfft((lead - lead.mean()) * np.hanning(n))) * 4 / n
    frequency = np.fft.rfftfreq(n, 1 / fs)
    for line in (50, 60):
        off = np.abs(frequency - line)
        peak = spectrum[off < 0.6].max()
        if peak > HUM and peak > 4 * np.median(spectrum[(off > 1) & (off < 6)]):
            return True
    return False


def _drifts(lead: np.ndarray, fs: float) -> bool:
    slow = resample(lead, fs, 100).astype(np.float64) if fs > 100 else lead
    rate = min(fs, 100)
    slow = gaussian_filter1d(slow, 0.25 * rate)
    n = min(len(slow), round(10 * rate))
    return bool(np.ptp(slow[: len(slow) // n * n].reshape(-1, n), axis=1).max() > DRIFT)


def _steps(lead: np.ndarray, fs: float) -> bool:
    """Whether the level jumps: medians of four neighbouring pieces, the middle two of which lie beside the jump."""
    hop = round(HALF / 8 * fs)
    if hop < 1 or len(lead) < 40 * hop:
        return False
    pieces = np.lib.stride_tricks.sliding_window_view(lead, 8 * hop)[::hop, :: max(1, round(fs / 100))]
    level, k = np.median(pieces, axis=-1), 8
    a, b, c, d = level[: -3 * k], level[k : -2 * k], level[2 * k : -k], level[3 * k :]
    rise = np.minimum(c, d) - np.maximum(a, b)
    fall = np.minimum(a, b) - np.maximum(c, d)
    return bool((np.maximum(rise, fall) - np.abs(a - b) - np.abs(c - d)).max() > STEP)


def _limb_leads(parts: list[np.ndarray]) -> Notice | None:
    """Which of Einthoven's and Goldberger's equations do not hold, in a sentence; leads that are missing break none."""
    wrong = []
    for lead, words in (
        ("III", "I + III is not II"),
        ("aVR", "aVR is not -(I + II)/2"),
        ("aVL", "aVL is not I - II/2"),
        ("aVF", "aVF is not II - I/2"),
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
        f"The limb leads contradict each other ({'; '.join(wrong)}): a lead may be mislabelled, inverted "
        "or not simultaneous.",
    )
