"""Who vouches for a reading, and since when. Whatever leaves without a signature says that it is preliminary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ecgnet.recorder import cleaned


class UnsignedError(ValueError):
    """A result that may only leave signed; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Signature:
    """reader: the name of the person who read the ECG and takes the reading over; signed_at: when, with its time zone;
    organization: for whom, "" is not stated.

    Raises ValueError for a signature without a name or without a time zone."""

    reader: str
    signed_at: datetime
    organization: str = ""

    def __post_init__(self) -> None:
        if not self.reader or self.reader != cleaned(self.reader):
            raise ValueError("a signature needs the reader's name, in one line of plain text")
        if self.organization != cleaned(self.organization):
            raise ValueError("the organization of a signature is one line of plain text")
        if self.signed_at.tzinfo is None:
            raise ValueError("a signature needs the time with its time zone")
