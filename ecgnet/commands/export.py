"""`ecgnet export`: results for other systems of a hospital."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ecgnet import atomic
from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files, with_patient
from ecgnet.commands.models import asked_models, site_profile
from ecgnet.inference import Predictor
from ecgnet.interop import dicom, fhir
from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.fhir.server import VARIABLE, server
from ecgnet.interop.settings import recorders_timezone
from ecgnet.judge import Reading, judge
from ecgnet.models import DEFAULT
from ecgnet.overread import audit
from ecgnet.overread.database import database
from ecgnet.overread.who import local_reader
from ecgnet.progress import track
from ecgnet.reading import wording
from ecgnet.report import report
from ecgnet.report.files import report_path


def export(options: argparse.Namespace) -> int:
    """Files of results for each ECG, preliminary as nobody has signed them; FHIR is sent as well where that is asked for."""
    if not (options.fhir or options.dicom):
        print("ecgnet: say what to export: --fhir, --dicom or both", file=sys.stderr)
        return 2
    names = asked_models(options, [DEFAULT])
    to = server() if options.send else None
    if options.send and (to is None or not options.fhir):
        raise ConnectionFault(f"--send posts what --fhir makes to the server whose address is in {VARIABLE}.")
    store = database() if options.send else None
    answers = read_files(options, partial=True)
    options.out.mkdir(parents=True, exist_ok=True)
    predictors = [Predictor(name) for name in names] if any(a.record is not None for a in answers) else []
    profile = site_profile(options, {predictor.name: predictor.model.card for predictor in predictors})
    taken: set[Path] = set()
    rows = []
    for answer in track(answers, "Exporting"):
        row = file_row(answer) | {"fhir": None, "dicom": [], "sent": None}
        if answer.record is not None:
            record = with_patient(answer.record, options)
            reading = judge(record, predictors, anyway=options.anyway, profile=profile)
            stem = report_path(options.out, answer.file, taken=taken, suffix="")
            pdf = report(reading, identity=options.identity)
            if options.fhir:
                made = fhir.bundle(reading, pdf, identity=options.identity, timezone=recorders_timezone())
                fhir.check(made)
                row["fhir"] = _kept(stem, ".fhir.json", json.dumps(made, ensure_ascii=False, indent=1) + "\n")
                if to is not None:
                    if store is not None:
                        audit.sent(
                            store, answer.record, reader=local_reader(), what="FHIR", to=to.name, signed=False
                        )
                    row["sent"] = fhir.post(made, to)
            if options.dicom:
                try:
                    row["dicom"] = _dicom(reading, pdf, stem)
                except dicom.NoStudyError as error:
                    row["warnings"].append(str(error))
        rows.append(row)
    print_rows(rows, options.json, line=_in_words)
    print(wording.NOTICE, file=sys.stderr)
    return exit_code(answers)


def _dicom(reading: Reading, pdf: bytes, stem: Path) -> list[str]:
    """The structured report and the PDF, in the study that the ECG came from."""
    return [
        _kept(stem, ".sr.dcm", dicom.as_bytes(dicom.structured_report(reading))),
        _kept(stem, ".pdf.dcm", dicom.as_bytes(dicom.encapsulated_pdf(reading, pdf))),
    ]


def _kept(stem: Path, suffix: str, content: bytes | str) -> str:
    path = stem.with_name(stem.name + suffix)
    atomic.write(path, content)
    return str(path)


def _in_words(row: dict[str, Any]) -> str:
    files = ", ".join(filter(None, [row["fhir"], *row["dicom"]])) or "nothing"
    return "\n  ".join([f"{row['file']}: {files}", *row["warnings"]])
