"""Reports as files: a record, the models that are asked, and a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from ecgnet.electrodes import assess
from ecgnet.inference import Predictor, predict_together, window_read
from ecgnet.models import DEFAULT
from ecgnet.quality import unreadable
from ecgnet.record import Record
from ecgnet.report._report import report
from ecgnet.report.what_moved import what_moved


def judged_report(
    record: Record, predictors: Sequence[Predictor], anyway: bool = False, **options: Any
) -> bytes:
    """A report with the models' answers and what moved the default one, or the first where it was not asked; without
    both for a record that lacks leads or samples, or, unless `anyway`, cannot be read. options: as `report` takes them."""
    if not (record.complete and predictors):
        return report(record, **options)
    read = window_read(record, predictors[0].model.card.spec)
    if unreadable(read, assess(read)) is not None and not anyway:
        return report(record, **options)
    predictions = [found[0] for found in predict_together(predictors, [record]).values()]
    k = next((k for k, predictor in enumerate(predictors) if predictor.name == DEFAULT), 0)
    explanation = what_moved(predictors[k], record, predictions[k])
    return report(record, predictions=predictions, explanation=explanation, **options)


def report_path(folder: Path, file: str, taken: set[Path]) -> Path:
    """Where the report on a file goes: its name with .pdf, numbered where another one of this run has that name."""
    stem = re.sub(r"[^\w.-]+", "-", PurePath(file).stem).strip("-.") or "report"
    path, number = folder / f"{stem}.pdf", 1
    while path in taken:
        number += 1
        path = folder / f"{stem}-{number}.pdf"
    taken.add(path)
    return path
