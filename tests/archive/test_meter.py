"""What is told of a run's progress."""

from __future__ import annotations

import io

import pytest

from ecgnet.archive.meter import Meter


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (100, 50, "300 of 1000 files, 2.0 a second, 6 min left"),
        (0, 5, "200 of 1000 files, 0.0 a second, ? left"),
        (1, 50, "201 of 1000 files, 0.0 a second, 11.1 h left"),
        (800, 10, "1000 of 1000 files, 80.0 a second, 0 s left"),
    ],
)
def test_rate_and_time_left_are_those_of_this_call(done: int, seconds: float, said: str):
    assert Meter(1000, before=200).line(done, seconds) == said


def test_elsewhere_than_on_a_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch):
    now, stream = [0.0], io.StringIO()
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    meter = Meter(10, stream=stream, began=0.0)
    for now[0] in range(65):
        meter.show(1)
    assert len(stream.getvalue().splitlines()) == 2
