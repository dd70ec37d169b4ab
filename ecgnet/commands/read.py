"""`ecgnet read`: the whole reading of each ECG file, in words or as JSON."""

from __future__ import annotations

import argparse

from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files, with_patient
from ecgnet.commands.models import asked_models, site_profile
from ecgnet.file_answers import reading_row
from ecgnet.inference import Predictor
from ecgnet.judge import judge
from ecgnet.models import DEFAULT


def read(options: argparse.Namespace) -> int:
    """The reading of each file, also of one that lacks leads or samples: what can be said, and why not the rest."""
    names = asked_models(options, [DEFAULT])
    answers = read_files(options, partial=True)
    predictors = [Predictor(name) for name in names] if any(a.record is not None for a in answers) else []
    profile = site_profile(options, {predictor.name: predictor.model.card for predictor in predictors})
    rows, texts = [], []
    for answer in answers:
        reading = None
        if answer.record is not None:
            reading = judge(
                with_patient(answer.record, options), predictors, anyway=options.anyway, profile=profile
            )
            texts.append(f"{answer.file}\n{reading.text()}\n")
        rows.append(reading_row(answer, reading) | {"error": file_row(answer)["error"]})
    said = iter(texts)  # one for each row that is ok
    print_rows(rows, options.json, line=lambda row: next(said))
    return exit_code(answers)
