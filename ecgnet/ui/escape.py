"""Text from outside made safe to show: names of files, and sentences that quote files."""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
"""Word joiner: takes no room, and no pattern reaches over it."""
_ALIKE = str.maketrans({"*": "∗", "`": "ˋ", "$": r"\$", "~": "∼", "|": "ǀ", "\\": "∖"})
_BREAK = re.compile(
    r"(?<![^\W_])_|_(?![^\W_])"  # an underscore that is not inside a word could emphasise
    r"|[<&\]#@]|(?<!\d):(?=\S)|:(?=[^\s\d])|[wW]{3}(?=\.)|-(?=[->])"
)
_FIRST = re.compile(r"^(?=[-+=]|\d+[.)])")


def plain(text: str, limit: int = 400) -> str:
    """The same text to the eye, without a meaning in Markdown, HTML or plotly's labels.

    No markup, formula, link, image, icon or emoji comes of it, wherever it is shown: word joiners part the signs that
    only mean something together, and signs that mean something alone are replaced by look-alikes. Control characters
    and those that turn the direction of writing become spaces; what is longer than `limit` characters is cut.
    """
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    kept = " ".join(kept.split())
    if len(kept) > limit:
        kept = kept[: limit - 1] + "…"
    kept = _BREAK.sub(lambda found: f"{JOINER}{found[0]}{JOINER}", kept.translate(_ALIKE))
    return _FIRST.sub(JOINER, kept)
