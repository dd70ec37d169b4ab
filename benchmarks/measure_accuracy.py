"""Delineators on ECGs with known boundaries: bias, SD and share within the CSE tolerance, at 100 and 500 Hz.

    python -m benchmarks.measure_accuracy [--seeds 6] [--peers]

`--peers` adds neurokit2, ecgdeli and openecg where they are installed; neurokit2 wants pandas below 3, so give them an
environment of their own and start this script from the checkout with its Python. Single-lead methods are applied to
the 8 independent leads and joined by Laguna's rule: the earliest onset (latest offset) with two others within 12 ms.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from benchmarks.delineators import PEERS, trapezium_end, velocity_end, wavelet_bounds
from ecgnet.measure import measure
from ecgnet.measure._delineation import component, delineate
from ecgnet.measure._median import median_beat
from ecgnet.measure._peaks import detect_r_peaks
from ecgnet.measure._prepare import RATE, prepare
from tests.measure.synthetic import CASES, Drawn, draw

TOLERANCES: dict[str, float] = {
    "p_onset": 10.2,
    "p_offset": 12.7,
    "qrs_onset": 6.5,
    "qrs_offset": 11.6,
    "t_offset": 30.6,
}
"""ms, two standard deviations of the CSE working party's referees (Eur Heart J 1985;6:815)."""
POINTS = tuple(TOLERANCES)
Bounds = dict[str, np.ndarray]
"""Point → times in s, one a beat."""


def cases(seeds: int) -> Iterator[tuple[str, int, Drawn, Drawn]]:
    """Each case with its numbers varied, drawn at 100 and at 500 Hz."""
    for c, (name, recipe) in enumerate(CASES.items()):
        for seed in range(seeds):
            rng = np.random.default_rng([c, seed])
            varied = replace(
                recipe,
                rate=recipe.rate * rng.uniform(0.92, 1.08),
                pr=recipe.pr * rng.uniform(0.92, 1.08),
                qrs=recipe.qrs * rng.uniform(0.88, 1.12),
                qt=recipe.qt * rng.uniform(0.95, 1.05),
                axis=recipe.axis + rng.uniform(-35, 35),
                p=recipe.p * rng.uniform(0.9, 1.1),
                p_amplitude=recipe.p_amplitude * rng.uniform(0.8, 1.3),
                t_amplitude=recipe.t_amplitude * rng.uniform(0.7, 1.3),
            )
            yield name, seed, draw(varied, seed, 100), draw(varied, seed, 500)


def every_beat(drawn: Drawn) -> Bounds:
    """What `measure` says of each beat."""
    beats = measure(drawn.record).beats
    return {point: getattr(beats, point) for point in POINTS} | {"r": beats.r}


def dominant_beat(drawn: Drawn, **other: Callable[..., float]) -> Bounds:
    """The dominant beat's boundaries at every beat, the T end or the QRS complex by another method if given."""
    prepared = prepare(drawn.record)
    peaks = detect_r_peaks(prepared.signal, RATE)
    median = median_beat(prepared, peaks)
    if median is None:
        return {point: np.zeros(0) for point in (*POINTS, "r")}
    waves = delineate(median, float(np.median(np.diff(peaks))) / RATE)
    places = {point: getattr(waves, point) for point in POINTS}
    if "t_offset" in other:
        level = median.independent - median.independent[:, int(waves.qrs_onset) - 12, None]
        one = component(level[:, int(waves.qrs_offset) + 20 :])
        places["t_offset"] = (
            int(waves.qrs_offset) + 20 + other["t_offset"](one, waves.t_peak - waves.qrs_offset - 20)
        )
    if "all" in other:
        places |= other["all"](median, waves)
    fiducials = median.fiducials[median.dominant]
    return {p: (fiducials + v - median.zero) / RATE for p, v in places.items()} | {"r": fiducials / RATE}


METHODS: dict[str, Callable[[Drawn], Bounds]] = {
    "ecgnet, each beat": every_beat,
    "ecgnet, dominant beat": dominant_beat,
    "T end by trapezium": lambda drawn: dominant_beat(drawn, t_offset=trapezium_end),
    "T end by velocity": lambda drawn: dominant_beat(drawn, t_offset=velocity_end),
    "wavelet, dominant beat": lambda drawn: dominant_beat(drawn, all=wavelet_bounds),
}


def errors(drawn: Drawn, found: Bounds) -> dict[str, np.ndarray]:
    """Found minus true in ms for each true beat of the dominant shape, NaN where not found; QRS complexes are paired
    by their nearest onset within 100 ms."""
    normal = drawn.truth["normal"] > 0
    out = {}
    for point in POINTS:
        true = drawn.truth[point][normal]
        true, onsets = true[np.isfinite(true)], drawn.truth["qrs_onset"][normal][np.isfinite(true)]
        off = np.full(len(true), np.nan)
        for k, onset in enumerate(onsets):
            if len(found["r"]):
                near = np.abs(found["r"] - onset - 0.04).argmin()
                if abs(found["r"][near] - onset - 0.04) < 0.1:
                    off[k] = 1000 * (found[point][near] - true[k])
        out[point] = off
    return out


def main() -> None:
    """Print one table a sampling rate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6, help="records of each case")
    parser.add_argument("--peers", action="store_true", help="also neurokit2, ecgdeli and openecg")
    arguments = parser.parse_args()
    methods = METHODS | (PEERS if arguments.peers else {})
    collected: dict[tuple[str, int, str], list[np.ndarray]] = {}
    spent: dict[str, float] = dict.fromkeys(methods, 0.0)
    records = 0
    for _name, _seed, *both in cases(arguments.seeds):
        records += len(both)
        for drawn in both:
            for title, method in methods.items():
                started = time.process_time()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = method(drawn)
                spent[title] += time.process_time() - started
                for point, off in errors(drawn, found).items():
                    collected.setdefault((title, int(drawn.record.fs), point), []).append(off)
    for fs in (100, 500):
        print(f"\n{fs} Hz: bias ± SD in ms (found; within the CSE tolerance)\n")
        print("| method | " + " | ".join(f"{p}, ±{TOLERANCES[p]}" for p in POINTS) + " | ms a record |")
        print("|---|" + "---|" * (len(POINTS) + 1))
        for title in methods:
            cells = [_cell(np.concatenate(collected[title, fs, p]), TOLERANCES[p]) for p in POINTS]
            print(f"| {title} | " + " | ".join(cells) + f" | {1000 * spent[title] / records:.0f} |")


def _cell(off: np.ndarray, tolerance: float) -> str:
    known = off[np.isfinite(off)]
    if not known.size:
        return "none"
    within = np.mean(np.abs(off) <= tolerance)  # not found is not within
    return f"{known.mean():+.1f} ± {known.std():.1f} ({len(known) / len(off):.0%}; {within:.0%})"


if __name__ == "__main__":
    main()
