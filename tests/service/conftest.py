"""A service that answers at a free port of this machine, within this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
import requests

from ecgnet.demo import draw
from ecgnet.service.answering import Answering
from ecgnet.service.limits import ServiceLimits
from ecgnet.service.serve import server
from tests.readers.writers import _delimited

LIMITS = ServiceLimits(body=1_000_000, silence=0.4, whole=3.0, rate=1000, burst=1000)
"""Of the tests: the same service, sooner tired."""


@dataclass(frozen=True)
class Service:
    """Where a service answers, and what it answers with."""

    address: str
    answering: Answering

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def post(self, path: str, data: object = None, **options: object) -> requests.Response:
        return requests.post(f"{self.address}{path}", data=data, timeout=60, **options)

    def get(self, path: str, **options: object) -> requests.Response:
        return requests.get(f"{self.address}{path}", timeout=60, **options)


@contextmanager
def serving(limits: ServiceLimits = LIMITS, token: str | None = None) -> Iterator[Service]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answering = Answering(limits=limits)
    running = server(answering, port=port, token=token)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield Service(f"http://127.0.0.1:{port}", answering)
    finally:
        running.should_exit = running.force_exit = True
        thread.join()
        answering.batches.close()


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The service that most tests ask."""
    with serving() as found:
        yield found


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """serve(limits, token): another one, ended with the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(serving(**options))


@pytest.fixture(scope="session")
def infarction() -> bytes:
    """A made-up ECG as a CSV that states all."""
    record = draw("imi", 1, fs=100)
    return _delimited.write(record.signal, 100)
