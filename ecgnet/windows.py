"""A long recording in windows of 10 s: its survey, the windows that suggest themselves, and one window as a Record.

A survey reads the recording once, on means of neighbouring samples and at most `LOOKED_AT` leads, so that hours take
seconds; nothing of the length of the recording is copied. numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgnet.language import say
from ecgnet.measure import detect_r_peaks, measure
from ecgnet.quality import assess
from ecgnet.record import Record, RecordError

SECONDS = 10.0
"""Length of a window: what the models read."""
LONG = 10.2
"""Seconds above which a record is more than one window."""
SURVEYED = 20.0
"""Seconds from which on a survey says more than the recording itself."""
STEP = 5.0
"""Seconds between the windows of a survey."""
POINTS = 600
"""Points of a curve of the survey, at most."""
PREFERRED = ("II", "V5", "V2", "I", "V1", "V3", "V4", "V6", "III", "aVF", "aVL", "aVR")
LOOKED_AT = 3
FINE = 125.0  # Hz, at least, for finding beats: QRS complexes lie below 40 Hz
PIECE, MARGIN = 60.0, 2.0  # s that the beat detector sees at once, and by how much pieces overlap
NOISY = 1.25  # times the usual noise and swing; below it no window stands out
CLEAN = 90  # percentile of unrest up to which a heart rate is trusted
CANDIDATES = 4  # windows that are measured before one is called the fastest or the noisiest


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a long recording looks like from far away. Times are seconds from its start; NaN: not recorded or not known.

    lead: whose envelope it is; edges (N + 1,), low and high (N,) mV: smallest and largest sample between two edges.
    beats (B,): the R peaks. Windows of 10 s every 5 s: starts (W,), rates (W,) beats a minute, variation (W,) of the RR
    intervals (standard deviation over mean), unrest (W,): noise and swing over what is usual in this recording, 1 is
    usual. Heart rate of those windows, in at most `POINTS` groups: trend_times, trend_low, trend_mean, trend_high (M,).
    """

    duration: float
    lead: str
    edges: np.ndarray
    low: np.ndarray
    high: np.ndarray
    beats: np.ndarray
    starts: np.ndarray
    rates: np.ndarray
    variation: np.ndarray
    unrest: np.ndarray
    trend_times: np.ndarray
    trend_low: np.ndarray
    trend_mean: np.ndarray
    trend_high: np.ndarray


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A window worth a look: what it is, where it starts in s, why as a sentence's end, and in short ("" for no need)."""

    name: str
    start: float
    why: str
    short: str = ""


def survey(record: Record, *, points: int = POINTS) -> Survey:
    """Look over a recording of any length; about 1 s for 3 h at 1000 Hz. Raises ValueError below `SURVEYED`.

    >>> from ecgnet.demo import draw
    >>> record = draw("norm_slow", 1, fs=250, duration=120)
    >>> found = survey(record)
    >>> found.lead, len(found.beats)
    ('II', 96)
    >>> [(suggestion.name, suggestion.start) for suggestion in suggestions(found, record)]
    [('Most regular', 45.0), ('Fastest', 25.0), ('Slowest', 55.0)]
    """
    if record.duration < SURVEYED:
        raise ValueError(
            say(
                "a survey needs {surveyed:g} s, {id} has {duration:g} s",
                surveyed=SURVEYED,
                id=record.id,
                duration=record.duration,
            )
        )
    leads = [lead for lead in PREFERRED if _recorded(record.lead(lead))][:LOOKED_AT] or list(PREFERRED[:1])
    factor = max(1, int(record.fs // FINE))
    fs = record.fs / factor
    thin = np.stack([thinned(record.lead(lead), factor) for lead in leads])
    beats = _beats(thin, fs)
    starts, noise, swing, whole = _blocks(thin, fs)
    unrest = np.where(whole, (_relative(noise) + _relative(swing)) / 2, np.nan)
    rates, variation = _rhythm(beats, starts, whole)
    edges, low, high = envelope(record.lead(leads[0]), record.fs, points=points)
    trend_times, *trend = _trend(starts, rates, points)
    return Survey(
        record.duration,
        leads[0],
        edges,
        low,
        high,
        beats,
        starts,
        rates,
        variation,
        unrest,
        trend_times,
        *trend,
    )


def thinned(values: np.ndarray, factor: int) -> np.ndarray:
    """(T,) → (T // factor,) means of neighbours, a low-pass and a decimation in one; NaN where one of them is."""
    count = len(values) // factor
    return values[: count * factor].reshape(count, factor).mean(1)


def envelope(values: np.ndarray, fs: float, *, points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Smallest and largest sample of (T,) in at most `points` stretches: edges (N + 1,) s, low and high (N,)."""
    places = np.unique(np.linspace(0, len(values), min(points, len(values)) + 1).astype(int))
    return (
        places / fs,
        np.fmin.reduceat(values, places[:-1]).astype(float),
        np.fmax.reduceat(values, places[:-1]).astype(float),
    )


def window(record: Record, start: float) -> Record:
    """The 10 s from `start` s on (set back where they would pass the end), with a note that says which seconds.

    Raises RecordError when nothing was recorded there.
    """
    start = min(max(start, 0.0), max(0.0, record.duration - SECONDS))
    first = round(start * record.fs)
    count = round(SECONDS * record.fs)
    span = say("{begin} to {end}", begin=clock(start), end=clock(start + SECONDS))
    if np.isnan(record.signal[:, first : first + count]).all():
        raise RecordError(say("Nothing was recorded from {span}: choose another part.", span=span))
    note = say(
        "This is the part from {span} (h:min:s) of a recording of {clock}.",
        span=span,
        clock=clock(record.duration),
    )
    return record.cut(first, count).with_notes(note)


def suggestions(found: Survey, record: Record) -> tuple[Suggestion, ...]:
    """The most regular, fastest, slowest and noisiest windows of the recording that was surveyed; those that nothing speaks
    for are left out.

    The survey, which sees few leads from far away, names candidates; each is then measured as it is when it is opened, so
    that what is said of a window holds there. Regularity and rate are compared among the windows that are not noisy, since
    noise looks like beats.
    """
    known = np.isfinite(found.unrest)
    calm = found.unrest <= np.nanpercentile(found.unrest, CLEAN) if known.any() else known
    measured: dict[int, float | None] = {}

    def rate(k: int) -> float | None:
        if k not in measured:
            measured[k] = measure(window(record, found.starts[k])).heart_rate.value
        return measured[k]

    said = []
    regular = _first(np.where(calm, found.variation, np.nan))
    if regular and (beats := rate(regular[0])) is not None:
        why = say(
            "RR intervals vary by {variation:.0f} % at {beats:.0f}/min",
            variation=100 * found.variation[regular[0]],
            beats=beats,
        )
        said.append(Suggestion(say("Most regular"), float(found.starts[regular[0]]), why))
    for name, sign in ((say("Fastest"), 1), (say("Slowest"), -1)):
        rated = [k for k in _first(np.where(calm, -sign * found.rates, np.nan)) if rate(k) is not None]
        if rated:
            k = max(rated, key=lambda k: sign * rate(k))
            text = f"{rate(k):.0f}/min"
            said.append(Suggestion(name, float(found.starts[k]), text, text))
    if noisy := _first(np.where(found.unrest >= NOISY, -found.unrest, np.nan)):
        faults = {k: assess(window(record, found.starts[k])) for k in noisy}
        k = max(noisy, key=lambda k: sum(bool(lead.flags) for lead in faults[k].leads))
        why = say("noise and swing are {unrest:.1f} times the usual", unrest=found.unrest[k])
        if faults[k].fine:
            why += say(", yet no fault was found")
        said.append(Suggestion(say("Noisiest"), float(found.starts[k]), why))
    return tuple(said)


def _first(values: np.ndarray) -> list[int]:
    """The places of the smallest values, `CANDIDATES` at most, the smallest first; NaN is none."""
    order = np.argsort(values, kind="stable")
    return [int(k) for k in order[:CANDIDATES] if np.isfinite(values[k])]


def window_starts(duration: float, most: int) -> np.ndarray:
    """(N,) s, where windows side by side begin; if there were more than `most`, that many spread evenly."""
    starts = np.arange(0, duration - SECONDS + 1e-6, SECONDS)
    if len(starts) <= most:
        return starts
    return np.round(np.linspace(0, starts[-1], most))


def clock(seconds: float) -> str:
    """Seconds from the start as people read them: 0:00:07 or 1:23:45, tenths where there are any."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    tail = f".{rest % 10}" if rest % 10 else ""
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 10:02d}{tail}"


def _recorded(values: np.ndarray) -> bool:
    """Whether a lead holds more than a flat line, judged on a few thousand of its samples."""
    sample = values[:: max(1, len(values) // 5000)]
    return bool(np.nanmax(sample, initial=-np.inf) - np.nanmin(sample, initial=np.inf) > 0.02)


def _beats(thin: np.ndarray, fs: float) -> np.ndarray:
    """(B,) s, R peaks of (L, T), found piece by piece so that each is judged by its surroundings."""
    piece, margin = round(PIECE * fs), round(MARGIN * fs)
    found = []
    for begin in range(0, thin.shape[1], piece):
        first = max(0, begin - margin)
        part = thin[:, first : begin + piece + margin]
        if np.isnan(part).all():
            continue
        places = first + detect_r_peaks(part, fs)
        found.append(places[(places >= begin) & (places < begin + piece)])
    places = np.concatenate(found) if found else np.zeros(0, int)
    return places[~np.isnan(thin[:, places]).any(0)] / fs


def _blocks(thin: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Windows of two blocks of 5 s each: starts in s, noise and swing in mV, and whether all was recorded, each (W,).

    Noise is the median of the second differences, which a QRS complex is too short to move; swing the span.
    """
    size = round(STEP * fs)
    count = thin.shape[1] // size
    blocks = thin[:, : count * size].reshape(len(thin), count, size)
    bends = np.median(np.abs(np.diff(blocks, 2)), axis=-1).mean(0)
    spans = (blocks.max(-1) - blocks.min(-1)).mean(0)
    noise, swing = (np.maximum(values[:-1], values[1:]) for values in (bends, spans))
    return np.arange(count - 1) * size / fs, noise, swing, np.isfinite(noise + swing)


def _relative(values: np.ndarray) -> np.ndarray:
    """Each over the median of those that are known."""
    typical = np.nanmedian(values) if np.isfinite(values).any() else np.nan
    return values / typical if typical > 0 else np.zeros_like(values)


def _rhythm(beats: np.ndarray, starts: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heart rate in beats a minute and variation of the RR intervals in each window, (W,); NaN below 3 beats."""
    first, end = np.searchsorted(beats, starts), np.searchsorted(beats, starts + SECONDS)
    rr = np.diff(beats)
    sums, squares = (np.concatenate([[0], np.cumsum(v)]) for v in (rr, rr**2))
    count = np.maximum(end - first - 1, 0)
    good = whole & (count >= 2)
    a, b = np.where(good, first, 0), np.where(good, end - 1, 0)
    n = np.where(good, count, 1)
    mean = (sums[b] - sums[a]) / n
    spread = np.sqrt(np.maximum((squares[b] - squares[a]) / n - mean**2, 0))
    mean = np.where(good, mean, np.nan)
    return 60 / mean, spread / mean


def _trend(starts: np.ndarray, rates: np.ndarray, points: int) -> tuple[np.ndarray, ...]:
    """Middles of the windows in s and their lowest, mean and highest rate, in at most `points` groups, each (M,)."""
    edges = np.unique(np.linspace(0, len(starts), min(points, len(starts)) + 1).astype(int))
    groups, sizes = edges[:-1], np.diff(edges)
    known = np.add.reduceat(np.isfinite(rates).astype(int), groups)
    mean = np.add.reduceat(np.nan_to_num(rates), groups) / np.maximum(known, 1)
    middles = np.add.reduceat(starts, groups) / sizes + SECONDS / 2
    return (
        middles,
        np.fmin.reduceat(rates, groups),
        np.where(known > 0, mean, np.nan),
        np.fmax.reduceat(rates, groups),
    )
