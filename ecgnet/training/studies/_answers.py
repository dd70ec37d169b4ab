"""Sets, guarantees, abstention and calibration, measured on fold 10: the parts of `trust` that need logits alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecgnet.metrics import auroc, auroc_of_rows, bootstrap, calibration_error, f1, macro_auroc
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.training.data import FoldData
from ecgnet.training.studies import _calibration as calibration
from ecgnet.training.studies._bench import Table
from ecgnet.training.studies._scored import Scored
from ecgnet.trust import abstention, reliance
from ecgnet.trust.reliance import Reliance
from ecgnet.weights import Card


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold, every record: its data, whose records they are (N,), and which carry a superclass (N,)."""

    data: FoldData
    patients: np.ndarray
    judged: np.ndarray

    @property
    def truth(self) -> np.ndarray:
        """(J, 5) of the judged records."""
        return self.data.superclasses.numpy()[self.judged]


def fit_promises(card: Card, fold: Fold, logits: np.ndarray) -> Reliance:
    """What fold 9 allows to promise for a model's answers, from one record a patient."""
    one = reliance.one_a_patient(fold.patients[fold.judged])
    probabilities = card.calibrate(logits[fold.judged])
    return reliance.fit_reliance(
        SUPERCLASSES, fold.truth[one], probabilities=probabilities[one], thresholds=card.thresholds
    )


def measure_reliance(
    found: Reliance, truth: np.ndarray, probabilities: np.ndarray, thresholds: np.ndarray
) -> dict[str, Any]:
    """What came of it on other records: shares by class, the coverage of all, and the gain by abstaining."""
    covered = found.sets.covered(truth, probabilities)
    uncertain = found.sets.holds_present(probabilities) == found.sets.holds_absent(probabilities)
    sure = abstention.SCORES[found.score](probabilities, thresholds) >= np.quantile(
        found.sureness, 1 - abstention.COVERAGE
    )
    values: dict[str, Any] = {}
    for k, label in enumerate(SUPERCLASSES):
        there, p = truth[:, k] == 1, probabilities[:, k]
        out, in_ = p < found.rule_out[k], p > found.rule_in[k]
        values[label] = {
            "with": int(there.sum()),
            "without": int((~there).sum()),
            "covered": _share(covered[there, k]),
            "covered_absent": _share(covered[~there, k]),
            "uncertain": _share(uncertain[:, k]),
            "missed": _share(out[there]),
            "ruled_out": _share(out),
            "called": _share(in_[~there]),
            "ruled_in": _share(in_),
            "right_when_ruled_in": _share(there[in_]),
        }
    values["coverage"] = _share(covered)
    values["answered"] = _share(sure)
    values["abstention_gain"] = round(
        macro_auroc(truth[sure], probabilities[sure]) - macro_auroc(truth, probabilities), 4
    )
    return values


def _share(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if values.size else None


def sets_table(found: Reliance) -> Table:
    """The default's sets by class."""
    rows = [
        {
            "class": label,
            "right or open, of those with it": found.measured[label]["covered"],
            "of those without": found.measured[label]["covered_absent"],
            "left open": found.measured[label]["uncertain"],
        }
        for label in SUPERCLASSES
    ]
    return Table(
        f"Answers suspected, unlikely or uncertain, promised to hold for {1 - found.sets.alpha:.0%} (fold 9, "
        f"{found.records} "
        "patients); fold 10 reads:",
        pd.DataFrame(rows),
    )


def guarantees_table(found: Reliance) -> Table:
    """The default's thresholds by class."""
    rows = []
    for k, label in enumerate(SUPERCLASSES):
        m = found.measured[label]
        rows.append(
            {
                "class": label,
                "ruled out below": round(float(found.rule_out[k]), 4),
                "missed": m["missed"],
                "records ruled out": m["ruled_out"],
                "ruled in above": round(float(found.rule_in[k]), 4),
                "called without it": m["called"],
                "records ruled in": m["ruled_in"],
                "of those with it": m["right_when_ruled_in"],
            }
        )
    return Table(
        f"Thresholds from fold 9 that with {reliance.CONFIDENCE:.0%} confidence miss at most {reliance.MISSED:.0%} of those "
        f"with a class and call at most {reliance.CALLED:.0%} of those without; fold 10 reads:",
        pd.DataFrame(rows),
    )


def abstention_rows(card: Card, folds: dict[int, Fold], seen: dict[int, Scored]) -> list[dict[str, Any]]:
    """Each confidence score at 80 % coverage, its limit from fold 9: gains of macro AUC on both folds, and on fold 10 the
    share answered, macro F1 and accuracy; then each class abstaining on its own."""
    p = {k: card.calibrate(seen[k].logits[fold.judged]) for k, fold in folds.items()}
    y = {k: fold.truth for k, fold in folds.items()}
    t = card.thresholds
    one = reliance.one_a_patient(folds[9].patients[folds[9].judged])
    scores = abstention.SCORES | {"conformal p-value": abstention.conformal(y[9][one], p[9][one])}
    areas_of = auroc_of_rows(y[10], p[10])
    rows = []
    for name, score in scores.items():
        limit = np.quantile(score(p[9], t), 1 - abstention.COVERAGE)
        kept = {k: score(p[k], t) >= limit for k in folds}
        gains = {k: macro_auroc(y[k][kept[k]], p[k][kept[k]]) - macro_auroc(y[k], p[k]) for k in folds}
        called = p[10] >= t

        def gain(drawn: np.ndarray, kept: np.ndarray = kept[10]) -> np.ndarray:
            return np.array(np.nanmean(areas_of(drawn[kept[drawn]])) - np.nanmean(areas_of(drawn)))

        low, high = bootstrap(gain, len(y[10]), samples=300)
        rows.append(
            {
                "score": name,
                "fold 9": round(gains[9], 4),
                "fold 10": round(gains[10], 4),
                "95 %": f"{low:+.4f} to {high:+.4f}",
                "answered": round(float(kept[10].mean()), 4),
                "macro F1": round(float(f1(y[10][kept[10]], called[kept[10]]).mean()), 4),
                "mean accuracy": round(float((called == (y[10] == 1))[kept[10]].mean()), 4),
            }
        )
    for name, score in (
        ("each class by its entropy", lambda p, t: -abstention.binary_entropy(p)),
        ("each class by its margin", abstention.margins),
    ):
        limits = np.quantile(score(p[9], t), 1 - abstention.COVERAGE, axis=0)
        kept = {k: score(p[k], t) >= limits for k in folds}
        row = {"score": name}
        for k in folds:
            areas = [
                auroc(y[k][sure, c : c + 1], p[k][sure, c : c + 1])[0] for c, sure in enumerate(kept[k].T)
            ]
            row[f"fold {k}"] = round(float(np.mean(areas)) - macro_auroc(y[k], p[k]), 4)
        right = (p[10] >= t) == (y[10] == 1)
        row |= {
            "answered": round(float(kept[10].mean()), 4),
            "mean accuracy": round(float(right[kept[10]].mean()), 4),
        }
        rows.append(row)
    return rows


def calibration_rows(folds: dict[int, Fold], seen: dict[int, Scored]) -> list[dict[str, Any]]:
    """Each way to calibrate the default: on fold 9 held-out patients decide; fold 10 by a fit on all of fold 9."""
    z = {k: seen[k].logits[fold.judged] for k, fold in folds.items()}
    m = {k: fold.data.metadata.numpy()[fold.judged] for k, fold in folds.items()}
    y = {k: fold.truth for k, fold in folds.items()}
    rows = []
    for method, make in calibration.METHODS.items():
        held = calibration.held_out(method, y[9], z[9], m[9], folds[9].patients[folds[9].judged])
        later = make(y[9], z[9], m[9])(z[10], m[10])
        rows.append(
            {
                "method": method,
                "log loss, fold 9 held out": round(calibration.log_loss(y[9], held), 4),
                "ECE, fold 9 held out": round(float(calibration_error(y[9], held).mean()), 4),
                "log loss, fold 10": round(calibration.log_loss(y[10], later), 4),
                "ECE, fold 10": round(float(calibration_error(y[10], later).mean()), 4),
            }
        )
    return rows
