"""Letters for the report on any machine: which fonts, and how a text in any script becomes printable."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset, version
from fontTools.ttLib import TTCollection, TTFont, TTLibError
from fpdf.bidi import BIDI_BRACKETS, BidiParagraph

from ecgnet import atomic
from ecgnet.folders import cache_folder

SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
PLAIN = {
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "≥": ">=",
    "≤": "<=",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
}
SPELLED = re.compile(r"^[A-Z ]*?(?:SYLLABLE|LETTER)(?: SMALL)? ([A-Z]+)$")
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
USUAL = frozenset((*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2000, 0x2400), *range(0x25A0, 0x2700)))
"""Latin, Greek, punctuation, arrows, signs of mathematics and plain figures: what nearly every page is written with."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file in its regular and its bold cut, and the code points that both have; no file: PDF's own Helvetica."""

    regular: Path | None
    bold: Path | None
    known: frozenset[int]
    number: int = 0


HELVETICA = Face(None, None, frozenset((*range(32, 127), *range(160, 256))))


@cache
def main_face() -> Face:
    """DejaVu Sans as matplotlib brings it along (wfdb needs matplotlib, so it is there without system fonts);
    Helvetica, which every PDF reader has and which knows Latin-1 alone, where it is not."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return HELVETICA
    folder = Path(found.origin).parent / "mpl-data/fonts/ttf"
    regular, bold = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
    try:
        return Face(regular, bold, code_points(regular) & code_points(bold))
    except (OSError, TTLibError):
        return HELVETICA


def face_for(letters: frozenset[int]) -> Face:
    """The lightest face that has all these code points, else the main face, which has most."""
    usual = usual_face()
    return usual if letters <= usual.known else main_face()


@cache
def usual_face() -> Face:
    """The main face cut down to the `USUAL` letters, which is read twice as quickly for every page; made once, and kept
    beside the other caches. The whole face where it cannot be kept."""
    whole = main_face()
    if whole.regular is None or whole.bold is None:
        return whole
    try:
        cuts = [_cut(file, whole.known & USUAL) for file in (whole.regular, whole.bold)]
    except (OSError, TTLibError):
        return whole
    return Face(*cuts, whole.known & USUAL)


def _cut(file: Path, letters: frozenset[int]) -> Path:
    made = hashlib.sha256(file.read_bytes() + repr((version, sorted(letters))).encode()).hexdigest()[:16]
    kept = cache_folder() / "fonts" / f"{file.stem}-{made}{file.suffix}"
    if not kept.is_file():
        options = subset.Options(layout_features=[], drop_tables=["FFTM", "GDEF", "GPOS", "GSUB", "kern"])
        with subset.load_font(str(file), options) as font, atomic.replacing(kept) as part:
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=letters)
            cutter.subset(font)
            subset.save_font(font, str(part), options)
    return kept


@cache
def code_points(file: Path, number: int = 0) -> frozenset[int]:
    """What a font file can draw. Raises OSError and TTLibError."""
    with TTFont(file, lazy=True, fontNumber=number) as font:
        return frozenset(font.getBestCmap() or ())


@cache
def system_face(wanted: frozenset[int]) -> Face | None:
    """The first font of this machine that has all these code points, for names in scripts that DejaVu lacks."""
    for folder in SYSTEM_FOLDERS:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.suffix.lower() not in (".ttf", ".otf", ".ttc"):
                continue
            try:
                for number in range(_faces(file)):
                    if wanted <= (known := code_points(file, number)):
                        return Face(file, file, known, number)
            except (OSError, TTLibError, KeyError, AssertionError):
                continue  # a damaged or bitmap font is as good as none
    return None


def _faces(file: Path) -> int:
    if file.suffix.lower() != ".ttc":
        return 1
    with TTCollection(file, lazy=True) as collection:
        return len(collection)


@cache
def _joining() -> dict[str, dict[str, str]]:
    """Arabic letter → its shapes (isolated, initial, medial, final), read from Unicode's own table."""
    shapes: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFDD0), *range(0xFE70, 0xFEFD)):
        kind, _, base = unicodedata.decomposition(chr(code)).partition(" ")
        if kind.strip("<>") in ("isolated", "initial", "medial", "final") and len(base) == 4:
            shapes.setdefault(chr(int(base, 16)), {}).setdefault(kind.strip("<>"), chr(code))
    return shapes


def join_arabic(text: str) -> str:
    """Arabic letters in the shape that their neighbours ask for, as a PDF without a shaping engine needs them."""
    shapes, letters = _joining(), list(text)
    solid = [k for k, letter in enumerate(letters) if not unicodedata.combining(letter)]
    for place, k in enumerate(solid):
        own = shapes.get(text[k])
        if own is None:
            continue
        before = shapes.get(text[solid[place - 1]], {}) if place else {}
        after = shapes.get(text[solid[place + 1]], {}) if place + 1 < len(solid) else {}
        joined = "initial" in before and "final" in own, "initial" in own and "final" in after
        kind = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get(
            joined, "isolated"
        )
        letters[k] = own.get(kind, text[k])
    return "".join(letters)


def visual(text: str) -> str:
    """One line in the order in which it is drawn from left to right (Unicode Standard Annex 9), Arabic joined."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if text.isascii() and text.isprintable():
        return text  # most lines: nothing to leave out, nothing from right to left
    text = "".join(letter for letter in text if unicodedata.category(letter) not in INVISIBLE)
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
        placed = BidiParagraph(join_arabic(text)).get_reordered_characters()
        text = "".join(
            BIDI_BRACKETS[c.character]["pair"]
            if c.embedding_level % 2 and c.character in BIDI_BRACKETS
            else c.character
            for c in placed
        )
    return text


def spell(letter: str, known: frozenset[int]) -> str:
    """A letter that no font has, in letters that the font has: its plain form, its name, else its code point."""
    plain = PLAIN.get(letter) or "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    if plain and all(ord(part) in known for part in plain):
        return plain
    named = SPELLED.match(unicodedata.name(letter, ""))
    return named.group(1).capitalize() if named else f"[U+{ord(letter):04X}]"


def runs(text: str, main: Face, extra: Face | None) -> Iterator[tuple[Face, str]]:
    """A line as pieces with the face that can draw each; what none can is spelled."""
    if main.known.issuperset(map(ord, text)):
        yield from [(main, text)] if text else []
        return
    pieces: list[tuple[Face, str]] = []
    for letter in text:
        face = extra if extra and ord(letter) not in main.known and ord(letter) in extra.known else main
        shown = letter if ord(letter) in face.known else spell(letter, face.known)
        if pieces and pieces[-1][0] is face:
            pieces[-1] = face, pieces[-1][1] + shown
        else:
            pieces.append((face, shown))
    yield from pieces
