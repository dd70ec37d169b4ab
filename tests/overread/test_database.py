"""Where the journal lies: what is refused, two who write at once, a full disk, a process that is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgnet.overread import chain
from ecgnet.overread.database import Database, DatabaseError, database
from tests.readers_journal import ADA

WRITER = """
import sys
from ecgnet.overread import chain
from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
store = Database(sys.argv[1])
for number in range(int(sys.argv[2])):
    with store.writing() as connection:
        made = chain.append(connection, reader=Reader(sys.argv[3], sys.argv[3]), kind="signed", payload={"n": number})
    print(made.hash, flush=True)
"""
"""Says each entry once it is kept, as the app tells a reader that it was signed."""


def writer(store: Path | str, *, entries: int, name: str = "w") -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store), str(entries), name], stdout=subprocess.PIPE, text=True
    )


def hashes(store: Database) -> list[str]:
    """Of all entries, verified."""
    with store.reading() as connection:
        chain.verify(connection)
        return [entry.hash for entry in chain.entries(connection)]


def test_nothing_is_opened_where_nothing_is_set():
    assert database({}) is None


def test_the_file_is_its_owners_alone(store: Database):
    assert os.stat(str(store.url.database)).st_mode & 0o077 == 0


def test_a_database_of_a_newer_version_is_refused_as_it_is(store: Database):
    with store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(DatabaseError, match="newer version"):
        Database(str(store.url.database))


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql://", "x://"])
def test_an_address_of_no_database_is_a_sentence(url: str):
    pytest.importorskip("sqlalchemy")
    with pytest.raises(DatabaseError, match="ECGNET_DB names no database"):
        Database(url)


def test_a_password_is_not_in_what_is_said():
    pytest.importorskip("psycopg")
    with pytest.raises(DatabaseError, match="did not do") as fault:
        Database("postgresql+psycopg://reader:s3cret@127.0.0.1:9/x?connect_timeout=1")
    assert "s3cret" not in str(fault.value)


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path):
    pytest.importorskip("sqlalchemy")
    other = tmp_path / "letter.txt"
    other.write_text("Dear colleague, " * 100)
    with pytest.raises(DatabaseError, match="no database of ECGNet"):
        Database(str(other))
    assert other.read_text().startswith("Dear")


def test_a_block_that_fails_writes_nothing(store: Database):
    def fail() -> None:
        with store.writing() as connection:
            chain.append(connection, reader=ADA, kind="signed", payload={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert hashes(store) == []


def test_a_full_disk_is_said_and_loses_nothing(store: Database):
    def write() -> None:
        with store.writing() as connection:
            made = chain.append(connection, reader=ADA, kind="signed", payload={"note": "x" * 3000})
        kept.append(made.hash)

    kept: list[str] = []
    write()
    with store.reading() as connection:  # the pool has one connection, which keeps this
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(DatabaseError, match="the disk is full; nothing was written"):  # noqa: PT012
        for _ in range(20):
            write()
    assert hashes(store) == kept
    with store.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    write()
    assert hashes(store) == kept


def test_two_who_write_at_once_wait_for_each_other(tmp_path: Path):
    """Both also find no database yet."""
    pytest.importorskip("sqlalchemy")
    path = tmp_path / "new" / "readers.db"
    both = [writer(path, entries=40, name=name) for name in ("a", "b")]
    said = [process.communicate(timeout=60)[0].split() for process in both]
    assert [len(one) for one in said] == [40, 40]
    assert set(hashes(Database(str(path)))) == {*said[0], *said[1]}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_whoever_is_killed_while_signing_loses_nothing_that_was_said_to_be_signed(store: Database):
    path, told = str(store.url.database), []
    for seed in range(3):
        process = writer(path, entries=100_000)
        assert process.stdout is not None
        told.append(process.stdout.readline().strip())
        time.sleep(random.Random(seed).uniform(0.0, 0.3))
        process.kill()
        told += process.communicate()[0].split("\n")[:-1]  # the last line may be cut short
    kept = hashes(store)
    assert set(told) <= set(kept)
    assert len(kept) <= len(told) + 3


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server of its own on a socket in a folder of its own, which another user can enter: pytest's are this user's
    alone."""
    pytest.importorskip("psycopg")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not here")
    tools = found[-1].parent
    as_other: list[str] = []
    if os.getuid() == 0:  # it refuses to run as root
        if shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL does not run as root")
        as_other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    folder = Path(tempfile.mkdtemp(prefix="ecgnet-postgresql-"))
    if as_other:
        os.chown(folder, 65534, 65534)
    data = folder / "data"

    def run(*command: str | Path) -> None:
        subprocess.run([*as_other, *map(str, command)], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    try:
        run(
            tools / "initdb",
            "-D",
            data,
            "-U",
            "ecgnet",
            "-A",
            "trust",
            "--no-sync",
            "--no-locale",
            "-E",
            "UTF8",
        )
        run(tools / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield f"postgresql+psycopg://ecgnet@/postgres?host={folder}"
        finally:
            run(tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def test_postgresql_keeps_the_same_journal(postgresql: str):
    both = [writer(postgresql, entries=20, name=name) for name in ("a", "b")]
    said = [process.communicate(timeout=60)[0].split() for process in both]
    store = Database(postgresql)
    assert set(hashes(store)) == {*said[0], *said[1]}
    for statement in ("UPDATE entries SET kind = 'x'", "DELETE FROM entries", "TRUNCATE entries"):
        with pytest.raises(DatabaseError, match="never changed"), store.writing() as connection:
            connection.exec_driver_sql(statement)
    with store.writing() as connection:
        chain.append(connection, reader=ADA, kind="signed", subject="s", payload={"note": "ö"})
        chain.erase(connection, reader=ADA, subjects=["s"], why="asked for")
    assert len(hashes(store)) == 42
    store.close()
