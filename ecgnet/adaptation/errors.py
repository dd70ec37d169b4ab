"""Why no site profile is made."""

from __future__ import annotations


class AdaptationError(ValueError):
    """Labels that are too few or doubtful; the message says what is lacking."""
