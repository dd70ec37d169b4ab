"""How much labelled data the networks need."""

from __future__ import annotations

import pandas as pd

from ecgnet.study_results import StudyValue
from ecgnet.training.studies._bench import Bench, Result, Table

QUESTION = "How does accuracy fall when fewer patients are labelled?"
FRACTIONS = (0.1, 0.25, 0.5, 1.0)
STEPS_AT_FULL = 4
"""Epochs at the whole; smaller parts are seen more often, so that every row takes as many steps."""


def run(bench: Bench) -> Result:
    """The waveform network on 10, 25, 50 and 100 % of the training patients, with equal numbers of steps."""
    validation = bench.validation()
    rows, figure = [], {}
    for fraction in FRACTIONS:
        training = bench.training(fraction)
        epochs = round(STEPS_AT_FULL / fraction)
        found = bench.short_run(
            f"{fraction:.0%}", "waveform_cnn", training=training, validation=validation, epochs=epochs
        )
        figure[100 * fraction] = found["macro_auc"]
        rows.append(
            {
                "training patients": f"{fraction:.0%}",
                "records": len(training),
                "epochs": epochs,
                "macro AUC": found["macro_auc"],
                **found["auc"],
            }
        )
    lost = figure[100.0] - figure[10.0]
    findings = [f"A tenth of the patients costs {lost:.4f} macro AUC against all of them, at equal steps."]
    table = Table("Waveform: 1D-CNN, fold 9.", pd.DataFrame(rows))
    axis = ("training patients (%)", "macro AUC, fold 9")
    values = {f"macro_auc: {share:.0f} % of the patients": StudyValue(area) for share, area in figure.items()}
    return Result([table], findings, {"waveform_cnn": figure}, axis, {"waveform_cnn": values})
