"""What an archive is asked, and what it answers, a study of an ECG each.

Source: DICOM PS3.18 10.6 (search), F.2 (DICOM JSON); PS3.4 C.2.2.2 (matching)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ecgnet.language import say
from ecgnet.recorder import cleaned

FIELDS = {
    "study": "0020000D",
    "number": "00100020",
    "name": "00100010",
    "birth_date": "00100030",
    "sex": "00100040",
    "accession": "00080050",
    "day": "00080020",
    "time": "00080030",
    "description": "00081030",
}
"""What a hit tells → its tag."""
UID = re.compile(r"[0-9][0-9.]{0,63}")


class QueryError(ValueError):
    """A search that would find everything, or that no archive understands; a sentence for people."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; at least one of the first three, or a date. number: the patient's; name: the beginning of the
    family name; accession; since and until: days of the recording, included.

    Raises QueryError."""

    number: str = ""
    name: str = ""
    accession: str = ""
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if not (self.number or self.name or self.accession or self.since or self.until):
            raise QueryError(
                say("Say whom to look for: a patient's number, a name, an accession number or a date.")
            )
        for text in (self.number, self.name, self.accession):
            if len(text) > 64 or not text.isprintable() or re.search(r"[\\*?]", text):
                raise QueryError(say("A number or a name has up to 64 letters, and none of * ? and \\."))
        if self.since and self.until and self.since > self.until:
            raise QueryError(say("The first day is behind the last one."))

    @property
    def filters(self) -> dict[str, str]:
        """Keyword → value, as an archive matches it; always ECGs."""
        asked = {
            "ModalitiesInStudy": "ECG",
            "PatientID": self.number,
            "PatientName": _in_ascii(f"{self.name}*") if self.name else "",
            "AccessionNumber": self.accession,
        }
        if self.since or self.until:
            first, last = (f"{day:%Y%m%d}" if day else "" for day in (self.since, self.until))
            asked["StudyDate"] = first if first == last else f"{first}-{last}"
        return {keyword: value for keyword, value in asked.items() if value}

    def fits(self, name: str) -> bool:
        """Whether a name in the archive's form begins as the one that is looked for, in capital or small letters."""
        return _alike(name).startswith(_alike(self.name))


@dataclass(frozen=True, slots=True)
class Hit:
    """A study that has an ECG, as the archive describes it: texts are plain, "" is not stated; day: of the study, None
    where it states none."""

    study: str
    number: str
    name: str
    birth_date: str
    sex: str
    accession: str
    day: date | None
    time: str
    description: str

    @property
    def when(self) -> tuple[date, str]:
        """To sort by; studies without a date come first."""
        return self.day or date.min, self.time

    @property
    def spoken_name(self) -> str:
        """ "Löwe, Ada" for "Löwe^Ada"."""
        family, _, rest = self.name.partition("^")
        return ", ".join(filter(None, (family.strip(), " ".join(rest.replace("^", " ").split()))))

    @property
    def born(self) -> str:
        """The date of birth as "1950-01-31", or as it is stated."""
        day = _day(self.birth_date)
        return self.birth_date if day is None else day.isoformat()

    def same_patient(self, other: Hit) -> bool:
        """Whether another study may be of the same person: the same number, and no name or date of birth that
        contradicts. Two people under one number happen."""
        return self.number == other.number and all(
            not a or not b or a.casefold() == b.casefold()
            for a, b in ((self.name, other.name), (self.birth_date, other.birth_date))
        )


def hit(row: Any) -> Hit | None:
    """A row of DICOM JSON as a hit; None for what names no study."""
    if not isinstance(row, Mapping):
        return None
    found = {name: _value(row, tag) for name, tag in FIELDS.items()}
    if not UID.fullmatch(found["study"]):
        return None
    return Hit(**(found | {"day": _day(found["day"])}))


def text_at(row: Mapping[str, Any], tag: str) -> str:
    """The first value of an attribute as plain text, "" where it has none."""
    return _value(row, tag)


def _in_ascii(name: str) -> str:
    """With anything in place of what is neither a letter of ASCII nor a digit: archives differ in how they compare the
    rest, and Debian's Orthanc does not decode it in an address."""
    return re.sub(r"[^A-Za-z0-9]+", "*", unicodedata.normalize("NFC", name))


def _alike(name: str) -> str:
    """To compare: without capitals, and parts of the name apart by one blank."""
    return re.sub(r"[\^,\s]+", " ", unicodedata.normalize("NFC", name).casefold())


def _value(row: Mapping[str, Any], tag: str) -> str:
    try:
        value = row[tag]["Value"][0]
    except (KeyError, IndexError, TypeError):
        return ""
    if isinstance(value, Mapping):  # a person's name
        value = value.get("Alphabetic") or value.get("Ideographic") or ""
    return cleaned(str(value))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None
