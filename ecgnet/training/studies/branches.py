"""The earlier networks against the later ones, each on its own view of the ECG."""

from __future__ import annotations

import pandas as pd

from ecgnet.metrics import evaluate, paired_gain
from ecgnet.models import BRANCHES, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.scoring import score
from ecgnet.study_results import StudyValue, by_class
from ecgnet.training.studies._bench import Bench, Result, Table, training_seconds
from ecgnet.weights import read_card

QUESTION = "How much does each view of the ECG tell on its own, and what do recurrence and attention add?"


def run(bench: Bench) -> Result:
    """The committed weights of the four branches on fold 10, and each one's gain over the plain waveform network."""
    test = bench.test()
    labels = test.superclasses.numpy()
    cards = {name: read_card(name) for name in BRANCHES}
    found = bench.kept(
        "committed weights",
        {name: card.checksum for name, card in cards.items()},
        compute=lambda: _measure(labels, score(BRANCHES, test.signals, metadata=test.metadata)),
    )
    rows = []
    for name in BRANCHES:
        result, card = found[name], cards[name]
        rows.append(
            {
                "model": REGISTRY[name].title,
                "parameters": card.parameters,
                "macro AUC": result["macro_auc"],
                "95 %": "{:.3f} to {:.3f}".format(*result["macro_auc_interval"]),
                **result["auc"],
                "gain over 1D-CNN": "{:+.4f} ({:+.4f} to {:+.4f})".format(*result["gain"]),
                "training (min)": round(training_seconds(name) / 60, 1),
            }
        )
    best = max(BRANCHES, key=lambda name: found[name]["macro_auc"])
    findings = [
        f"{REGISTRY[best].title} is the strongest single branch: {found[best]['macro_auc']:.4f} on fold 10.",
        *(
            f"{REGISTRY[name].title} against the plain waveform network: {_verdict(found[name]['gain'])}."
            for name in BRANCHES[1:]
        ),
    ]
    figure = {REGISTRY[name].title: found[name]["auc"] for name in BRANCHES}
    values = {
        name: {
            "macro_auc": StudyValue(found[name]["macro_auc"], *found[name]["macro_auc_interval"]),
            **by_class(found[name]["auc"]),
            "gain_over_waveform_cnn": StudyValue.of(found[name]["gain"]),
            "parameters": StudyValue(cards[name].parameters),
            "training_minutes": StudyValue(round(training_seconds(name) / 60, 1)),
        }
        for name in BRANCHES
    }
    tables = [Table("Committed weights on fold 10.", pd.DataFrame(rows))]
    return Result(tables, findings, figure, ("", "AUC"), values)


def _measure(labels, scores) -> dict:
    first = scores[BRANCHES[0]].probabilities
    return {
        name: evaluate(labels, s.probabilities, thresholds=s.model.card.thresholds, names=SUPERCLASSES)
        | {"gain": paired_gain(labels, first, second=s.probabilities)}
        for name, s in scores.items()
    }


def _verdict(gain: tuple[float, float, float]) -> str:
    middle, low, high = gain
    word = "higher" if low > 0 else "lower" if high < 0 else "no difference that this fold can show"
    return f"{word}, {middle:+.4f} ({low:+.4f} to {high:+.4f})"
