"""What goes wrong when an answer is explained."""

from __future__ import annotations


class ExplanationError(ValueError):
    """An explanation that cannot be given; the message is a sentence for people."""
