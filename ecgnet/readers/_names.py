"""Which signals a file names as leads, and whether their owner has to name them."""

from __future__ import annotations

from collections.abc import Sequence

from ecgnet.readers._core import ReadOptions
from ecgnet.readers._leads import is_inverse, lead_of, standard_lead

LEADS_BY_CODE: dict[int, str] = {1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"} | {
    k + 2: f"V{k}" for k in range(1, 7)
}
"""The numbers that SCP-ECG (EN 1064, 5.6), IEEE 11073-10101 and MFER give the 12 leads."""

_TWELVE = 8  # leads from which all 12 follow, at least


def left_out(label: str) -> bool:
    """Whether a signal of this name is left out in any case; one that is not stated or inverted is not: it is told."""
    return bool(label) and standard_lead(label) is None and not is_inverse(label)


def names(labels: Sequence[str], options: ReadOptions) -> list[str]:
    """The labels of a file's signals, all "" (not stated) where they are no lead names and have to be asked for.

    They are kept where the 12 leads follow from them, where a partial record has one of them, and where the file has
    too few signals for 12 leads in any case.
    """
    known = {lead_of(label) for label in labels} - {None}
    few = len(labels) < _TWELVE
    if len(known) >= _TWELVE or (few and len(known) == len(labels)):
        return list(labels)
    if options.leads is None and (bool(known) if options.partial else few):
        return list(labels)
    return [""] * len(labels)


def own_names(labels: Sequence[str], options: ReadOptions) -> list[str]:
    """The labels of a format that has a place for names: as they are where any of them is a lead, else as `names` has
    them."""
    return list(labels) if any(map(lead_of, labels)) else names(labels, options)
