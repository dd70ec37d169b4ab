"""How much the answer leans on age and sex."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ecgnet.metrics import auroc, paired_gain
from ecgnet.models import FUSIONS, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.scoring import score
from ecgnet.study_results import StudyValue
from ecgnet.training.studies._bench import Bench, Result, Table
from ecgnet.weights import read_card

QUESTION = "What do age and sex add to the ECG, and what does a wrong age or sex do to the answer?"


def run(bench: Bench) -> Result:
    """Each fusion on fold 10 with the patient's data as they are, hidden, and wrong."""
    test = bench.test()
    labels = test.superclasses.numpy()
    checksums = {name: read_card(name).checksum for name in FUSIONS}
    found = bench.kept("as recorded, hidden, wrong", checksums, compute=lambda: _measure(test, labels))
    rows = [
        {
            "model": REGISTRY[name].title,
            "patient data": case,
            "macro AUC": values["macro_auc"],
            **dict(zip(SUPERCLASSES, values["auc"], strict=True)),
            "change of macro AUC": "{:+.4f} ({:+.4f} to {:+.4f})".format(*values["gain"]),
            "mean change of probability": values["shift"],
            "calls that change (%)": values["calls"],
        }
        for name in FUSIONS
        for case, values in found[name].items()
    ]
    findings = []
    for name in FUSIONS:
        hidden, worst = found[name]["hidden"], max(found[name].items(), key=lambda item: item[1]["shift"])
        findings.append(
            f"{REGISTRY[name].title}: without age and sex its macro AUC changes by {hidden['gain'][0]:+.4f} "
            f"({hidden['gain'][1]:+.4f} to {hidden['gain'][2]:+.4f}); the largest mean change of a probability, "
            f"{worst[1]['shift']:.3f}, comes with {worst[0]}, and {worst[1]['calls']:.1f} % of the calls change."
        )
    figure = {REGISTRY[name].title: {c: v["macro_auc"] for c, v in found[name].items()} for name in FUSIONS}
    caption = "Fold 10. Differences are paired against the patient's own data."
    values: dict[str, dict[str, StudyValue]] = {name: {} for name in FUSIONS}
    for name in FUSIONS:
        for case, seen in found[name].items():
            values[name] |= {
                f"macro_auc: {case}": StudyValue(seen["macro_auc"]),
                f"change: {case}": StudyValue.of(seen["gain"]),
                f"mean_change_of_probability: {case}": StudyValue(seen["shift"]),
            }
    return Result([Table(caption, pd.DataFrame(rows))], findings, figure, values=values)


def cases(metadata: Tensor) -> dict[str, Tensor]:
    """The patients' data (N, 4) as recorded, hidden, and wrong in four ways; what is unknown stays unknown."""
    age, known_age, sex, known_sex = metadata.T
    years = age * 20 + 60

    def with_(new_years: Tensor = years, new_sex: Tensor = sex) -> Tensor:
        return torch.stack([(new_years - 60) / 20 * known_age, known_age, new_sex * known_sex, known_sex], 1)

    return {
        "as recorded": metadata,
        "hidden": torch.zeros_like(metadata),
        "sex exchanged": with_(new_sex=-sex),
        "30 years younger": with_(new_years=(years - 30).clamp(min=18)),
        "30 years older": with_(new_years=(years + 30).clamp(max=95)),
        "another patient's": metadata.roll(1, 0),
    }


def _measure(test: Any, labels: np.ndarray) -> dict[str, Any]:
    answers = {
        case: score(FUSIONS, test.signals, metadata=given) for case, given in cases(test.metadata).items()
    }
    found: dict[str, Any] = {}
    for name in FUSIONS:
        own = answers["as recorded"][name]
        thresholds = own.model.card.thresholds
        found[name] = {}
        for case, scores in answers.items():
            p = scores[name].probabilities
            areas = auroc(labels, p)
            found[name][case] = {
                "macro_auc": round(float(areas.mean()), 4),
                "auc": areas.round(4).tolist(),
                "gain": paired_gain(labels, own.probabilities, second=p),
                "shift": round(float(np.abs(p - own.probabilities).mean()), 4),
                "calls": round(
                    100 * float(((p >= thresholds) != (own.probabilities >= thresholds)).mean()), 2
                ),
            }
    return found
