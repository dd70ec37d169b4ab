"""A hospital made of numbers: answers whose truth is known, without a signal."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from ecgnet import weights
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.validation import EcgAnswers, Labels
from ecgnet.validation.labels import parse_labels


@pytest.fixture(autouse=True)
def needs_weights():
    if DEFAULT not in weights.available():
        pytest.skip(f"weights/{DEFAULT}.json is not there")


def hospital(n: int = 400, seed: int = 0, *, shift: float = 0.0) -> tuple[EcgAnswers, np.ndarray]:
    """n ECGs of as many patients, and their truth (n, 5): the probabilities hold but for `shift` in log-odds, by which they
    are too high."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-1.0, 2.0, (n, 5))
    truth = rng.random((n, 5)) < 1 / (1 + np.exp(-z))
    stated = 1 / (1 + np.exp(-(z + shift)))
    statements = 1 / (1 + np.exp(-rng.normal(-4, 1, (n, 71))))
    card = weights.read_card(DEFAULT)
    answers = EcgAnswers(
        model=DEFAULT,
        weights=card.weights_id,
        folder="/hospital",
        files=tuple(f"/hospital/{k}.csv" for k in range(n)),
        exams=("",) * n,
        hashes=tuple(f"hash {k}" for k in range(n)),
        probabilities=stated,
        statements=statements,
        states=card.state_limits.codes(stated),
        abstain=np.zeros(n, bool),
        unfamiliarity=np.full(n, 0.5),
        fine=np.ones(n, bool),
        within_limits=np.ones(n, bool),
        age=rng.uniform(20, 89, n),
        sex=np.where(rng.random(n) < 0.5, "female", "male"),
        fs=np.full(n, 500.0),
        device=np.full(n, ""),
        cart=((),) * n,
    )
    return answers, truth


def labels_of(truth: np.ndarray, files: list[str] | None = None, **more: list[str]) -> Labels:
    """The labels of a CSV with a row an ECG; `more` are further columns, of text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", *SUPERCLASSES, *more])
    names = files or [f"{k}.csv" for k in range(len(truth))]
    for k, (name, row) in enumerate(zip(names, truth, strict=True)):
        writer.writerow([name, *row.astype(int), *(column[k] for column in more.values())])
    return parse_labels(text.getvalue(), "labels.csv")
