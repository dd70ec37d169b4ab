"""Measurements and signal quality beside the statements of PTB-XL: aggregate tables only.

    ECGNET_PTBXL=<folder> python -m benchmarks.measure_ptbxl [--test 1100] [--train 700] [--each 80]

Of fold 10 `--test` records, of folds 1 to 8 `--train`, and up to `--each` of every statement in `STATEMENTS`, at 100 Hz.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecgnet.leads import exchange
from ecgnet.measure import Measurements, measure
from ecgnet.measure._arm_reversal import LIMIT, WEIGHTS, features
from ecgnet.measure._delineation import delineate
from ecgnet.measure._median import median_beat
from ecgnet.measure._peaks import detect_r_peaks
from ecgnet.measure._prepare import RATE, prepare
from ecgnet.metrics import auroc
from ecgnet.ptbxl import TEST_FOLD, Catalogue, find_ptbxl
from ecgnet.quality import Quality, assess
from ecgnet.record import Record

# fmt: off
STATEMENTS = ("NORM", "SR", "SBRAD", "STACH", "SARRH", "AFIB", "AFLT", "PAC", "PVC", "BIGU", "1AVB", "2AVB", "3AVB",
              "LAFB", "LPFB", "IRBBB", "CRBBB", "CLBBB", "WPW", "PACE", "LNGQT", "LVH")
# fmt: on
COLUMNS = ("heart_rate", "pr", "qrs", "qt", "qtc_bazett", "qtc_fridericia", "axis")
SEPARATIONS = (
    ("heart_rate", "STACH", "SR", 1),
    ("heart_rate", "SBRAD", "SR", -1),
    ("pr", "1AVB", "NORM", 1),
    ("qrs", "CLBBB", "NORM", 1),
    ("qrs", "CRBBB", "NORM", 1),
    ("qtc_bazett", "LNGQT", "NORM", 1),
    ("axis", "LAFB", "NORM", -1),
)
NOTED = {
    "baseline_drift": "drift",
    "static_noise": "noisy",
    "burst_noise": "noisy",
    "electrodes_problems": "",
}
"""Columns where the annotators of PTB-XL noted disturbances, and the flag that answers them."""


@dataclass(frozen=True)
class Row:
    """One record: its statements and fold, what was measured, and the arm features as it is and swapped."""

    statements: tuple[str, ...]
    fold: int
    measured: Measurements
    quality: Quality
    arms: tuple[np.ndarray, np.ndarray] | None
    milliseconds: float
    noted: frozenset[str]


def arms(record: Record) -> tuple[np.ndarray, np.ndarray] | None:
    """The features of `arm_reversal` for the record and for the same one with swapped arms."""
    prepared = prepare(record)
    peaks = detect_r_peaks(prepared.signal, RATE)
    median = median_beat(prepared, peaks) if len(peaks) > 1 else None
    if median is None:
        return None
    waves = delineate(median, float(np.median(np.diff(peaks))) / RATE)
    return features(median.beat, waves), features(exchange(median.beat, "RA/LA"), waves)


def chosen(catalogue: Catalogue, test: int, train: int, each: int) -> list[int]:
    """ecg_ids to measure, the same at every call."""
    rng, table = np.random.default_rng(1), catalogue.table

    def some(ids: pd.Index, n: int) -> set[int]:
        return {int(k) for k in rng.choice(ids, min(n, len(ids)), replace=False)}

    found = some(table.index[table["fold"] == TEST_FOLD], test) | some(table.index[table["fold"] < 9], train)
    for statement in STATEMENTS:
        found |= some(table.index[table["statements"].map(lambda codes, s=statement: s in codes)], each)
    return sorted(found)


def percentiles(values: Iterable[float | None]) -> str:
    """ "2.5th / median / 97.5th percentile (share not measurable)"."""
    numbers = np.array([np.nan if v is None else v for v in values], float)
    known = numbers[np.isfinite(numbers)]
    if known.size < 5:
        return "too few"
    low, middle, high = np.percentile(known, [2.5, 50, 97.5])
    return f"{low:.0f} / {middle:.0f} / {high:.0f} ({1 - known.size / numbers.size:.0%})"


def with_statement(rows: list[Row], statement: str) -> list[Row]:
    """The rows that carry the statement."""
    return [row for row in rows if statement in row.statements]


def share(rows: list[Row], what: Callable[[Row], bool]) -> str:
    """Which share of the rows, and how many there are."""
    return f"{np.mean([what(row) for row in rows]):.3f} of {len(rows)}" if rows else "none"


def print_intervals(rows: list[Row]) -> None:
    """Percentiles by statement, then how well single measurements separate statements."""
    print("\n| statement | n | " + " | ".join(COLUMNS) + " |\n|---|" + "---|" * (len(COLUMNS) + 1))
    for statement in STATEMENTS:
        some = with_statement(rows, statement)
        cells = [percentiles(getattr(row.measured, name).value for row in some) for name in COLUMNS]
        print(f"| {statement} | {len(some)} | " + " | ".join(cells) + " |")
    print("\n| measurement | separates | AUROC |\n|---|---|---|")
    for name, one, other, sign in SEPARATIONS:
        have = [getattr(r.measured, name).value for r in with_statement(rows, one)]
        lack = [
            getattr(r.measured, name).value for r in with_statement(rows, other) if one not in r.statements
        ]
        have, lack = ([sign * v for v in group if v is not None] for group in (have, lack))
        truth, score = np.r_[np.ones(len(have)), np.zeros(len(lack))][:, None], np.r_[have, lack][:, None]
        print(f"| {name} | {one} ({len(have)}) from {other} ({len(lack)}) | {auroc(truth, score)[0]:.3f} |")


def print_rhythm(rows: list[Row]) -> None:
    """Which words the rhythms get, and how often a P wave is found."""
    print("\n| statement | n | P found | words |\n|---|---|---|---|")
    for statement in ("SR", "SARRH", "SBRAD", "STACH", "PAC", "PVC", "AFIB", "AFLT", "PACE"):
        some = [
            r for r in with_statement(rows, statement) if statement == "AFIB" or "AFIB" not in r.statements
        ]
        words = Counter(r.measured.regularity or "not said" for r in some)
        text = ", ".join(f"{word} {n / len(some):.0%}" for word, n in words.most_common())
        found = np.mean([r.measured.pr.value is not None for r in some])
        print(f"| {statement} | {len(some)} | {found:.0%} | {text} |")


def print_arms(rows: list[Row]) -> None:
    """Specificity on the records as they are, sensitivity on the same ones swapped; and refitted weights."""
    known = [row for row in rows if row.arms is not None]
    for title, some in (
        ("folds 1 to 8", [r for r in known if r.fold < 9]),
        ("fold 10", [r for r in known if r.fold == TEST_FOLD]),
        ("fold 10, NORM", [r for r in known if r.fold == TEST_FOLD and "NORM" in r.statements]),
    ):
        weights = np.array(WEIGHTS)
        plain = np.array([r.arms[0] @ weights for r in some if r.arms])
        turned = np.array([r.arms[1] @ weights for r in some if r.arms])
        print(
            f"arms, {title}: specificity {np.mean(plain <= LIMIT):.4f}, sensitivity {np.mean(turned > LIMIT):.4f} "
            f"of {len(some)}; limit for 0.995: {np.quantile(plain, 0.995):.2f}"
        )


def print_quality(rows: list[Row]) -> None:
    """Flags beside what the annotators noted; records without any note and rows of a human are the reference."""
    clean = [row for row in rows if not row.noted]
    print(
        "\n| noted by annotators | n | flag | sensitivity | specificity (nothing noted) |\n|---|---|---|---|---|"
    )
    for column, flag in NOTED.items():
        some = [row for row in rows if column in row.noted]

        def flagged(row: Row, flag: str = flag) -> bool:
            found = {f for lead in row.quality.leads for f in lead.flags}
            return flag in found if flag else bool(found)

        specific = [not flagged(row) for row in clean]
        print(
            f"| {column} | {len(some)} | {flag or 'any'} | {share(some, flagged)} | "
            f"{np.mean(specific):.3f} of {len(clean)} |"
        )
    for flag in ("flat", "clipped", "gap", "missing"):
        print(f"{flag}: {share(rows, lambda r, f=flag: any(f in lead.flags for lead in r.quality.leads))}")
    print(f"limb leads contradict: {share(rows, lambda r: bool(r.quality.limb_leads))}")


def main() -> None:
    """Measure, then print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--test", type=int, default=1100)
    parser.add_argument("--train", type=int, default=700)
    parser.add_argument("--each", type=int, default=80)
    arguments = parser.parse_args()
    folder = find_ptbxl()
    if folder is None:
        raise SystemExit("PTB-XL is not here; set ECGNET_PTBXL to its folder.")
    catalogue = Catalogue(folder)
    notes = pd.read_csv(folder / "ptbxl_database.csv", index_col=0)[list(NOTED)].notna()
    rows = []
    for ecg_id in chosen(catalogue, arguments.test, arguments.train, arguments.each):
        record, about = catalogue.record(ecg_id), catalogue.table.loc[ecg_id]
        started = time.process_time()
        measured = measure(record)
        spent = 1000 * (time.process_time() - started)
        noted = frozenset(column for column in NOTED if notes.loc[ecg_id, column])
        rows.append(
            Row(about["statements"], int(about["fold"]), measured, assess(record), arms(record), spent, noted)
        )
    spent = np.percentile([row.milliseconds for row in rows], [50, 95])
    print(f"{len(rows)} records; measure() takes {spent[0]:.0f} ms (95th percentile {spent[1]:.0f})")
    print_intervals(rows)
    print_rhythm(rows)
    print_arms(rows)
    print_quality(rows)


if __name__ == "__main__":
    main()
