"""What a site sets for the exchange with its systems, beside the addresses of `connection`: read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIMEZONE = "ECGNET_RECORDERS_TIMEZONE"


class SettingError(ValueError):
    """A setting that cannot be used; the message names it."""


def recorders_timezone(environment: Mapping[str, str] = os.environ) -> ZoneInfo | None:
    """The zone in which the recorders' clocks run, as "Europe/Berlin"; None where it is not set: only the date of a
    recording is then sent. Raises SettingError.

    >>> recorders_timezone({"ECGNET_RECORDERS_TIMEZONE": "Europe/Berlin"})
    zoneinfo.ZoneInfo(key='Europe/Berlin')
    """
    name = environment.get(TIMEZONE, "").strip()
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingError(f"{TIMEZONE} names no time zone: write it as Europe/Berlin.") from None
