"""`ecgnet report`: a printable report for each ECG file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgnet import atomic
from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files
from ecgnet.commands.models import asked_models, site_profile
from ecgnet.inference import Predictor
from ecgnet.models import SHOWN
from ecgnet.paper import SheetSettings
from ecgnet.progress import track
from ecgnet.report.files import judged_report, report_path
from ecgnet.signal import DisplayFilter


def report(options: argparse.Namespace) -> int:
    """A PDF for each file."""
    names = asked_models(options, SHOWN)
    answers = read_files(options, partial=True)
    options.out.mkdir(parents=True, exist_ok=True)
    judged = any(a.record is not None and a.record.complete for a in answers)
    predictors = [Predictor(name) for name in names] if judged else []
    profile = site_profile(options, {predictor.name: predictor.model.card for predictor in predictors})
    taken: set[Path] = set()
    display = DisplayFilter(options.filter)
    settings = SheetSettings(options.layout, options.order, options.speed, options.gain, display)
    rows = []
    for answer in track(answers, "Printing"):
        row = file_row(answer) | {"report": None}
        if answer.record is not None:
            path = report_path(options.out, answer.file, taken=taken)
            pdf = judged_report(
                answer.record,
                predictors,
                anyway=options.anyway,
                profile=profile,
                page=options.page,
                settings=settings,
                identity=options.identity,
            )
            atomic.write(path, pdf)
            row["report"] = str(path)
        rows.append(row)

    print_rows(
        rows,
        options.json,
        line=lambda row: "\n  ".join([f"{row['file']}: {row['report']}", *row["warnings"]]),
    )
    return exit_code(answers)
