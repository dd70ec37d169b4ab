"""`ecgnet predict`: the models' answers for each ECG file."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ecgnet.cards import Card
from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files, with_patient
from ecgnet.commands.models import asked_models, site_profile
from ecgnet.inference import Prediction, Predictor
from ecgnet.judge import Reading, judge
from ecgnet.reading import wording
from ecgnet.trust import judge as trust_in


def predict(options: argparse.Namespace) -> int:
    """Probabilities and states of the five superclasses for each file, of the window that the reading is made of."""
    names = asked_models(options)
    answers = read_files(options)
    predictors = [Predictor(name) for name in names] if any(a.record is not None for a in answers) else []
    cards = {predictor.name: predictor.model.card for predictor in predictors}
    profile = site_profile(options, cards)
    rows = []
    for answer in answers:
        row = file_row(answer) | {"judged": False, "reason": None, "electrodes": None, "predictions": []}
        if answer.record is not None:
            reading = judge(
                with_patient(answer.record, options), predictors, anyway=options.anyway, profile=profile
            )
            row["reason"] = reading.unreadable
            row["judged"] = bool(reading.predictions)
            row["electrodes"] = reading.quality.reversal and str(reading.quality.reversal)
            row["warnings"] += [note for note in reading.warnings if note not in row["warnings"]]
            found = sorted(reading.predictions, key=lambda prediction: names.index(prediction.model))
            row["predictions"] = [_values(p, reading, cards[p.model]) for p in found]
        rows.append(row)
    print_rows(rows, options.json, line=_in_words)
    print(wording.NOTICE, file=sys.stderr if options.json else sys.stdout)
    return exit_code(answers)


def _values(prediction: Prediction, reading: Reading, card: Card) -> dict[str, Any]:
    """One model's answer for JSON; of what cannot be read no class has a state."""
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
    trust = trust_in(prediction, reading.record, card=card)
    return {
        "familiar": trust.familiar,
        "sets": trust.sets,
        "abstain": trust.abstain,
        "sentences": list(trust.sentences),
    }


def _in_words(row: dict[str, Any]) -> str:
    lines = [row["file"], *(f"  {w}" for w in row["warnings"])]
    if not row["judged"]:
        lines.append(f"  Not judged: {row['reason']} (--anyway judges it all the same)")
    for p in row["predictions"]:
        chances = "  ".join(f"{n} {v:.2f}" for n, v in p["probabilities"].items())
        lines.append(f"  {p['model']:36} {chances}")
        if p["trust"]:
            lines += [f"    {sentence}" for sentence in p["trust"]["sentences"]]
    return "\n".join(lines)
