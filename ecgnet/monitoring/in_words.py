"""What was watched as text: alarms first, then a line a period."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ecgnet.estimate import Estimate
from ecgnet.models import REGISTRY
from ecgnet.monitoring.result import Monitoring, Period
from ecgnet.notices import percent
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading import wording

QUIET = "Nothing moved beyond chance and far enough to be looked at."


def in_words(found: Monitoring) -> str:
    """The whole as plain text, with the notice first and last."""
    said = [f"{alarm.period}: {alarm}" for alarm in found.alarms] or [QUIET]
    lines = [title(found), wording.NOTICE, "", *said, *found.notes, "", *_aligned(table(found)), ""]
    return "\n".join([*lines, wording.NOTICE])


def title(found: Monitoring) -> str:
    """What was watched, and against what."""
    model = REGISTRY[found.model].title if found.model in REGISTRY else found.model
    site = f", labels by site profile {found.profile}" if found.profile else ""
    return f"{model} ({found.weights}{site}) on {found.folder}, compared with {found.reference.name}"


def table(found: Monitoring) -> list[Sequence[str]]:
    """Head, the reference, then a row a period."""
    head = ["", "ECGs", *(f"{label} found" for label in SUPERCLASSES), "largest shift"]
    head += ["unfamiliar", "no fault", "left to a reader"]
    with_labels = any(period.labelled for period in found.periods)
    if with_labels:
        head += ["labelled", "agreement", "observed / expected"]
    rows = [_row(period, with_labels) for period in (found.reference, *found.periods)]
    rows[0][0] = f"Reference: {rows[0][0]}"
    return [head, *rows]


def _row(period: Period, with_labels: bool) -> list[str]:
    shifts = {label: s for label, s in period.shift.items() if math.isfinite(s.value)}
    most = max(shifts, key=lambda label: shifts[label].value, default=None)
    row = [period.name, f"{period.n:,}", *(_percent(period.found[label]) for label in SUPERCLASSES)]
    row += ["" if most is None else f"{most} {shifts[most].value:.2f}"]
    row += [_percent(share) for share in (period.unfamiliar, period.fine, period.abstained)]
    if with_labels:
        ratios = {k: r for k, r in period.observed_to_expected.items() if math.isfinite(r.value)}
        row += [
            str(period.labelled),
            _percent(period.agreement),
            ", ".join(f"{label} {ratio.value:.2f}" for label, ratio in ratios.items()),
        ]
    return row


def _percent(share: Estimate) -> str:
    return percent(share.value) if math.isfinite(share.value) else "unknown"


def _aligned(rows: list[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
