"""`ecgnet export`: results for other systems of a hospital."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ecgnet import atomic
from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files, with_patient
from ecgnet.commands.models import asked_models
from ecgnet.inference import Predictor
from ecgnet.interop import fhir
from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.fhir.server import VARIABLE, server
from ecgnet.interop.settings import recorders_timezone
from ecgnet.judge import Reading, judge
from ecgnet.models import DEFAULT
from ecgnet.progress import track
from ecgnet.reading import wording
from ecgnet.report import report
from ecgnet.report.files import report_path


def export(options: argparse.Namespace) -> int:
    """A file of results for each ECG, preliminary as nobody has signed them; sent as well where that is asked for."""
    if not options.fhir:
        print("ecgnet: say what to export: --fhir", file=sys.stderr)
        return 2
    names = asked_models(options, [DEFAULT])
    to = server() if options.send else None
    if options.send and to is None:
        raise ConnectionFault(f"No FHIR server is set up: put its address into {VARIABLE}.")
    answers = read_files(options, partial=True)
    options.out.mkdir(parents=True, exist_ok=True)
    predictors = [Predictor(name) for name in names] if any(a.record is not None for a in answers) else []
    taken: set[Path] = set()
    rows = []
    for answer in track(answers, "Exporting"):
        row = file_row(answer) | {"fhir": None, "sent": None}
        if answer.record is not None:
            reading = judge(with_patient(answer.record, options), predictors, anyway=options.anyway)
            made = _bundle(reading, identity=options.identity)
            path = report_path(options.out, answer.file, taken=taken, suffix=".fhir.json")
            atomic.write(path, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
            row["fhir"] = str(path)
            if to is not None:
                row["sent"] = fhir.post(made, to)
        rows.append(row)
    print_rows(rows, options.json, line=lambda row: f"{row['file']}: {row['fhir']}")
    print(wording.NOTICE, file=sys.stderr)
    return exit_code(answers)


def _bundle(reading: Reading, *, identity: bool) -> dict:
    made = fhir.bundle(
        reading, report(reading, identity=identity), identity=identity, timezone=recorders_timezone()
    )
    fhir.check(made)
    return made
