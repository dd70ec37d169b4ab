"""Intervals beside those of cardiologists: bias, SD and share far off, at 500 and at 100 Hz.

    python -m benchmarks.measure_annotated FOLDER [--peers] [--rows]

FOLDER holds records with an annotation file a lead, see `benchmarks.annotated`. `--peers` adds neurokit2, see
`benchmarks.measure_accuracy` for its environment; `--rows` prints every record.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.annotated import Annotated, annotated, intervals
from benchmarks.delineators import PEERS
from ecgnet.measure import measure
from ecgnet.signal import resample

LIMITS = {"pr": (10, 10, 30), "qrs": (10, 10, 30), "qt": (25, 30, 40)}
"""ms: mean and SD that IEC 60601-2-25 allows on biological ECGs, and what counts as far off."""


def ours(one: Annotated) -> dict[str, float]:
    """PR, QRS and QT as `measure` gives them; NaN where not measurable."""
    measured = measure(one.record)
    values = {name: getattr(measured, name).value for name in LIMITS}
    return {name: np.nan if value is None else value for name, value in values.items()}


METHODS: dict[str, Callable[[Annotated], dict[str, float]]] = {"ecgnet": ours} | {
    name: lambda one, method=method: intervals(method(one))
    for name, method in PEERS.items()
    if name.startswith("neurokit2")
}


def main() -> None:
    """Print one table a sampling rate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", action="store_true", help="also neurokit2")
    parser.add_argument("--rows", action="store_true", help="every record")
    arguments = parser.parse_args()
    every = list(annotated(arguments.folder))
    for fs in (500, 100):
        print(f"\n**{fs} Hz**\n\n| method | " + " | ".join(name.upper() for name in LIMITS) + " |")
        print("|---|" + "---|" * len(LIMITS))
        at_rate = [_resampled(one, fs) for one in every]
        for title, method in METHODS.items():
            if title != "ecgnet" and not arguments.peers:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = [method(one) for one in at_rate]
            cells = [
                _cell([one.intervals[name] for one in every], [f[name] for f in found], far)
                for name, (_, _, far) in LIMITS.items()
            ]
            print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
            if arguments.rows:
                for one, values in zip(every, found, strict=True):
                    print(one.record.id, {n: (one.intervals[n], values[n]) for n in LIMITS})


def _resampled(one: Annotated, fs: float) -> Annotated:
    if one.record.fs == fs:
        return one
    signal = resample(one.record.signal, one.record.fs, fs_to=fs)
    return replace(one, record=replace(one.record, signal=signal, fs=fs))


def _cell(true: list[float], found: list[float], far: float) -> str:
    """bias ± SD (given of those annotated; far off; given though not annotated)."""
    annotated_ones = np.isfinite(true)
    off = (np.array(found) - np.array(true))[annotated_ones]
    known = off[np.isfinite(off)]
    extra = np.isfinite(np.array(found)[~annotated_ones]).sum()
    share = np.mean(np.abs(known) > far)
    return (
        f"{known.mean():+.1f} ± {known.std():.1f} ({len(known)} of {len(off)}; {share:.0%} beyond {far} ms; "
        f"{extra} where none was marked)"
    )


if __name__ == "__main__":
    main()
