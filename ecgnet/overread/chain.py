"""The journal: entries that are only added, each holding the hash of the one before, so that a change of any is found.

An entry's hash is SHA-256 over canonical JSON (keys in order, no spaces, UTF-8) of its number, time, reader, kind, subject,
the hash of its content and the hash of the entry before. The content (the payload, and 16 random bytes so that a forgotten
one cannot be guessed) stands beside: a patient's may be erased for good, which is an entry too, and the chain still holds.

Who may write the whole file can write another chain. Therefore note the last hash elsewhere now and then (`ecgnet readers
verify` prints it) and have it looked for later (`--holds`): then neither a new chain nor a shorter one passes."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ecgnet.language import say
from ecgnet.overread.database import DatabaseError
from ecgnet.overread.who import Reader

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

ERASED = "erased"
"""The kind of an entry that says whose contents were erased: payload["entries"] has their numbers."""
_COLUMNS = "id, at, reader, reader_name, kind, subject, content, content_hash, previous, hash"
_AT_ONCE = 1000


class BrokenChain(DatabaseError):
    """Entries that were changed, removed or put in. entry: the number of the first that does not fit."""

    def __init__(self, entry: int, why: str) -> None:
        super().__init__(
            say(
                "The journal is broken at entry {entry}: {why}. What stands before it holds; compare the "
                "rest with a copy.",
                entry=entry,
                why=why,
            )
        )
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. id: 1, 2, 3 …; at: when, UTC, by the clock of the machine that wrote it; reader: who (subject and name);
    kind: what; subject: of which ECG (`record.signal_hash`) or other thing, None of none; payload: values for JSON, None
    where it was erased; previous, hash: 64 hexadecimal digits, previous "" for the first."""

    id: int
    at: datetime
    reader: Reader
    kind: str
    subject: str | None
    payload: Mapping[str, Any] | None
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A journal that holds. entries: how many; head: the last hash, "" of an empty one; erased: how many contents were;
    backwards: entries whose clock was behind that of the entry before."""

    entries: int
    head: str
    erased: int
    backwards: tuple[int, ...]


def append(
    connection: Connection,
    *,
    reader: Reader,
    kind: str,
    payload: Mapping[str, Any],
    subject: str | None = None,
    at: datetime | None = None,
) -> Entry:
    """Add one entry, within `Database.writing()`: what the caller has read in the same block still holds. It is kept when
    that block has ended.

    Raises ValueError for a payload that JSON cannot hold, or a time without its zone."""
    from sqlalchemy import text

    at = (at or datetime.now(UTC)).astimezone(UTC)
    last = connection.exec_driver_sql("SELECT id, hash FROM entries ORDER BY id DESC LIMIT 1").first()
    content = canonical({"payload": payload, "salt": secrets.token_hex(16)})
    values = {
        "id": last.id + 1 if last else 1,
        "at": at.isoformat(timespec="microseconds"),
        "reader": reader.subject,
        "reader_name": reader.name,
        "kind": kind,
        "subject": subject,
        "content_hash": _sha256(content),
        "previous": last.hash if last else "",
    }
    values |= {"hash": _sha256(canonical(values)), "content": content}
    places = ", ".join(f":{column}" for column in _COLUMNS.split(", "))
    connection.execute(text(f"INSERT INTO entries ({_COLUMNS}) VALUES ({places})"), values)
    return Entry(
        values["id"],
        at,
        reader,
        kind,
        subject,
        json.loads(content)["payload"],
        values["previous"],
        values["hash"],
    )


def entries(
    connection: Connection,
    *,
    kinds: Iterable[str] | None = None,
    subject: str | None = None,
    reader: Reader | None = None,
) -> list[Entry]:
    """Entries in their order: of these kinds, of one subject, by one reader; of all, where nothing is said. They are not
    verified."""
    return list(_selected(connection, kinds=kinds, subject=subject, reader=reader))


def each(connection: Connection) -> Iterator[Entry]:
    """All entries in their order, read as they are asked for."""
    return _selected(connection, kinds=None, subject=None, reader=None)


def last(connection: Connection, *, kinds: Iterable[str]) -> int:
    """The number of the last entry of these kinds, 0 without any: the same for as long as none is added."""
    from sqlalchemy import bindparam, text

    asked = text("SELECT coalesce(max(id), 0) FROM entries WHERE kind IN :kinds")
    return connection.execute(
        asked.bindparams(bindparam("kinds", expanding=True)), {"kinds": list(kinds)}
    ).scalar_one()


def erase(connection: Connection, *, reader: Reader, subjects: Iterable[str], why: str) -> Entry | None:
    """Forget the contents of all entries about some subjects, for good, and say so in an entry; None where there are none.
    Who signed when stays. Within `Database.writing()`."""
    from sqlalchemy import bindparam, text

    found = connection.execute(
        text(
            "SELECT id FROM entries WHERE subject IN :subjects AND content IS NOT NULL AND kind != :erased ORDER BY id"
        ).bindparams(bindparam("subjects", expanding=True)),
        {"subjects": list(subjects), "erased": ERASED},
    ).scalars()
    numbers = list(found)
    if not numbers:
        return None
    for number in numbers:
        connection.execute(text("UPDATE entries SET content = NULL WHERE id = :id"), {"id": number})
    return append(connection, reader=reader, kind=ERASED, payload={"entries": numbers, "why": why})


def verify(connection: Connection, *, holds: str | None = None) -> Verified:
    """Go through the whole journal. holds: a hash that was noted earlier and must be among its entries.

    Raises BrokenChain, which names the first entry that does not fit."""
    previous, number, seen, backwards = "", 0, holds is None, []
    before, gone, told = "", set(), set()
    for row in _rows(connection, "", {}):
        number += 1
        if row.id != number:
            raise BrokenChain(number, say("it is missing, the next one is {id}", id=row.id))
        if row.previous != previous:
            raise BrokenChain(number, say("it does not follow the one before it"))
        values = {
            name: getattr(row, name) for name in _COLUMNS.split(", ") if name not in ("content", "hash")
        }
        if _sha256(canonical(values)) != row.hash:
            raise BrokenChain(number, say("it was changed"))
        if row.content is None:
            gone.add(number)
        elif _sha256(row.content) != row.content_hash:
            raise BrokenChain(number, say("its content was changed"))
        elif row.kind == ERASED:
            told |= set(json.loads(row.content)["payload"]["entries"])
        if row.at < before:
            backwards.append(number)
        previous, before, seen = row.hash, row.at, seen or row.hash == holds
    if untold := gone - told:
        raise BrokenChain(min(untold), say("its content is gone, and no entry says that it was erased"))
    if not seen:
        raise BrokenChain(
            number + 1,
            say("the hash that was noted is not in it, so that later entries are missing or others"),
        )
    return Verified(number, previous, len(gone), tuple(backwards))


def canonical(values: Any) -> str:
    """JSON with one form for the same values. Raises ValueError for what JSON does not have, as NaN.

    >>> canonical({"b": 1, "a": ["ö", None]})
    '{"a":["ö",null],"b":1}'
    """
    try:
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise ValueError(say("an entry holds values of JSON alone: {error}", error=error)) from None


def _selected(
    connection: Connection, *, kinds: Iterable[str] | None, subject: str | None, reader: Reader | None
) -> Iterator[Entry]:
    wanted = {"subject": subject, "reader": reader.subject if reader else None}
    values: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    clauses = [f"{name} = :{name}" for name in values]
    if kinds is not None:
        values["kinds"] = list(kinds)
        clauses.append("kind IN :kinds")
    for row in _rows(connection, f"WHERE {' AND '.join(clauses)}" if clauses else "", values):
        yield Entry(
            row.id,
            datetime.fromisoformat(row.at),
            Reader(row.reader, row.reader_name),
            row.kind,
            row.subject,
            json.loads(row.content)["payload"] if row.content is not None else None,
            row.previous,
            row.hash,
        )


def _rows(connection: Connection, where: str, values: Mapping[str, Any]) -> Iterator[Row]:
    from sqlalchemy import bindparam, text

    asked = text(f"SELECT {_COLUMNS} FROM entries {where} ORDER BY id")
    if "kinds" in values:
        asked = asked.bindparams(bindparam("kinds", expanding=True))
    return connection.execute(asked, values, execution_options={"yield_per": _AT_ONCE})


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
