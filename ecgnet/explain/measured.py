"""What each measurement added to an answer of boosted trees, as a clinician would name it: QRS duration, R in V5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgnet import models
from ecgnet.explain.question import asked
from ecgnet.inference import Predictor
from ecgnet.measure import COLUMNS, Beats, measured_row
from ecgnet.models import REGISTRY
from ecgnet.record import Record
from ecgnet.remote import at_service


@dataclass(frozen=True)
class MeasuredCredit:
    """What one of `ecgnet.measure.COLUMNS` added to a label's logit. value, against: what was measured in the ECG and in
    what it is compared with, in the column's unit, None where nothing could be; credit: in logits."""

    column: str
    value: float | None
    against: float | None
    credit: float


def reads_measurements(model: str) -> bool:
    """Whether a registered model, or one that it is made of, reads what was measured."""
    return any(REGISTRY[name].network == "MeasuredTrees" for name in (model, *REGISTRY[model].branches))


@at_service
def measured_credits(
    predictor: Predictor,
    record: Record,
    *,
    target: str,
    against: str = "zero",
    beats: Beats | None = None,
) -> list[MeasuredCredit]:
    """Every measurement that moved the answer for a label, the strongest first; together they are the trees' whole change,
    as it counts in the model's answer. Empty for a model that reads none. target, against and beats: as `explain` takes
    them. Raises ExplanationError as `explain` does."""
    from ecgnet.models.measured import measured_waves

    with asked(predictor, record, target=target, against=against, beats=beats) as question:
        network, fs = question.network, question.record.spec.fs
        weighed = _weighed(network, question.target)
        if not weighed:
            return []
        row, reference = (
            measured_row(*measured_waves(seen.waveform, fs)) for seen in (question.record, question.baseline)
        )
        credits = sum(
            weight * trees.credits(question.target, row, reference=reference) for weight, trees in weighed
        )
    axis = COLUMNS.index("axis")
    for part in ("axis_cosine", "axis_sine"):  # the axis again, so that trees can cut it anywhere
        credits[axis] += credits[COLUMNS.index(part)]
        credits[COLUMNS.index(part)] = 0
    order = [k for k in np.argsort(-np.abs(credits)) if credits[k]]
    return [
        MeasuredCredit(COLUMNS[k], _known(row[k]), _known(reference[k]), float(credits[k])) for k in order
    ]


def _weighed(network: models.Network, place: int) -> list[tuple[float, models.MeasuredTrees]]:
    """The trees in a network, each with its weight in the answer at a place of `target_index`."""
    if isinstance(network, models.MeasuredTrees):
        return [(1.0, network)]
    if not isinstance(network, models.LateFusion):
        return []
    labels = network.weight.shape[1]
    weights = network.weight[:, place] if place < labels else network.statement_weight
    return [
        (float(weight), branch)
        for weight, branch in zip(weights.detach(), network.branches.values(), strict=True)
        if isinstance(branch, models.MeasuredTrees)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
