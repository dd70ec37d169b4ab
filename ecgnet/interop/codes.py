"""Every code that leaves ECGNet: `codes.json` beside this file, by group and name, each with the source it was read in.

A code is added there or nowhere; `fhir.checks` refuses a bundle with a code that the file does not have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("codes.json")
OWN = "99ECGNET"
"""The coding scheme of ECGNet's classes and SCP-ECG statements; a name that begins with 99 is a private one (PS3.16 8)."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: system as DICOM names it ("LN", "SCT", "DCM", "MDC", "UCUM"), value, meaning, and where it was read."""

    system: str
    value: str
    meaning: str
    source: str = ""

    @property
    def uri(self) -> str:
        """The system's URI in FHIR. Raises KeyError for a system that has none there."""
        if (found := systems()[self.system]) is None:
            raise KeyError(f"{self.system} has no URI: its codes are for DICOM alone")
        return found


@lru_cache(maxsize=1)
def systems() -> Mapping[str, str | None]:
    """Coding system → its URI in FHIR, None where ECGNet uses it in DICOM alone."""
    return {name: row["uri"] for name, row in _content()["systems"].items()}


@lru_cache(maxsize=1)
def groups() -> Mapping[str, Mapping[str, Code]]:
    """Group → name within ECGNet → code."""
    return {
        group: {
            name: Code(row["system"], row["code"], row["meaning"], row.get("source") or content["source"])
            for name, row in content["codes"].items()
        }
        for group, content in _content()["groups"].items()
    }


def code(group: str, name: str) -> Code:
    """A code by its place in the file. Raises KeyError."""
    return groups()[group][name]


def own(name: str, meaning: str) -> Code:
    """A class or an SCP-ECG statement by ECGNet's own code (EN 1064 for the statements)."""
    return Code(OWN, name, meaning, "ECGNet; EN 1064, as PTB-XL writes it")


@lru_cache(maxsize=1)
def _content() -> Mapping[str, Mapping]:
    return json.loads(FILE.read_text(encoding="utf-8"))
