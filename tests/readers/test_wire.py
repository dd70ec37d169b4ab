"""Answers on their way between processes: what was packed comes out, and nonsense is refused."""

from __future__ import annotations

import io
import json
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import Answer, MissingFacts
from ecgnet.readers._wire import WireError, pack, receive, send, unpack
from ecgnet.record import Identity, Metadata, Record
from ecgnet.recorder import MAX_LETTERS, MAX_STATEMENTS, RecorderReport, RecorderValue


def there_and_back(answer: Answer) -> Answer:
    stream = io.BytesIO()
    message, raw = pack(answer)
    send(stream, message, raw)
    stream.seek(0)
    return unpack(*receive(stream))


def test_a_record_comes_back_bit_for_bit(ecg):
    record = Record(
        ecg, 250, "x", "x.csv", Metadata(41, "male"), ("A note.",), Identity("Doe", "1970-05-06", "4711")
    )
    again = there_and_back(Answer("x.csv", record, None, "WFDB", ("A note.", "A doubt.")))
    np.testing.assert_array_equal(again.record.signal, record.signal)
    assert (again.record.fs, again.record.metadata, again.record.identity) == (
        250,
        record.metadata,
        record.identity,
    )
    assert (again.format, again.warnings, again.record.notes) == (
        "WFDB",
        ("A note.", "A doubt."),
        ("A note.",),
    )


@pytest.mark.parametrize("at", [datetime(2024, 3, 25, 10, 11, 12), date(2024, 3, 25), None])
def test_what_the_recorder_stated_comes_back(ecg, at):
    stated = RecorderReport(
        ("洞調律", "Синусовый ритм <b>"),
        ("Normal ECG",),
        {"qrs": RecorderValue(74, "ms")},
        {"V2": {"j": 0.1}},
        at,
        False,
        "GE MAC P",
    )
    record = Record(ecg, 250, "x", "x.csv", recorder=stated)
    assert there_and_back(Answer("x.csv", record)).record.recorder == stated


@pytest.mark.parametrize(
    "changes",
    [
        {"statements": ["x" * (MAX_LETTERS + 1)]},
        {"statements": ["x"] * (MAX_STATEMENTS + 1)},
        {"statements": ["a\nb"]},
        {"measurements": {"qrs": {"value": float("nan"), "unit": "ms"}}},
        {"measurements": {"qrs": {"value": 74, "unit": "s"}}},
        {"measurements": {"name": {"value": 74, "unit": "ms"}}},
        {"st": {"V2": {"j": 1e9}}},
        {"recorded_at": "yesterday"},
        {"confirmed": "yes"},
    ],
)
def test_a_recorder_that_makes_no_sense_is_refused(ecg, changes):
    message, raw = pack(Answer("x", Record(ecg, 250, "x", "x", recorder=RecorderReport(("Normal ECG",)))))
    message["record"]["recorder"] |= changes
    with pytest.raises(WireError):
        unpack(message, bytes(raw))


def test_a_question_comes_back():
    question = MissingFacts(
        ("fs", "leads"), {"fs": (500.0, "Why."), "leads": (("I", "II"), "Why.")}, 2, "CSV"
    )
    assert there_and_back(Answer("x", error="Asks.", question=question)).question == question


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5,
        b"\xff" * 12,
        b"\0\0\0\x02\0\0\0\0\0\0\0\0{",
        b"\0\0\0\x02\0\0\0\0\0\0\0\0[]",
        b"\0\0\0\x02\0\0\0\0\0\0\0\x09{}",
    ],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(WireError):
        receive(io.BytesIO(data))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_answer_that_makes_no_sense_is_refused(data):
    record = Record(np.zeros((12, 5)), 250, "x", "x.csv")
    message, raw = pack(Answer("x", record, None, "WFDB"))
    message = json.loads(json.dumps(message))
    place = data.draw(st.sampled_from([message, message["record"]]))
    key = data.draw(st.sampled_from([key for key in place if key not in ("error", "format")]))
    place[key] = data.draw(st.sampled_from([{}, [1], 7.5, {"a": 1}, [[]]]))
    try:
        answer = unpack(message, bytes(raw))
    except WireError:
        return
    assert isinstance(answer.file, str)
    assert answer.record is None or answer.record.signal.shape == (12, 5)
