"""What goes wrong when an answer is explained."""

from __future__ import annotations

from ecgnet.remote import raised_for


class ExplanationError(ValueError):
    """An explanation that cannot be given; the message is a sentence for people."""


raised_for("no_explanation", ExplanationError)
