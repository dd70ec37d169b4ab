"""What was watched as text: alarms first, then a line a period."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ecgnet.estimate import Estimate
from ecgnet.language import localised, mark, say
from ecgnet.models import title_of
from ecgnet.monitoring.result import Monitoring, Period
from ecgnet.notices import percent
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading import wording

QUIET = mark("Nothing moved beyond chance and far enough to be looked at.")


def in_words(found: Monitoring) -> str:
    """The whole as plain text, with the notice first and last."""
    said = [f"{alarm.period}: {alarm}" for alarm in found.alarms] or [say(QUIET)]
    lines = [title(found), say(wording.NOTICE), "", *said, *found.notes, "", *_aligned(table(found)), ""]
    return "\n".join([*lines, say(wording.NOTICE)])


def title(found: Monitoring) -> str:
    """What was watched, and against what."""
    site = say(", labels by site profile {profile}", profile=found.profile) if found.profile else ""
    return say(
        "{model} ({weights}{site}) on {folder}, compared with {name}",
        model=title_of(found.model),
        weights=found.weights,
        site=site,
        folder=found.folder,
        name=found.reference.name,
    )


def table(found: Monitoring) -> list[Sequence[str]]:
    """Head, the reference, then a row a period."""
    head = [
        "",
        say("ECGs"),
        *(say("{label} found", label=label) for label in SUPERCLASSES),
        say("largest shift"),
    ]
    head += [say("unfamiliar"), say("no fault"), say("left to a reader")]
    with_labels = any(period.labelled for period in found.periods)
    if with_labels:
        head += [say("labelled"), say("agreement"), say("observed / expected")]
    rows = [_row(period, with_labels) for period in (found.reference, *found.periods)]
    rows[0][0] = say("Reference: {rows}", rows=rows[0][0])
    return [head, *rows]


def _row(period: Period, with_labels: bool) -> list[str]:
    shifts = {label: s for label, s in period.shift.items() if math.isfinite(s.value)}
    most = max(shifts, key=lambda label: shifts[label].value, default=None)
    row = [
        period.name,
        localised(f"{period.n:,}"),
        *(_percent(period.found[label]) for label in SUPERCLASSES),
    ]
    row += ["" if most is None else f"{most} {localised(f'{shifts[most].value:.2f}')}"]
    row += [_percent(share) for share in (period.unfamiliar, period.fine, period.abstained)]
    if with_labels:
        ratios = {k: r for k, r in period.observed_to_expected.items() if math.isfinite(r.value)}
        row += [
            str(period.labelled),
            _percent(period.agreement),
            ", ".join(f"{label} {localised(f'{ratio.value:.2f}')}" for label, ratio in ratios.items()),
        ]
    return row


def _percent(share: Estimate) -> str:
    return percent(share.value) if math.isfinite(share.value) else say("unknown")


def _aligned(rows: list[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
