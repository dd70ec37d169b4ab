"""A report put into English, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ecgnet.translation.dictionary import (
    LANGUAGES,
    DictionaryEntry,
    Language,
    TermKind,
    Terms,
    dictionary,
    english_words,
    spelt,
)

WORD = re.compile(r"#?[^\W\d_](?:#?[^\W\d_])*(?:\((?:a|er|n|r)\))?")
"""A word, with its plural in brackets; # stands for a letter that was lost on the way."""
JOINED = re.compile(r"[\s.\-]*")
"""What may stand between the words of one term."""
LONGEST = 4
LEAST_BEGINNING = 5
"""Letters that say enough of a last word which the cart cut off."""
FOREIGN = 0.2
"""The share of a report's words above which it is no English one."""
GOES_ON = (",", "wahrscheinlich", "möglicherweise", "oder", "eller", "för", "für")
"""With these at its end a line goes on in the next one."""
UNKNOWN = "‹{}›"


@dataclass(frozen=True, slots=True)
class TranslatedPart:
    """A stretch of the translation; words: how many of the report it stands for; known: whether the dictionary has them."""

    text: str
    words: int = 0
    known: bool = True


@dataclass(frozen=True, slots=True)
class Translation:
    """language: of the report; original: as written, without its filling; parts: in English."""

    language: Language
    original: str
    parts: tuple[TranslatedPart, ...]

    @property
    def text(self) -> str:
        """In one line; what is not in the dictionary stands in ‹ ›."""
        said = "".join(part.text if part.known else UNKNOWN.format(part.text) for part in self.parts)
        return said[:1].upper() + said[1:]

    @property
    def language_title(self) -> str:
        """ "German" or "Swedish"."""
        return LANGUAGES[self.language]

    @property
    def whole(self) -> bool:
        """Whether every word was known."""
        return all(part.known for part in self.parts)


def translate(report: str) -> Translation | None:
    """A German or Swedish report in English; None for one that is neither, an English one above all."""
    lines = [line for line in re.split(r"\s{2,}|\n", report.strip()) if line]
    text = _joined(lines)
    words = len(WORD.findall(text))
    told = {language: _foreign(text, terms) for language, terms in dictionary().items()}
    language: Language = max(told, key=told.__getitem__)
    if told[language] <= FOREIGN * words:
        return None
    parts = list(_parts(text, dictionary()[language]))
    if not parts[-1].known and (ending := _begun(parts[-1].text, dictionary()[language])):
        parts[-1] = TranslatedPart(ending, parts[-1].words)
    return Translation(language, " ".join(lines), tuple(parts))


def _joined(lines: list[str]) -> str:
    """The lines of a report, which carts set apart by spaces, with commas between them; not where a sentence goes on."""
    text = ""
    for line in lines:
        text += f"{'' if not text else ' ' if text.endswith(GOES_ON) else ', '}{line}"
    return text


def _parts(text: str, terms: Terms) -> Iterator[TranslatedPart]:
    words = list(WORD.finditer(text))
    place = k = 0
    before: TermKind = "word"
    while k < len(words):
        if words[k].start() > place:
            yield TranslatedPart(_gap(text[place : words[k].start()], before))
        length, entry = _longest(text, words[k : k + LONGEST], terms)
        if entry is not None:
            yield TranslatedPart(entry.english, length)
        else:
            yield TranslatedPart(words[k][0], 1, words[k][0].casefold() in english_words())
        k += max(length, 1)
        place = words[k - 1].end()
        before = entry.kind if entry else "word"
    if place < len(text):
        yield TranslatedPart(_gap(text[place:], before))


def _gap(between: str, before: TermKind) -> str:
    """What stands between two terms, after one of a kind."""
    if before == "short":
        return between.removeprefix(".")
    return ", " if before == "finding" and between == " " else between


def _longest(text: str, words: list[re.Match], terms: Terms) -> tuple[int, DictionaryEntry | None]:
    """How many of the words the longest term has that begins here, and its entry; (0, None) without one."""
    for length in range(len(words), 0, -1):
        some = words[:length]
        gaps = (text[one.end() : other.start()] for one, other in pairwise(some))
        if all(JOINED.fullmatch(gap) for gap in gaps):
            entry = terms.get(tuple(spelt(word[0]) for word in some))
            if entry is not None:
                return length, entry
    return 0, None


def _foreign(text: str, terms: Terms) -> int:
    """Words of the language that are no English ones."""
    words = [spelt(word[0]) for word in WORD.finditer(text)]
    return sum(
        (word,) in terms and word not in english_words() and word != terms[(word,)].english.casefold()
        for word in words
    )


def _begun(word: str, terms: Terms) -> str:
    """The English of a last word that the cart cut off, where its beginning leaves no doubt."""
    begun = spelt(word)
    if len(begun) < LEAST_BEGINNING:
        return ""
    found = {entry.english for term, entry in terms.items() if len(term) == 1 and term[0].startswith(begun)}
    return f"{found.pop()}…" if len(found) == 1 else ""
