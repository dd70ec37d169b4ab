"""Settings of a server, and its faults as sentences, from a small server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from ecgnet.interop import fhir
from ecgnet.interop.connection import Connection, ConnectionFault, connection
from ecgnet.judge import Reading

PDF = b"%PDF-"


@pytest.fixture
def server() -> Iterator[SimpleNamespace]:
    """A FHIR server that answers with `status` and `answer`, and keeps what it was sent."""
    state = SimpleNamespace(status=200, answer=None, got=[], headers={})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.got.append((sent, dict(self.headers)))
            kept = [
                {"response": {"status": "201 Created", "location": f"{e['request']['url']}/1"}}
                for e in sent["entry"]
            ]
            body = state.answer if state.answer is not None else json.dumps({"entry": kept}).encode()
            self.send_response(state.status)
            for name, value in (state.headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{http.server_port}"
    yield state
    http.shutdown()
    http.server_close()


def test_a_signed_reading_arrives_as_one_transaction(reading: Reading, signature, server):
    made = fhir.bundle(reading, PDF, signature=signature, identity=True)
    kept = fhir.post(made, Connection("FHIR server", server.url, token="secret"))
    ((sent, headers),) = server.got
    assert sent == made
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Content-Type"] == "application/fhir+json"
    assert "DiagnosticReport/1" in kept


@pytest.mark.parametrize(
    ("status", "answer", "headers", "said"),
    [
        (401, b"", {}, "refuses these credentials"),
        (404, b"", {}, "check the address"),
        (500, b"", {}, "its log says why"),
        (302, b"", {"Location": "http://169.254.0.1/"}, "sends elsewhere"),
        (200, b"<html>", {}, "no FHIR transaction"),
        (200, b'{"entry": []}', {}, "did not keep all parts"),
    ],
)
def test_what_a_server_may_do_is_said_in_a_sentence(reading: Reading, server, status, answer, headers, said):
    server.status, server.answer, server.headers = status, answer, headers
    with pytest.raises(ConnectionFault, match=said):
        fhir.post(fhir.bundle(reading, PDF, identity=True), Connection("FHIR server", server.url))


def test_a_server_that_is_gone_is_named(reading: Reading):
    gone = Connection("FHIR server", "http://127.0.0.1:9")
    with pytest.raises(ConnectionFault, match="cannot be reached"):
        fhir.post(fhir.bundle(reading, PDF, identity=True), gone)


def test_a_reading_without_its_patient_is_not_sent(reading: Reading, server):
    with pytest.raises(ConnectionFault, match="names no patient"):
        fhir.post(fhir.bundle(reading, PDF), Connection("FHIR server", server.url))
    assert not server.got


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"X": "fhir.example"}, "no address"),
        ({"X": "file:///etc/passwd"}, "no address"),
        ({"X": "https://a:b@fhir.example"}, "X_TOKEN"),
        ({"X": "http://fhir.example"}, "in clear"),
        ({"X": "https://fhir.example", "X_CA": "nowhere.pem"}, "X_CA names no file"),
    ],
)
def test_settings_that_cannot_be_used(settings: dict[str, str], said: str):
    with pytest.raises(ConnectionFault, match=said):
        connection("X", "server", environment=settings)


def test_credentials_are_never_shown():
    found = connection(
        "X", "server", environment={"X": "https://a.example", "X_TOKEN": "t0p", "X_PASSWORD": "s3c"}
    )
    assert found.session().headers["Authorization"] == "Bearer t0p"
    assert "t0p" not in repr(found)
    assert "s3c" not in repr(found)
