"""The tables, and how a database of an older version becomes one of this: a step a version, never changed once released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Step:
    """Statements of SQL that bring the database one version on: those for every database, then those for one kind."""

    common: tuple[str, ...]
    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()


_ENTRIES = Step(
    common=(
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            reader TEXT NOT NULL,
            reader_name TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT,
            content TEXT,
            content_hash TEXT NOT NULL,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL UNIQUE
        )""",
        "CREATE INDEX entries_subject ON entries (subject, kind)",
        "CREATE INDEX entries_kind ON entries (kind)",
    ),
    sqlite=(
        """CREATE TRIGGER entries_follow BEFORE INSERT ON entries
           WHEN NEW.id != (SELECT coalesce(max(id), 0) + 1 FROM entries)
             OR NEW.previous != coalesce((SELECT hash FROM entries ORDER BY id DESC LIMIT 1), '')
           BEGIN SELECT RAISE(ABORT, 'append-only: an entry follows the last one'); END""",
        # Content may be forgotten, nothing else be changed: its hash stays in the chain.
        """CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
           WHEN NEW.content IS NOT NULL OR OLD.kind = 'erased'
             OR (NEW.id, NEW.at, NEW.reader, NEW.reader_name, NEW.kind, NEW.content_hash, NEW.previous, NEW.hash)
                != (OLD.id, OLD.at, OLD.reader, OLD.reader_name, OLD.kind, OLD.content_hash, OLD.previous, OLD.hash)
             OR NEW.subject IS NOT OLD.subject
           BEGIN SELECT RAISE(ABORT, 'append-only: entries are not changed'); END""",
        """CREATE TRIGGER entries_remain BEFORE DELETE ON entries
           BEGIN SELECT RAISE(ABORT, 'append-only: entries are not removed'); END""",
    ),
    postgresql=(
        """CREATE FUNCTION entries_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.id != (SELECT coalesce(max(id), 0) + 1 FROM entries)
               OR NEW.previous != coalesce((SELECT hash FROM entries ORDER BY id DESC LIMIT 1), '')
             THEN RAISE EXCEPTION 'append-only: an entry follows the last one'; END IF;
             RETURN NEW; END $$""",
        "CREATE TRIGGER entries_follow BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION entries_follow()",
        """CREATE FUNCTION entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF TG_OP = 'UPDATE' AND NEW.content IS NULL AND OLD.kind != 'erased'
               AND (NEW.id, NEW.at, NEW.reader, NEW.reader_name, NEW.kind, NEW.content_hash, NEW.previous, NEW.hash)
                 = (OLD.id, OLD.at, OLD.reader, OLD.reader_name, OLD.kind, OLD.content_hash, OLD.previous, OLD.hash)
               AND NEW.subject IS NOT DISTINCT FROM OLD.subject
             THEN RETURN NEW; END IF;
             RAISE EXCEPTION 'append-only: entries are not changed'; END $$""",
        "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION entries_stay()",
        "CREATE TRIGGER entries_remain BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION entries_stay()",
    ),
)
STEPS: tuple[Step, ...] = (_ENTRIES,)
NEWEST = len(STEPS)


def version(connection: Connection) -> int:
    """How many steps the database has had: 0 for an empty one."""
    from sqlalchemy import inspect

    if not inspect(connection).has_table("schema_version"):
        return 0
    return connection.exec_driver_sql("SELECT max(version) FROM schema_version").scalar_one()


def migrate(connection: Connection, found: int) -> None:
    """Bring a database of version `found` up to `NEWEST`, within the transaction of the caller."""
    if found == 0:
        connection.exec_driver_sql("CREATE TABLE schema_version (version INTEGER NOT NULL)")
    for number, step in enumerate(STEPS[found:], start=found + 1):
        for statement in (*step.common, *getattr(step, connection.dialect.name)):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"INSERT INTO schema_version (version) VALUES ({number:d})")
