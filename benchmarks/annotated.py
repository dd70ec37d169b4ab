"""ECGs whose waves cardiologists marked in each lead: the marks read, and made into global intervals.

The layout is that of the Lobachevsky University Database (Kalyakulina et al. 2020, doi 10.1109/ACCESS.2020.3029211): WFDB
records `N.hea`, `N.dat` with an annotation file a lead, `N.i` to `N.v6`: `(` begin, `p`/`N`/`t` peak, `)` end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb

from ecgnet.readers import read
from ecgnet.record import LEADS, Record

WAVES = {"p": "p", "N": "qrs", "t": "t"}
POINTS = ("p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_offset")
SAME_BEAT = 0.12
"""s between the QRS peaks that two leads mark in one beat, at most."""
AGREE = 0.012
"""s within which two leads agree on a mark (Laguna et al. 1994, Comput Biomed Res 27:45)."""


@dataclass(frozen=True, eq=False)
class Annotated:
    """A record and its global marks: point → (n,) s, a beat each; NaN where fewer than two leads agree."""

    record: Record
    marks: dict[str, np.ndarray]

    @property
    def intervals(self) -> dict[str, float]:
        """PR, QRS and QT of the marks."""
        return intervals(self.marks)


def intervals(marks: dict[str, np.ndarray]) -> dict[str, float]:
    """Median PR, QRS and QT in ms over the beats of point → (n,) s; NaN where there are none."""
    spans = {
        "pr": marks["qrs_onset"] - marks["p_onset"],
        "qrs": marks["qrs_offset"] - marks["qrs_onset"],
        "qt": marks["t_offset"] - marks["qrs_onset"],
    }
    return {
        name: 1000 * float(np.median(known)) if (known := span[np.isfinite(span)]).size else np.nan
        for name, span in spans.items()
    }


def agreed(marks: np.ndarray, onset: bool, within: float = AGREE) -> float:
    """The earliest moment of (k,) s, a lead each, by which two leads have begun, or the latest at which two have not yet
    ended, the two at most `within` apart; NaN where no two agree."""
    marks = np.sort(marks[np.isfinite(marks)])
    close = np.flatnonzero(np.diff(marks) <= within)
    if not close.size:
        return np.nan
    return float(marks[close[0] + 1] if onset else marks[close[-1]])


def annotated(folder: Path) -> Iterator[Annotated]:
    """Every record of the folder, in the order of its number."""
    for header in sorted(folder.glob("*.hea"), key=lambda path: int(path.stem)):
        record = read(header)
        yield Annotated(record, global_marks(header.with_suffix(""), record.fs))


def global_marks(stem: Path, fs: float) -> dict[str, np.ndarray]:
    """Point → (n,) s over the leads' annotation files beside `stem`; "r" is the mean place of the QRS peaks."""
    rows = [row for lead in LEADS for row in _beats(stem, lead.lower(), fs)]
    order = sorted(rows, key=lambda row: row["r"])
    beats: list[list[dict[str, float]]] = []
    for row in order:
        if beats and row["r"] - beats[-1][0]["r"] < SAME_BEAT:
            beats[-1].append(row)
        else:
            beats.append([row])
    beats = [rows for rows in beats if len(rows) > 1]
    marks = {
        point: np.array([agreed(np.array([r[point] for r in rows]), "onset" in point) for rows in beats])
        for point in POINTS
    }
    return marks | {"r": np.array([np.mean([r["r"] for r in rows]) for rows in beats])}


def _beats(stem: Path, extension: str, fs: float) -> Iterator[dict[str, float]]:
    """One lead's beats: the QRS complex with the P wave before it and the T wave after it, in s; NaN where not marked."""
    found = wfdb.rdann(str(stem), extension)
    waves = []
    for k, symbol in enumerate(found.symbol):
        if symbol in WAVES:
            begin = found.sample[k - 1] if k and found.symbol[k - 1] == "(" else np.nan
            end = found.sample[k + 1] if k + 1 < len(found.symbol) and found.symbol[k + 1] == ")" else np.nan
            waves.append((WAVES[symbol], begin / fs, found.sample[k] / fs, end / fs))
    for k, (kind, begin, peak, end) in enumerate(waves):
        if kind != "qrs":
            continue
        p = waves[k - 1] if k and waves[k - 1][0] == "p" else None
        t = waves[k + 1] if k + 1 < len(waves) and waves[k + 1][0] == "t" else None
        yield {
            "r": peak,
            "qrs_onset": begin,
            "qrs_offset": end,
            "p_onset": p[1] if p else np.nan,
            "p_offset": p[3] if p else np.nan,
            "t_offset": t[3] if t else np.nan,
        }
