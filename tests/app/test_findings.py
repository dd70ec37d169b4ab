"""The reading on screen: its headline, its states, its lines, and what must be told at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.demo import draw
from ecgnet.judge import Reading, judge
from ecgnet.record import Record


def page(reading) -> None:  # read apart from this file: no names of its own
    from ecgnet.ui.record import findings

    findings.critical(reading)
    findings.conclusion(reading)
    findings.structured(reading)


def shown(reading: Reading) -> AppTest:
    app = AppTest.from_function(page, args=(reading,)).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    parts = (*app.markdown, *app.error, *app.warning, *app.code, *app.get("html"))
    return "\n".join(str(getattr(part, "value", "") or getattr(part.proto, "body", "")) for part in parts)


@pytest.fixture(scope="module")
def normal() -> Reading:
    return judge(draw("norm_male", 1, fs=100))


def test_the_headline_and_every_state_are_on_screen(normal: Reading):
    said = words(shown(normal))
    assert normal.conclusion.text in said
    assert all(f"{label} {state}" in said for label, state in normal.states.items())


def test_every_line_of_the_reading_can_be_copied(normal: Reading):
    (copied,) = shown(normal).code
    assert all(line.text in copied.value for line in normal.lines)
    assert "Research use only, not a diagnosis." in copied.value


def test_a_critical_value_stands_above_all():
    beat = np.zeros(1000, np.float32)
    beat[::180] = 1.0  # 33 beats a minute
    slow = Record(np.tile(beat, (12, 1)), 100, "slow", "drawn")
    reading = judge(slow, [])
    assert [value.level for value in reading.critical] == ["critical"]
    assert "heart rate of 35/min or less" in shown(reading).error[0].value


def test_markup_in_what_a_recorder_stated_is_text(normal: Reading):
    line = replace(normal.lines[0], text="<b>acute</b> <script>alert(1)</script>")
    app = shown(replace(normal, lines=(line,)))
    body = "".join(str(part.proto.body) for part in app.get("html"))
    assert "<script>" not in body
    assert "&lt;script&gt;" in body
