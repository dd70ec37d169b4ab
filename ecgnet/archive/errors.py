"""What keeps a whole run from going on."""

from __future__ import annotations


class ArchiveError(ValueError):
    """An input, an output folder or an engine that cannot be used; the message is one sentence on what to do."""
