"""`ecgnet info`: what is in ECG files."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from threading import Thread

from ecgnet.commands.answers import exit_code, file_row, print_rows, read_files
from ecgnet.notices import texts
from ecgnet.readers import fence, names_apart
from ecgnet.record import LEADS


def info(options: argparse.Namespace) -> int:
    """What is in each file."""
    if options.list:
        return _names(options)
    # The files are read in another process; what looks for exchanged arms takes as long to load.
    Thread(target=import_module, args=("ecgnet.measure",), daemon=True).start()
    answers = read_files(options)
    from ecgnet.measure import arm_reversal

    rows = []
    for answer in answers:
        record = answer.record
        row = file_row(answer) | dict.fromkeys(
            ("format", "fs", "leads", "n_samples", "duration_s", "first", "recorder"), None
        )
        if record is not None:
            first = {
                lead: [round(float(v), 6) for v in record.lead(lead)[: options.samples]] for lead in LEADS
            }
            row |= {
                "warnings": [*row["warnings"], *texts(arm_reversal(record))],
                "format": answer.format,
                "fs": record.fs,
                "leads": list(LEADS),
                "n_samples": record.n_samples,
                "duration_s": round(record.duration, 6),
                "first": first,
                "recorder": record.recorder and record.recorder.as_json(),
            }
        rows.append(row)

    def line(row: dict) -> str:
        text = f"{row['file']}: {row['format']}, {row['fs']:g} Hz, {row['duration_s']:g} s, 12 leads"
        return "\n  ".join([text, *row["warnings"]])

    print_rows(rows, options.json, line=line)
    if options.verbose:
        held = fence()
        why = held.words if held else "no process to read in could be started."
        print(f"Files are read in a process of their own: {why}", file=sys.stderr)
    return exit_code(answers)


def _names(options: argparse.Namespace) -> int:
    """What the records in the files are called, a line each; none of them is read."""
    names = names_apart(options.files)
    print(json.dumps(names, ensure_ascii=False, indent=1) if options.json else "\n".join(names))
    return 0
