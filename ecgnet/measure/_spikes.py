"""Pacing spikes and switching artefacts: found over all leads at once, their decay taken away, and blanked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

SLOWEST = 250
"""Hz; a slower recorder smears a spike until it looks like a narrow wave."""
JUMP, SMALL_JUMP = 0.25, 0.15
"""mV, length of the jump within 2 ms over all leads from which an edge may be a spike's; a smaller one where `REPEATED`
edges have its direction."""
REPEATED, ALIKE = 3, 0.9
"""Edges, and the cosine of the angle between their jumps from which two have one direction."""
NOISE = 6
"""Times that a jump exceeds the record's usual one."""
SUDDEN = 4
"""Times that the jump exceeds all that moved in the 10 ms before, the last 4 ms aside, in which a filtered spike gathers
way; a QRS complex takes longer."""
RETURN = 0.6
"""Share of its height that a spike keeps at most 8 ms after its peak; a QRS complex keeps rising."""
EDGE = 0.2
"""Share of the jump from which what moves within `LONGEST_PULSE` belongs to the spike."""
LONGEST_PULSE, LONGEST_DECAY = 0.012, 0.024
"""s after the edge in which the pulse ends, and up to which its trace may be blanked."""
RINGS_BEFORE = 0.006
"""s before the edge in which a filter without phase shift makes the trace move already."""
SHORTEST_TAIL, LONGEST_TAIL = 0.002, 0.04
"""s, time constants of the electrode's discharge (after-potential) that is taken away."""
LEADS_BY = 0.35
"""s from a spike in the atrium to the QRS complex that follows, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Spike:
    """A spike from the sample `first` to before `stop`, without its decay; jump: (L,) mV of its edge."""

    first: int
    stop: int
    jump: np.ndarray

    @property
    def height(self) -> float:
        """mV over all leads."""
        return float(np.linalg.norm(self.jump))

    def is_like(self, other: Spike) -> bool:
        """Whether two come from one place, to one side."""
        return float(self.jump @ other.jump) > ALIKE * self.height * other.height


def find_spikes(signal: np.ndarray, fs: float) -> list[Spike]:
    """(L, T) mV without NaN to every spike; none below `SLOWEST`. A spike is a jump out of calm that turns back at once."""
    lag = max(1, round(0.002 * fs))
    n = signal.shape[1]
    if fs < SLOWEST or n < round(0.1 * fs):
        return []
    step = _steps(signal, lag)
    window = max(2, round(0.01 * fs))
    before = np.full(n, np.inf)
    # the largest step that ended at least two lags ago, within 10 ms
    recent = maximum_filter1d(step, window, origin=(window - 1) // 2)
    before[window:] = recent[window - 2 * lag : n - 2 * lag]
    found: list[Spike] = []
    for k in np.flatnonzero((step > max(SMALL_JUMP, NOISE * np.median(step))) & (step > SUDDEN * before)):
        first = int(k) - lag
        if found and first < found[-1].stop:
            continue
        far = ((signal[:, first : first + round(0.006 * fs) + 1].T - signal[:, first]) ** 2).sum(1)
        peak = int(far.argmax())
        jump = signal[:, first + peak] - signal[:, first]
        turned = first + peak + round(0.004 * fs), first + peak + round(0.008 * fs) + 1
        back = signal[:, slice(*turned)].T - signal[:, first]
        if not back.size or (back @ jump).min() > RETURN * (jump @ jump):
            continue
        stop = _end_of_pulse(
            step[first : first + round(LONGEST_PULSE * fs) + 1], peak + lag, round(0.004 * fs)
        )
        found.append(Spike(first, min(first + stop, n), jump))
    return [s for s in found if s.height > JUMP or sum(map(s.is_like, found)) >= REPEATED]


def _steps(signal: np.ndarray, lag: int) -> np.ndarray:
    """(T,) mV that all leads together moved in the last `lag` samples."""
    step = np.zeros(signal.shape[1])
    step[lag:] = np.sqrt(((signal[:, lag:] - signal[:, :-lag]) ** 2).sum(0))
    return step


def _end_of_pulse(step: np.ndarray, peak: int, pause: int) -> int:
    """The sample after the last edge of a pulse that begins where `step` does, its edges at most `pause` samples apart."""
    end = peak
    for k in np.flatnonzero(step > EDGE * step[: peak + 1].max()):
        if end < k <= end + pause:
            end = int(k)
    return end + 1


def without_spikes(signal: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """(L, T) mV with a straight line in place of every spike, changed where it stands, and (n,) s, where they began.

    The decay behind a spike is taken away as an exponential. The line ends where the rest is calmest in the 24 ms after
    the edge: there the QRS complex has not yet begun to move.
    """
    spikes = find_spikes(signal, fs)
    for group in _groups(spikes):
        _take_decay_away(signal, group, fs)
    step = _steps(signal, max(1, round(0.002 * fs)))
    n = signal.shape[1]
    for spike in spikes:
        begin = min(spike.stop + max(1, round(0.002 * fs)), n - 1)
        tail = step[begin : spike.first + round(LONGEST_DECAY * fs) + 1]
        early = max(0, spike.first - round(RINGS_BEFORE * fs))
        a = early + int(step[early : spike.first + 1].argmin())
        b = begin + int(tail.argmin()) if tail.size else begin
        signal[:, a : b + 1] = np.linspace(signal[:, a], signal[:, b], b - a + 1, axis=1)
    return signal, np.array([spike.first / fs for spike in spikes])


def _groups(spikes: Sequence[Spike]) -> Iterator[list[Spike]]:
    """Spikes that are like the first of them."""
    rest = list(spikes)
    while rest:
        first = rest[0]
        yield [spike for spike in rest if spike.is_like(first)]
        rest = [spike for spike in rest if not spike.is_like(first)]


def _take_decay_away(signal: np.ndarray, group: Sequence[Spike], fs: float) -> None:
    """Subtract, behind each spike, the exponential that their mean shows: in every lead with the height just behind the
    pulse, with one time constant, since it is the discharge of one electrode."""
    n = signal.shape[1]
    calm, width = round(0.01 * fs), round(0.012 * fs)
    whole = [s for s in group if s.first >= calm and s.stop + width <= n]
    if len(whole) < REPEATED:
        return
    level = [signal[:, s.first - calm : s.first].mean(1, keepdims=True) for s in whole]
    pieces = np.array([signal[:, s.stop : s.stop + width] - b for s, b in zip(whole, level, strict=True)])
    mean = np.median(pieces, axis=0)
    start = mean[:, 0]
    noise = 1.5 * np.median(np.abs(pieces - mean)) * np.sqrt(mean.shape[0] / len(whole))
    size = float(np.linalg.norm(start))
    if size < 3 * noise:
        return
    shape = start @ mean / size**2  # 1 at its beginning; what moves in another direction is a wave
    falls = np.flatnonzero(shape < 0.3)
    last = max(2, int(falls[0]) + 1 if falls.size else width)
    known = np.arange(min(last, width))
    weight = shape[known].clip(0) ** 2
    values = np.log(np.maximum(shape[known], 0.02))
    rate = -float((known * values * weight).sum() / max((known**2 * weight).sum(), 1e-9))
    if not 1 / LONGEST_TAIL <= rate * fs <= 1 / SHORTEST_TAIL:
        return
    decay = np.exp(-rate * np.arange(round(5 / rate)))
    for s in group:
        piece = signal[:, s.stop : s.stop + len(decay)]
        piece -= start[:, None] * decay[: piece.shape[1]]


def led_by_spikes(spikes: np.ndarray, beats: np.ndarray) -> int:
    """How many beats, (n,) s, have a spike, (m,) s, at most `LEADS_BY` before them: those that a pacemaker may have made,
    in the atrium or in the ventricle."""
    return int(((spikes < beats[:, None]) & (spikes > beats[:, None] - LEADS_BY)).any(1).sum())
