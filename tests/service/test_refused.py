"""Who is not let in, and what is too large, too slow or too much."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from ecgnet.__main__ import main
from ecgnet.readers import LARGEST_FILE
from ecgnet.service.guard import Rate
from ecgnet.service.limits import ServiceLimits
from ecgnet.service.schema import FaultAnswer
from ecgnet.service.serve import TOKEN
from tests.service.conftest import LIMITS, Service


def refused(answer: requests.Response, status: int, kind: str) -> requests.Response:
    """The answer is a refusal as its schema says, with the notice."""
    assert (answer.status_code, FaultAnswer.model_validate(answer.json()).error.kind) == (status, kind)
    return answer


def said_to(service: Service, *parts: bytes) -> bytes:
    """What is answered to these bytes, sent one after the other, and to nothing more."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as line:
        for part in parts:
            line.sendall(part)
        return b"".join(iter(lambda: line.recv(65536), b""))


HEAD = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\n"


def test_a_body_may_have_as_much_as_an_upload():
    assert ServiceLimits().body == LARGEST_FILE == 50_000_000


def test_a_body_that_announces_too_much_is_refused_unread(service: Service):
    answer = said_to(service, HEAD + b"Content-Length: 60000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413") and b"cut out the part you need" in answer


def pieces(number: int) -> Iterator[bytes]:
    yield from (bytes(100_000) for _ in range(number))


def test_a_body_that_announces_nothing_is_cut_off(service: Service):
    refused(service.post("/v1/read", pieces(12)), 413, "too_large")


def test_a_form_is_cut_off_too(service: Service):
    refused(service.post("/v1/read", files={"file": ("e.csv", bytes(1_200_000))}), 413, "too_large")


def test_a_client_that_falls_silent_is_let_go(service: Service):
    answer = said_to(service, HEAD + b"Content-Length: 1000\r\n\r\n" + bytes(10))
    assert answer.startswith(b"HTTP/1.1 408") and b'"slow"' in answer


@pytest.mark.parametrize("sent", [b"", b"POST /v1/read HTT"])
def test_a_client_that_never_asks_is_let_go(service: Service, sent: bytes):
    assert said_to(service, sent).startswith(b"HTTP/1.1 408")


def test_a_body_that_is_no_form_is_refused(service: Service):
    wrong = {"content-type": "multipart/form-data; boundary=x"}
    refused(service.post("/v1/read", b"I,II\n", headers=wrong), 400, "incomplete")


def test_nothing_is_no_ecg(service: Service):
    refused(service.post("/v1/read"), 400, "no_file")


def test_paths_and_methods_that_are_not_there(service: Service):
    refused(service.get("/v2/read"), 404, "no_path")
    refused(service.get("/v1/read"), 405, "method")


def test_a_name_of_another_site_is_not_answered_to(service: Service):
    refused(service.get("/health", headers={"Host": "evil.example"}), 403, "host")


def test_a_flood_is_told_to_wait(serve: Callable[..., Service]):
    flooded = serve(limits=replace(LIMITS, rate=1, burst=3))
    answers = [flooded.post("/v1/read") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert int(refused(answers[-1], 429, "too_many").headers["retry-after"]) >= 1
    assert flooded.get("/health").ok


def test_the_rate_is_that_of_an_address_and_comes_back():
    now = [0.0]
    rate = Rate(2, burst=2, clock=lambda: now[0])
    assert [rate.take("a") for _ in range(3)] == [0, 0, 0.5]
    assert rate.take("b") == 0
    now[0] = 0.5
    assert rate.take("a") == 0


def test_more_at_once_than_there_may_be_are_told_to_wait(serve: Callable[..., Service]):
    full = serve(limits=replace(LIMITS, at_once=0))
    assert refused(full.post("/v1/read", b"I"), 503, "busy").headers["retry-after"] == "1"


def test_more_bytes_at_once_than_there_is_room_for(serve: Callable[..., Service]):
    full = serve(limits=replace(LIMITS, bodies=10))
    refused(full.post("/v1/read", bytes(11)), 503, "busy")


def test_a_token_is_asked_for(serve: Callable[..., Service]):
    closed = serve(token="open sesame".replace(" ", "-"))
    assert refused(closed.get("/v1/models"), 401, "unauthorized").headers["www-authenticate"] == "Bearer"
    refused(closed.get("/metrics", headers={"Authorization": "Bearer open"}), 401, "unauthorized")
    assert closed.get("/metrics", headers={"Authorization": "Bearer open-sesame"}).ok
    assert closed.get("/health").ok


def test_without_a_token_no_other_address_is_opened(monkeypatch, capsys):
    monkeypatch.delenv(TOKEN, raising=False)
    assert main(["serve", "--address", "0.0.0.0"]) == 1
    assert "set ECGNET_TOKEN to a secret" in capsys.readouterr().err


def test_a_fault_of_the_service_is_a_sentence_and_logs_no_content(service: Service, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise KeyError("Miller 4711")

    monkeypatch.setattr(service.answering, "read", fail)
    refused(service.post("/v1/read", b"I"), 500, "failed")
    assert "KeyError at test_refused.py" in caplog.text and "Miller" not in caplog.text
