"""What binary formats share: the checksum of the ITU and dates in numbers."""

from __future__ import annotations

import binascii
from datetime import date


def checksum(data: bytes) -> int:
    """CRC-CCITT with all bits set at the start, as SCP-ECG and ISHNE have it."""
    return binascii.crc_hqx(data, 0xFFFF)


def day_of(year: int, month: int, day: int) -> date | None:
    """A date; None where the numbers are none, as in fields that were left empty."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
