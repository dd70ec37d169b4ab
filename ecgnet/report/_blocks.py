"""What stands above the sheet: the patient, the measurements, the models' answers, what moved them, and the quality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecgnet.measure import Measurements
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.record import Record
from ecgnet.report._page import INK, MUTED, RULE, Page

if TYPE_CHECKING:
    from ecgnet.inference import Prediction

PITCH = 3.2  # mm between lines
SIZE = 6.8  # points
DEFAULT_BACK = (238, 243, 247)
BAR, BAR_BACK = (70, 105, 135), (224, 228, 232)


def heading(page: Page, x: float, y: float, text: str, note: str = "", width: float = 100) -> float:
    """A block's title and a note beside it. → the next line's y."""
    taken = page.say(x, y, text, 7, bold=True)
    if note:
        page.say(x + taken + 2, y, note, 5.6, colour=MUTED, width=width - taken - 2)
    return y + PITCH + 0.4


def pairs(page: Page, x: float, y: float, rows: Sequence[tuple[str, str]], key: float, width: float) -> float:
    """Names in grey and what they are in black, one a line. → y below."""
    for name, text in rows:
        page.say(x, y, name, SIZE, colour=MUTED)
        page.say(x + key, y, text, SIZE, width=width - key)
        y += PITCH
    return y


def patient_rows(record: Record, identity: bool) -> list[tuple[str, str]]:
    """What is known of patient and recording; birth date and number only when asked for (the name is in the title)."""
    rows = []
    if identity:
        who = record.identity
        named = (("Born", who.birth_date), ("Patient", who.patient_id))
        rows += [(label, text) for label, text in named if text]
    age, sex = record.metadata.age, record.metadata.sex
    rows += [
        ("Age", f"{age:.0f} years" if age is not None else "unknown"),
        ("Sex", sex or "unknown"),
        ("Source", record.source),
        ("Recorded", f"{record.duration:.4g} s at {record.fs:g} Hz"),
    ]
    there = 12 - len(record.missing)
    if there < 12:
        rows.append(("Leads", f"{there} of 12; without {', '.join(record.missing)}"))
    return rows


def measurement_rows(found: Measurements) -> list[tuple[str, str]]:
    """The measurements as they are read aloud."""
    return [
        ("Heart rate", str(found.heart_rate)),
        ("PR", str(found.pr)),
        ("QRS", str(found.qrs)),
        ("QT", str(found.qt)),
        ("QTc Bazett", str(found.qtc_bazett)),
        ("QTc Fridericia", str(found.qtc_fridericia)),
        ("QRS axis", str(found.axis).replace("-", "−")),
    ]


def why_not_measured(found: Measurements) -> str:
    """The reasons behind "not measurable", each once."""
    values = (
        found.heart_rate, found.pr, found.qrs, found.qt, found.qtc_bazett, found.qtc_fridericia, found.axis,
    )  # fmt: skip
    return " ".join(dict.fromkeys(v.reason for v in values if v.value is None and v.reason))


def default_first(predictions: Sequence[Prediction]) -> list[Prediction]:
    """The default model's answer, then the others in their order."""
    return sorted(predictions, key=lambda prediction: prediction.model != DEFAULT)


def verdict(prediction: Prediction) -> str:
    """What one model calls, in words."""
    called = ", ".join(f"{SUPERCLASS_TITLES.get(name, name)} ({name})" for name in prediction.called)
    return f"{REGISTRY[prediction.model].title} calls {called or 'no class above its threshold'}"


def models_table(
    page: Page, x: float, y: float, width: float, bottom: float, predictions: Sequence[Prediction]
) -> None:
    """Every model's probabilities in percent with a bar and its threshold, and the ids of the weights."""
    labels = predictions[0].labels
    name_width, id_width = 38.5, 16.5
    cell = (width - name_width - id_width) / len(labels)
    for k, label in enumerate(labels):
        page.say(x + name_width + k * cell, y, label, 6, bold=True)
    page.say(x + width, y, "weights", 5.2, colour=MUTED, align="right")
    pitch = min(PITCH, (bottom - y) / len(predictions))
    size = min(6.2, pitch / 0.55)
    for row, prediction in enumerate(predictions):
        y += pitch
        first = row == 0
        if first:
            page.fill(x - 1, y - 0.76 * pitch, width + 2, pitch, DEFAULT_BACK)
        page.say(x, y, REGISTRY[prediction.model].title, size, bold=first, width=name_width - 1)
        for k, label in enumerate(prediction.labels):
            _cell(page, x + name_width + k * cell, y, cell - 1.5, prediction, label, size)
        page.say(x + width, y, prediction.weights_id.rpartition("@")[2], 4.8, colour=MUTED, align="right")


def _cell(
    page: Page, x: float, y: float, width: float, prediction: Prediction, label: str, size: float
) -> None:
    k = prediction.labels.index(label)
    value, threshold = float(prediction.probabilities[k]), float(prediction.thresholds[k])
    called = label in prediction.called
    number = 4.2
    page.say(
        x + number - 0.8,
        y,
        f"{100 * value:.0f}",
        size,
        bold=called,
        align="right",
        colour=INK if called else MUTED,
    )
    left, length = x + number, width - number
    page.fill(left, y - 1.6, length, 1.1, BAR_BACK)
    if value > 0:
        page.fill(left, y - 1.6, length * min(value, 1.0), 1.1, BAR)
    at = left + length * threshold
    page.rule(at, y - 2.0, at, y - 0.1, 0.3, INK)


def lacking(record: Record) -> str:
    """What was not recorded, or ""."""
    return ", ".join(
        [f"lead {lead}" for lead in record.missing] + [f"part of lead {lead}" for lead in record.gaps]
    )


def separator(page: Page, x: float, top: float, bottom: float) -> None:
    """A thin upright line between two blocks."""
    page.rule(x, top, x, bottom, 0.15, RULE)
