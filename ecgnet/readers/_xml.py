"""XML as ECG devices write it: parsed safely into a tree without namespaces; texts, numbers, samples out of it.

What may harm is refused: entities (defusedxml: they can read other files or unpack without end), elements nested or
numerous beyond what an ECG needs. An external DTD that is only named ("restecg.dtd") is never fetched.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import math
import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

import numpy as np

from ecgnet.language import say
from ecgnet.readers._core import MAX_SAMPLES, ReadError

MAX_DEPTH = 100
MAX_ELEMENTS = 500_000

_HEAD = 65536
_DECLARATION = re.compile(r"\s*<\?xml\b([^>]{0,300}?)\?>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_TEXT_CODECS = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|koi8-\w|gb\w+|big5\w*|shift_jis\w*|euc_\w+|mac-\w+")
_EMPTY_CELL = re.compile(r",(?=\s*,)")


def head(data: bytes) -> str:
    """The beginning of a file as text, "" for what does not begin like XML."""
    encoding, skipped = _encoding_by_bytes(data)
    start = data[skipped:_HEAD].decode(encoding or "latin-1", errors="ignore").lstrip()
    start = start.removeprefix("?")  # some exports lose their byte order mark to a question mark
    return start if start.startswith("<") else ""


def root_name(text: str) -> str:
    """The name of the root element, without its namespace, in the beginning of an XML text; "" where there is none."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        for opening, closing in (
            ("<!--", "-->"),
            ("<?", "?>"),
            ("<!", "]>" if "[" in text[at : at + 200] else ">"),
        ):
            if text.startswith(opening, at):
                at = text.find(closing, at)
                break
        else:
            match = re.compile(r"<(?:[\w.-]{1,80}:)?([\w.-]{1,80})").match(text, at)
            return match[1] if match else ""
        if at < 0:
            break
    return ""


def parse(data: bytes, name: str) -> tuple[Element, tuple[str, ...]]:
    """The root element, names without namespaces, and what had to be noted.

    Raises ReadError for XML that is cut short or damaged, has entities, or is too deep or too large.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    text, notes = _decoded(data)
    parser = DefusedXMLParser(target=_Bounded(name))
    try:
        parser.feed(text)
        return parser.close(), notes
    except ParseError as error:
        line = (
            say(" (line {position})", position=error.position[0]) if getattr(error, "position", None) else ""
        )
        raise ReadError(
            say(
                "{name} is no whole XML{line}: it is cut short or damaged. Export or copy it again.",
                name=name,
                line=line,
            )
        ) from error
    except DefusedXmlException as error:
        raise ReadError(
            say(
                "{name} declares entities, which may reach for other files or unpack without end, and no ECG "
                "needs them: export it again.",
                name=name,
            )
        ) from error


class _Bounded(TreeBuilder):
    """Builds the tree without namespaces, up to a depth and a number of elements."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._depth, self._elements = name, 0, 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            much = (
                say("nested deeper than {max_depth}", max_depth=MAX_DEPTH)
                if self._depth > MAX_DEPTH
                else say("more than {max_elements}", max_elements=MAX_ELEMENTS)
            )
            raise ReadError(
                say(
                    "{name}: its XML elements are {much}, which no ECG needs: export it again.",
                    name=self._name,
                    much=much,
                )
            )
        return super().start(_local(tag), {_local(key): value for key, value in attrs.items()})

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(_local(tag))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _encoding_by_bytes(data: bytes) -> tuple[str | None, int]:
    """The encoding that the first bytes give away, and how many bytes the byte order mark takes."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    if data[:2] in (b"<\0", b"\0<"):
        return ("utf-16-le" if data[:1] == b"<" else "utf-16-be"), 0
    return None, 0


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """A file as text without XML declaration; noted when it is not in the encoding it declares.

    Latin-1 takes any byte: the digits are right in any case, only names could suffer.
    """
    known, skipped = _encoding_by_bytes(data)
    declared = _ENCODING.search(data[:1000].decode("latin-1").partition("?>")[0])
    wanted = known or _codec(declared[1] if declared else "utf-8")
    notes: tuple[str, ...] = ()
    if known is None and wanted != "utf-8" and _is_utf_8(data):
        # Latin-1 and its kin take any byte; a text that has UTF-8's sequences and no other is UTF-8, whatever it says.
        notes = (
            say(
                "The file says that it is in {wanted} and is in UTF-8, as which it is read.",
                wanted=wanted,
            ),
        )
        wanted = "utf-8"
    for encoding in (wanted, "utf-8", "latin-1"):
        try:
            text = data[skipped:].decode(encoding)
        except (UnicodeDecodeError, LookupError):
            notes = (
                say(
                    "The text is not in {wanted}, as it should be: names in it may be misspelled.",
                    wanted=wanted,
                ),
            )
            continue
        break
    text = text.lstrip("\ufeff \t\r\n").removeprefix("?").rstrip("\0 \t\r\n")
    return _DECLARATION.sub("", text, count=1), notes


def _is_utf_8(data: bytes) -> bool:
    """Whether bytes beyond ASCII are there, and all of them sequences of UTF-8."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _codec(declared: str) -> str:
    """The codec of a declared encoding. Python's that are no text (or slow) are not used; UTF-16 is recognised by its
    bytes, and a file that only says so is UTF-8, as .NET's string writers make it."""
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        return declared
    return codec if _TEXT_CODECS.fullmatch(codec) else "utf-8"


def payload(element: Element | None) -> str:
    """The text of an element without that of its children, as it stands; "" for no element."""
    if element is None:
        return ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def text_of(element: Element | None, path: str = "") -> str:
    """The text at a path below an element, blanks trimmed; "" where there is none. Case does not count in tags."""
    if element is not None and path:
        element = find(element, path)
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def find(element: Element | None, path: str) -> Element | None:
    """The first element at a path of plain tags, in whatever case they are written."""
    for tag in path.split("/"):
        if element is None:
            return None
        element = next((child for child in element if child.tag.casefold() == tag.casefold()), None)
    return element


def attribute(element: Element | None, *names: str) -> str:
    """The first of some attributes that has a value, in whatever case it is written; "" where none has."""
    given = {key.casefold(): value for key, value in (element.attrib if element is not None else {}).items()}
    return next((value for name in names if (value := given.get(name.casefold(), "").strip())), "")


def number(text: str) -> float | None:
    """A text as a finite number, a decimal comma allowed; None if it is none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def positive(text: str) -> float | None:
    """A text as a number above 0; None if it is none."""
    value = number(text)
    return value if value is not None and value > 0 else None


def samples_in_text(text: str, name: str, what: str) -> np.ndarray:
    """(T,) float64 out of numbers parted by blanks, commas or semicolons; an empty place between commas is NaN.

    Raises ReadError for anything that is no number.
    """
    text = text.replace(";", ",").strip()
    if len(text) > 2 * MAX_SAMPLES * 8:
        raise ReadError(
            say(
                "{name}: {what} holds too many samples to read: cut out a part.",
                name=name,
                what=what,
            )
        )
    if "," in text:
        text = (
            _EMPTY_CELL.sub(say(", nan"), "nan" + text if text.startswith(",") else text)
            .replace(",", " ")
            .strip()
        )
    if not text:
        return np.empty(0)
    try:
        return np.fromstring(text, dtype=np.float64, sep=" ")
    except ValueError as error:
        raise ReadError(
            say(
                "{name}: {what} holds something that is no number. Export or copy it again.",
                name=name,
                what=what,
            )
        ) from error


def samples_in_base64(text: str, kind: str, name: str, what: str) -> np.ndarray:
    """(T,) of numpy type `kind` out of base64. Raises ReadError for what is none, or not a whole number of samples."""
    data = bytes_in_base64(text, name, what)
    if len(data) % np.dtype(kind).itemsize:
        raise ReadError(
            say(
                "{name}: the data of {what} end within a sample. Export or copy it again.",
                name=name,
                what=what,
            )
        )
    return np.frombuffer(data, kind)


def bytes_in_base64(text: str, name: str, what: str) -> bytes:
    """The bytes in a base64 text. Raises ReadError for what is none, or empty."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReadError(
            say(
                "{name}: the data of {what} are damaged (no base64). Export or copy it again.",
                name=name,
                what=what,
            )
        ) from error
    if not data:
        raise ReadError(
            say(
                "{name}: {what} holds no samples. Export or copy it again.",
                name=name,
                what=what,
            )
        )
    return data


def check_count(found: int, stated: str, name: str, what: str) -> None:
    """Raises ReadError when a file states another number of samples than it holds; "" states none."""
    expected = number(stated)
    if expected is not None and found != expected:
        raise ReadError(
            say(
                "{name} announces {expected:g} samples for {what} and holds {found}: it is cut short or "
                "damaged, export or copy it again.",
                name=name,
                expected=expected,
                what=what,
                found=found,
            )
        )
