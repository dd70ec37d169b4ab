"""How every network's training went."""

from __future__ import annotations

import pandas as pd

from ecgnet.models import REGISTRY
from ecgnet.study_results import StudyValue
from ecgnet.training.studies._bench import Bench, Result, Table
from ecgnet.weights import available, read_card

QUESTION = "How did each training go: does the validation fold still gain when it ends?"


def run(bench: Bench) -> Result:
    """From the logs in the cards; nothing is trained."""
    rows, figure, findings, values = [], {}, [], {}
    for name in available():
        log = read_card(name).log
        if not log:
            continue
        best = max(log, key=lambda line: line["macro_auc"])
        title = REGISTRY[name].title
        figure[title] = {line["epoch"] + 1: line["macro_auc"] for line in log}
        gained = log[-1]["macro_auc"] - log[max(0, len(log) - 4)]["macro_auc"]
        rows.append(
            {
                "model": title,
                "epochs": len(log),
                "best epoch": best["epoch"] + 1,
                "macro AUC on fold 9": best["macro_auc"],
                "gain in the last three epochs": round(gained, 4),
                "first loss": log[0]["loss"],
                "last loss": log[-1]["loss"],
                "minutes": round(sum(line["seconds"] for line in log) / 60, 1),
            }
        )
        values[name] = {
            "epochs": StudyValue(len(log)),
            "best_epoch": StudyValue(best["epoch"] + 1),
            "macro_auc_fold_9": StudyValue(best["macro_auc"]),
            "gain_in_the_last_three_epochs": StudyValue(round(gained, 4)),
            "minutes": StudyValue(round(sum(line["seconds"] for line in log) / 60, 1)),
        }
        if gained > 0.0005:
            findings.append(
                f"{title} was still gaining when its schedule ended ({gained:+.4f} in three epochs)."
            )
    caption = "Validation macro AUC by epoch, of the averaged weights; a fusion of frozen branches starts near its end."
    axis = ("epoch", "macro AUC, fold 9")
    return Result([Table(caption, pd.DataFrame(rows))], findings, figure, axis, values)
