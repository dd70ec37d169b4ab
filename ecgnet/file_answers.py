"""What is answered for a file, as plain values: the rows of `ecgnet predict --json`, of `ecgnet read --json` and of the
service. Their keys are a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecgnet.cards import Card
from ecgnet.inference import Prediction
from ecgnet.judge import Reading
from ecgnet.readers import Answer
from ecgnet.reading.contract import KEYS, to_values
from ecgnet.trust import judge_trust


def reading_row(answer: Answer, reading: Reading | None) -> dict[str, Any]:
    """The file and the whole reading of it; every value null without one."""
    row = answer.values() | dict.fromkeys(KEYS)
    return row if reading is None else row | to_values(reading) | {"warnings": _warnings(answer, reading)}


def prediction_row(
    answer: Answer, reading: Reading | None, *, models: Sequence[str], cards: Mapping[str, Card]
) -> dict[str, Any]:
    """The file and the models' answers, in the order of `models`; cards: of those that answered."""
    row = answer.values() | {"judged": False, "reason": None, "electrodes": None, "predictions": []}
    if reading is None:
        return row
    return row | {
        "warnings": _warnings(answer, reading),
        "judged": bool(reading.predictions),
        "reason": reading.unreadable,
        "electrodes": reading.quality.reversal and str(reading.quality.reversal),
        "predictions": predictions(reading, models=models, cards=cards),
    }


def predictions(
    reading: Reading, *, models: Sequence[str], cards: Mapping[str, Card]
) -> list[dict[str, Any]]:
    """Each model's answer, in the order of `models`; of what cannot be read no class has a state."""
    found = sorted(reading.predictions, key=lambda prediction: models.index(prediction.model))
    return [_values(prediction, reading, cards[prediction.model]) for prediction in found]


def _warnings(answer: Answer, reading: Reading) -> list[str]:
    return list(dict.fromkeys((*answer.warnings, *reading.warnings)))


def _values(prediction: Prediction, reading: Reading, card: Card) -> dict[str, Any]:
    chances = zip(prediction.labels, prediction.probabilities, strict=True)
    return {
        "model": prediction.model,
        "probabilities": {label: round(float(p), 6) for label, p in chances},
        "milliseconds": round(prediction.milliseconds, 2),
        "device": prediction.device,
        "trust": _trust(prediction, reading, card) if reading.relied_on and card.trust else None,
        "state": dict(reading.states_by_model[prediction.model]) if reading.relied_on else None,
    }


def _trust(prediction: Prediction, reading: Reading, card: Card) -> dict[str, Any]:
    """How far one answer holds."""
    trust = judge_trust(prediction, reading.record, card=card)
    return {
        "familiar": trust.familiar,
        "sets": trust.sets,
        "abstain": trust.abstain,
        "sentences": list(trust.sentences),
    }
