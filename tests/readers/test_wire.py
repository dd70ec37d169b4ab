"""Answers on their way between processes: what was packed comes out, and nonsense is refused."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import Answer, Question
from ecgnet.readers._wire import WireError, pack, receive, send, unpack
from ecgnet.record import Identity, Metadata, Record


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


def test_a_question_comes_back():
    question = Question(("fs", "leads"), {"fs": (500.0, "Why."), "leads": (("I", "II"), "Why.")}, 2, "CSV")
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
