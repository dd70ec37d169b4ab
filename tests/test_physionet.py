"""PTB-XL fetched from a server on this machine that serves a small made-up data set."""

from __future__ import annotations

import hashlib
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ecgnet import physionet
from ecgnet.physionet import SUMS, TABLES, NotThereError, PhysioNetError, Remote, RemoteCatalogue
from ecgnet.ptbxl import Catalogue

RECORD = "records100/00000/00001_lr"


class Server(ThreadingHTTPServer):
    """Serves a folder; `asked`: the paths in order; `instead`: other answers by path, as (status, headers, body)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.asked: list[str] = []
        self.instead: dict[str, tuple[int, dict[str, str], bytes]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server, path = self.server, self.path.lstrip("/")
        server.asked.append(path)
        file = server.folder / path
        if path in server.instead:
            status, headers, body = server.instead[path]
        elif file.is_file():
            status, body = 200, file.read_bytes()
            headers = {"Content-Length": str(len(body))}
        else:
            status, headers, body = 404, {}, b"no such file"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def write_sums(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [
        f"{hashlib.sha256(f.read_bytes()).hexdigest()} {f.relative_to(folder).as_posix()}\n" for f in files
    ]
    (folder / SUMS).write_text("".join(lines))


@pytest.fixture
def server(tiny_ptbxl: Path) -> Iterator[Server]:
    """PhysioNet's stand-in, with the 60 made-up records and their checksums."""
    write_sums(tiny_ptbxl)
    with Server(tiny_ptbxl) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def remote(server: Server, tmp_path: Path) -> Remote:
    """The stand-in, with an empty cache."""
    return Remote(server.address, tmp_path / "cache")


@pytest.fixture
def opened(remote: Remote) -> RemoteCatalogue:
    remote.fetch_catalogue()
    return RemoteCatalogue(remote)


def kept(remote: Remote) -> set[str]:
    """All files in the cache."""
    return {p.relative_to(remote.folder).as_posix() for p in remote.folder.rglob("*") if p.is_file()}


def test_the_catalogue_is_that_of_a_copy(opened: RemoteCatalogue, tiny_ptbxl: Path):
    assert opened.table.equals(Catalogue(tiny_ptbxl).table)


def test_a_record_is_that_of_a_copy_but_for_where_it_came_from(opened: RemoteCatalogue, tiny_ptbxl: Path):
    fetched, copied = opened.record(1), Catalogue(tiny_ptbxl).record(1)
    assert np.array_equal(fetched.signal, copied.signal)
    assert (fetched.metadata, fetched.id, fetched.source) == (
        copied.metadata,
        copied.id,
        "PTB-XL on PhysioNet",
    )


def test_nothing_is_asked_before_it_is_needed(remote: Remote, server: Server):
    assert not remote.ready
    assert server.asked == []
    remote.fetch_catalogue()
    RemoteCatalogue(remote)
    assert server.asked == [SUMS, *TABLES]


def test_nothing_is_asked_twice(opened: RemoteCatalogue, server: Server):
    opened.record(1)
    before = list(server.asked)
    opened.remote.fetch_catalogue()
    opened.record(1)
    assert server.asked == before


def test_only_the_record_that_is_asked_for_is_fetched(opened: RemoteCatalogue):
    opened.record(1)
    assert kept(opened.remote) == {SUMS, *TABLES, f"{RECORD}.hea", f"{RECORD}.dat"}


def test_what_was_fetched_works_without_the_server(opened: RemoteCatalogue, server: Server):
    opened.record(1)
    server.shutdown()
    server.server_close()
    assert RemoteCatalogue(opened.remote).record(1).fs == 100
    with pytest.raises(PhysioNetError, match=r"cannot be reached .* Check the connection"):
        opened.record(2)


def test_progress_is_told_up_to_the_last_byte(remote: Remote, server: Server):
    told: list[tuple[str, int, int | None]] = []
    remote.fetch_catalogue(lambda *step: told.append(step))
    sizes = {name: (server.folder / name).stat().st_size for name in (SUMS, *TABLES)}
    assert {name: (done, total) for name, done, total in told} == {n: (s, s) for n, s in sizes.items()}


def test_a_record_that_the_server_lacks_is_said(opened: RemoteCatalogue):
    with pytest.raises(NotThereError, match=r"00001_hr\.hea is not there"):
        opened.record(1, 500)


def test_a_server_without_checksums_will_do(remote: Remote, server: Server):
    (server.folder / SUMS).unlink()
    remote.fetch_catalogue()
    assert RemoteCatalogue(remote).record(1).fs == 100


def test_a_changed_file_is_refused_by_its_checksum(opened: RemoteCatalogue, server: Server):
    data = server.folder / f"{RECORD}.dat"
    data.write_bytes(bytes(data.stat().st_size))
    with pytest.raises(PhysioNetError, match="do not fit its checksum"):
        opened.record(1)
    assert f"{RECORD}.dat" not in kept(opened.remote)


def test_a_sign_in_page_is_not_taken_for_the_catalogue(remote: Remote, server: Server):
    server.instead = {name: (200, {}, b"<!doctype html><h1>Sign in</h1>") for name in (SUMS, *TABLES)}
    with pytest.raises(PhysioNetError, match="a web page"):
        remote.fetch_catalogue()
    assert not remote.ready


def test_tables_of_something_else_are_forgotten(remote: Remote, server: Server):
    (server.folder / SUMS).unlink()
    (server.folder / TABLES[0]).write_text("a,b\n1,2\n")
    with pytest.raises(PhysioNetError, match="not with PTB-XL's tables"):
        remote.fetch_catalogue()
    assert not remote.ready


@pytest.mark.parametrize("headers", [{"Content-Length": "9" * 12}, {}])
def test_an_answer_without_end_is_cut_off(opened: RemoteCatalogue, server: Server, headers: dict[str, str]):
    server.instead = {f"{RECORD}.hea": (200, headers, b"x" * 30_000)}
    with pytest.raises(PhysioNetError, match="20,000"):
        opened.record(1)


def test_half_a_file_never_gets_its_name(opened: RemoteCatalogue, server: Server):
    whole = (server.folder / f"{RECORD}.dat").read_bytes()
    server.instead = {f"{RECORD}.dat": (200, {"Content-Length": str(len(whole))}, whole[:1000])}
    with pytest.raises(PhysioNetError, match="broke off after 1,000 bytes"):
        opened.record(1)
    assert kept(opened.remote) == {SUMS, *TABLES, f"{RECORD}.hea"}


def test_a_server_that_fails_is_a_sentence(opened: RemoteCatalogue, server: Server):
    server.instead = {f"{RECORD}.hea": (503, {}, b"")}
    with pytest.raises(PhysioNetError, match=r"503 .* Try again later"):
        opened.record(1)


def test_a_server_that_falls_silent_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(physionet, "ANSWER_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        remote = Remote(f"http://127.0.0.1:{silent.getsockname()[1]}/", tmp_path)
        with pytest.raises(PhysioNetError, match="did not answer within"):
            remote.fetch_catalogue()


def test_a_full_disk_is_a_sentence(remote: Remote, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(PhysioNetError, match=r"no space is left.*ECGNET_CACHE"):
        remote.fetch_catalogue()
    assert kept(remote) == set()


def test_a_cache_that_cannot_be_written_is_a_sentence(server: Server, tmp_path: Path):
    (tmp_path / "a file").write_text("")
    with pytest.raises(PhysioNetError, match="cannot be kept in"):
        Remote(server.address, tmp_path / "a file").fetch_catalogue()


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "/etc/passwd", "records100/../../x.hea", "records100/00000/00001_lr.sh", "a/b.csv", ""],
)
def test_no_name_leads_out_of_the_cache(remote: Remote, server: Server, name: str):
    with pytest.raises(PhysioNetError, match="no file of PTB-XL"):
        remote.fetch(name)
    assert server.asked == []


def test_a_table_that_points_outside_is_refused(remote: Remote, server: Server):
    (server.folder / SUMS).unlink()
    table = server.folder / TABLES[0]
    table.write_text(table.read_text().replace(RECORD, "../../outside_lr"))
    remote.fetch_catalogue()
    with pytest.raises(ValueError, match="outside its folder"):
        RemoteCatalogue(remote).record(1)


def test_an_address_must_be_one(tmp_path: Path):
    with pytest.raises(PhysioNetError, match="no http or https address"):
        Remote("file:///etc/", tmp_path)


def test_each_mirror_has_a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ECGNET_CACHE", str(tmp_path))
    monkeypatch.delenv("ECGNET_PHYSIONET", raising=False)
    official = Remote.default()
    monkeypatch.setenv("ECGNET_PHYSIONET", "http://127.0.0.1:1/mirror")
    assert official.folder == tmp_path / "ptb-xl-1.0.3"
    assert Remote.default().folder not in (official.folder, tmp_path)
