"""`ecgnet predict`: the models' answers for each ECG file."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files, with_patient
from ecgnet.commands.models import asked_models, site_profile
from ecgnet.file_answers import prediction_row
from ecgnet.inference import Predictor
from ecgnet.judge import judge
from ecgnet.reading import wording


def predict(options: argparse.Namespace) -> int:
    """Probabilities and states of the five superclasses for each file, of the window that the reading is made of."""
    names = asked_models(options)
    answers = read_files(options)
    predictors = [Predictor(name) for name in names] if any(a.record is not None for a in answers) else []
    cards = {predictor.name: predictor.model.card for predictor in predictors}
    profile = site_profile(options, cards)
    rows = []
    for answer in answers:
        reading = None
        if answer.record is not None:
            reading = judge(
                with_patient(answer.record, options), predictors, anyway=options.anyway, profile=profile
            )
        rows.append(
            prediction_row(answer, reading, models=names, cards=cards) | {"error": file_row(answer)["error"]}
        )
    print_rows(rows, options.json, line=_in_words)
    print(wording.NOTICE, file=sys.stderr if options.json else sys.stdout)
    return exit_code(answers)


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
