"""What keeps a validation from being made."""

from __future__ import annotations


class ValidationError(ValueError):
    """Labels, a table of codes or a folder that cannot be used; the message is a sentence on what to do."""
