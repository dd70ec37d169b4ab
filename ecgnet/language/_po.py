"""Files of gettext (.po): as much of their format as catalogues here use, plural forms included, contexts not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

Catalogue = Mapping[str, tuple[str, ...]]
"""Message → its text, or its two texts where it has a plural."""


def read_po(text: str) -> dict[str, tuple[str, ...]]:
    """The translated messages of a file; those without a text are left out, the head too."""
    found: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"\n\s*\n", text):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if match := re.match(r'(msg(?:id|id_plural|str(?:\[\d\])?))\s+(".*")\s*$', line):
                name = match[1]
                parts[name] = json.loads(match[2])
            elif line.startswith('"') and name:
                parts[name] += json.loads(line.strip())
        texts = tuple(parts[key] for key in ("msgstr", "msgstr[0]", "msgstr[1]") if parts.get(key))
        if parts.get("msgid") and texts:
            found[parts["msgid"]] = texts
    return found
