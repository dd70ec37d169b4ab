"""Who opened which ECG and sent what: entries of the journal, without the ECG itself and without the patient.

An ECG is named by the hash of its samples (`record.signal_hash`): who has the ECG finds its entries (`ecgnet readers export
ecg.dcm`), who has the journal alone does not learn whose it was."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ecgnet.overread import chain
from ecgnet.overread.chain import Entry
from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.record import Record, signal_hash

OPENED, SENT, FAILED = "opened", "sent", "not sent"
"""Kinds of entries."""


def opened(store: Database, record: Record, *, reader: Reader, origin: str) -> None:
    """An ECG came on a reader's screen. origin: by which way, as "Upload". Raises DatabaseError."""
    _add(store, record, reader=reader, kind=OPENED, payload={"origin": origin})


def sent(store: Database, record: Record, *, reader: Reader, what: str, to: str, signed: bool) -> None:
    """What is about to leave: written first, so that nothing leaves unwritten; `failed` follows where it did not arrive.
    what: as "FHIR"; to: a server's name, or "file". Raises DatabaseError."""
    _add(store, record, reader=reader, kind=SENT, payload={"what": what, "to": to, "signed": signed})


def failed(store: Database, record: Record, *, reader: Reader, what: str, to: str) -> None:
    """What was to leave did not arrive. Raises DatabaseError."""
    _add(store, record, reader=reader, kind=FAILED, payload={"what": what, "to": to})


def sent_list(
    store: Database, subjects: Sequence[str], *, reader: Reader, what: str, to: str = "file"
) -> None:
    """What is about to leave of many ECGs: one entry. subjects: the hashes of their samples. Raises DatabaseError."""
    with store.writing() as connection:
        payload = {"what": what, "to": to, "signed": False, "subjects": sorted(subjects)}
        chain.append(connection, reader=reader, kind=SENT, payload=payload)


def about(entry: Entry, subjects: Collection[str]) -> bool:
    """Whether an entry speaks of any of these ECGs, by itself or among others."""
    among = (entry.payload or {}).get("subjects", ())
    return entry.subject in subjects or any(one in subjects for one in among)


def _add(store: Database, record: Record, *, reader: Reader, kind: str, payload: dict) -> None:
    with store.writing() as connection:
        chain.append(connection, reader=reader, kind=kind, subject=signal_hash(record), payload=payload)
