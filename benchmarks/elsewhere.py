"""A hospital's own folder: what a site profile of a few labelled ECGs changes on the others.

    python benchmarks/elsewhere.py FOLDER LABELS [--model late_fusion …] [--numbers 30 40 50] [--splits 20]

On random splits by patient a profile is fitted on so many ECGs and judged on the others: macro AUC, log loss, and a
class's observed over expected, before and after. A class of which the judged part has one kind only is left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ecgnet.adaptation.choice import choose
from ecgnet.adaptation.steps import Seen, fit_plan
from ecgnet.metrics import auroc
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import NOTICE
from ecgnet.recalibration import log_loss
from ecgnet.validation.answers import score_folder
from ecgnet.validation.labels import read_labels
from ecgnet.validation.matching import match


def split(seen: Seen, *, fitted: int, seed: int) -> tuple[np.ndarray, np.ndarray, Seen]:
    """One split → probabilities (N, 5) before and after of the ECGs that it judges, and these."""
    people = np.random.default_rng(seed).permutation(np.unique(seen.patients))
    inside = np.isin(seen.patients, people[:fitted])
    own, others = seen.rows(inside), seen.rows(~inside)
    transform = fit_plan(own, choose(own, seed=seed).plan)
    return others.probabilities, transform(others.probabilities, others.statements), others


def figures(truth: np.ndarray, p: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Macro AUC, log loss a record, and observed over expected (5,), over the classes of both kinds."""
    both = np.array([0 < np.nansum(t) < len(t) for t in truth.T])
    area = auroc(truth[:, both], p[:, both]).mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(area), float(log_loss(truth, p)[:, both].sum(1).mean()), truth.sum(0) / p.sum(0)


def spread(values: np.ndarray, digits: int = 3) -> str:
    """Mean and the range of 95 % of splits."""
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{np.mean(values):+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"


def main() -> None:
    """Print a table for docs/validation.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--model", nargs="+", default=[DEFAULT])
    parser.add_argument("--numbers", nargs="+", type=int, default=[30, 40, 50])
    parser.add_argument("--splits", type=int, default=20)
    options = parser.parse_args()
    labels = read_labels(options.labels)
    head = "| model | fitted on / judged on | macro AUC before | change | log loss before | change |"
    print(f"{head} {' | '.join(f'{label}: observed / expected' for label in SUPERCLASSES)} |")
    print("|---" * (6 + len(SUPERCLASSES)) + "|")
    for model in options.model:
        matched = match(score_folder(options.folder, model), labels)
        truth = np.full((len(matched.truth), len(SUPERCLASSES)), np.nan)
        truth[:, matched.columns] = matched.truth
        seen = Seen(matched.answers.probabilities, matched.answers.statements, truth, matched.patients)
        for fitted in options.numbers:
            before, after = [], []
            for seed in range(options.splits):
                shipped, adapted, others = split(seen, fitted=fitted, seed=seed)
                before.append(figures(others.truth, shipped))
                after.append(figures(others.truth, adapted))
            area, loss, ratio = (np.array([one[k] for one in before]) for k in range(3))
            area_after, loss_after, ratio_after = (np.array([one[k] for one in after]) for k in range(3))
            ratios = " | ".join(
                f"{np.nanmean(ratio[:, c]):.2f} → {np.nanmean(ratio_after[:, c]):.2f}"
                for c in range(len(SUPERCLASSES))
            )
            print(
                f"| {model} | {fitted} / {seen.people - fitted} | {area.mean():.3f} | {spread(area_after - area)} | "
                f"{loss.mean():.3f} | {spread(loss_after - loss)} | {ratios} |",
                flush=True,
            )
    print(NOTICE)


if __name__ == "__main__":
    main()
