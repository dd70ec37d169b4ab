"""The database of readers, at `ECGNET_DB`: a file of SQLite (its path, or a URL) or PostgreSQL (a URL of SQLAlchemy).

    ECGNET_DB=/var/lib/ecgnet/readers.db
    ECGNET_DB=postgresql+psycopg://ecgnet@db.hospital.example/ecgnet

SQLite in WAL mode with synchronous=FULL: who reads is never held up, and what was committed has reached the disk. One
process writes at a time, the others wait up to `PATIENCE` s. Source: sqlite.org/wal.html, sqlite.org/pragma.html."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecgnet.language import say
from ecgnet.overread import migrations

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

VARIABLE = "ECGNET_DB"
PATIENCE = 10.0
"""Seconds that a writer waits for another."""
INSTALL = "pip install 'ecgnet[hospital]'"
_WRITES = "ecgnet_writes"
_LOCK = 725001
"""Names the one lock that writers of PostgreSQL take in turn."""


class DatabaseError(OSError):
    """A database that is not reached, not understood or cannot be written; the message is a sentence for people, without
    credentials and without what was to be written."""


class Database:
    """One database, with its tables as this version of ECGNet knows them.

    Every fault of it is a DatabaseError. Threads may share one."""

    def __init__(self, url: str) -> None:
        """url: as `ECGNET_DB` has it. Brings an older database up to date. Raises DatabaseError."""
        self.url = _parsed(url)
        is_file = self.url.get_backend_name() == "sqlite"
        self.name = str(self.url.database) if is_file else self.url.render_as_string(hide_password=True)
        self.engine = _engine(self.url)
        with self._sentences():
            self._bring_up_to_date()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database while the block runs."""
        with self._sentences(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":  # as SQLite has it
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that nobody else writes beside: what is read within holds until its end. When the block raises,
        nothing was written; when this returns, everything is on the disk."""
        with (
            self._sentences(),
            self.engine.connect() as connection,
            connection.execution_options(**{_WRITES: True}).begin(),
        ):
            if (
                connection.dialect.name == "postgresql"
            ):  # each statement behind it sees what others wrote before
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection

    def tidy(self) -> None:
        """Leave nothing of what was erased in the database's files."""
        with self._sentences():
            if self.url.get_backend_name() == "postgresql":
                with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM entries")
            else:
                with closing(self.engine.raw_connection()) as raw:
                    raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of its files."""
        self.engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            found = migrations.version(connection)
        if found > migrations.NEWEST:
            raise DatabaseError(
                say(
                    "{name} was written by a newer version of ECGNet (tables {found}, this one knows {newest}): "
                    "install that version; nothing was changed.",
                    name=self.name,
                    found=found,
                    newest=migrations.NEWEST,
                )
            )
        if found < migrations.NEWEST:
            with self.writing() as connection:  # another process may have done it meanwhile
                migrations.migrate(connection, migrations.version(connection))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        try:
            yield
        except DBAPIError as error:
            raise DatabaseError(f"{self.name}: {_why(str(error.orig))}") from None
        except SQLAlchemyError as error:
            raise DatabaseError(
                say(
                    "{name} cannot be used ({name_2}): check {variable}.",
                    name=self.name,
                    name_2=type(error).__name__,
                    variable=VARIABLE,
                )
            ) from None


def database(environment: Mapping[str, str] = os.environ) -> Database | None:
    """The database that is set up, opened once in a process; None where `ECGNET_DB` is not set. Raises DatabaseError."""
    url = environment.get(VARIABLE, "").strip()
    return _opened(url) if url else None


@lru_cache(maxsize=4)
def _opened(url: str) -> Database:
    return Database(url)


def _parsed(text: str) -> URL:
    """A path becomes SQLite's URL. Raises DatabaseError."""
    try:
        from sqlalchemy import URL, make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        raise DatabaseError(
            say("Readers need packages that are not installed: {install}", install=INSTALL)
        ) from None
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().resolve()))
    try:
        url = make_url(text)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("sqlite", "postgresql") or not url.database or url.database == ":memory:":
        raise DatabaseError(
            say(
                "{variable} names no database: give the path of a file, or a URL of PostgreSQL.",
                variable=VARIABLE,
            )
        )
    return url


def _engine(url: URL) -> Engine:
    """What connects, with the settings of `Database`. Raises DatabaseError."""
    from sqlalchemy import create_engine, event

    if url.get_backend_name() == "postgresql":
        try:
            wait = {} if "connect_timeout" in url.query else {"connect_timeout": int(PATIENCE)}
            return create_engine(url, pool_pre_ping=True, connect_args=wait)
        except ImportError:
            raise DatabaseError(
                say(
                    "The driver of {drivername} is not installed: {install}, and begin {variable} with "
                    "postgresql+psycopg://",
                    drivername=url.drivername,
                    install=INSTALL,
                    variable=VARIABLE,
                )
            ) from None
    path = Path(str(url.database))
    try:  # it holds what was said of patients: for its owner alone, and SQLite's files beside it are as it is
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseError(
            say(
                "{path} cannot be opened for writing: {strerror}.",
                path=path,
                strerror=error.strerror or error,
            )
        ) from None
    engine = create_engine(url, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _settings(connection, _record) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise DatabaseError(
                say(
                    "{path} cannot be written safely where it lies: put it on a disk of this machine.",
                    path=path,
                )
            )
        for setting in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:
        at_once = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if at_once else "BEGIN")

    return engine


def _why(said: str) -> str:
    """A driver's words as a sentence."""
    known = {
        "database or disk is full": say("the disk is full; nothing was written. Make room and do it again."),
        "disk I/O error": say(
            "the disk cannot be written, it may be full; nothing was written. Make room and do it again."
        ),
        "database is locked": say(
            "others have been writing for {patience:.0f} s; nothing was written. Do it again.",
            patience=PATIENCE,
        ),
        "readonly": say("it may be read only; nothing was written."),
        "file is not a database": say("this file is no database of ECGNet's."),
        "malformed": say("the file is damaged: bring it back from your copy."),
        "append-only": say("entries are never changed and never removed."),
    }
    for words, sentence in known.items():
        if words in said:
            return sentence
    return say("the database did not do what was asked; its server or disk says why.")
