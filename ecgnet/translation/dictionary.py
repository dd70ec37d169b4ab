"""The dictionary of ECG terms."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ecgnet.language import Words
from ecgnet.statements import STATEMENTS

Language = Literal["de", "sv"]
TermKind = Literal["word", "adjective", "short", "finding"]
"""adjective: with the endings of its language; short: a full stop behind it belongs to it; finding: says something by
itself, so that a comma stands behind it."""
LANGUAGES: dict[Language, str] = Words({"de": "German", "sv": "Swedish"})
ENDINGS: dict[Language, tuple[str, ...]] = {"de": ("", "e", "em", "en", "er", "es"), "sv": ("", "a", "t")}
"""Of adjectives."""
ANY = "any"
FILE = Path(__file__).with_name("terms.csv")
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    """A term in English, and what kind of term it is."""

    english: str
    kind: TermKind = "word"


Terms = dict[tuple[str, ...], DictionaryEntry]
"""The words of a term, `spelt` → its entry."""


def spelt(word: str) -> str:
    """A word as the dictionary looks it up: in small letters, umlauts written out, since carts print either."""
    return word.casefold().translate(_PLAIN)


@lru_cache(maxsize=1)
def dictionary() -> dict[Language, Terms]:
    """Language → its terms. Codes of SCP-ECG statements, which PTB-XL's editors noted, stay codes."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = {part for code in STATEMENTS for part in re.findall(r"[A-Z]{2,}", code)}
    found: dict[Language, Terms] = {}
    for language, endings in ENDINGS.items():
        terms: Terms = {(spelt(code),): DictionaryEntry(code) for code in codes}
        mine = [row for row in rows if row["language"] in (language, ANY)]
        for row in sorted(
            mine, key=lambda row: row["kind"] != "adjective"
        ):  # words outdo an adjective's endings
            for ending in endings if row["kind"] == "adjective" else ("",):
                terms[tuple(spelt(row["term"] + ending).split())] = DictionaryEntry(
                    row["english"], row["kind"]
                )
        found[language] = terms
    return found


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The words that the dictionary translates into: found in a report, they are English already."""
    texts = [entry.english for terms in dictionary().values() for entry in terms.values()]
    texts += [statement.words for statement in STATEMENTS.values()]
    return frozenset(word for text in texts for word in re.findall(r"[a-z]{2,}", text.casefold()))
