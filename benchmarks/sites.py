"""Fold 10 of PTB-XL as hospitals: does a site profile restore coverage, and does any class get worse?

    python benchmarks/sites.py data/ptbxl

By the columns `site` and `device`: a group of 30 ECGs or more is a hospital, the smaller ones together are another. On
random splits by patient, a profile is fitted on the ECGs of some patients and judged on those of the others; the answers
are those kept beside the weights (`weights/fold_scores.npz`), so that no network is asked and no head is fitted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ecgnet.adaptation.adapt import LEAST
from ecgnet.adaptation.choice import choose, cross_fitted
from ecgnet.adaptation.limits import refit_limits
from ecgnet.adaptation.steps import CANDIDATES, Seen, fit_plan
from ecgnet.cards import read_card
from ecgnet.estimate import Z95, error_of_mean
from ecgnet.fold_scores import load_fold_scores
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD, Catalogue
from ecgnet.reading.wording import NOTICE
from ecgnet.recalibration import log_loss
from ecgnet.site_profile import ALPHA
from ecgnet.statements import STATEMENTS
from ecgnet.states import StateLimits
from ecgnet.trust.conformal import Sets

SMALLEST, SPLITS, MOST = 30, 20, 100
"""ECGs of a hospital; splits; patients that a profile is fitted on, of fewer than twice as many half."""
EVERY = np.ones(len(SUPERCLASSES), bool)
STEPS = tuple(candidate for candidate in CANDIDATES if candidate.step != "head")


@dataclass(frozen=True, eq=False)
class Judged:
    """A hospital's splits. before, after (splits, 5): share of sets that hold the truth; anew (splits, 5) bool:
    whether limits were set on the site's ECGs; change (N, 5): of each ECG's log
    loss, the mean of the splits that judged it; times: worse beyond chance in one split, of so many comparisons."""

    before: np.ndarray
    after: np.ndarray
    anew: np.ndarray
    change: np.ndarray
    patients: np.ndarray
    times: tuple[int, int]


def hospitals(catalogue: Catalogue, ecg_ids: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Name and rows of each, the largest first and the small ones together last."""
    table = pd.read_csv(catalogue.folder / "ptbxl_database.csv", index_col="ecg_id").loc[ecg_ids]
    site = table["site"].map(lambda value: "unknown" if value != value else f"{value:g}")
    names = (site + ", " + table["device"].fillna("").astype(str).str.split().str.join(" ")).str.strip(", ")
    counts = names.value_counts()
    large = counts.index[counts >= SMALLEST]
    for name in large:
        yield name, np.flatnonzero(names == name)
    yield f"{(counts < SMALLEST).sum()} smaller ones", np.flatnonzero(~names.isin(large))


def judged(seen: Seen, limits: StateLimits) -> Judged:
    """The splits of one hospital."""
    people = np.unique(seen.patients)
    fitted = min(MOST, len(people) // 2)
    before, after, anew, worse, compared = [], [], [], 0, 0
    total, times = np.zeros(seen.truth.shape), np.zeros(len(seen.truth))
    for seed in range(SPLITS):
        drawn = np.random.default_rng(seed).permutation(people)[:fitted]
        inside = np.isin(seen.patients, drawn)
        own, others = seen.rows(inside), seen.rows(~inside)
        plan = choose(own, candidates=STEPS, seed=seed).plan
        transform = fit_plan(own, plan)
        p = transform(others.probabilities, others.statements)
        refitted, labels = refit_limits(
            own,
            cross_fitted(own, plan, seed=seed),
            shipped=limits,
            transform=transform,
            site="",
            asked=EVERY,
        )
        before.append(_coverage(others.truth, others.probabilities, limits))
        after.append(_coverage(others.truth, p, refitted))
        anew.append([label in labels for label in SUPERCLASSES])
        change = log_loss(others.truth, p) - log_loss(others.truth, others.probabilities)
        errors = np.array([error_of_mean(of_class, others.patients) for of_class in change.T])
        worse += int((change.mean(0) > Z95 * errors + 1e-9).sum())
        compared += len(SUPERCLASSES)
        total[~inside] += change
        times[~inside] += 1
    return Judged(
        np.array(before),
        np.array(after),
        np.array(anew),
        total / np.maximum(times, 1)[:, None],
        seen.patients,
        (worse, compared),
    )


def _coverage(truth: np.ndarray, p: np.ndarray, limits: StateLimits) -> np.ndarray:
    """(5,): the mean of the share among those with a class and of that among those without."""
    held = Sets(limits.labels, ALPHA, limits.low, limits.high).covered(truth, p)
    with np.errstate(invalid="ignore"):
        return np.array(
            [np.nanmean([h[t == 1].mean(), h[t == 0].mean()]) for h, t in zip(held.T, truth.T, strict=True)]
        )


def main() -> None:
    """Print a table for docs/validation.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ptbxl", type=Path)
    parser.add_argument(
        "--fold", type=int, default=TEST_FOLD, help="9 for choosing, 10 (default) for the final reading"
    )
    options = parser.parse_args()
    catalogue, card = Catalogue(options.ptbxl), read_card(DEFAULT)
    fold = load_fold_scores().fold(options.fold)
    p, patients = (
        fold.probabilities(DEFAULT, card),
        catalogue.table.loc[fold.ecg_ids, "patient_id"].to_numpy(),
    )
    none = np.full((len(fold), len(STATEMENTS)), 0.5)
    every = Seen(p, none, fold.labels.astype(float), patients)
    worse = compared = classes = 0
    held: list[tuple[float, float, int]] = []
    wrong: list[str] = []
    print("| site, recorder | ECGs | patients | sets as shipped | adapted | change of log loss |")
    print("|---|---|---|---|---|---|")
    for name, rows in hospitals(catalogue, fold.ecg_ids):
        seen = every.rows(rows)
        if seen.people < 2 * LEAST:
            print(
                f"| {name} | {len(rows)} | {seen.people} | refused: fewer than {LEAST} patients to fit | | |"
            )
            continue
        found = judged(seen, card.state_limits)
        mean = found.change.mean(0)
        errors = np.array([error_of_mean(of_class, found.patients) for of_class in found.change.T])
        wrong += [
            f"{name} {label} {m:+.3f}"
            for label, m, e in zip(SUPERCLASSES, mean, errors, strict=True)
            if m > Z95 * e + 1e-9
        ]
        classes += len(mean)
        held += [
            (found.before[rows, c].mean(), found.after[rows, c].mean(), int(rows.sum()))
            for c, rows in enumerate(found.anew.T)
            if rows.any()
        ]
        worse, compared = worse + found.times[0], compared + found.times[1]
        shares = [" / ".join(f"{100 * v:.0f}" for v in part.mean(0)) for part in (found.before, found.after)]
        change = " / ".join(f"{v:+.3f}" for v in mean)
        print(f"| {name} | {len(rows)} | {seen.people} | {shares[0]} | {shares[1]} | {change} |", flush=True)
    before, after, splits = np.array(held).T
    shipped, adapted = (
        f"{100 * np.average(part, weights=splits):.1f} % ({100 * part.min():.0f} to {100 * part.max():.0f})"
        for part in (before, after)
    )
    print(
        f"\nLimits set anew in {splits.sum():.0f} of {compared} fits, of {len(held)} classes of a site: sets hold"
    )
    print(f"{shipped} as shipped, {adapted} adapted.")
    print(
        f"Worse beyond chance (log loss): {worse} of {compared} single comparisons, {len(wrong)} of {classes} classes"
    )
    print(f"over all splits: {'; '.join(wrong) or 'none'}.\n{NOTICE}")


if __name__ == "__main__":
    main()
