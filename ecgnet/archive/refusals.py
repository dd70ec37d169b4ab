"""Files and ECGs without an answer: of what kind, and why."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

from ecgnet.archive.sources import FoundEcg
from ecgnet.language import Words
from ecgnet.readers import Answer

Kind = Literal["no_ecg", "left_out", "time", "memory", "crash", "damaged", "failed"]
KINDS: Words[Kind] = Words(
    {
        "no_ecg": "something else than an ECG",
        "left_out": "the file leaves out what has to be told (rate, unit, leads)",
        "time": "took too long to read",
        "memory": "needed too much memory to read",
        "crash": "ended the process that read it",
        "damaged": "damaged, cut short, too large, not there, or without 12 leads that can be derived",
        "failed": "read, and could not be answered for: a fault of ECGNet to be reported",
    }
)
SCHEMA = pa.schema(
    [
        pa.field(
            "file", pa.string(), metadata={"about": "the file as it was listed, with the way inside it"}
        ),
        pa.field("exam", pa.string(), metadata={"about": "the ECG's name in a file of several"}),
        pa.field(
            "kind", pa.string(), metadata={"about": "; ".join(f"{k}: {KINDS.message(k)}" for k in KINDS)}
        ),
        pa.field("reason", pa.string(), metadata={"about": "a sentence: what is wrong and what to do"}),
        pa.field("asks", pa.list_(pa.string()), metadata={"about": "what has to be told: fs, unit, leads"}),
        pa.field("source", pa.string(), metadata={"about": "the file or URL that was listed"}),
        pa.field("source_bytes", pa.int64(), metadata={"about": "its size", "unit": "B"}),
        pa.field("source_version", pa.string(), metadata={"about": "what changes when it is replaced"}),
    ]
)


def kind_of(answer: Answer) -> Kind:
    """Why there is no record."""
    if answer.no_ecg:
        return "no_ecg"
    if answer.question is not None:
        return "left_out"
    return answer.stopped or "damaged"


def refusal(found: FoundEcg, kind: Kind, *, reason: str) -> dict[str, object]:
    """A row of the table."""
    question = found.answer.question
    return {
        "file": found.answer.file,
        "exam": found.exam,
        "kind": kind,
        "reason": reason,
        "asks": list(question.asks) if question is not None else [],
        "source": found.source.name,
        "source_bytes": found.source.size,
        "source_version": found.source.version,
    }
