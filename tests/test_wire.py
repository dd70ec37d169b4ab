"""What travels between a dashboard and the service that answers for it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from ecgnet import wire
from ecgnet.demo import draw
from ecgnet.notices import Notice, NoticeKind
from ecgnet.record import Identity, Metadata
from tests.readers.test_hostile import Trap

RECORD = replace(
    draw("imi", 1, fs=100),
    id="Miller.dcm",
    source="Miller.dcm",
    notes=("From Miller.dcm.",),
    identity=Identity("Miller", "1970-05-06", "4711"),
)


def test_what_is_sent_arrives():
    sent = {"a": (1, 2.5, None, True), ("b", 1): [np.arange(3), Notice(NoticeKind.CUT, "Cut.")]}
    found = wire.unpack(wire.pack(sent))
    assert found["a"] == sent["a"]
    assert found["b", 1][1] == sent["b", 1][1]
    assert found["b", 1][0].tolist() == [0, 1, 2]


def test_of_a_record_its_signal_is_sent_and_not_whose_it_is():
    message = wire.pack([RECORD])
    assert not any(secret in message for secret in (b"Miller", b"1970", b"4711"))
    (found,) = wire.unpack(message)
    assert np.array_equal(found.signal, RECORD.signal) and found.fs == RECORD.fs
    assert found.metadata == RECORD.metadata != Metadata()
    assert found.identity == Identity()


def message_of(text: object, **arrays: np.ndarray) -> bytes:
    stored = io.BytesIO()
    np.savez(stored, json=np.frombuffer(json.dumps(text).encode(), np.uint8), **arrays)
    return stored.getvalue()


def test_no_pickle_is_opened(tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(wire.WireError):
        wire.unpack(message_of({"array": "x"}, x=np.array([Trap(mark)], dtype=object)))
    assert not mark.exists()


def test_only_what_is_named_is_made():
    with pytest.raises(wire.WireError):
        wire.unpack(message_of({"kind": "Popen", "parts": {}}))
    with pytest.raises(TypeError):
        wire.pack(object())


def test_a_message_that_claims_too_much_is_not_read(monkeypatch):
    monkeypatch.setattr(wire, "LARGEST", 10**6)
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("json.npy", bytes(10**6 + 1))
    with pytest.raises(wire.WireError, match="too large"):
        wire.unpack(stored.getvalue())


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"{}"])
def test_what_is_no_message_is_said_to_be_none(data: bytes):
    with pytest.raises(wire.WireError):
        wire.unpack(data)
