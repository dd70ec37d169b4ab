"""The app, served for a test at a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class App:
    """A running `ecgnet run` and where it answers."""

    address: str
    process: subprocess.Popen


@contextmanager
def serve(ecgnet: Sequence[str], folder: Path, **environment: str) -> Iterator[App]:
    """Run `ecgnet run`, the command given as words, in an empty folder and without a data set; ended with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if k != "ECGNET_PTBXL"}
    with (folder / "app.log").open("w") as log:
        process = subprocess.Popen(
            [*ecgnet, "run", f"--port={port}"], cwd=folder, env=kept | environment, stdout=log, stderr=log
        )
        try:
            app = App(f"http://127.0.0.1:{port}", process)
            _wait(app)
            yield app
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:  # a busy machine
                process.kill()
                process.wait()


def answers(address: str) -> bool:
    """Whether somebody serves there."""
    try:
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
    except OSError:
        return False
    return True


def _wait(app: App) -> None:
    for _ in range(360):
        if app.process.poll() is not None:
            pytest.fail("the app ended before it answered")
        if answers(app.address):
            return
        time.sleep(0.5)
    pytest.fail("the app did not answer within three minutes")
