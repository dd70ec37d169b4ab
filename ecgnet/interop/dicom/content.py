"""Content items of a structured report, by value type. Source: DICOM PS3.3 C.17.3 and C.18."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from ecgnet.interop.codes import Code, code
from ecgnet.interop.dicom.frame import coded, referenced
from ecgnet.record import SourceStudy

CONTAINS, MODIFIER, CONTEXT, PROPERTIES, SELECTED = (
    "CONTAINS",
    "HAS CONCEPT MOD",
    "HAS OBS CONTEXT",
    "HAS PROPERTIES",
    "SELECTED FROM",
)
"""How an item belongs to the one that it stands in."""


def container(
    name: Code, items: Sequence[Dataset], *, template: str = "", relation: str | None = CONTAINS
) -> Dataset:
    """A heading with what stands below it; template: the number of its template; relation: None for the root."""
    made = _item("CONTAINER", name, relation)
    made.ContinuityOfContent = "SEPARATE"
    if template:
        origin = Dataset()
        origin.MappingResource, origin.TemplateIdentifier = "DCMR", template
        made.ContentTemplateSequence = Items([origin])
    return within(made, items)


def within(made: Dataset, items: Sequence[Dataset]) -> Dataset:
    """An item with others in it."""
    if items:
        made.ContentSequence = Items(items)
    return made


def text(name: Code, value: str, *, relation: str = CONTAINS) -> Dataset:
    """A text."""
    made = _item("TEXT", name, relation)
    made.TextValue = value
    return made


def choice(name: Code, value: Code, *, relation: str = CONTAINS) -> Dataset:
    """A code as the value."""
    made = _item("CODE", name, relation)
    made.ConceptCodeSequence = Items([coded(value)])
    return made


def number(name: Code, value: float | None, *, unit: Code, relation: str = CONTAINS) -> Dataset:
    """A value with its unit; None is a measurement that failed, which is said."""
    made = _item("NUM", name, relation)
    if value is None:
        made.MeasuredValueSequence = Items()
        made.NumericValueQualifierCodeSequence = Items([coded(code("report_items", "not_measurable"))])
        return made
    measured = Dataset()
    measured.NumericValue = f"{value:g}"
    measured.MeasurementUnitsCodeSequence = Items([coded(unit)])
    made.MeasuredValueSequence = Items([measured])
    return made


def person(name: Code, value: str, *, relation: str = CONTAINS) -> Dataset:
    """A person's name, whole in the first of its parts: which word of it is the family's is not known."""
    made = _item("PNAME", name, relation)
    made.PersonName = _plain_name(value)
    return made


def unique(name: Code, value: str, *, relation: str = CONTAINS) -> Dataset:
    """A UID."""
    made = _item("UIDREF", name, relation)
    made.UID = value
    return made


def moment(name: Code, value: datetime, *, relation: str = CONTAINS) -> Dataset:
    """A date with its time."""
    made = _item("DATETIME", name, relation)
    made.DateTime = f"{value:%Y%m%d%H%M%S}"
    return made


def waveform(name: Code, source: SourceStudy, *, relation: str = CONTAINS) -> Dataset:
    """The ECG that was read."""
    made = _item("WAVEFORM", name, relation)
    made.ReferencedSOPSequence = Items([referenced(source.sop_class, source.instance)])
    return made


def segment(name: Code, seconds: tuple[float, float], *, relation: str = CONTAINS) -> Dataset:
    """From when to when of a waveform, in s from its start (C.18.7)."""
    made = _item("TCOORD", name, relation)
    made.TemporalRangeType = "SEGMENT"
    made.ReferencedTimeOffsets = [f"{second:.6g}" for second in seconds]
    return made


def _item(kind: str, name: Code, relation: str | None) -> Dataset:
    made = Dataset()
    if relation is not None:
        made.RelationshipType = relation
    made.ValueType = kind
    made.ConceptNameCodeSequence = Items([coded(name)])
    return made


def _plain_name(name: str) -> str:
    return "".join(" " if letter in "^=\\" else letter for letter in name)[:64]
