"""What people read, in their language: `say` words a message, whose English text in the code is its id.

    say("{n} records", n=5)      English as written, or the catalogue's text for it with the same placeholders
    say_n("{n} beat", "{n} beats", n=3)
    TITLES = Words({"MI": "Myocardial infarction"})      whose values are worded when they are read

A catalogue is a file of gettext, `<language>.po` beside this one: a further language is one more file. The language is that
of the context (`speaking`), English unless somebody chose another, so that commands, exports and logs stay English. Text
that was worded is in one language: whatever keeps such text keeps it under `spoken()` too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, partial, wraps
from numbers import Integral, Real
from pathlib import Path
from string import Formatter
from typing import Any, Generic, ParamSpec, TypeVar

from ecgnet.language._po import Catalogue, read_po

ENGLISH = "en"
FOLDER = Path(__file__).parent
NAMES = {ENGLISH: "English", "de": "Deutsch"}
"""What each language calls itself."""
_SEPARATORS = {ENGLISH: (".", ","), "de": (",", ".")}
"""Decimal and thousands separator of numbers."""
_DAYS = {ENGLISH: "%Y-%m-%d", "de": "%d.%m.%Y"}
_LARGE_NOUNS = {"de"}
"""Languages whose nouns begin with a capital."""
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
Said = list
"""How a text came about, as JSON can carry it: the text, its message, the message's plural or "", and the values by name,
of which those that were worded themselves are the same again; of several that were joined, no message, and what is between
them."""
_noting: ContextVar[dict[str, Said] | None] = ContextVar("noting", default=None)
_learnt: OrderedDict[str, Callable[[], str]] = OrderedDict()
"""English text that was worded elsewhere → what says it in the language of the context."""
_MOST_LEARNT = 50_000


def _nobody() -> None:
    return None


_asked: Callable[[], str | None] = _nobody

P = ParamSpec("P")
K = TypeVar("K")
T = TypeVar("T")


@cache
def languages() -> tuple[str, ...]:
    """Those that can be chosen, English first."""
    return ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po"))


@cache
def catalogue(language: str) -> Catalogue:
    """The texts of a language; English has none, its texts are the ids."""
    return {} if language == ENGLISH else read_po((FOLDER / f"{language}.po").read_text("utf-8"))


def spoken() -> str:
    """The language of this context."""
    return _spoken.get() or _asked() or ENGLISH


def ask(whom: Callable[[], str | None]) -> None:
    """Have a function say which language is spoken where `speaking` says none; None from it is English."""
    global _asked
    _asked = whom


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Word everything inside in a language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def carried(work: Callable[P, T]) -> Callable[P, T]:
    """The same work for another thread, which has a context of its own: it speaks the language of whoever asks."""
    language = spoken()

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(language):
            return work(*args, **kwargs)

    return run


def in_english(work: Callable[P, T]) -> Callable[P, T]:
    """The same work in English: what leaves for other systems."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(ENGLISH):
            return work(*args, **kwargs)

    return run


@contextmanager
def noting() -> Iterator[dict[str, Said]]:
    """Word everything inside in English, and note how, for `learn`: for what is worded once for all visitors, or in another
    process."""
    said: dict[str, Said] = {}
    token = _noting.set(said)
    try:
        with speaking(ENGLISH):
            yield said
    finally:
        _noting.reset(token)


def learn(said: Mapping[str, Said]) -> None:
    """Keep what was noted, so that `again` says it in the visitor's language."""
    for text, how in said.items():
        _keep(text, partial(_reworded, how))


def again(text: str) -> str:
    """A whole text that was worded in English, in the language of the context; itself where it was not noted."""
    say_it = _learnt.get(text) if spoken() != ENGLISH else None
    return text if say_it is None else say_it()


def changed(text: str, change: Callable[[str], str]) -> str:
    """A text changed letter by letter, as escaping does; `again` says it so in every language."""
    now = change(text)
    if now != text and (say_it := _learnt.get(text)) is not None:
        _keep(now, lambda: change(say_it()))
    return now


def _keep(text: str, say_it: Callable[[], str]) -> None:
    while len(_learnt) >= _MOST_LEARNT:
        _learnt.popitem(last=False)
    _learnt[text] = say_it


def for_all(make: Callable[P, T]) -> Callable[P, T]:
    """A function whose words are kept for all visitors: it words them in English, and `again` can say them otherwise. What
    it raises is kept by nobody, and speaks the visitor's language."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with noting() as said:
                found = make(*args, **kwargs)
        except Exception as error:
            learn(said)
            error.args = tuple(again(part) if isinstance(part, str) else part for part in error.args)
            raise
        learn(said)
        return found

    return made


def mark(message: str) -> str:
    """A message that is worded later by `say`: the message itself, which extraction finds."""
    return message


class Late(str):
    """A message that says itself when it is written, for what keeps a text and words nothing."""

    __slots__ = ()

    def __str__(self) -> str:
        return say(super().__str__())


def say(message: object, /, **values: Any) -> str:
    """The message in the language of the context, its placeholders filled; without values it is taken as it stands. What is
    no text, such as a number among choices, becomes one."""
    if not isinstance(message, str):
        return str(message)
    return _said(message, "", values)


def say_n(one: str, many: str, /, *, n: int, **values: Any) -> str:
    """The same of a number of things, which stands in the messages as {n}: `one` where n is 1, else `many`. Languages
    with more forms than two do not fit yet."""
    return _said(one, many, {"n": n, **values})


def joined(between: str, parts: Iterable[str]) -> str:
    """Several texts as one, with a message between them, which `again` takes apart."""
    parts = list(parts)
    text = say(between).join(parts)
    if len(parts) > 1 and (noted := _noting.get()) is not None:
        noted[text] = [text, "", between, {str(k): _plain(part, noted) for k, part in enumerate(parts)}]
    return text


def _said(message: str, many: str, values: Mapping[str, Any]) -> str:
    language = spoken()
    texts = catalogue(language).get(message) or (message, many)
    said = _filled(_form(texts, many, values), values, language)
    if (noted := _noting.get()) is not None:
        noted[said] = [said, message, many, {name: _plain(value, noted) for name, value in values.items()}]
    return said


def _form(texts: Sequence[str], many: str, values: Mapping[str, Any]) -> str:
    return texts[1] if many and len(texts) > 1 and values["n"] != 1 else texts[0]


def _plain(value: Any, noted: Mapping[str, Said]) -> Any:
    """A value as JSON can carry it."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return noted.get(str(value), str(value))
    return int(value) if isinstance(value, Integral) else float(value)


def _reworded(how: Said) -> str:
    """What was noted, in the language of the context. It may come from a process that is not trusted: only messages of the
    catalogue are filled in, and what does not fit them stays as it is."""
    text, language = "", spoken()
    try:
        text, message, many, values = how
        filled = {
            name: _reworded(value) if isinstance(value, list) else value for name, value in values.items()
        }
        if not message:
            return catalogue(language).get(many, (many,))[0].join(filled.values())
        texts = catalogue(language)[message]
        return _filled(_form(texts, many, values), filled, language)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return str(text)


def localised(number: str) -> str:
    """A number as Python writes it with the separators of the language: "1,234.5" → "1.234,5"."""
    return _localised(number, spoken())


def within(title: str) -> str:
    """A title as a part of a sentence: "Flat line" → "flat line"; unchanged where the language writes nouns large."""
    return title if spoken() in _LARGE_NOUNS else f"{title[:1].lower()}{title[1:]}"


def separators() -> str:
    """Decimal and thousands separator, as plotly takes them."""
    return "".join(_SEPARATORS.get(spoken(), _SEPARATORS[ENGLISH]))


def day(when: date) -> str:
    """A day as it is written: 2026-11-28, 28.11.2026."""
    return f"{when:{day_pattern()}}"


def day_pattern() -> str:
    """How a day is written, as strftime and plotly take it."""
    return _DAYS.get(spoken(), _DAYS[ENGLISH])


class Words(Mapping[K, str], Generic[K]):
    """Key → words, worded when they are read."""

    __slots__ = ("_messages",)

    def __init__(self, messages: Mapping[K, str]) -> None:
        self._messages = dict(messages)

    def __getitem__(self, key: K) -> str:
        return say(self._messages[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)

    def __repr__(self) -> str:
        return f"Words({self._messages!r})"

    def message(self, key: K) -> str:
        """The message itself, in English."""
        return self._messages[key]

    def __or__(self, other: Mapping[K, str]) -> Words[K]:
        return Words({**self._messages, **other})


def worded(*names: str) -> Callable[[type[T]], type[T]]:
    """A dataclass whose fields of these names hold messages, and say them when they are read."""

    def decorate(kind: type[T]) -> type[T]:
        for name in names:
            setattr(kind, name, _Worded(name, kind.__dict__.get(name)))
        return kind

    return decorate


class _Worded:
    """An attribute that holds a message and says it; slot: where a class with slots keeps it."""

    def __init__(self, name: str, slot: Any) -> None:
        self.name, self.slot = name, slot if hasattr(slot, "__set__") else None

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        if owner is None:
            return self
        held = self.slot.__get__(owner, kind) if self.slot else owner.__dict__[self.name]
        if not isinstance(held, str) or not held or spoken() == ENGLISH:
            return held
        said = say(held)
        return again(said) if said == held else said

    def __set__(self, owner: Any, value: Any) -> None:
        if self.slot:
            self.slot.__set__(owner, value)
        else:
            owner.__dict__[self.name] = value


def _localised(number: str, language: str) -> str:
    point, comma = _SEPARATORS.get(language, _SEPARATORS[ENGLISH])
    return number if point == "." else number.translate(str.maketrans({".": point, ",": comma}))


def _filled(text: str, values: Mapping[str, Any], language: str) -> str:
    if not values:
        return text
    return text.format_map(values) if language == ENGLISH else _In(language).vformat(text, (), values)


class _In(Formatter):
    """`str.format` with numbers and days as a language writes them."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str) and "%Y" in format_spec:  # as `noting` keeps it
            value = datetime.fromisoformat(value)
        if isinstance(value, date):
            return format(value, format_spec.replace("%Y-%m-%d", _DAYS.get(self.language, "%Y-%m-%d")))
        written = format(value, format_spec)
        return _localised(written, self.language) if isinstance(value, Real) else written
