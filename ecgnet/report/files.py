"""Reports as files: a record, the models that are asked, and a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from ecgnet.explain import ExplanationError
from ecgnet.inference import Predictor
from ecgnet.judge import judge
from ecgnet.record import Record
from ecgnet.report._report import report
from ecgnet.report.what_moved import what_moved
from ecgnet.site_profile import SiteProfile


def judged_report(
    record: Record,
    predictors: Sequence[Predictor],
    *,
    anyway: bool = False,
    profile: SiteProfile | None = None,
    **options: Any,
) -> bytes:
    """A report on a record as these models judge it, with what moved the leading one; anyway and profile as `judge` takes
    them, the other options as `report` does."""
    reading = judge(record, predictors, anyway=anyway, profile=profile)
    explanation = ""
    if reading.prediction is not None:
        leading = next(p for p in predictors if p.name == reading.prediction.model)
        try:
            explanation = what_moved(leading, reading)
        except ExplanationError as error:
            explanation = str(error)
    return report(reading, explanation=explanation, **options)


def report_path(folder: Path, file: str, *, taken: set[Path], suffix: str = ".pdf") -> Path:
    """Where what is made of a file goes: its name with .pdf or another suffix, numbered where another one of this run has
    that name."""
    stem = re.sub(r"[^\w.-]+", "-", PurePath(file).stem).strip("-.") or "report"
    path, number = folder / f"{stem}{suffix}", 1
    while path in taken:
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    taken.add(path)
    return path
