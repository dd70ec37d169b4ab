"""What goes between the app and the process that reads for it: JSON and raw bytes, never objects.

A message is two lengths (4 bytes of JSON, 8 bytes raw, big-endian), a JSON object, and raw bytes. What comes from the
reading process is not trusted: every length is bounded and every value goes through the constructors again.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np

from ecgnet.readers._answer import Answer
from ecgnet.readers._choice import RecordingChoice
from ecgnet.readers._core import MAX_FILE_BYTES, MAX_SAMPLES, MissingFacts
from ecgnet.record import LEADS, Identity, Metadata, Record, SourceStudy
from ecgnet.recorder import RecorderReport

MAX_JSON = 4_000_000
_LENGTHS = struct.Struct(">IQ")
_MAX_RAW = max(4 * MAX_SAMPLES, MAX_FILE_BYTES)


class WireError(Exception):
    """The other side stopped, or sent what is no message."""


def send(stream: BinaryIO, message: dict[str, Any], raw: bytes | memoryview = b"") -> None:
    """Write one message. Raises OSError when the other side is gone."""
    text = json.dumps(message).encode()
    stream.write(_LENGTHS.pack(len(text), len(raw)))
    stream.write(text)
    stream.write(raw)
    stream.flush()


def receive(stream: BinaryIO, max_json: int = MAX_JSON) -> tuple[dict[str, Any], bytes]:
    """Read one message. Raises WireError."""
    n_text, n_raw = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if n_text > max_json or n_raw > _MAX_RAW:
        raise WireError("a message is too long")
    try:
        message = json.loads(_exactly(stream, n_text))
    except (ValueError, RecursionError) as error:
        raise WireError("a message is no JSON") from error
    if not isinstance(message, dict):
        raise WireError("a message is no object")
    return message, _exactly(stream, n_raw)


def _exactly(stream: BinaryIO, n: int) -> bytes:
    try:
        data = stream.read(n)
    except (OSError, ValueError) as error:  # a stream closed from another thread is a ValueError
        raise WireError("the other side stopped") from error
    if len(data or b"") != n:
        raise WireError("the other side stopped")
    return data


def pack(answer: Answer) -> tuple[dict[str, Any], bytes | memoryview]:
    """An answer as JSON and the samples as little-endian float32."""
    record, question = answer.record, answer.question
    message: dict[str, Any] = {
        "file": answer.file,
        "error": answer.error,
        "format": answer.format,
        "warnings": list(answer.warnings),
        "no_ecg": answer.no_ecg,
        "choice": answer.choice and asdict(answer.choice),
        "question": question
        and {
            "asks": list(question.asks),
            "likely": {key: [value, why] for key, (value, why) in question.likely.items()},
            "columns": question.columns,
            "kind": question.kind,
        },
        "record": record
        and {
            "fs": record.fs,
            "id": record.id,
            "source": record.source,
            "metadata": asdict(record.metadata),
            "notes": list(record.notes),
            "identity": asdict(record.identity),
            "recorder": record.recorder and record.recorder.as_json(),
        },
    }
    if record is None:
        return message, b""
    return message, memoryview(record.signal.astype("<f4", copy=False)).cast("B")


def unpack(message: dict[str, Any], raw: bytes) -> Answer:
    """The answer that was packed. Raises WireError for what is none."""
    try:
        question, record = message["question"], message["record"]
        return Answer(
            str(message["file"]),
            None if record is None else _record(record, raw),
            None if message["error"] is None else str(message["error"]),
            None if message["format"] is None else str(message["format"]),
            tuple(map(str, message["warnings"])),
            None if question is None else _question(question),
            message["no_ecg"] is True,
            choice=None if message["choice"] is None else _choice(message["choice"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # RecordError is a ValueError
        raise WireError("an answer makes no sense") from error


def _record(fields: dict[str, Any], raw: bytes) -> Record:
    metadata, identity, recorder = fields["metadata"], fields["identity"], fields["recorder"]
    return Record(
        np.frombuffer(raw, "<f4").reshape(len(LEADS), -1),
        float(fields["fs"]),
        str(fields["id"]),
        str(fields["source"]),
        Metadata(
            _or_none(float, metadata["age"]),
            metadata["sex"] if metadata["sex"] in ("female", "male") else None,
            *(_or_none(float, metadata[key]) for key in ("height", "weight")),
            bool(metadata["over_89"]),
        ),
        tuple(map(str, fields["notes"])),
        Identity(
            *(_or_none(str, identity[key]) for key in ("name", "birth_date", "patient_id")),
            None if identity["study"] is None else SourceStudy(**dict(_texts(identity["study"]))),
        ),
        None if recorder is None else RecorderReport.from_json(recorder),
    )


def _texts(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((str(key), str(value)) for key, value in fields.items())


def _or_none(kind: type, value: Any) -> Any:
    return None if value is None else kind(value)


def _choice(fields: dict[str, Any]) -> RecordingChoice:
    titles, number = tuple(map(str, fields["titles"])), int(fields["number"])
    if not number >= 1:
        raise ValueError("a recording is counted from 1")
    return RecordingChoice(titles, number, str(fields["why"]))


def _question(fields: dict[str, Any]) -> MissingFacts:
    likely = {
        str(key): (tuple(value) if isinstance(value, list) else value, str(why))
        for key, (value, why) in fields["likely"].items()
    }
    return MissingFacts(tuple(map(str, fields["asks"])), likely, int(fields["columns"]), str(fields["kind"]))
