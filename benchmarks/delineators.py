"""Candidates that the delineator of `ecgnet.measure` was chosen against: own sketches of published methods, and other
packages behind one face."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from ecgnet.measure._delineation import Waves, ms
from ecgnet.measure._median import Median
from ecgnet.measure._prepare import INDEPENDENT, RATE
from ecgnet.record import LEADS
from ecgnet.signal import resample
from tests.measure.synthetic import Drawn

ROWS = [LEADS.index(name) for name in INDEPENDENT]
ONSETS, OFFSETS = ("p_onset", "qrs_onset"), ("p_offset", "qrs_offset", "t_offset")


def trapezium_end(one: np.ndarray, peak: float) -> float:
    """T end by the largest trapezium: Vázquez-Seisdedos et al. 2011 (Biomed Eng Online 10:43). one: (N,), peak in it."""
    one = one * np.sign(one[int(peak)])
    steep = int(peak) + int(np.gradient(one)[int(peak) : int(peak) + ms(200)].argmin())
    right = min(len(one) - 1, steep + ms(200))
    k = np.arange(steep, right)
    return float(k[((one[steep] - one[k]) * (2 * right - k - steep)).argmax()]) if len(k) else np.nan


def velocity_end(one: np.ndarray, peak: float) -> float:
    """T end where the slope has sunk to 15 % of its steepest, as for P and QRS."""
    slope = np.abs(np.gradient(one))
    steep = int(peak) + int(slope[int(peak) : int(peak) + ms(200)].argmax())
    still = np.flatnonzero(slope[steep : steep + ms(200)] < 0.15 * slope[steep])
    return float(steep + still[0]) if still.size else np.nan


def wavelet_bounds(median: Median, waves: Waves) -> dict[str, float]:
    """After Martínez et al. 2004 (IEEE Trans Biomed Eng 51:570): the quadratic spline wavelet of every lead at scale
    2^2 for QRS and 2^4 for P and T (at 250 Hz), boundaries where it sinks below a share of its first or last
    modulus maximum, leads joined by `joined`. Searched around the waves that are already known."""
    found: dict[str, list[float]] = {point: [] for point in (*ONSETS, *OFFSETS)}
    spans = {
        "qrs": (waves.qrs_onset, waves.qrs_offset, 0.004, (0.05, 0.125)),
        "p": (waves.p_onset, waves.p_offset, 0.016, (0.5, 0.9)),
        "t": (waves.qrs_offset + ms(60), waves.t_offset, 0.016, (0.25, 0.4)),
    }
    for lead in median.independent:
        for wave, (start, end, scale, (before, after)) in spans.items():
            if not np.isfinite([start, end]).all():
                continue
            w = _wavelet(lead, scale)
            a, b = max(1, int(start) - ms(20)), min(len(w) - 1, int(end) + ms(20))
            size = np.abs(w)
            tops = [k for k in range(a, b) if size[k] >= size[k - 1] and size[k] > size[k + 1]]
            strong = [k for k in tops if size[k] > 0.125 * size[a:b].max()]
            if not strong:
                continue
            left = np.flatnonzero(size[: strong[0]] < before * size[strong[0]])
            right = np.flatnonzero(size[strong[-1] :] < after * size[strong[-1]])
            if left.size and wave != "t":
                found[f"{wave}_onset"].append(float(left[-1]))
            if right.size:
                found[f"{wave}_offset"].append(float(strong[-1] + right[0]))
    return {point: joined(np.array(marks), point) for point, marks in found.items()}


def _wavelet(lead: np.ndarray, scale: float) -> np.ndarray:
    """The derivative of a cubic-like smoothing kernel: three boxes convolved, then a difference."""
    n = max(1, round(scale * RATE))
    box = np.ones(n) / n
    smooth = np.convolve(np.convolve(np.convolve(lead, box, "same"), box, "same"), box, "same")
    return np.gradient(smooth)


def joined(marks: np.ndarray, point: str, near: float = 12.0) -> float:
    """One mark from many leads, in samples: the earliest onset or latest offset that two others support within so
    many ms (Laguna et al. 1994, Comput Biomed Res 27:45); the median when none is supported."""
    marks = np.sort(marks[np.isfinite(marks)])
    if not marks.size:
        return np.nan
    ordered = marks if point in ONSETS else marks[::-1]
    for mark in ordered:
        if (np.abs(marks - mark) <= ms(near)).sum() >= 3:
            return float(mark)
    return float(np.median(marks))


def _per_lead(delineate: Callable[[np.ndarray], list[dict[str, np.ndarray]]]) -> Callable[[Drawn], dict]:
    """A method that gives marks per lead and beat, in samples at 500 Hz, made into global ones."""

    def run(drawn: Drawn) -> dict[str, np.ndarray]:
        signal = resample(drawn.record.signal, drawn.record.fs, fs_to=RATE).astype(np.float64)
        leads = delineate(signal[ROWS])
        beats = max((lead["r"] for lead in leads), key=lambda r: np.isfinite(r).sum())
        beats = beats[np.isfinite(beats)]
        out: dict[str, list[float]] = {point: [] for point in (*ONSETS, *OFFSETS)}
        for beat in beats:
            for point, column in out.items():
                column.append(joined(np.array([_of_beat(lead, point, beat) for lead in leads]), point))
        return {point: np.array(column) / RATE for point, column in out.items()} | {"r": beats / RATE}

    return run


def _of_beat(lead: dict[str, np.ndarray], point: str, beat: float) -> float:
    near = np.flatnonzero(np.abs(lead["r"] - beat) < ms(80))
    return float(lead[point][near[0]]) if near.size else np.nan


def _neurokit(method: str) -> Callable[[np.ndarray], list[dict[str, np.ndarray]]]:
    names = {
        "p_onset": "ECG_P_Onsets",
        "p_offset": "ECG_P_Offsets",
        "qrs_onset": "ECG_R_Onsets",
        "qrs_offset": "ECG_R_Offsets",
        "t_offset": "ECG_T_Offsets",
    }

    def run(signal: np.ndarray) -> list[dict[str, np.ndarray]]:
        import neurokit2 as nk

        out = []
        for lead in signal:
            clean = nk.ecg_clean(lead, sampling_rate=int(RATE))
            r = np.asarray(nk.ecg_peaks(clean, sampling_rate=int(RATE))[1]["ECG_R_Peaks"], float)
            marks: dict[str, Any] = {}
            if len(r) > 2:
                # it raises ValueError and IndexError on leads in which its own beats make no sense to it
                with suppress(ValueError, IndexError):
                    marks = nk.ecg_delineate(clean, r.astype(int), sampling_rate=int(RATE), method=method)[1]
            columns = {}
            for point, name in names.items():
                values = np.asarray(marks.get(name, []), float)[: len(r)]
                columns[point] = np.pad(values, (0, len(r) - len(values)), constant_values=np.nan)
            out.append({"r": r} | columns)
        return out

    return run


def _ecgdeli(signal: np.ndarray) -> list[dict[str, np.ndarray]]:
    import ecgdeli

    names = {
        "p_onset": "p_on",
        "p_offset": "p_off",
        "qrs_onset": "qrs_on",
        "qrs_offset": "qrs_off",
        "t_offset": "t_off",
    }
    out = []
    for lead in ecgdeli.annotate(ecgdeli.filter_ecg(signal.T, fs=int(RATE)), fs=int(RATE)).leads:
        read = {
            point: np.asarray(getattr(lead, name), float) for point, name in (names | {"r": "r_peak"}).items()
        }
        out.append({point: np.where(values > 0, values, np.nan) for point, values in read.items()})
    return out


@lru_cache(maxsize=1)
def _codec() -> Any:
    from openecg.deploy import OnnxCodec

    return OnnxCodec()


def _openecg(signal: np.ndarray) -> list[dict[str, np.ndarray]]:
    p, qrs, t, paced = 1, 2, 3, 4
    out = []
    for lead in signal:
        frame = _codec().encode(lead, int(RATE)).frame.astype(int)
        frame[frame == paced] = qrs
        edges = np.concatenate([[0], np.flatnonzero(np.diff(frame)) + 1, [len(frame)]])
        waves = [(int(frame[a]), a, b) for a, b in pairwise(edges) if frame[a]]
        rows = []
        for k, (kind, a, b) in enumerate(waves):
            if kind == qrs:
                before, after = waves[k - 1] if k else None, waves[k + 1] if k + 1 < len(waves) else None
                p_span = (
                    before[1:] if before and before[0] == p and a - before[2] < ms(300) else (np.nan, np.nan)
                )
                t_end = after[2] if after and after[0] == t else np.nan
                rows.append(((a + b) / 2, *p_span, a, b, t_end))
        table = np.array(rows, float).reshape(-1, 6).T
        out.append(
            dict(zip(("r", "p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_offset"), table, strict=True))
        )
    return out


PEERS: dict[str, Callable[[Drawn], dict[str, np.ndarray]]] = {
    "neurokit2 DWT": _per_lead(_neurokit("dwt")),
    "neurokit2 prominence": _per_lead(_neurokit("prominence")),
    "ecgdeli": _per_lead(_ecgdeli),
    "openecg codec": _per_lead(_openecg),
}
