"""The journal: what is added stays, and whatever is done to it behind its back is found."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest

from ecgnet.overread import chain
from ecgnet.overread.chain import BrokenChain
from ecgnet.overread.database import Database, DatabaseError
from tests.readers_journal import ADA, BOB


def add(store: Database, *words: str, subject: str | None = None) -> None:
    with store.writing() as connection:
        for word in words:
            chain.append(connection, reader=ADA, kind="note", subject=subject, payload={"word": word})


def behind_its_back(store: Database, *statements: str) -> None:
    """As somebody who may write the file, triggers or not."""
    with sqlite3.connect(str(store.url.database)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
    file.close()


def verified(store: Database, **asked: str) -> chain.Verified:
    with store.reading() as connection:
        return chain.verify(connection, **asked)


def test_what_was_added_comes_back_in_its_order(store: Database):
    add(store, "first", "zweites", subject="a")
    with store.writing() as connection:
        chain.append(connection, reader=BOB, kind="other", payload={})
    with store.reading() as connection:
        found = chain.entries(connection, subject="a")
        assert [entry.payload["word"] for entry in found] == ["first", "zweites"]
        assert found[1].previous == found[0].hash
        assert [entry.id for entry in chain.entries(connection, kinds=["other"], reader=BOB)] == [3]
    assert verified(store).entries == 3


def test_an_empty_journal_holds(store: Database):
    assert verified(store) == chain.Verified(0, "", 0, ())


@pytest.mark.parametrize(
    ("done", "entry"),
    [
        ("UPDATE entries SET reader_name = 'Mallory' WHERE id = 2", 2),
        ("UPDATE entries SET content = replace(content, 'b', 'x') WHERE id = 2", 2),
        ("UPDATE entries SET content = NULL WHERE id = 2", 2),
        ("UPDATE entries SET at = '2020-01-01T00:00:00.000000+00:00' WHERE id = 3", 3),
        ("DELETE FROM entries WHERE id = 1", 1),
        ("DELETE FROM entries WHERE id = 2", 2),
    ],
)
def test_the_first_entry_that_was_changed_or_removed_is_named(store: Database, done: str, entry: int):
    add(store, "a", "b", "c")
    behind_its_back(store, done)
    with pytest.raises(BrokenChain, match=f"at entry {entry}:") as broken:
        verified(store)
    assert broken.value.entry == entry


def test_an_end_that_was_cut_off_is_found_by_a_hash_that_was_noted(store: Database):
    add(store, "a", "b")
    noted = verified(store).head
    assert verified(store, holds=noted).entries == 2
    behind_its_back(store, "DELETE FROM entries WHERE id = 2")
    assert verified(store).entries == 1
    with pytest.raises(BrokenChain, match="later entries are missing"):
        verified(store, holds=noted)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET kind = 'x'",
        "UPDATE entries SET content = '{}'",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE id = 1",
        "INSERT INTO entries SELECT 2, at, reader, reader_name, kind, subject, content, content_hash, 'x', 'y' FROM entries",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(store: Database, statement: str):
    add(store, "a")
    with pytest.raises(DatabaseError, match="never changed"), store.writing() as connection:
        connection.exec_driver_sql(statement)
    assert verified(store).entries == 1


def test_an_erased_content_is_gone_and_the_chain_holds(store: Database):
    add(store, "name of a patient", subject="a")
    add(store, "another's", subject="b")
    with store.writing() as connection:
        chain.erase(connection, reader=BOB, subjects=["a"], why="asked for")
    with store.reading() as connection:
        first, second, said = chain.entries(connection)
    assert (first.payload, first.reader.name) == (None, "Ada Löwe")
    assert second.payload == {"word": "another's"}
    assert (said.kind, said.payload["entries"]) == (chain.ERASED, [1])
    assert verified(store).erased == 1


def test_a_clock_that_was_put_back_is_told_and_breaks_nothing(store: Database):
    with store.writing() as connection:
        for day in (2, 1, 3):
            at = datetime(2026, 1, day, tzinfo=UTC)
            chain.append(connection, reader=ADA, kind="note", payload={}, at=at)
    assert verified(store).backwards == (2,)


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": object()}])
def test_what_json_cannot_hold_is_refused(store: Database, payload: dict):
    with pytest.raises(ValueError), store.writing() as connection:  # noqa: PT011
        chain.append(connection, reader=ADA, kind="note", payload=payload)
    assert verified(store).entries == 0
