"""Signal quality: what is missing, cut off or drowned in noise, limb leads that contradict each other, swapped arms.

numpy and scipy only. Thresholds and how they were set: docs/measurements.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgnet.measure import arm_reversal
from ecgnet.record import LEADS, Record
from ecgnet.signal import resample

FLAGS: dict[str, str] = {
    "missing": "not recorded",
    "gap": "recorded with gaps",
    "flat": "flat for 2 s or more",
    "clipped": "cut off at the recorder's limit",
    "noisy": "noisy",
    "drift": "drifting by more than 1.5 mV",
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
LIMB = 0.1
"""mV RMS by which Einthoven's or Goldberger's equations may be off: rounding and resampling stay far below."""
LONGEST = 60.0
"""s looked at in each of up to three parts of a longer record."""


@dataclass(frozen=True, slots=True)
class LeadQuality:
    """What is wrong with one lead: flags from `FLAGS`, empty when it is fine."""

    lead: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """What is wrong with a record.

    leads: 12, in the order of `LEADS`. limb_leads: a sentence when Einthoven's or Goldberger's equations do not hold,
    else "". reversal: a sentence when the arm electrodes seem to be swapped, else "".
    """

    leads: tuple[LeadQuality, ...]
    limb_leads: str = ""
    reversal: str = ""

    @property
    def fine(self) -> bool:
        """Whether nothing was found."""
        return not (self.limb_leads or self.reversal or any(lead.flags for lead in self.leads))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, in plain words; empty when the record is fine."""
        found = []
        for flag, words in FLAGS.items():
            names = [lead.lead for lead in self.leads if flag in lead.flags]
            if names:
                found.append(f"{_listed(names)} {'is' if len(names) == 1 else 'are'} {words}.")
        return (*found, *(text for text in (self.limb_leads, self.reversal) if text))


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
    return Quality(tuple(leads), _limb_leads(record.missing, parts), arm_reversal(record))


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


def _limb_leads(missing: tuple[str, ...], parts: list[np.ndarray]) -> str:
    """Einthoven 1908: I + III = II; Goldberger 1942: the augmented leads follow from I and II."""
    wrong = []
    for name, weights in (
        ("I + III is not II", {"I": 1, "III": 1, "II": -1}),
        ("aVR is not -(I + II)/2", {"aVR": 1, "I": 0.5, "II": 0.5}),
        ("aVL is not I - II/2", {"aVL": 1, "I": -1, "II": 0.5}),
        ("aVF is not II - I/2", {"aVF": 1, "II": -1, "I": 0.5}),
    ):
        if set(weights) & set(missing):
            continue
        for part in parts:
            off = sum(weight * part[LEADS.index(lead)].astype(np.float64) for lead, weight in weights.items())
            off = off[~np.isnan(off)]
            # an offset between amplifiers is no contradiction, another shape is
            if off.size and float(np.std(off)) > LIMB:
                wrong.append(name)
                break
    if not wrong:
        return ""
    return (
        f"The limb leads contradict each other ({'; '.join(wrong)}): a lead may be mislabelled, inverted "
        "or not simultaneous."
    )
